import numpy as np
import pytest

from core.embedding.beats import beat_period, beats, onsets
from core.embedding.frontend import FRAMES_PER_S, log_mel
from tests.core.embedding.sounds import progression


@pytest.mark.parametrize("beat_s", [0.4, 0.5, 0.65])
def test_beats_lie_on_the_clicks(beat_s):
    strength = onsets(log_mel(progression([0, 5, 7], beats=40, beat_s=beat_s)))
    times_s = beats(strength, beat_period(strength)) / FRAMES_PER_S
    assert len(times_s) >= 36
    off = (times_s + 0.05) % beat_s - 0.05
    assert np.abs(off).max() < 0.06
    np.testing.assert_allclose(np.median(np.diff(times_s)), beat_s, atol=0.03)


def test_beats_follow_a_tempo_that_wanders():
    lengths = np.linspace(0.55, 0.45, 60)
    mono = np.concatenate([progression([i % 7], beats=1, beat_s=s) for i, s in enumerate(lengths)])
    strength = onsets(log_mel(mono))
    times_s = beats(strength, beat_period(strength)) / FRAMES_PER_S
    clicks_s = np.cumsum(lengths) - lengths
    nearest = np.abs(times_s[:, None] - clicks_s).min(axis=1)
    assert np.mean(nearest < 0.07) > 0.9


def test_silence_has_no_onsets():
    assert not onsets(np.full((80, 100), -27.0, np.float32)).any()
    assert len(beats(np.zeros(100, np.float32), 20.0)) <= 100
