"""Mono, resampling, overview and level, against signals whose answer is known."""

import numpy as np
import pytest
import scipy.signal

from core.audio import signal
from tests import sounds


def test_mono_is_the_mean_of_both_sides():
    stereo = sounds.noise(1, seconds=0.1)
    assert np.allclose(signal.to_mono(stereo), stereo.mean(axis=0), atol=1e-7)
    assert signal.to_mono(stereo).dtype == np.float32


@pytest.mark.parametrize("seed", range(4))
def test_the_stream_equals_the_whole_however_it_is_cut(seed):
    stereo = sounds.noise(seed, seconds=3.0)
    cuts = np.sort(np.random.default_rng(seed).integers(0, stereo.shape[1], 12))
    stream = signal.MonoStream()
    parts = [stream.push(block) for block in np.split(stereo, cuts, axis=1)]
    joined = np.concatenate([*parts, stream.finish()])
    assert np.array_equal(joined, signal.mono_22k(stereo))


def test_resampling_agrees_with_a_reference():
    stereo = sounds.chords(2, seconds=2.0)
    got = signal.mono_22k(stereo)
    mono = stereo.mean(axis=0).astype(np.float64)
    reference = scipy.signal.resample_poly(mono, 1, 2, window=("kaiser", 12.0))
    assert got.dtype == np.float32
    assert abs(len(got) - len(reference)) <= 1
    n = min(len(got), len(reference))
    difference = got[:n] - reference[:n]
    assert np.sqrt(np.mean(difference**2)) < 0.02 * np.sqrt(np.mean(reference**2))


def test_resampling_keeps_what_fits_and_drops_what_does_not():
    low = signal.mono_22k(sounds.tone(9_000.0, seconds=1.0))
    high = signal.mono_22k(sounds.tone(12_000.0, seconds=1.0))
    assert np.abs(low[1_000:-1_000]).max() == pytest.approx(0.5, abs=0.01)
    assert np.abs(high[1_000:-1_000]).max() < 0.001


def test_a_stream_of_nothing_is_empty():
    stream = signal.MonoStream()
    assert stream.push(np.zeros((2, 0), np.float32)).shape == (0,)
    assert stream.finish().shape == (0,)


def test_level_of_a_full_scale_sine_is_minus_three():
    assert signal.level_db(sounds.tone(441.0, seconds=1.0, level=1.0)) == pytest.approx(
        -3.01, abs=0.01
    )
    assert signal.level_db(np.zeros((2, 100), np.float32)) == signal.SILENCE_DB
    assert signal.level_db(np.zeros((2, 0), np.float32)) == signal.SILENCE_DB


def _overview(stereo: sounds.Samples, cuts: list[int], n_slices: int = 400) -> sounds.Samples:
    overview = signal.Overview()
    for block in np.split(stereo, cuts, axis=1):
        overview.feed(block)
    return overview.finish(n_slices)


def test_the_overview_shows_where_it_is_loud():
    quiet, loud = (
        sounds.noise(3, seconds=5.0, level=0.01),
        sounds.tone(440.0, seconds=5.0, level=0.8),
    )
    drawn = _overview(np.concatenate([quiet, loud], axis=1), [100, 5_000, 300_000])
    assert drawn.shape == (400,)
    assert drawn.dtype == np.float32
    assert drawn[:195].max() < 0.1
    assert drawn[205:].min() == pytest.approx(0.8, abs=0.01)


def test_the_overview_does_not_depend_on_the_cuts():
    stereo = sounds.noise(4, seconds=6.0)
    assert np.array_equal(_overview(stereo, []), _overview(stereo, [1, 2, 1_023, 77_777, 200_001]))


@pytest.mark.parametrize("n", [0, 1, 1_024, 3_000])
def test_the_overview_of_next_to_nothing_has_its_length(n):
    stereo = np.full((2, n), 2.0, np.float32)
    drawn = _overview(stereo, [])
    assert drawn.shape == (400,)
    assert drawn.max() == (1.0 if n else 0.0)
