import dataclasses
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest

from core.embedding.embed import CURRENT, WEIGHTS_FOLDER, Embedder, join
from core.embedding.facts import read_facts, sha256_of
from core.embedding.frontend import N_MELS, SAMPLE_RATE_HZ, log_mel
from core.embedding.windows import WINDOW_S
from core.errors import WeightsError, WeightsProblem
from core.types import ModelId, SpaceName, Stem
from tests.core.embedding.sounds import progression, texture

FACTS = WEIGHTS_FOLDER / f"{CURRENT}.json"
WEIGHTS = WEIGHTS_FOLDER / f"{CURRENT}.safetensors"


@pytest.fixture(scope="module")
def embedder():
    return Embedder.load()


def song(embedder, mono):
    vectors = embedder.embed(log_mel(mono), stem=Stem.MIX)
    assert vectors is not None
    return vectors.song


def test_vectors_have_length_one_and_say_where_they_are(embedder):
    mono = texture(1, seconds=25.0, brightness=-0.5, rate_hz=2.0)
    vectors = embedder.embed(log_mel(mono), stem=Stem.BACKING, start_s=30.0)
    assert (vectors.space, vectors.stem) == (SpaceName.STYLE, Stem.BACKING)
    assert vectors.model_id == embedder.model_id
    assert vectors.excerpts.shape == (3, embedder.dimension)
    assert vectors.excerpts.dtype == vectors.song.dtype == vectors.starts_s.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors.excerpts, axis=1), 1.0, rtol=1e-5)
    assert np.linalg.norm(vectors.song) == pytest.approx(1.0, rel=1e-5)
    np.testing.assert_allclose(vectors.starts_s, [30.0, 40.0, 45.0], atol=0.1)
    assert vectors.excerpt_s == pytest.approx(WINDOW_S)


def test_gain_changes_nothing(embedder):
    mono = texture(2, seconds=12.0, brightness=-0.8, rate_hz=3.0)
    assert song(embedder, mono) @ song(embedder, mono * np.float32(0.1)) > 0.9999


def test_silence_has_no_vector(embedder):
    assert embedder.embed(log_mel(np.zeros(15 * SAMPLE_RATE_HZ, np.float32)), stem=Stem.MIX) is None
    assert embedder.embed(np.zeros((N_MELS, 0), np.float32), stem=Stem.MIX) is None


def test_silent_windows_are_left_out(embedder):
    mono = texture(3, seconds=30.0, brightness=-0.5, rate_hz=2.0)
    mono[: 11 * SAMPLE_RATE_HZ] = 0.0
    vectors = embedder.embed(log_mel(mono), stem=Stem.MIX)
    assert len(vectors.excerpts) == 2
    np.testing.assert_allclose(vectors.starts_s, [WINDOW_S, 2 * WINDOW_S], rtol=1e-5)


def test_a_second_of_sound_is_enough(embedder):
    mono = texture(4, seconds=1.0, brightness=-0.5, rate_hz=2.0)
    assert embedder.embed(log_mel(mono), stem=Stem.MIX).starts_s.tolist() == [0.0]


def test_crops_of_one_sound_are_nearer_than_other_sounds(embedder):
    kinds = list(product((-1.5, -0.7, 0.0), (1.0, 4.0)))
    crops = [
        [song(embedder, texture(seed, seconds=10.0, brightness=b, rate_hz=r)) for seed in (1, 2)]
        for b, r in kinds
    ]
    crops.append(
        [song(embedder, progression([0, 5, 7], beats=20, beat_s=0.5, key=k)) for k in (0, 2)]
    )
    first, second = (np.stack([pair[i] for pair in crops]) for i in range(2))
    assert np.argmax(first @ second.T, axis=1).tolist() == list(range(len(crops)))


def test_threads_get_what_one_gets(embedder):
    frames = [log_mel(texture(s, seconds=10.0, brightness=-0.5, rate_hz=s)) for s in range(1, 5)]
    alone = [embedder.embed(f, stem=Stem.MIX).song for f in frames]
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda f: embedder.embed(f, stem=Stem.MIX).song, frames * 3)
        np.testing.assert_allclose(list(together), alone * 3, atol=1e-5)


def test_a_window_does_not_depend_on_its_song(embedder):
    mono = texture(6, seconds=24.0, brightness=-0.5, rate_hz=2.0)
    frames = log_mel(mono)
    whole = embedder.embed(frames, stem=Stem.MIX)
    alone = embedder.embed(frames[:, -430:], stem=Stem.MIX)
    np.testing.assert_allclose(whole.excerpts[-1], alone.excerpts[0], atol=1e-5)


def test_join_puts_pieces_in_order(embedder):
    mono = texture(5, seconds=12.0, brightness=-0.5, rate_hz=2.0)
    frames = log_mel(mono)
    parts = [embedder.embed(frames, stem=Stem.BACKING, start_s=s) for s in (60.0, 0.0)]
    joined = join(parts, model_id=ModelId("style-1+separator"))
    assert joined.model_id == "style-1+separator"
    assert joined.stem is Stem.BACKING
    assert joined.starts_s.tolist() == sorted(joined.starts_s.tolist())
    np.testing.assert_array_equal(joined.excerpts[:2], parts[1].excerpts)
    np.testing.assert_allclose(joined.song, parts[0].song, atol=1e-5)


def test_shipped_weights_are_small_and_have_their_facts(embedder):
    facts = read_facts(FACTS)
    assert embedder.model_id == f"style-2-{facts.sha256[:8]}"
    assert embedder.dimension == facts.dimension == 128
    assert facts.n_mels == N_MELS
    assert facts.sample_rate_hz == SAMPLE_RATE_HZ
    assert WEIGHTS.stat().st_size < 12e6


def test_other_weights_are_refused():
    facts = dataclasses.replace(read_facts(FACTS), sha256="0" * 64)
    with pytest.raises(WeightsError) as caught:
        Embedder(facts, WEIGHTS)
    assert caught.value.problem is WeightsProblem.WRONG_CHECKSUM


def test_missing_and_damaged_weights_are_told_apart(tmp_path):
    facts = read_facts(FACTS)
    with pytest.raises(WeightsError) as caught:
        Embedder(facts, tmp_path / "none.safetensors")
    assert caught.value.problem is WeightsProblem.MISSING
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"not weights")
    with pytest.raises(WeightsError) as caught:
        Embedder(dataclasses.replace(facts, sha256=sha256_of(damaged)), damaged)
    assert caught.value.problem is WeightsProblem.UNREADABLE


def test_facts_that_say_something_else_are_refused(tmp_path):
    (tmp_path / "facts.json").write_text('{"name": "style"}')
    with pytest.raises(WeightsError) as caught:
        read_facts(tmp_path / "facts.json")
    assert caught.value.problem is WeightsProblem.UNREADABLE
