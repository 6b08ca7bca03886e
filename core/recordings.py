"""Which songs hold the same recording, told for many songs without reading all their codes. Pure.

A sketch is a sample of a song's fingerprint codes that is drawn by the codes' own values, so that
two songs sample the codes they share alike. Copies share sketches even after heavy equalising;
strangers share nothing, nearly always (docs/decisions/recommender.md). Who shares something is
aligned, and the alignment decides.
"""

from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from core.fingerprint.match import align, moving
from core.fingerprint.proof import Proof, prove
from core.types import Codes

SAMPLED = 4  # one code in so many; a copy that keeps one code in a hundred is still found
MAX_SKETCH = 1024  # of a song of 12 minutes; longer ones are sampled more thinly

_SCATTER = np.uint32(0x9E3779B1)  # Knuth's multiplicative hash: 2^32 over the golden ratio
_TABLE_BITS = 24


class Kinship(Enum):
    """How much of a recording two songs share."""

    WHOLE = "whole"
    PART = "part"  # a clip, or a song inside a mix


def sketch(codes: Codes) -> Codes:
    """Return the sample of a song's codes, uint32 [n], sorted, each once."""
    scattered = np.unique(codes[moving(codes)]) * _SCATTER
    sampled = np.sort(scattered[scattered < np.uint32((1 << 32) // SAMPLED)])
    return sampled[:MAX_SKETCH]


def sharing(one: Codes, others: Sequence[Codes]) -> NDArray[np.intp]:
    """Return which of the other sketches share anything with a sketch."""
    if not len(one) or not others:
        return np.zeros(0, np.intp)
    everything = np.concatenate(others)
    owner = np.repeat(np.arange(len(others)), [len(other) for other in others])
    table = np.zeros(1 << _TABLE_BITS, bool)
    low = np.uint32((1 << _TABLE_BITS) - 1)
    table[one & low] = True
    maybe = np.flatnonzero(table[everything & low])
    return np.unique(owner[maybe[np.isin(everything[maybe], one)]])


def kinship(a: Codes, b: Codes) -> Kinship | None:
    """Tell whether two songs are one recording, or one lies inside the other."""
    found = align(a, b)
    proof = prove(a, b, found=found) if found is not None else None
    if proof is None:
        return None
    return Kinship.WHOLE if proof is Proof.RECORDING else Kinship.PART
