import numpy as np
import pytest

from core.embedding.chroma import HOP_SAMPLES, ChromaStream
from core.embedding.frontend import SAMPLE_RATE_HZ
from core.embedding.steps import STEP_S
from core.embedding.tonal import tonal_sequence
from tests.core.embedding.sounds import progression


def sequence_of(mono):
    stream = ChromaStream()
    stream.push(mono)
    return tonal_sequence(stream.finish())


def test_a_step_is_half_a_second_and_twelve_bytes():
    tonal = sequence_of(progression([0, 5, 7, 0], beats=120, beat_s=0.5))
    assert tonal.dtype == np.uint8
    assert tonal.shape[1] == 12
    # The last window reaches to the end of the sound.
    assert len(tonal) == pytest.approx(60.0 / STEP_S, abs=1)
    assert tonal.nbytes < 2000


def test_it_says_which_classes_sound_when():
    tonal = sequence_of(progression([0] * 8 + [5] * 8, beats=64, beat_s=0.5))
    assert {0, 4, 7} == set(np.argsort(tonal[2:6].mean(axis=0))[-3:])
    assert {5, 9, 0} == set(np.argsort(tonal[10:14].mean(axis=0))[-3:])
    assert (tonal.max(axis=1) == 255).all()


def test_steps_are_means_over_their_frames():
    random = np.random.default_rng(0)
    classes = random.random((200, 12)).astype(np.float32)
    tonal = tonal_sequence(classes)
    per_step = STEP_S * SAMPLE_RATE_HZ / HOP_SAMPLES
    for step in range(len(tonal)):
        frames = classes[round(step * per_step) : round((step + 1) * per_step)]
        mean = frames.mean(axis=0)
        np.testing.assert_allclose(tonal[step], 255 * mean / mean.max(), atol=0.51)


def test_silence_is_zero_and_a_moment_is_nothing():
    assert not tonal_sequence(np.zeros((100, 12), np.float32)).any()
    assert tonal_sequence(np.zeros((3, 12), np.float32)).shape == (0, 12)
    assert tonal_sequence(np.zeros((0, 12), np.float32)).shape == (0, 12)


def test_silence_after_sound_leaves_no_crumbs():
    classes = np.full((200, 12), 1 / 12, np.float32)
    classes[100:] = 0.0
    assert not tonal_sequence(classes)[-8:].any()
