import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.embedding.frontend import (
    FLOOR_POWER,
    HOP_SAMPLES,
    LOWEST_HZ,
    N_MELS,
    SAMPLE_RATE_HZ,
    WINDOW_SAMPLES,
    LogMelStream,
    log_mel,
    mel_bank,
)

NOISE = np.random.default_rng(0).standard_normal(40_000).astype(np.float32) * np.float32(0.1)


def test_bank_is_librosas():
    theirs = librosa.filters.mel(
        sr=SAMPLE_RATE_HZ, n_fft=WINDOW_SAMPLES, n_mels=N_MELS, fmin=LOWEST_HZ, htk=True, norm=None
    )
    np.testing.assert_allclose(mel_bank(), theirs, atol=1e-4)


def test_bands_sum_to_the_mean_square():
    frames = log_mel(NOISE)
    assert np.exp(frames).sum(axis=0).mean() == pytest.approx(0.01, rel=0.05)


def test_a_tone_is_loudest_in_its_band():
    time_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    frames = log_mel(np.sin(2 * np.pi * 3000.0 * time_s).astype(np.float32))
    nearest_bin = round(3000.0 * WINDOW_SAMPLES / SAMPLE_RATE_HZ)
    assert set(np.argmax(frames, axis=0)) == {int(np.argmax(mel_bank()[:, nearest_bin]))}


def test_frames_match_a_plain_transform():
    t = 7
    cut = NOISE[t * HOP_SAMPLES : t * HOP_SAMPLES + WINDOW_SAMPLES].astype(np.float64)
    window = np.hanning(WINDOW_SAMPLES + 1)[:-1]
    power = np.abs(np.fft.rfft(cut * window)) ** 2 * 2 / (WINDOW_SAMPLES * np.sum(window**2))
    np.testing.assert_allclose(log_mel(NOISE)[:, t], np.log(mel_bank() @ power), atol=1e-3)


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, len(NOISE)), max_size=6))
def test_pieces_of_any_length_give_the_frames_of_the_whole(cuts):
    stream = LogMelStream()
    pieces = np.split(NOISE, sorted(cuts))
    frames = np.concatenate([*(stream.push(p) for p in pieces), stream.finish()], axis=1)
    np.testing.assert_allclose(frames, log_mel(NOISE), atol=1e-4)


def test_long_sound_is_computed_in_chunks_that_join():
    long = np.tile(NOISE, 30)
    frames = log_mel(long)
    assert frames.shape == (N_MELS, (len(long) - WINDOW_SAMPLES) // HOP_SAMPLES + 1)
    late = 2100 * HOP_SAMPLES
    np.testing.assert_allclose(frames[:, 2100:2120], log_mel(long[late:])[:, :20], atol=1e-4)


def test_less_than_a_frame_gives_none():
    assert log_mel(NOISE[: WINDOW_SAMPLES - 1]).shape == (N_MELS, 0)
    assert log_mel(NOISE[:0]).shape == (N_MELS, 0)


def test_silence_lies_on_the_floor():
    frames = log_mel(np.zeros(5_000, np.float32))
    np.testing.assert_allclose(frames, np.log(FLOOR_POWER), rtol=1e-6)
