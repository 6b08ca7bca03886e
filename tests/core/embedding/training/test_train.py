import numpy as np
import pytest
import torch

from core.embedding.blend import StyleBlend
from core.embedding.embed import Embedder
from core.embedding.facts import read_facts
from core.embedding.training.__main__ import write
from core.embedding.training.score import song_windows, vectors_of
from core.embedding.training.train import BatchSource, Plan, Trainer, train
from core.embedding.training.whiten import whiten
from core.errors import SongkinError
from core.types import Stem
from tests.core.embedding.training.songs import song

PLAN = Plan(seed=5, steps=3, batch_songs=4, crop_frames=64, check_every=2)


@pytest.fixture(scope="module")
def songs():
    return [song("abc"[seed % 3], seed) for seed in range(6)]


@pytest.fixture(scope="module")
def stopping():
    return [song("de"[seed % 2], seed) for seed in range(10, 14)]


def test_three_steps_write_weights_that_load(songs, stopping, tmp_path):
    told = []
    outcome = train(songs, stopping, plan=PLAN, tell=told.append)
    blend = StyleBlend().eval()
    blend.network.load_state_dict(outcome.network.state_dict())
    blend.own.matrix.copy_(torch.eye(*blend.own.matrix.shape))
    facts = write(outcome, blend, folder=tmp_path, seed=PLAN.seed)
    embedder = Embedder(read_facts(tmp_path / "style-2.json"), tmp_path / "style-2.safetensors")
    frames = songs[0].frames.astype(np.float32)
    vectors = embedder.embed(frames, stem=Stem.MIX)
    assert embedder.model_id == facts.model_id
    assert np.linalg.norm(vectors.song) == pytest.approx(1.0, rel=1e-5)
    assert 0.0 < facts.figures["stopping_map"] <= 1.0
    assert facts.steps in (2, 3)
    assert len(told) == 2


def test_a_seed_fixes_the_weights(songs, stopping):
    first, again = (train(songs, stopping, plan=PLAN, tell=lambda _: None) for _ in range(2))
    other = train(songs, stopping, plan=Plan(**{**_fields(PLAN), "seed": 6}), tell=lambda _: None)
    state, same, different = (o.network.state_dict() for o in (first, again, other))
    for name, value in state.items():
        torch.testing.assert_close(value, same[name], rtol=0, atol=0)
    assert not torch.equal(state["head.1.weight"], different["head.1.weight"])


def _fields(plan):
    return {name: getattr(plan, name) for name in plan.__slots__}


class StoppedError(Exception):
    """As if the machine had gone down."""


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(songs, stopping, tmp_path):
    plan = Plan(**{**_fields(PLAN), "steps": 6})
    straight = train(songs, stopping, plan=plan, tell=lambda _: None)
    kept, told = tmp_path / "checkpoint.pt", []

    def stop(line):
        raise StoppedError(line)

    with pytest.raises(StoppedError):
        train(songs, stopping, plan=plan, tell=stop, kept=kept)
    resumed = train(songs, stopping, plan=plan, tell=told.append, kept=kept)
    assert told[0] == "going on after step 2"
    assert [line.split(" loss")[0] for line in told[1:]] == ["step 4", "step 6"]
    assert (resumed.step, resumed.figures) == (straight.step, straight.figures)
    for name, value in straight.network.state_dict().items():
        torch.testing.assert_close(resumed.network.state_dict()[name], value, rtol=0, atol=0)


def test_a_training_that_is_over_is_not_begun_again(songs, stopping, tmp_path):
    kept, told = tmp_path / "checkpoint.pt", []
    first = train(songs, stopping, plan=PLAN, tell=lambda _: None, kept=kept)
    again = train(songs, stopping, plan=PLAN, tell=told.append, kept=kept)
    assert told == ["going on after step 3"]
    assert again.step == first.step
    assert torch.equal(again.network.whitener, first.network.whitener)


def test_another_training_does_not_go_on_from_it(songs, stopping, tmp_path):
    kept = tmp_path / "checkpoint.pt"
    train(songs, stopping, plan=PLAN, tell=lambda _: None, kept=kept)
    with pytest.raises(SongkinError, match="another training"):
        train(songs[1:], stopping, plan=PLAN, tell=lambda _: None, kept=kept)


def test_patience_ends_it(songs, stopping):
    plan = Plan(**{**_fields(PLAN), "steps": 400, "check_every": 1, "patience": 1})
    told = []
    outcome = train(songs, stopping, plan=plan, tell=told.append)
    assert len(told) == outcome.step + 1 < 400


def test_the_same_batch_gets_easier(songs):
    windows, wanted = BatchSource(songs, PLAN).draw()
    trainer = Trainer(Plan(steps=20), torch.device("cpu"))
    losses = [trainer.step(windows, wanted) for _ in range(15)]
    assert losses[-1] < 0.7 * losses[0]


def test_a_batch_holds_two_crops_of_each_song(songs):
    windows, wanted = BatchSource(songs, PLAN).draw()
    assert windows.shape == (8, 80, 64)
    assert wanted.argmax(dim=1).tolist() == [4, 5, 6, 7, 0, 1, 2, 3]


def test_the_average_lags_behind(songs):
    trainer = Trainer(PLAN, torch.device("cpu"))
    before = trainer.average.state_dict()["head.1.weight"].clone()
    trainer.step(*BatchSource(songs, PLAN).draw())
    moved = (trainer.average.state_dict()["head.1.weight"] - before).abs().max()
    assert 0.0 < float(moved) < PLAN.learning_rate


def test_whitening_evens_out_directions(songs):
    trainer = Trainer(PLAN, torch.device("cpu"))
    windows = song_windows(songs, at_most=2)
    network = whiten(trainer.average, windows, strength=1.0)
    centred = vectors_of(trainer.average.features, windows.windows) - network.centre
    before = torch.linalg.eigvalsh(torch.cov(centred.T))
    after = torch.linalg.eigvalsh(torch.cov((centred @ network.whitener).T))
    least = 1e-2 * before[-1]
    torch.testing.assert_close(
        after[-8:], (before / before.clamp(min=least))[-8:], rtol=0.01, atol=1e-3
    )
    assert int((after > 0.99).sum()) > 1
    assert torch.equal(trainer.average.whitener, torch.eye(128))
