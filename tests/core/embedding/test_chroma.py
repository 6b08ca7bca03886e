import numpy as np
import pytest

from core.embedding.chroma import ChromaStream, tuning
from core.embedding.frontend import SAMPLE_RATE_HZ


def chroma_of(*tones_hz):
    time_s = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    mono = np.sum([np.sin(2 * np.pi * hz * time_s) for hz in tones_hz], axis=0)
    stream = ChromaStream()
    stream.push(mono.astype(np.float32))
    return stream.finish()


@pytest.mark.parametrize("semitone", range(12))
def test_a_tone_is_its_pitch_class(semitone):
    chroma = chroma_of(440.0 * 2 ** (semitone / 12))
    assert set(chroma.argmax(axis=1)) == {semitone}
    np.testing.assert_allclose(chroma.sum(axis=1), 1.0, rtol=1e-5)


def test_octaves_are_one_class():
    assert set(chroma_of(220.0, 880.0).argmax(axis=1)) == {0}


@pytest.mark.parametrize("semitones", [-0.3, 0.3])
def test_a_song_out_of_tune_keeps_its_classes(semitones):
    chord_hz = [440.0 * 2 ** ((step + semitones) / 12) for step in (0, 4, 7)]
    strongest = np.argsort(chroma_of(*chord_hz).mean(axis=0))[-3:]
    assert set(strongest) == {0, 4, 7}


def test_tuning_of_nothing_is_none():
    assert tuning(np.zeros((0, 36), np.float32)) == 0.0


def test_silence_is_zero():
    stream = ChromaStream()
    stream.push(np.zeros(SAMPLE_RATE_HZ, np.float32))
    assert not stream.finish().any()
