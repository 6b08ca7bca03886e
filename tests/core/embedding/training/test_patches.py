import numpy as np
import pytest
import soundfile
import torch

from core.embedding.frontend import N_MELS, SAMPLE_RATE_HZ
from core.embedding.training import patches
from core.embedding.training.musicnn import MusicnnNetwork
from core.embedding.training.patches import FRAMES, SECONDS, PatchSource, answers, asked, sound_of
from tests.core.embedding.sounds import texture


@pytest.fixture
def source(tmp_path):
    paths = []
    for seed in range(3):
        sound = texture(seed, seconds=21.0, brightness=-0.5, rate_hz=2.0)
        paths.append(tmp_path / f"{seed}.npy")
        np.save(paths[-1], (sound / np.abs(sound).max() * 20_000).astype(np.int16))
    return PatchSource([paths[:2], paths[2:]])


@pytest.fixture(scope="module")
def heard_by():
    torch.manual_seed(1)
    return [MusicnnNetwork().eval() for _ in range(2)]


def test_patches_are_of_one_length_and_differ(source):
    random = np.random.default_rng(1)
    drawn = [source.draw(random) for _ in range(12)]
    assert {len(patch) for patch in drawn} == {int(SECONDS * SAMPLE_RATE_HZ)}
    assert len({patch.tobytes() for patch in drawn}) == 12
    assert all(np.sqrt(np.mean(patch**2)) > 1e-3 for patch in drawn)


def test_teachers_answer_for_each_patch(source, heard_by):
    first, again = (asked(source, heard_by, count=2, seed=3) for _ in range(2))
    assert first.patches.shape == (2, N_MELS, FRAMES)
    assert first.layers.shape == (2, 400)
    np.testing.assert_array_equal(first.layers, again.layers)
    assert np.abs(first.layers[:, :200] - first.layers[:, 200:]).max() > 1e-3


def test_answers_that_were_given_are_not_asked_again(source, heard_by, tmp_path, monkeypatch):
    monkeypatch.setattr(patches, "SHARD", 2)
    monkeypatch.setattr(patches, "teachers", lambda: heard_by)
    given = answers(tmp_path / "answers", source, count=4, seed=1)
    monkeypatch.setattr(patches, "teachers", pytest.fail)
    again = answers(tmp_path / "answers", source, count=4, seed=1)
    np.testing.assert_array_equal(given.layers, again.layers)
    assert len(again.patches) == 4


def test_short_and_broken_files_have_no_sound(tmp_path):
    soundfile.write(tmp_path / "short.wav", np.full(8000, 0.1), 8000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF no")
    soundfile.write(tmp_path / "long.wav", np.full(8000 * 21, 0.5), 8000)
    assert sound_of(tmp_path / "short.wav") is None
    assert sound_of(tmp_path / "broken.wav") is None
    sound = sound_of(tmp_path / "long.wav")
    assert sound.dtype == np.int16
    assert abs(int(np.median(sound)) - 16_383) < 100
