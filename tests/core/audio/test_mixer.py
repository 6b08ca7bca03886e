"""Ramps, volume and take-overs, sample by sample, without a device."""

import numpy as np
import pytest

from core.audio.mixer import VOLUME_SAMPLES, Mixer
from core.audio.ramp import Ramp
from core.audio.voice import CUE_SAMPLES, RAMP_SAMPLES, Voice

LONG = 60_000


def ramp_of(start: int, count: int = LONG) -> np.ndarray:
    """Samples that say which they are, in [0, 1)."""
    return np.tile((start + np.arange(count, dtype=np.float32)) / (4 * LONG), (2, 1))


def playing(samples: np.ndarray, **how: object) -> Voice:
    voice = Voice(**how)  # type: ignore[arg-type]  # what the tests give it
    voice.feed(samples)
    return voice


def render(mixer: Mixer, samples: int) -> np.ndarray:
    out = np.ones((samples, 2), np.float32)
    mixer.render(out)
    return out[:, 0]


def test_a_ramp_moves_in_a_straight_line() -> None:
    ramp = Ramp(0.0, samples=10)
    assert ramp.take(3).tolist() == [0.0, 0.0, 0.0]
    ramp.turn(0.5)
    assert ramp.take(3) == pytest.approx([0.1, 0.2, 0.3])
    assert ramp.take(4) == pytest.approx([0.4, 0.5, 0.5, 0.5])
    ramp.turn(0.2)
    assert ramp.take(5) == pytest.approx([0.4, 0.3, 0.2, 0.2, 0.2])
    assert ramp.take(0).size == 0


def test_the_volume_is_a_cube_and_moves_without_a_jump() -> None:
    mixer = Mixer()
    mixer.add(playing(np.ones((2, LONG), np.float32)))
    render(mixer, 1_000)
    mixer.set_volume(0.5)
    heard = np.concatenate([render(mixer, 512) for _ in range(6)])
    assert np.abs(np.diff(heard)).max() <= 1.01 / VOLUME_SAMPLES
    assert heard[-1] == pytest.approx(0.125)
    mixer.set_volume(0.0)
    assert np.concatenate([render(mixer, 512) for _ in range(6)])[-1] == 0.0
    mixer.set_volume(7.0)
    assert np.concatenate([render(mixer, 512) for _ in range(6)])[-1] == 1.0


def test_the_gate_closes_and_opens() -> None:
    mixer = Mixer()
    mixer.add(playing(np.ones((2, LONG), np.float32)))
    render(mixer, 1_000)
    mixer.close_gate()
    assert render(mixer, 600)[-1] == 0.0
    assert mixer.is_silent
    mixer.open_gate()
    assert render(mixer, 600)[-1] == 1.0


def test_another_voice_takes_over_at_the_sample_that_is_due() -> None:
    mixer = Mixer()
    before = playing(ramp_of(0))
    mixer.add(before)
    render(mixer, 1_000)
    after = Voice(after=before)
    mixer.add(after)
    heard = [render(mixer, 500)]
    assert after.is_waiting
    after.feed(ramp_of(1_000))  # the same sound, from that moment on
    heard += [render(mixer, 500), render(mixer, 500)]
    assert not after.is_waiting
    assert before.is_retired
    assert np.concatenate(heard) == pytest.approx(ramp_of(1_000, 1_500)[0], abs=1e-6), "no seam"
    assert after.reached_samples == after.played_samples == 1_500


def test_a_faster_copy_takes_over_further_on() -> None:
    mixer = Mixer()
    before = playing(np.zeros((2, LONG), np.float32))
    mixer.add(before)
    after = Voice(after=before, pace=2.0)
    mixer.add(after)
    render(mixer, 1_000)
    assert after.reached_samples == 2_000
    after.feed(ramp_of(0))
    heard = render(mixer, 1_000)
    assert heard[RAMP_SAMPLES:] == pytest.approx(ramp_of(2_000, 1_000)[0, RAMP_SAMPLES:], abs=1e-6)


def test_a_voice_waits_until_it_holds_enough() -> None:
    mixer = Mixer()
    before = playing(ramp_of(0))
    mixer.add(before)
    after = playing(ramp_of(0, CUE_SAMPLES + 999), after=before)
    mixer.add(after)
    render(mixer, 1_000)  # both begin together
    assert not after.is_waiting
    late = playing(ramp_of(0, 10), after=after)
    mixer.add(late)
    for _ in range(2):
        render(mixer, 2_500)
    assert late.is_waiting
    assert late.waiting_samples == 0, "what is past is let go, so that decoding goes on"
    late.end()
    render(mixer, 10)
    assert not late.is_waiting, "nothing more will come"


def test_what_waits_pauses_and_ends_with_the_voice_that_is_heard() -> None:
    before = playing(ramp_of(0))
    after = Voice(after=before)
    after.pause()
    assert before.is_paused
    after.resume()
    assert not before.is_paused
    after.retire()
    assert before.is_retired


def test_a_gain_that_is_corrected_moves_without_a_jump() -> None:
    mixer = Mixer()
    voice = playing(np.ones((2, LONG), np.float32))
    mixer.add(voice)
    render(mixer, 1_000)
    voice.set_gain(-20.0)
    heard = np.concatenate([render(mixer, 512) for _ in range(20)])
    assert np.abs(np.diff(heard)).max() < 2e-4
    assert heard[-1] == pytest.approx(0.1)
