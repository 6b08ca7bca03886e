"""Vectors of the space ``work``: the same composition, whatever its key, tempo and instruments.

Nothing is learned here. The harmony between beats (chroma) does not know the tempo; the magnitudes
of its two-dimensional Fourier transform know neither the key (a shift along pitch) nor where a part
begins (a shift along time). After Bertin-Mahieux and Ellis 2012, "Large-scale cover song
recognition using the 2D Fourier transform magnitude".
"""

import numpy as np
from numpy.typing import NDArray

from core.embedding import chroma
from core.embedding.beats import beat_period, beats, onsets
from core.embedding.chroma import ChromaStream
from core.embedding.frontend import FRAMES_PER_S, SAMPLE_RATE_HZ, LogMelStream
from core.embedding.pool import unit
from core.embedding.windows import SILENCE_LEVEL
from core.types import Float32Array, ModelId, SpaceName, Stem, StemVectors

MODEL_ID = ModelId("work-chroma-1")
PATCH_BEATS = 64  # about a chorus
PATCH_STEP = 16
SLOW_CHANGES = 23  # the lowest frequencies along time; faster ones are drums and arpeggios
DIMENSION = 11 * SLOW_CHANGES
FEWEST_BEATS = 8  # below it there is no progression to speak of


class WorkStream:
    """Hears a song, float32 mono at 22.05 kHz in pieces of any length, and sums it up."""

    def __init__(self, *, stem: Stem = Stem.MIX) -> None:
        self._stem = stem
        self._mel = LogMelStream()
        self._chroma = ChromaStream()
        self._frames: list[Float32Array] = []

    def push(self, mono: Float32Array) -> None:
        """Take float32 [n]."""
        self._frames.append(self._mel.push(mono))
        self._chroma.push(mono)

    def finish(self) -> StemVectors | None:
        """Return the vectors of all that was pushed; None where it is silent or too short."""
        frames = np.concatenate([*self._frames, self._mel.finish()], axis=1)
        classes = self._chroma.finish()
        if not _is_audible(frames) or len(classes) == 0:
            return None
        strength = onsets(frames)
        times_s = beats(strength, beat_period(strength)) / FRAMES_PER_S
        return describe(classes, times_s, stem=self._stem)


def _is_audible(frames: Float32Array) -> bool:
    """Return whether any frame of [N_MELS, T] is louder than silence."""
    levels = np.log(np.exp(frames).sum(axis=0))
    return bool(levels.max(initial=-np.inf) > SILENCE_LEVEL)


def describe(
    classes: Float32Array, beats_s: NDArray[np.float64], *, stem: Stem
) -> StemVectors | None:
    """Return the vectors of chroma [T, 12] between beats; None where the beats are too few."""
    if len(beats_s) <= FEWEST_BEATS:
        return None
    between = synchronous(classes, beats_s)
    last = max(0, len(between) - PATCH_BEATS)
    starts = [*range(0, last, PATCH_STEP), last]
    excerpts = unit(np.stack([patch_vector(between[start:]) for start in starts]))
    starts_s = beats_s[starts].astype(np.float32)
    typical_beat_s = float(np.median(np.diff(beats_s)))
    return StemVectors(
        space=SpaceName.WORK,
        stem=stem,
        model_id=MODEL_ID,
        song=unit(np.median(excerpts, axis=0)),
        excerpts=excerpts,
        starts_s=starts_s,
        excerpt_s=typical_beat_s * min(PATCH_BEATS, len(between)),
    )


def synchronous(classes: Float32Array, beats_s: NDArray[np.float64]) -> Float32Array:
    """Return the mean chroma [n - 1, 12] between n beats, of chroma [T, 12]."""
    middle = chroma.WINDOW_SAMPLES / 2
    places = (beats_s * SAMPLE_RATE_HZ - middle) / chroma.HOP_SAMPLES
    edges = np.clip(np.ceil(places).astype(int), 0, len(classes) - 1)
    total = np.concatenate([np.zeros((1, 12)), np.cumsum(classes, axis=0, dtype=np.float64)])
    ends = np.maximum(edges[1:], edges[:-1] + 1)
    mean = (total[ends] - total[edges[:-1]]) / (ends - edges[:-1])[:, None]
    shares: Float32Array = mean.astype(np.float32)
    return shares


def patch_vector(between: Float32Array) -> Float32Array:
    """Return what does not change with key and place of the first beats [n, 12], float32 [D]."""
    repeats = -(-PATCH_BEATS // len(between))
    patch = np.tile(between, (repeats, 1))[:PATCH_BEATS]
    patch = unit(patch - patch.mean(axis=1, keepdims=True))
    magnitude = np.abs(np.fft.rfft2(patch.T, axes=(0, 1)))[1:, :SLOW_CHANGES]
    flat = np.sqrt(magnitude)
    # What all music has in common, that slow changes are larger, would make all songs alike.
    vector: Float32Array = (flat - flat.mean(axis=0)).astype(np.float32).ravel()
    return vector
