"""What hearing four minutes costs: from decoded samples to the vectors, one thread each.

The measure is ``librosa.feature.mfcc`` with 20 coefficients on the same samples: anyone who works
with music has a feeling for how long that takes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import librosa
import numpy as np
import torch

from core.embedding.embed import Embedder
from core.embedding.frontend import SAMPLE_RATE_HZ, log_mel
from core.types import Float32Array, Stem

SONG_S = 240.0
ROUNDS = 7  # taken in turns, so that another program's load falls on both alike


@dataclass(frozen=True, slots=True)
class Cost:
    """The fastest of several times, in seconds of one thread's processor time."""

    mfcc_s: float
    vectors_s: float

    @property
    def ratio(self) -> float:
        """How many times ``librosa.feature.mfcc`` the vectors cost."""
        return self.vectors_s / self.mfcc_s


def four_minutes(mono: Float32Array) -> Float32Array:
    """Return a song cut, or repeated, to ``SONG_S``."""
    return np.resize(mono, int(SONG_S * SAMPLE_RATE_HZ)).astype(np.float32)


def _took_s(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def measured(embedder: Embedder, mono: Float32Array) -> Cost:
    """Return what four minutes of a song cost here and now; torch is left with one thread."""
    torch.set_num_threads(1)
    sound = four_minutes(mono)
    mfcc, vectors = [], []
    for _ in range(ROUNDS):
        mfcc.append(_took_s(lambda: librosa.feature.mfcc(y=sound, sr=SAMPLE_RATE_HZ, n_mfcc=20)))
        vectors.append(_took_s(lambda: embedder.embed(log_mel(sound), stem=Stem.MIX)))
    return Cost(min(mfcc), min(vectors))


def sentence(cost: Cost) -> str:
    """Return the line under the table."""
    return (
        f"Four minutes of samples to vectors: {cost.vectors_s:.2f} s of processor time;"
        f" `librosa.feature.mfcc` (20 coefficients) {cost.mfcc_s:.2f} s; {cost.ratio:.2f} times."
    )
