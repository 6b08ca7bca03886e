"""Sounds whose bandwidth, clipping and peak are known, before and after real encoders."""

import numpy as np
import pytest

from core.audio import decode
from core.audio.quality import QualityMeter
from core.progress import Progress
from tests import sounds

RATE_HZ = sounds.RATE_HZ


def measure(samples, *, block_samples=441_000):
    meter = QualityMeter()
    for start in range(0, samples.shape[1], block_samples):
        meter.feed(samples[:, start : start + block_samples])
    return meter.finish()


def measure_file(path):
    meter = QualityMeter()
    for block in decode.blocks(path, progress=Progress()):
        meter.feed(block)
    return meter.finish()


def shaped(slope_db_a_khz, *, floor_db=None, seconds=12.0, seed=1):
    """Noise whose spectrum falls evenly, over white noise of a converter."""
    white = sounds.noise(seed, seconds=seconds, level=0.1)
    spectrum = np.fft.rfft(white)
    khz = np.fft.rfftfreq(white.shape[1], 1e-3 / RATE_HZ * 1e3) / 1000.0
    spectrum *= 10 ** (slope_db_a_khz * khz / 20)
    made = np.fft.irfft(spectrum, white.shape[1])
    made *= 0.2 / np.abs(made).max()
    if floor_db is not None:
        made += 10 ** (floor_db / 20) * np.random.default_rng(seed).standard_normal(made.shape)
    return made.astype(np.float32)


def lowpassed(samples, cutoff_hz):
    spectrum = np.fft.rfft(samples)
    spectrum[:, np.fft.rfftfreq(samples.shape[1], 1.0 / RATE_HZ) > cutoff_hz] = 0.0
    return np.fft.irfft(spectrum, samples.shape[1]).astype(np.float32)


BRIGHT = shaped(-1.5)


def test_a_full_band_is_not_cut():
    found = measure(BRIGHT)
    assert found.cutoff_hz is None
    assert found.bandwidth_hz == pytest.approx(22_050, abs=200)


@pytest.mark.parametrize("cutoff_hz", [4_000, 11_000, 16_000, 18_600, 20_000])
def test_a_low_pass_is_found_where_it_is(cutoff_hz):
    found = measure(lowpassed(BRIGHT, cutoff_hz))
    assert found.cutoff_hz == pytest.approx(cutoff_hz, abs=250)
    assert found.bandwidth_hz == found.cutoff_hz


@pytest.mark.parametrize("slope", [-4.0, -7.0, -10.0])
@pytest.mark.parametrize("floor_db", [None, -80.0, -98.0])
def test_a_dull_recording_is_not_taken_for_a_cut_one(slope, floor_db):
    found = measure(shaped(slope, floor_db=floor_db))
    assert found.cutoff_hz is None


def test_a_whistle_above_a_dull_recording_is_not_its_cut_off():
    """The line frequency of an old television, which many recordings carry."""
    whistle = sounds.tone(15_734, seconds=12.0, level=0.001)
    found = measure(shaped(-10.0, floor_db=-98.0) + whistle)
    assert found.cutoff_hz is None


def test_a_cut_is_found_where_only_some_moments_are_bright():
    """A cymbal every two seconds."""
    times = np.arange(12 * RATE_HZ) / RATE_HZ
    strokes = (times % 2.0 < 0.5).astype(np.float32)
    found = measure(shaped(-8.0, floor_db=-98.0) + strokes * lowpassed(BRIGHT, 16_000))
    assert found.cutoff_hz == pytest.approx(16_000, abs=250)


def test_encoders_cut_where_they_are_known_to(tmp_path):
    at_128 = sounds.write(tmp_path / "a.mp3", BRIGHT, bit_rate_bps=128_000)
    cut = measure_file(at_128).cutoff_hz
    assert 15_500 < cut < 17_500
    again = sounds.write(tmp_path / "b.flac", decode.read(at_128, progress=Progress()))
    assert measure_file(again).cutoff_hz == pytest.approx(cut, abs=200)
    larger = sounds.write(
        tmp_path / "c.mp3", decode.read(at_128, progress=Progress()), bit_rate_bps=320_000
    )
    assert measure_file(larger).cutoff_hz == pytest.approx(cut, abs=200)
    at_320 = sounds.write(tmp_path / "d.mp3", BRIGHT, bit_rate_bps=320_000)
    assert measure_file(at_320).cutoff_hz > 19_500


def test_sound_that_is_too_quiet_to_say_is_not_called_cut():
    assert measure(lowpassed(BRIGHT, 16_000) * np.float32(0.01)).cutoff_hz is None


def test_level_does_not_matter():
    cut = lowpassed(BRIGHT, 16_000)
    quiet, loud = measure(cut * np.float32(0.3)), measure(cut * np.float32(2.0))
    assert quiet.cutoff_hz == pytest.approx(loud.cutoff_hz, abs=200)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 12.0])
def test_silence_and_moments_tell_nothing(seconds):
    found = measure(np.zeros((2, round(seconds * RATE_HZ)), np.float32))
    assert (found.bandwidth_hz, found.cutoff_hz, found.clipped_share, found.peak) == (
        None, None, 0.0, 0.0,
    )  # fmt: skip


def test_blocks_of_any_length_count_every_sample():
    samples = np.clip(4.0 * BRIGHT, -0.5, 0.5)
    whole = measure(samples, block_samples=samples.shape[1])
    assert measure(samples, block_samples=441_000).clipped_share == pytest.approx(
        whole.clipped_share, rel=1e-3
    )
    assert whole.peak == 0.5


@pytest.mark.parametrize("ceiling", [1.0, 0.7, 0.3])
def test_clipped_samples_are_counted_at_any_ceiling(ceiling):
    """Held to a count of the samples that were cut, in runs of three and more."""
    music = 3.0 * ceiling * sounds.chords(3, seconds=10.0, level=1.0)
    is_cut = np.abs(music) >= ceiling
    runs = is_cut[:, :-2] & is_cut[:, 1:-1] & is_cut[:, 2:]
    in_runs = np.zeros_like(is_cut)
    for shift in range(3):
        in_runs[:, shift : shift + runs.shape[1]] |= runs
    found = measure(np.clip(music, -ceiling, ceiling))
    assert found.clipped_share == pytest.approx(in_runs.mean(), rel=0.02)
    assert found.clipped_share > 0.005


@pytest.mark.parametrize("frequency_hz", [40.0, 100.0, 440.0, 5_000.0])
@pytest.mark.parametrize("level", [0.3, 0.99, 1.0])
def test_a_pure_tone_is_not_clipped(frequency_hz, level):
    assert measure(sounds.tone(frequency_hz, seconds=3.0, level=level)).clipped_share < 1e-3


def test_music_that_was_never_clipped_is_not():
    assert measure(sounds.chords(1, seconds=10.0, level=0.9)).clipped_share == 0.0


def test_what_a_decoder_pushes_over_full_scale_is_clipped():
    samples = sounds.chords(1, seconds=10.0, level=0.9)
    samples[0, 1000:1010] = 1.2
    found = measure(samples)
    assert found.clipped_share == pytest.approx(10 / samples.size)
    assert found.peak == pytest.approx(1.2)
