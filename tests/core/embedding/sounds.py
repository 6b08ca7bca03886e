"""Sounds with a timbre and a harmony that a test knows, float32 mono at 22.05 kHz."""

import numpy as np

from core.embedding.frontend import SAMPLE_RATE_HZ
from core.types import Float32Array

A3_HZ = 220.0


def tone(semitones: float, seconds: float, *, overtones: int) -> Float32Array:
    """Return a plucked tone so many semitones above A3."""
    time_s = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    hz = A3_HZ * 2.0 ** (semitones / 12.0)
    parts = [np.sin(2 * np.pi * hz * n * time_s) / n for n in range(1, overtones + 1)]
    return (np.sum(parts, axis=0) * np.exp(-3.0 * time_s)).astype(np.float32)


def chord(root: int, beat_s: float, *, overtones: int) -> Float32Array:
    """Return a major triad with a click at its start; a negative root means minor."""
    third = 3 if root < 0 else 4
    tones = [tone(abs(root) + step, beat_s, overtones=overtones) for step in (0, third, 7)]
    sound = np.sum(tones, axis=0) * np.float32(0.1)
    sound[:200] += np.linspace(0.3, 0.0, 200, dtype=np.float32)
    return np.asarray(sound, dtype=np.float32)


def progression(
    roots: list[int], *, beats: int, beat_s: float, key: int = 0, overtones: int = 4
) -> Float32Array:
    """Return a chord a beat, the roots (negative: minor) over and over."""
    played = [roots[i % len(roots)] for i in range(beats)]
    moved = [(abs(root) + key) * (-1 if root < 0 else 1) for root in played]
    return np.concatenate([chord(root, beat_s, overtones=overtones) for root in moved])


def texture(seed: int, *, seconds: float, brightness: float, rate_hz: float) -> Float32Array:
    """Return noise of one colour that pulses: a timbre and a rhythm, never twice the same."""
    random = np.random.default_rng(seed)
    count = round(seconds * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(random.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ)
    coloured = np.fft.irfft(spectrum * (1.0 + hz) ** brightness, count)
    pulse = 0.55 + 0.45 * np.sin(2 * np.pi * rate_hz * np.arange(count) / SAMPLE_RATE_HZ)
    sound = coloured * pulse
    return (0.1 * sound / sound.std()).astype(np.float32)
