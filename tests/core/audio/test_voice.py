"""The fader and the queue, without a device."""

import numpy as np
import pytest

from core.audio.voice import RAMP_SAMPLES, Voice
from tests import sounds


def _rendered(voice: Voice, samples: int, *, step: int = 100) -> sounds.Samples:
    parts = []
    for _ in range(0, samples, step):
        out = np.zeros((step, 2), np.float32)
        voice.render(out)
        parts.append(out)
    return np.concatenate(parts).T


def _fed(sound: sounds.Samples, *, gain_db: float = 0.0, pieces: int = 7) -> Voice:
    voice = Voice(gain_db=gain_db)
    for block in np.array_split(sound, pieces, axis=1):
        voice.feed(block)
    return voice


@pytest.mark.parametrize("step", [1, 100, 333, 5_000])
def test_what_is_fed_is_rendered_after_the_fade_in(step):
    sound = sounds.noise(1, seconds=0.1)
    got = _rendered(_fed(sound), 4_000, step=step)
    assert np.array_equal(got[:, RAMP_SAMPLES:4_000], sound[:, RAMP_SAMPLES:4_000])
    ramp = np.arange(1, RAMP_SAMPLES + 1) / RAMP_SAMPLES
    assert np.allclose(got[:, :RAMP_SAMPLES], sound[:, :RAMP_SAMPLES] * ramp, atol=1e-6)


def test_the_gain_is_in_decibels():
    sound = np.ones((2, 3_000), np.float32)
    got = _rendered(_fed(sound, gain_db=-6.0206), 2_000)
    assert got[:, RAMP_SAMPLES:] == pytest.approx(0.5, abs=1e-5)


def test_a_pause_fades_out_keeps_the_place_and_goes_on_without_a_jump():
    sound = np.ones((2, 20_000), np.float32)
    voice = _fed(sound)
    _rendered(voice, 1_000)
    voice.pause()
    faded = _rendered(voice, 1_000)
    assert voice.played_samples == 1_000 + RAMP_SAMPLES
    assert faded[:, RAMP_SAMPLES:].max() == 0.0
    assert _rendered(voice, 2_000).max() == 0.0
    voice.resume()
    again = _rendered(voice, 1_000)
    whole = np.concatenate([faded[:, :RAMP_SAMPLES], again], axis=1)
    assert np.abs(np.diff(whole, axis=1)).max() <= 1.01 / RAMP_SAMPLES
    assert not voice.is_finished


def test_every_sample_is_played_once_across_pauses():
    sound = np.arange(1, 12_001, dtype=np.float32)[np.newaxis].repeat(2, axis=0)
    voice = _fed(sound)
    heard = []
    for index in range(60):
        (voice.pause if index % 6 == 3 else voice.resume)()
        out = np.zeros((300, 2), np.float32)
        before = voice.played_samples
        voice.render(out)
        heard.extend(range(before, voice.played_samples))
    assert heard == list(range(len(heard)))
    assert len(heard) > 10_000


def test_a_retired_voice_ends_and_cannot_be_resumed():
    voice = _fed(np.ones((2, 5_000), np.float32))
    _rendered(voice, 500)
    voice.retire()
    voice.resume()
    got = _rendered(voice, 500)
    assert got[0, RAMP_SAMPLES - 2] > 0
    assert got[:, RAMP_SAMPLES:].max() == 0.0
    assert voice.is_finished


def test_a_voice_that_was_never_heard_can_be_retired():
    voice = _fed(np.ones((2, 5_000), np.float32))
    voice.retire()
    assert voice.is_finished
    assert _rendered(voice, 500).max() == 0.0


def test_waiting_for_more_is_not_the_end():
    voice = _fed(np.ones((2, 600), np.float32))
    _rendered(voice, 1_000)
    assert not voice.is_finished
    voice.feed(np.full((2, 500), 0.5, np.float32))
    assert _rendered(voice, 100)[0, 0] == 0.5
    voice.end()
    assert not voice.is_finished
    _rendered(voice, 1_000)
    assert voice.is_finished
    assert voice.played_samples == 1_100
    assert voice.waiting_samples == 0


def test_two_voices_add_up():
    out = np.zeros((400, 2), np.float32)
    for level in (0.25, 0.5):
        _fed(np.full((2, 1_000), level, np.float32)).render(out)
    assert out[-1] == pytest.approx(0.75)
