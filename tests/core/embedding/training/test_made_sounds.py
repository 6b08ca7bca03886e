import shutil

import numpy as np
import pytest

from core.embedding.frontend import SAMPLE_RATE_HZ
from core.embedding.training import made_sounds
from core.embedding.training.made_sounds import midi, narrowed, tilted

TEXT = "There is a house by the river, and nobody lives in it. " * 40


def spectrum(sound, low_hz, high_hz):
    power = np.abs(np.fft.rfft(sound)) ** 2
    hz = np.fft.rfftfreq(len(sound), 1.0 / SAMPLE_RATE_HZ)
    return power[(hz >= low_hz) & (hz < high_hz)].mean()


def test_a_tilt_is_so_many_decibels_an_octave():
    white = np.random.default_rng(1).normal(size=40 * SAMPLE_RATE_HZ)
    dark = tilted(white, -6.0)
    falls_db = 10 * np.log10(spectrum(dark, 400, 500) / spectrum(dark, 800, 1000))
    assert falls_db == pytest.approx(6.0, abs=0.3)


def test_a_narrow_line_lets_only_its_band_through():
    white = np.random.default_rng(1).normal(size=10 * SAMPLE_RATE_HZ)
    line = narrowed(white, 300.0, 3000.0)
    assert spectrum(line, 60, 100) < 1e-3 * spectrum(line, 900, 1100)
    assert spectrum(line, 9000, 11000) < 1e-3 * spectrum(line, 900, 1100)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5])
def test_noises_and_drones_follow_from_their_number_and_do_not_clip(number):
    for make in (lambda n: made_sounds.noise(n, TEXT), made_sounds.drone):
        sound = make(number)
        assert len(sound) >= 25 * SAMPLE_RATE_HZ
        assert 0.1 < np.abs(sound).max() < 1.0
        np.testing.assert_array_equal(sound, make(number))
    assert len(made_sounds.drone(1)) == len(made_sounds.drone(2))
    assert not np.array_equal(made_sounds.drone(1), made_sounds.drone(2))


def test_a_score_is_what_the_standard_says():
    written = midi([(0.0, 0.5, 60, 100)], program=52, channel=0)
    assert written[:4] == b"MThd"
    assert written[14:18] == b"MTrk"
    track = written[22:]
    assert int.from_bytes(written[18:22]) == len(track)
    assert track == bytes.fromhex("00c034 00903c64 8360803c00 00ff2f00".replace(" ", ""))


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
def test_speech_speaks():
    sound = made_sounds.speech(1, TEXT)
    assert len(sound) > 20 * SAMPLE_RATE_HZ
    assert sound.std() > 0.01


@pytest.mark.skipif(
    shutil.which("fluidsynth") is None or not made_sounds.SOUND_FONT.exists(),
    reason="needs FluidSynth and its sound font",
)
def test_drums_and_lone_voices_play():
    for make in (made_sounds.drums, made_sounds.lone):
        sound = make(1)
        assert len(sound) > 35 * SAMPLE_RATE_HZ
        assert sound.std() > 0.01
