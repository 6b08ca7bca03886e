"""Where two rows of Chromaprint codes hold the same sound. Pure.

Two songs are laid over each other at every offset: the agreement of all bits at all offsets is one
cross-correlation (by FFT). The best few offsets are then looked at code by code, and of those the
longest stretch of low error is the answer, so that a clip inside a song, or a song inside a mix, is
found with its place. Codes that say nothing (silence, a tone that holds) are left out.

Error rates are shares of differing bits, in [0, 1]; unrelated sound is near 0.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fingerprint.codes import BITS_A_CODE, CODE_PERIOD_S, CODE_SPAN_S
from core.types import Codes, Fingerprint, Float32Array

# A code that is repeated for this long (0.6 s) is silence or a tone that holds: music in motion
# repeats a code for a few frames only.
STEADY_CODES = 5

# A stretch grows as long as its codes differ in less than this on average. Measured on variants
# and strangers (docs/decisions/duplicates.md): the same recording differs in 0.13 at most, other
# songs in 0.34 at least; this is the middle.
STRETCH_ERROR = 0.25

# Fewer codes than this (4.6 s of sound) prove nothing: chance alone finds such stretches.
MIN_CODES = 16

# How far a stretch is laid over itself, in codes: 2, 3 and 4.5 s, about a beat, a bar or more,
# and longer than most codes share sound for (2.6 s).
_SELF_LAGS = (16, 24, 36)

# How many offsets are looked at code by code. The right one was the best in all but a few of the
# measured pairs; four cost little beside the FFT.
_PROPOSALS = 4
# Correlation is seen at every second offset only; a proposal takes its neighbours with it, and
# the exact error decides among them.
_NEIGHBOURS = np.arange(-2, 3)
# Offsets at which fewer codes meet aren't looked at; in sums of products of pairs of codes.
_MIN_SHARED = 4 * MIN_CODES // 2 - 0.5


@dataclass(frozen=True, slots=True)
class Alignment:
    """The longest stretch that two songs share: places and length in codes.

    ``bit_error_rate`` is over the stretch, steady codes left out; ``n_compared`` counts the rest.
    ``self_error_rate`` is how much the stretch differs from itself a few seconds later: where
    that is little, the sound hardly changes, and a low error says little.
    """

    a_start: int
    b_start: int
    length: int
    bit_error_rate: float
    n_compared: int
    self_error_rate: float


@dataclass(frozen=True, slots=True)
class PooledAlignment:
    """How well windows of two songs agree at one common offset.

    The times are where the first window meets another, in both songs, and how long after it the
    last such meeting ends; what lies between the windows was not compared. ``self_error_rate``
    is as in ``Alignment``.
    """

    a_start_s: float
    b_start_s: float
    duration_s: float
    bit_error_rate: float
    n_compared: int
    self_error_rate: float


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch, how many codes in it tell something, and how much better than the limit it is."""

    a_start: int
    b_start: int
    length: int
    n_compared: int
    gain: float


def align(a: Codes, b: Codes) -> Alignment | None:
    """Return the best stretch over all offsets, or None where nothing is shared."""
    moving_a, moving_b = moving(a), moving(b)
    if min(np.count_nonzero(moving_a), np.count_nonzero(moving_b)) < MIN_CODES:
        return None
    offsets = _propose(_planes(a, moving_a), _planes(b, moving_b))
    stretches = [_stretch(a, b, offset=o, is_moving=(moving_a, moving_b)) for o in offsets]
    best = max(stretches, key=lambda stretch: stretch.gain)
    return _alignment(a, b, stretch=best) if best.n_compared >= MIN_CODES else None


def align_windows(
    a: Sequence[Fingerprint], b: Sequence[Fingerprint], *, min_codes: int
) -> PooledAlignment | None:
    """Return the offset at which windows of two songs agree best, their evidence pooled.

    Every code of one song meets every code of the other, and each meeting votes for its offset.
    None where no offset makes ``min_codes`` codes meet.
    """
    if not a or not b:
        return None
    (codes_a, places_a), (codes_b, places_b) = _timeline(a), _timeline(b)
    if min(len(codes_a), len(codes_b)) == 0:
        return None
    errors = np.bitwise_count(codes_a[:, None] ^ codes_b[None, :]).ravel()
    offsets = (places_a[:, None] - places_b[None, :]).ravel()
    first = int(offsets.min())
    n_met = np.bincount(offsets - first)
    n_wrong = np.bincount(offsets - first, weights=errors)
    rates = np.where(n_met >= min_codes, n_wrong / (BITS_A_CODE * np.maximum(n_met, 1)), np.inf)
    best = int(np.argmin(rates))
    if not np.isfinite(rates[best]):
        return None
    met = np.intersect1d(places_a, places_b + best + first)
    return PooledAlignment(
        a_start_s=float(met[0]) * CODE_PERIOD_S,
        b_start_s=float(met[0] - best - first) * CODE_PERIOD_S,
        duration_s=float(met[-1] - met[0]) * CODE_PERIOD_S + CODE_SPAN_S,
        bit_error_rate=float(rates[best]),
        n_compared=int(n_met[best]),
        self_error_rate=min(_self_error_of_windows(a), _self_error_of_windows(b)),
    )


def self_error_rate(codes: Codes) -> float:
    """Return how much codes differ from those a few seconds later, 0.0 for too few to tell."""
    rates = [bit_errors(codes[lag:], codes[:-lag]).mean() for lag in _SELF_LAGS if lag < len(codes)]
    return float(np.mean(rates)) / BITS_A_CODE if rates else 0.0


def moving(codes: Codes) -> NDArray[np.bool_]:
    """Return which codes tell something, bool [n]: those outside silence and held tones."""
    if len(codes) == 0:
        return np.zeros(0, bool)
    is_start = np.concatenate(([True], codes[1:] != codes[:-1]))
    run = np.cumsum(is_start) - 1
    is_moving: NDArray[np.bool_] = np.bincount(run)[run] < STEADY_CODES
    return is_moving


def bit_errors(a: Codes, b: Codes) -> NDArray[np.uint8]:
    """Return how many bits of each pair of codes differ, uint8 [n] in [0, 32]."""
    errors: NDArray[np.uint8] = np.bitwise_count(a ^ b)
    return errors


def _planes(codes: Codes, is_moving: NDArray[np.bool_]) -> Float32Array:
    """Return the bits as float32 [33, n / 2]: 32 planes around their mean, and the mask.

    Neighbouring codes are added up: they share most of their sound, and half the length makes
    the transform more than twice as fast.
    """
    bits = (codes >> np.arange(BITS_A_CODE, dtype=np.uint32)[:, None]) & np.uint32(1)
    planes = np.zeros((BITS_A_CODE + 1, len(codes) + len(codes) % 2), np.float32)
    # Some bits are mostly 0 in all music. Without their mean, agreeing there counts for nothing.
    planes[:-1, : len(codes)] = bits - bits[:, is_moving].mean(axis=1, keepdims=True)
    planes[-1, : len(codes)] = 1.0
    planes[:, : len(codes)] *= is_moving
    return planes[:, ::2] + planes[:, 1::2]


def _propose(a: Float32Array, b: Float32Array) -> list[int]:
    """Return the most promising offsets (place in a less place in b), each with neighbours."""
    n_fft = 1 << (a.shape[1] + b.shape[1] - 1).bit_length()
    product = np.fft.rfft(a, n_fft) * np.fft.rfft(b, n_fft).conj()
    agreement, n_shared = np.fft.irfft(np.stack((product[:-1].sum(axis=0), product[-1])), n_fft)
    # What chance adds up to grows with the root of the number of codes that are compared.
    score = agreement / np.sqrt(np.maximum(n_shared, _MIN_SHARED))
    score[n_shared < _MIN_SHARED] = -np.inf
    places = _peaks(score)
    offsets = 2 * np.where(places >= a.shape[1], places - n_fft, places)
    return sorted({int(offset) for offset in (offsets[:, None] + _NEIGHBOURS).ravel()})


def _peaks(score: Float32Array) -> NDArray[np.intp]:
    # The circle is closed: the offsets before 0 lie at its end.
    is_peak = (score >= np.roll(score, 1)) & (score > np.roll(score, -1))
    places = np.flatnonzero(is_peak & np.isfinite(score))
    if len(places) <= _PROPOSALS:
        return places
    return places[np.argpartition(score[places], -_PROPOSALS)[-_PROPOSALS:]]


def _stretch(
    a: Codes, b: Codes, *, offset: int, is_moving: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> _Stretch:
    """Return the stretch of most gain at an offset.

    Each code gains what it is better than ``STRETCH_ERROR``; steady codes gain nothing.
    """
    a_start, b_start = max(offset, 0), max(-offset, 0)
    length = max(min(len(a) - a_start, len(b) - b_start), 0)
    in_a, in_b = slice(a_start, a_start + length), slice(b_start, b_start + length)
    counts = is_moving[0][in_a] & is_moving[1][in_b]
    errors = bit_errors(a[in_a], b[in_b])
    # The stretch of the largest sum: the sum up to its end, less the smallest sum before it.
    sums = np.concatenate(([0.0], np.cumsum(counts * (STRETCH_ERROR * BITS_A_CODE - errors))))
    end = int(np.argmax(sums - np.minimum.accumulate(sums)))
    start = int(np.argmin(sums[: end + 1]))
    n_compared = int(np.count_nonzero(counts[start:end]))
    gain = float(sums[end] - sums[start])
    return _Stretch(a_start + start, b_start + start, end - start, n_compared, gain)


def _alignment(a: Codes, b: Codes, *, stretch: _Stretch) -> Alignment:
    in_a = a[stretch.a_start : stretch.a_start + stretch.length]
    in_b = b[stretch.b_start : stretch.b_start + stretch.length]
    # Every compared code gained what it lacked of the limit.
    rate = STRETCH_ERROR - stretch.gain / (BITS_A_CODE * stretch.n_compared)
    return Alignment(
        a_start=stretch.a_start,
        b_start=stretch.b_start,
        length=stretch.length,
        bit_error_rate=rate,
        n_compared=stretch.n_compared,
        self_error_rate=min(self_error_rate(in_a), self_error_rate(in_b)),
    )


def _timeline(windows: Sequence[Fingerprint]) -> tuple[Codes, NDArray[np.intp]]:
    """Return the moving codes of all windows, and their places in whole code periods."""
    kept = [moving(window.codes) for window in windows]
    codes = [window.codes[mask] for window, mask in zip(windows, kept, strict=True)]
    places = [
        round(window.start_s / CODE_PERIOD_S) + np.flatnonzero(mask)
        for window, mask in zip(windows, kept, strict=True)
    ]
    return np.concatenate(codes), np.concatenate(places)


def _self_error_of_windows(windows: Sequence[Fingerprint]) -> float:
    return float(np.mean([self_error_rate(window.codes) for window in windows]))
