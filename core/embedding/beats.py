"""Where the beats are, from log-mel frames. Pure.

After Ellis 2007, "Beat tracking by dynamic programming": onsets, one tempo for the song, then the
best chain of beats about that far apart.
"""

import numpy as np
from numpy.typing import NDArray

from core.embedding.frontend import FRAMES_PER_S
from core.types import Float32Array

LIKELY_TEMPO_BPM = 120.0
TEMPO_OCTAVES = 0.9  # deviation of the tempi that music has, in octaves (Ellis 2007)
SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
# Two hearings of one song may differ by an octave of tempo: all are brought into this one.
OCTAVE_BPM = (80.0, 160.0)
STEADINESS = 100.0  # how much a beat off the tempo costs against an onset (Ellis 2007: tightness)
SMOOTH_S = 0.5  # onsets are measured against their surroundings of this length
DYNAMIC_RANGE = 14.0  # natural log power, 60 dB: changes below it can't be heard


def onsets(frames: Float32Array) -> Float32Array:
    """Return how much begins at each of frames [N_MELS, T], float32 [T] of deviation 1 or 0."""
    loud = np.maximum(frames, frames.max(initial=-np.inf) - DYNAMIC_RANGE)
    rise = np.maximum(0.0, np.diff(loud, axis=1, prepend=loud[:, :1])).mean(axis=0)
    width = int(SMOOTH_S * FRAMES_PER_S)
    surroundings = np.convolve(rise, np.ones(width) / width, mode="same")[: len(rise)]
    strength = np.maximum(0.0, rise - surroundings)
    scaled: Float32Array = (strength / max(float(strength.std()), 1e-9)).astype(np.float32)
    return scaled


def beat_period(strength: Float32Array) -> float:
    """Return the time between beats, in frames, that onsets [T] repeat at."""
    longest = int(60.0 / SLOWEST_BPM * FRAMES_PER_S) + 1
    # A beat rarely lasts a whole number of frames: wide onsets meet their neighbours all the same.
    wide = np.convolve(strength, np.hanning(7), mode="same")[: len(strength)]
    repeats = np.fft.irfft(np.abs(np.fft.rfft(wide, 2 * len(wide))) ** 2)[:longest]
    lags = np.arange(1, len(repeats))
    octaves = np.log2(60.0 * FRAMES_PER_S / lags / LIKELY_TEMPO_BPM)
    likely = repeats[1:] * np.exp(-0.5 * (octaves / TEMPO_OCTAVES) ** 2)
    likely[lags < 60.0 / FASTEST_BPM * FRAMES_PER_S] = -np.inf
    return _in_octave(float(lags[np.argmax(likely)]))


def _in_octave(period: float) -> float:
    """Return a period in frames, halved or doubled into ``OCTAVE_BPM``."""
    slowest, fastest = (60.0 * FRAMES_PER_S / bpm for bpm in OCTAVE_BPM)
    while period > slowest:
        period /= 2.0
    while period < fastest:
        period *= 2.0
    return period


def beats(strength: Float32Array, period: float) -> NDArray[np.int64]:
    """Return the frames of the beats, int64 [n], that fit onsets [T] and a period best."""
    lags = np.arange(max(1, round(period / 2)), round(2 * period) + 1)
    costs = -STEADINESS * np.log(lags / period) ** 2
    padding = int(lags[-1])
    score = np.zeros(padding + len(strength))
    before = np.full(padding + len(strength), -1, dtype=np.int64)
    local = np.convolve(strength, np.hanning(5), mode="same")
    for now in range(padding, len(score)):
        chains = score[now - lags] + costs
        best = int(np.argmax(chains))
        score[now] = local[now - padding] + max(0.0, chains[best])
        before[now] = now - lags[best] if chains[best] > 0.0 else -1
    return _chain(score, before, padding)


def _chain(
    score: NDArray[np.float64], before: NDArray[np.int64], padding: int
) -> NDArray[np.int64]:
    """Return the beats that lead to the best of the last ones, without the padding."""
    last_ones = max(padding, len(score) - padding)
    now = last_ones + int(np.argmax(score[last_ones:]))
    found = []
    while now >= padding:
        found.append(now - padding)
        now = int(before[now])
    return np.array(found[::-1], dtype=np.int64)
