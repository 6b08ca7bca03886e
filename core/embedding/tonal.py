"""A song's tonal sequence: which pitch classes sound in each half second. Pure.

It is what an alignment of two songs needs and no more: twelve bytes a step, 6 kB for four minutes.
"""

import numpy as np

from core.embedding.chroma import HOP_SAMPLES
from core.embedding.frontend import SAMPLE_RATE_HZ
from core.embedding.steps import N_CLASSES, STEP_S
from core.types import Float32Array, Tonal

LOUDEST = 255


def tonal_sequence(classes: Float32Array) -> Tonal:
    """Return the sequence, uint8 [n, 12], of chroma [T, 12]: the strongest class of a step is 255.

    A step that holds no tone is all zero; what is shorter than a step has none.
    """
    n_steps = int(len(classes) * HOP_SAMPLES / SAMPLE_RATE_HZ / STEP_S)
    edges = np.round(np.arange(n_steps + 1) * STEP_S * SAMPLE_RATE_HZ / HOP_SAMPLES).astype(int)
    total = np.concatenate([np.zeros((1, N_CLASSES)), np.cumsum(classes, axis=0, dtype=np.float64)])
    sums = np.maximum(total[edges[1:]] - total[edges[:-1]], 0.0)
    strongest = sums.max(axis=1, keepdims=True, initial=0.0)
    # Differences of running sums leave crumbs where there was silence.
    heard = strongest > 1e-6
    shares = np.divide(sums, strongest, out=np.zeros_like(sums), where=heard)
    tonal: Tonal = np.round(LOUDEST * shares).astype(np.uint8)
    return tonal
