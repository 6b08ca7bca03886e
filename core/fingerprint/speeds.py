"""Whether one song is another played faster, slower, or in another key. Pure.

Faster sound has other codes, sooner. The codes of the asked song at a few factors are near enough
to the right ones that some agree in three of their four bytes, and where these meet the other
song's they lie on one line: ``place in b = slope * place in a + start``. Its slope gives the speed
exactly; the codes at that speed then prove the pair like any other
(``docs/decisions/duplicates.md``).

A factor is how many times as fast a song is played: its pitch rises and its time shrinks by it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fingerprint.segments import ranges, telling_places
from core.types import Codes, Grain

SEMITONE = 2.0 ** (1 / 12)
# The codes of a sound and of one that plays 0.5 % faster differ in 0.09 of bits (0.18 at most),
# placed right; 1 % faster in 0.15 (0.22). Steps of 1 % leave at most half of one.
FACTOR_STEP = 0.01
MOST_FASTER = 0.04  # what is asked for; a semitone either way is for changed keys
FACTORS = (
    1.0 / SEMITONE,
    *(round(1.0 + FACTOR_STEP * step, 2) for step in range(-4, 5)),
    SEMITONE,
)
# Slopes at which the asked codes are also looked for in the index: changed times in one key.
TEMPO_SLOPES = tuple(factor for factor in FACTORS[1:-1])

# How far the slope may be from its factor's: half a step, and a margin.
_SLOPE_REACH = 0.75 * FACTOR_STEP
_TEMPO_REACH = MOST_FASTER + _SLOPE_REACH
# A slope this near to 1 is the rest of a speed, not a tempo of its own.
_REST_OF_SPEED = 0.0125
_REST_AT_ONE = 0.006

# Bytes of a code that must agree for two codes to meet: any three.
_MASKS = (0xFFFFFF00, 0xFFFF00FF, 0xFF00FFFF, 0x00FFFFFF)
# Of strangers, one code in a thousand pairs meets on a line of three; copies have 5 to 400.
_MIN_VOTES = 4
# A code that stands at more places than this says little of where it is.
_COMMON_PLACES = 20
_MOST_MEETINGS = 6_000
_PLACE_BITS = 32
_BIN = 2  # codes; each bin is counted with the next
_FIT_CODES = 3.0  # how far from the line a meeting may lie when it is fitted
_FIT_SPAN = 40  # codes (5 s) that the meetings must span to tell a slope
_FIT_ROUNDS = 4
_TUNE_ROUNDS = 3

_Places = NDArray[np.int64]
_Slopes = NDArray[np.float64]
_Held = tuple[tuple[Codes, _Places], ...]  # under each mask: codes in order, and their places


@dataclass(frozen=True, slots=True)
class SpedCodes:
    """A song's codes as if it was played otherwise.

    ``pace`` is how many seconds of the song go by in a second of these codes.
    """

    factor: float
    pace: float
    codes: Codes

    @property
    def is_other_tempo(self) -> bool:
        """Whether the time changed and the pitch did not."""
        is_in_key = abs(self.factor - 1.0) < FACTOR_STEP / 2
        return is_in_key and abs(self.pace - 1.0) > FACTOR_STEP / 2


@dataclass(frozen=True, slots=True)
class Speeds:
    """A song at all ``FACTORS``, and the ways to hear it at any other."""

    sped: tuple[SpedCodes, ...]
    listen: Callable[[float], Codes]
    listen_closely: Callable[[float], Grain]


@dataclass(frozen=True, slots=True)
class Line:
    """Where exact codes of two songs meet: ``place in b = slope * place in a + start``."""

    sped: SpedCodes
    slope: float
    start: float
    votes: int


def speeds(listen: Callable[[float], Codes], listen_closely: Callable[[float], Grain]) -> Speeds:
    """Return a song at all factors; the arguments give its codes and its grain at one."""
    return Speeds(tuple(SpedCodes(f, f, listen(f)) for f in FACTORS), listen, listen_closely)


def tuned(asked: Speeds, b: Codes) -> SpedCodes | None:
    """Return the asked song's codes as b plays it; None where b doesn't seem to."""
    held = _held(b)
    lines = (_line(sped, held, length=len(b)) for sped in asked.sped)
    found = [line for line in lines if line is not None]
    best = max(found, key=lambda line: line.votes, default=None)
    if best is None:
        return None
    if abs(best.slope - 1.0) <= (_REST_AT_ONE if best.sped.factor == 1.0 else _REST_OF_SPEED):
        return _at_speed(asked.listen, held, factor=best.sped.factor / best.slope)
    pace = best.sped.factor / best.slope
    return SpedCodes(best.sped.factor, pace, stretched(best.sped.codes, best.slope))


def stretched(codes: Codes, slope: float) -> Codes:
    """Return codes for a sound that lasts ``slope`` times as long, in the same key."""
    places = np.rint(np.arange(round(len(codes) * slope)) / slope).astype(np.int64)
    return codes[np.minimum(places, len(codes) - 1)]


def grain_as(asked: Speeds, played: SpedCodes) -> Grain:
    """Return the song's grain as it is played."""
    grain = asked.listen_closely(played.factor)
    slope = played.factor / played.pace
    places = np.rint(np.arange(round(len(grain) * slope)) / slope).astype(np.int64)
    return grain[np.minimum(places, len(grain) - 1)]


def _at_speed(listen: Callable[[float], Codes], b: _Held, *, factor: float) -> SpedCodes | None:
    """Hear the song again, until it keeps step with b to half a code from end to end."""
    codes = listen(factor)
    for _ in range(_TUNE_ROUNDS):
        slopes = _around(1.0, reach=FACTOR_STEP / 2, length=len(codes))
        line = _best_line(SpedCodes(factor, factor, codes), b, slopes=slopes)
        if line is None or abs(line.slope - 1.0) * len(codes) <= 0.5:
            break
        factor /= line.slope
        codes = listen(factor)
    return SpedCodes(factor, factor, codes) if abs(factor - 1.0) <= MOST_FASTER * 1.1 else None


def _line(sped: SpedCodes, b: _Held, *, length: int) -> Line | None:
    if sped.factor in (FACTORS[0], FACTORS[-1]):
        # Another key in the same time.
        slopes = _around(sped.factor, reach=_SLOPE_REACH, length=length)
    else:
        reach = _TEMPO_REACH if sped.factor == 1.0 else _SLOPE_REACH
        slopes = _around(1.0, reach=reach, length=length)
    return _best_line(sped, b, slopes=slopes)


def _around(middle: float, *, reach: float, length: int) -> _Slopes:
    """Return slopes so dense that from one to the next the ends move by two codes."""
    step = 2.0 / max(length, 400)
    n = int(np.ceil(reach / step))
    return np.asarray(middle + np.arange(-n, n + 1) * (reach / n), np.float64)


def _best_line(sped: SpedCodes, b: _Held, *, slopes: _Slopes) -> Line | None:
    i, j = _meetings(sped.codes, b)
    if len(i) < _MIN_VOTES:
        return None
    peaks = [_peak(i, j, slope=slope) for slope in slopes]
    votes, start, slope = max((*peak, slope) for peak, slope in zip(peaks, slopes, strict=True))
    if votes < _MIN_VOTES:
        return None
    return _fitted(Line(sped, float(slope), start, votes), i, j)


def _peak(i: _Places, j: _Places, *, slope: float) -> tuple[int, float]:
    """Return the most meetings on a line of this slope, and where the line begins."""
    bins = np.floor((j - slope * i) / _BIN).astype(np.int64)
    first = int(bins.min())
    counts = np.bincount(bins - first, minlength=2)
    counts[:-1] += counts[1:]
    best = int(np.argmax(counts))
    return int(counts[best]), float((best + first + 1) * _BIN)


def _fitted(line: Line, i: _Places, j: _Places) -> Line:
    """Lay the line through the meetings near it, by least squares."""
    slope, start = line.slope, line.start
    for _ in range(_FIT_ROUNDS):
        near = np.abs(j - slope * i - start) <= _FIT_CODES
        x, y = i[near], j[near]
        if len(x) < _MIN_VOTES or np.ptp(x) < _FIT_SPAN:
            break
        off = x - x.mean()
        slope = float((off * (y - y.mean())).sum() / (off * off).sum())
        start = float(y.mean() - slope * x.mean())
    is_near_still = abs(slope - line.slope) <= _SLOPE_REACH
    return Line(line.sped, slope, start, line.votes) if is_near_still else line


def _held(codes: Codes) -> _Held:
    places = telling_places(codes)
    kept = [codes[places] & np.uint32(mask) for mask in _MASKS]
    orders = [np.argsort(keys, kind="stable") for keys in kept]
    return tuple((keys[order], places[order]) for keys, order in zip(kept, orders, strict=True))


def _meetings(a: Codes, b: _Held) -> tuple[_Places, _Places]:
    """Return the places in a and in b where codes meet, but for common codes."""
    places = telling_places(a)
    met = [
        _met(a[places] & np.uint32(mask), places, b=held)
        for mask, held in zip(_MASKS, b, strict=True)
    ]
    pairs = np.unique(np.concatenate(met))
    return pairs >> _PLACE_BITS, pairs & (2**_PLACE_BITS - 1)


def _met(asked: Codes, places: _Places, *, b: tuple[Codes, _Places]) -> _Places:
    """Return the pairs of places of equal codes, the place in a in the upper half."""
    held, held_places = b
    first = np.searchsorted(held, asked, "left")
    counts = np.searchsorted(held, asked, "right") - first
    counts[counts > _most_places(counts)] = 0
    met = held_places[ranges(first, counts)]
    pairs: _Places = np.repeat(places, counts) << _PLACE_BITS | met
    return pairs


def _most_places(counts: NDArray[np.intp]) -> int:
    """Return up to how many places a code may have, so that the meetings stay few."""
    limits = range(1, _COMMON_PLACES + 1)
    fitting = [most for most in limits if counts[counts <= most].sum() <= _MOST_MEETINGS]
    return max(fitting, default=0)
