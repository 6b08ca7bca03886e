"""From the vectors of excerpts to the vector of a song. Pure."""

import numpy as np

from core.types import Float32Array


def unit(vectors: Float32Array) -> Float32Array:
    """Return vectors [..., D] at length 1; zero vectors stay zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Float32Array = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def song_vector(excerpts: Float32Array) -> Float32Array:
    """Return the mean direction, float32 [D] of length 1, of excerpts [E, D]."""
    return unit(excerpts.mean(axis=0))
