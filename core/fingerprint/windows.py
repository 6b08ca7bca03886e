"""Whether two songs stand on one backing: their mixes and separated windows together. Pure.

A song's backing is known in a few windows only, and two songs rarely begin at the same moment. But
all that is known of both, mixes and backings, meets at one offset where they share a backing: a
mix without a voice is its own backing, and singers rest. That offset is found first, over all
codes; the separated windows are then compared there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fingerprint.codes import BITS_A_CODE, CODE_PERIOD_S, CODE_SPAN_S
from core.fingerprint.match import agreement, bit_errors, moving, planes, self_error_rate
from core.types import Codes, Fingerprint, Float32Array

# Codes that two songs must have in common at an offset to be looked at there: 9 s.
_FEWEST_CODES = 50
_SHARED_A_CODE = 2  # what a meeting of two codes counts in planes, which add up neighbours
# The transform sees every second offset only.
_NEIGHBOURS = np.arange(-2, 3)

_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Layers:
    """A song's codes from its start: all of the mix, and the backing where it was separated."""

    mix: Codes
    backing: Codes  # as long as the mix
    has_mix: _Mask  # where the code tells something
    has_backing: _Mask
    self_error_rate: float  # of the separated windows


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many codes of two layers meet at the offset, and in which share of bits they differ."""

    bit_error_rate: float
    n_compared: int


@dataclass(frozen=True, slots=True)
class LayerAlignment:
    """The offset at which the layers of two songs agree best (place in a less place in b).

    ``score`` is what the agreement is above chance, in units of what chance scatters by.
    ``backings`` compares separated with separated; ``crossed`` the backing of one song with the
    mix of the other, the better way round. The times are where windows meet first in both songs
    (where none do: where one lies), and how long after it the last of it ends.
    """

    offset: int
    score: float
    backings: Agreement
    crossed: Agreement
    self_error_rate: float
    a_start_s: float
    b_start_s: float
    duration_s: float


def layers(mix: Codes, windows: Sequence[Fingerprint]) -> Layers:
    """Return a song's layers; windows begin where they were cut."""
    backing, has_backing = np.zeros(len(mix), np.uint32), np.zeros(len(mix), bool)
    for window in windows:
        first = round(window.start_s / CODE_PERIOD_S)
        codes = window.codes[: max(len(mix) - first, 0)]
        backing[first : first + len(codes)] = codes
        has_backing[first : first + len(codes)] = moving(codes)
    steady = [self_error_rate(window.codes) for window in windows]
    return Layers(mix, backing, moving(mix), has_backing, float(np.mean(steady)) if steady else 0.0)


def align_layers(a: Layers, b: Layers) -> LayerAlignment | None:
    """Return where mixes and backings together agree best; None where too little meets."""
    in_a = planes(a.mix, a.has_mix) + planes(a.backing, a.has_backing)
    in_b = planes(b.mix, b.has_mix) + planes(b.backing, b.has_backing)
    return _best(a, b, seen=(in_a, in_b), fewest_codes=_FEWEST_CODES)


def align_backings(a: Layers, b: Layers, *, fewest_codes: int) -> LayerAlignment | None:
    """Return where the separated windows alone agree best; None where too few codes meet."""
    seen = planes(a.backing, a.has_backing), planes(b.backing, b.has_backing)
    return _best(a, b, seen=seen, fewest_codes=fewest_codes)


def _best(
    a: Layers, b: Layers, *, seen: tuple[Float32Array, Float32Array], fewest_codes: int
) -> LayerAlignment | None:
    if not (a.has_backing.any() and b.has_backing.any()):
        return None
    agreed, n_shared = agreement(*seen)
    is_seen = n_shared > _SHARED_A_CODE * fewest_codes - 0.5
    if not is_seen.any():
        return None
    score = np.where(is_seen, agreed / np.sqrt(np.maximum(n_shared, 1.0)), -np.inf)
    place = int(np.argmax(score))
    middle = 2 * (place if place < seen[0].shape[1] else place - len(score))
    near = [int(middle + step) for step in _NEIGHBOURS]
    offset = min(near, key=lambda one: _total_error(a, b, offset=one))
    return _alignment(a, b, offset=offset, score=float(score[place]))


def _alignment(a: Layers, b: Layers, *, offset: int, score: float) -> LayerAlignment:
    one_way = _compare((a.backing, a.has_backing), (b.mix, b.has_mix), offset=offset)
    other_way = _compare((a.mix, a.has_mix), (b.backing, b.has_backing), offset=offset)
    in_a, in_b = _overlap(len(a.mix), len(b.mix), offset)
    met = np.flatnonzero(a.has_backing[in_a] & b.has_backing[in_b])
    if len(met) == 0:
        met = np.flatnonzero(a.has_backing[in_a] | b.has_backing[in_b])
    first, last = (int(met[0]), int(met[-1])) if len(met) else (0, 0)
    return LayerAlignment(
        offset=offset,
        score=score,
        backings=_compare((a.backing, a.has_backing), (b.backing, b.has_backing), offset=offset),
        crossed=min(one_way, other_way, key=lambda found: found.bit_error_rate),
        self_error_rate=min(a.self_error_rate, b.self_error_rate),
        a_start_s=(in_a.start + first) * CODE_PERIOD_S,
        b_start_s=(in_b.start + first) * CODE_PERIOD_S,
        duration_s=(last - first) * CODE_PERIOD_S + CODE_SPAN_S,
    )


def _total_error(a: Layers, b: Layers, *, offset: int) -> float:
    """Return the mean error over all meetings that involve a backing."""
    met = (
        _compare((a.backing, a.has_backing), (b.backing, b.has_backing), offset=offset),
        _compare((a.backing, a.has_backing), (b.mix, b.has_mix), offset=offset),
        _compare((a.mix, a.has_mix), (b.backing, b.has_backing), offset=offset),
    )
    total = sum(found.n_compared for found in met)
    return sum(found.bit_error_rate * found.n_compared for found in met) / max(total, 1)


def _compare(a: tuple[Codes, _Mask], b: tuple[Codes, _Mask], *, offset: int) -> Agreement:
    in_a, in_b = _overlap(len(a[0]), len(b[0]), offset)
    both = a[1][in_a] & b[1][in_b]
    n = int(np.count_nonzero(both))
    errors = bit_errors(a[0][in_a][both], b[0][in_b][both])
    return Agreement(int(errors.sum()) / (BITS_A_CODE * n) if n else 1.0, n)


def _overlap(len_a: int, len_b: int, offset: int) -> tuple[slice, slice]:
    start_a, start_b = max(offset, 0), max(-offset, 0)
    length = max(min(len_a - start_a, len_b - start_b), 0)
    return slice(start_a, start_a + length), slice(start_b, start_b + length)
