"""Rows of codes with known answers: made at random, cut, and flipped bit by bit."""

import numpy as np

from core.types import Codes


def random_codes(seed: int, n: int) -> Codes:
    return np.random.default_rng(seed).integers(0, 2**32, n, dtype=np.uint32)


def flipped(codes: Codes, *, rate: float, seed: int = 0) -> Codes:
    """Flip each bit with this chance."""
    random = np.random.default_rng(seed)
    flips = random.random((len(codes), 32)) < rate
    weights = np.uint32(1) << np.arange(32, dtype=np.uint32)
    return codes ^ (flips * weights).sum(axis=1).astype(np.uint32)
