"""How strong each pitch class is, moment by moment: chroma. Pure but for a stream's state.

The classes start at A, a third of a semitone apart until the song's tuning is known; then they are
folded into twelve. A frame covers ``WINDOW_SAMPLES`` and starts every ``HOP_SAMPLES``.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from core.embedding.frontend import SAMPLE_RATE_HZ
from core.types import Float32Array

WINDOW_SAMPLES = 8192  # 0.37 s: tells semitones apart from C3 on, and is shorter than a beat
HOP_SAMPLES = 2048
CHUNK_FRAMES = 256  # 24 s at a time
FINE_CLASSES = 36  # three to a semitone
A4_HZ = 440.0
LOWEST_HZ, HIGHEST_HZ = 130.0, 2100.0  # C3 to C7: below are drums, above mostly overtones
# A tone stands out from its surroundings of this width to each side by this factor; drums, breath
# and consonants are as loud beside it. Of four pairs tried on renderings the best, by little.
SURROUNDINGS_SEMITONES = 0.7
STANDS_OUT = 1.2


def class_bank() -> Float32Array:
    """Return what each bin gives to each fine class, float32 [bins, FINE_CLASSES]."""
    bins_hz = np.arange(WINDOW_SAMPLES // 2 + 1) * SAMPLE_RATE_HZ / WINDOW_SAMPLES
    used = (bins_hz >= LOWEST_HZ) & (bins_hz <= HIGHEST_HZ)
    place = FINE_CLASSES * np.log2(np.where(used, bins_hz, A4_HZ) / A4_HZ)
    below = np.floor(place).astype(int)
    bank = np.zeros((len(bins_hz), FINE_CLASSES), dtype=np.float32)
    rows = np.arange(len(bins_hz))
    bank[rows, below % FINE_CLASSES] += (below + 1 - place) * used
    bank[rows, (below + 1) % FINE_CLASSES] += (place - below) * used
    return bank


def surroundings(n_bins: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first bin of each bin's surroundings, and the one behind the last, int64 [n]."""
    bins = np.arange(n_bins)
    width = 2.0 ** (SURROUNDINGS_SEMITONES / 12.0)
    first = np.ceil(bins / width).astype(np.int64)
    behind = np.floor(bins * width).astype(np.int64) + 1
    return first, np.minimum(behind, n_bins)


class ChromaStream:
    """Turns sound at ``SAMPLE_RATE_HZ`` that arrives in pieces into the chroma of the whole."""

    def __init__(self) -> None:
        self._window = torch.from_numpy(np.hanning(WINDOW_SAMPLES).astype(np.float32))
        bank = class_bank()
        # Beyond the last bin that counts only its surroundings are looked at.
        last = int(np.flatnonzero(bank.any(axis=1))[-1])
        n_bins = int(surroundings(len(bank))[1][last])
        self._bank = torch.from_numpy(bank[:n_bins])
        self._first, self._behind = (torch.from_numpy(edge) for edge in surroundings(n_bins))
        self._rest = np.zeros(0, dtype=np.float32)
        self._frames: list[Float32Array] = []

    def push(self, mono: Float32Array) -> None:
        """Take float32 [n]."""
        pending = np.concatenate([self._rest, mono])
        n_frames = max(0, (len(pending) - WINDOW_SAMPLES) // HOP_SAMPLES + 1)
        self._rest = pending[n_frames * HOP_SAMPLES :].copy()
        for first in range(0, n_frames, CHUNK_FRAMES):
            count = min(CHUNK_FRAMES, n_frames - first)
            self._frames.append(self._chroma(pending[first * HOP_SAMPLES :], count))

    def finish(self) -> Float32Array:
        """Return the chroma of all that was pushed, float32 [T, 12], each frame of sum 1 or 0."""
        fine = np.concatenate([*self._frames, np.zeros((0, FINE_CLASSES), np.float32)])
        chroma = fold(fine, tuning(fine))
        total = chroma.sum(axis=1, keepdims=True)
        shares: Float32Array = np.divide(chroma, total, out=np.zeros_like(chroma), where=total > 0)
        return shares

    def _chroma(self, samples: Float32Array, count: int) -> Float32Array:
        """Return the fine classes, float32 [count, FINE_CLASSES]."""
        cut = torch.from_numpy(samples).unfold(0, WINDOW_SAMPLES, HOP_SAMPLES)[:count]
        magnitude = torch.fft.rfft(cut * self._window).abs()
        # The root keeps one loud voice from hiding the chord under it.
        tones = self._tones(magnitude[:, : len(self._bank)].sqrt())
        classes: Float32Array = (tones @ self._bank).numpy()
        return classes

    def _tones(self, loudness: torch.Tensor) -> torch.Tensor:
        """Return by how much each bin stands out from its surroundings, [count, bins]."""
        sums = torch.nn.functional.pad(loudness.cumsum(dim=1, dtype=torch.float64), (1, 0))
        around = (sums[:, self._behind] - sums[:, self._first]) / (self._behind - self._first)
        return (loudness - STANDS_OUT * around).clamp(min=0.0).float()


def tuning(fine: Float32Array) -> float:
    """Return how far the song is tuned from A = 440 Hz, in semitones from -0.5 to 0.5."""
    per_semitone = FINE_CLASSES // 12
    # Peaks only: what is flat over a semitone says nothing of the tuning.
    peaks = np.maximum(0.0, fine - (np.roll(fine, 1, axis=1) + np.roll(fine, -1, axis=1)) / 2)
    strength = peaks.reshape(-1, 12, per_semitone).sum(axis=(0, 1))
    angle = np.exp(2j * np.pi * np.arange(per_semitone) / per_semitone)
    return float(np.angle(np.sum(strength * angle)) / (2 * np.pi))


def fold(fine: Float32Array, tuned: float) -> Float32Array:
    """Return twelve classes, float32 [T, 12], around the semitones of a song tuned so."""
    per_semitone = FINE_CLASSES // 12
    distance = np.arange(FINE_CLASSES)[:, None] / per_semitone - tuned - np.arange(12)
    distance = (distance + 6.0) % 12.0 - 6.0
    weights = np.maximum(0.0, 1.0 - np.abs(distance)).astype(np.float32)
    folded: Float32Array = np.maximum(0.0, fine - fine.min(axis=1, keepdims=True)) @ weights
    return folded
