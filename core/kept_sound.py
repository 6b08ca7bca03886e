"""What is kept of a decoded song for the second part of its analysis."""

from dataclasses import dataclass

import numpy as np

from core.audio import decode
from core.audio.signal import MONO_RATE_HZ
from core.types import Excerpt, Float32Array

# How much of a song is kept in mono for the `work` space: longer than any composition that a
# version could be sought of, and a two-hour mix costs no more memory than a song.
KEPT_MONO_S = 15 * 60.0


@dataclass(frozen=True, slots=True)
class Window:
    """An excerpt with its sound, float32 [2, n] at 44.1 kHz."""

    excerpt: Excerpt
    samples: Float32Array


@dataclass(frozen=True, slots=True)
class Sound:
    """What the second part needs of a decoded song."""

    windows: tuple[Window, ...]  # none where the container was wrong about the duration
    mono: Float32Array  # [n] at 22.05 kHz, at most ``KEPT_MONO_S``


class SoundCollector:
    """Keeps the excerpts and the mono signal of a song while its blocks go by."""

    def __init__(self, wanted: tuple[Excerpt, ...]) -> None:
        self._wanted = wanted
        self._pieces: list[list[Float32Array]] = [[] for _ in wanted]
        self._mono: list[Float32Array] = []
        self._mono_room = int(KEPT_MONO_S * MONO_RATE_HZ)
        self._heard_samples = 0

    @property
    def heard_s(self) -> float:
        """Seconds of sound that went by."""
        return self._heard_samples / decode.SAMPLE_RATE_HZ

    def hear(self, block: Float32Array, *, mono: Float32Array) -> None:
        """Take from a block, stereo [2, n], what is wanted; ``mono`` is the same in mono."""
        for excerpt, pieces in zip(self._wanted, self._pieces, strict=True):
            start = round(excerpt.start_s * decode.SAMPLE_RATE_HZ) - self._heard_samples
            stop = start + round(excerpt.duration_s * decode.SAMPLE_RATE_HZ)
            piece = block[:, max(start, 0) : max(stop, 0)]
            if piece.shape[1]:
                pieces.append(piece.copy())
        self._heard_samples += block.shape[1]
        self._keep_mono(mono)

    def finish(self, *, mono: Float32Array) -> Sound:
        """Return what was kept; ``mono`` is what the resampler still held."""
        self._keep_mono(mono)
        windows = tuple(
            Window(excerpt, np.concatenate(pieces, axis=1))
            for excerpt, pieces in zip(self._wanted, self._pieces, strict=True)
            if pieces
        )
        kept = np.concatenate(self._mono) if self._mono else np.zeros(0, np.float32)
        return Sound(windows, kept)

    def _keep_mono(self, mono: Float32Array) -> None:
        kept = mono[: self._mono_room]
        self._mono_room -= len(kept)
        if len(kept):
            self._mono.append(kept)
