"""Vectors of the space ``work``: the same composition, whatever its key, tempo and instruments.

They are made of the tonal sequence alone. Of runs of half seconds the magnitudes of the
two-dimensional Fourier transform know neither the key (a shift along pitch) nor where a part begins
(a shift along time); after Bertin-Mahieux and Ellis 2012, "Large-scale cover song recognition using
the 2D Fourier transform magnitude". Runs are short, so that the form of a song matters little, and
are heard at several paces, so that its tempo does. A learned projection then evens out what differs
among renderings of one composition.
"""

from pathlib import Path

import numpy as np

from core.embedding.chroma import ChromaStream
from core.embedding.frontend import LogMelStream
from core.embedding.pool import unit
from core.embedding.projection import Projection, read_projection
from core.embedding.steps import N_CLASSES, STEP_S
from core.embedding.tonal import tonal_sequence
from core.embedding.windows import SILENCE_LEVEL
from core.types import Float32Array, ModelId, SpaceName, Stem, StemVectors, Tonal

MODEL_ID = ModelId("work-2")
WEIGHTS = Path(__file__).parent / "weights" / f"{MODEL_ID}.safetensors"

RUNS_STEPS = (16, 24)  # 8 s: two to four chords; 12 s: a line of a song
PACES = (0.75, 0.87, 1.0, 1.15, 1.33)
EVERY_STEPS = 2
PITCH_WAVES = 6  # of the twelve the others are their mirrors, and the first is the loudness
DIMENSION = PITCH_WAVES * sum(RUNS_STEPS)
WINDOW_STEPS = 64  # an excerpt: about a chorus
WINDOW_EVERY_STEPS = 16
FEWEST_STEPS = 8  # below it there is no progression to speak of


class WorkStream:
    """Hears a song, float32 mono at 22.05 kHz in pieces of any length, and sums it up."""

    def __init__(self, *, stem: Stem = Stem.MIX) -> None:
        self._stem = stem
        self._projection = read_projection(WEIGHTS)
        self._mel = LogMelStream()
        self._chroma = ChromaStream()
        self._loudest = -np.inf
        self._tonal: Tonal = np.zeros((0, N_CLASSES), np.uint8)

    @property
    def tonal(self) -> Tonal:
        """The tonal sequence of all that was pushed, once finished; empty for silence."""
        return self._tonal

    def push(self, mono: Float32Array) -> None:
        """Take float32 [n]."""
        self._listen(self._mel.push(mono))
        self._chroma.push(mono)

    def finish(self) -> StemVectors | None:
        """Return the vectors of all that was pushed; None where it is silent or too short."""
        self._listen(self._mel.finish())
        classes = self._chroma.finish()
        if self._loudest <= SILENCE_LEVEL:
            return None
        self._tonal = tonal_sequence(classes)
        return describe(self._tonal, self._projection, stem=self._stem)

    def _listen(self, frames: Float32Array) -> None:
        """Note how loud the loudest of frames [N_MELS, T] is."""
        levels = np.log(np.exp(frames).sum(axis=0))
        self._loudest = max(self._loudest, float(levels.max(initial=-np.inf)))


def describe(tonal: Tonal, projection: Projection, *, stem: Stem) -> StemVectors | None:
    """Return the vectors of a tonal sequence; None where it is too short or holds no tone."""
    if len(tonal) < FEWEST_STEPS or not tonal.any():
        return None
    last = max(0, len(tonal) - WINDOW_STEPS)
    starts = [*range(0, last, WINDOW_EVERY_STEPS), last]
    windows = [description(tonal[start : start + WINDOW_STEPS]) for start in starts]
    found = unit(projection.of(np.stack([description(tonal), *windows])))
    return StemVectors(
        space=SpaceName.WORK,
        stem=stem,
        model_id=MODEL_ID,
        song=found[0],
        excerpts=found[1:],
        starts_s=np.array(starts, np.float32) * np.float32(STEP_S),
        excerpt_s=STEP_S * min(WINDOW_STEPS, len(tonal)),
    )


def description(tonal: Tonal) -> Float32Array:
    """Return what is projected of a tonal sequence [n, 12], float32 [DIMENSION], of length 1."""
    paced = [at_pace(tonal, pace) for pace in PACES]
    means = [np.mean([waves(steps, length) for steps in paced], axis=0) for length in RUNS_STEPS]
    # Long runs have larger magnitudes; none of the lengths is to count for more.
    scaled = [mean.ravel() / max(float(np.linalg.norm(mean)), 1e-9) for mean in means]
    joined: Float32Array = np.concatenate(scaled).astype(np.float32)
    return joined / np.float32(len(RUNS_STEPS) ** 0.5)


def at_pace(tonal: Tonal, pace: float) -> Float32Array:
    """Return what sounds in each step of a sequence that goes by so much faster, [n / pace, 12].

    The root keeps one loud voice from hiding the chord; the mean of each step is taken off, since
    what all classes share is noise; then each step has length 1.
    """
    count = max(round(len(tonal) / pace), 1)
    places = np.minimum(np.arange(count) * pace, len(tonal) - 1)
    before = places.astype(int)
    after, share = np.minimum(before + 1, len(tonal) - 1), (places - before)[:, None]
    steps = np.sqrt(tonal[before] * (1.0 - share) + tonal[after] * share)
    steps -= steps.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(steps, axis=1, keepdims=True)
    found: Float32Array = (steps / np.maximum(lengths, 1.0)).astype(np.float32)
    return found


def waves(steps: Float32Array, length: int) -> Float32Array:
    """Return the mean magnitudes of runs of so many of steps [n, 12], float32 [6, length]."""
    if len(steps) < length:
        steps = np.tile(steps, (-(-length // len(steps)), 1))[:length]
    runs = np.lib.stride_tricks.sliding_window_view(steps, length, axis=0)[::EVERY_STEPS]
    faded = runs * np.hanning(length + 2)[1:-1].astype(np.float32)
    found: Float32Array = np.abs(np.fft.fft2(faded, axes=(1, 2)))[:, 1 : PITCH_WAVES + 1].mean(
        axis=0
    )
    return found
