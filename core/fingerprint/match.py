"""Where two rows of Chromaprint codes hold the same sound. Pure.

Two songs are laid over each other at every offset: the agreement of all bits at all offsets is one
cross-correlation (by FFT). The best few offsets are then looked at code by code, and of those the
longest stretch of low error is the answer, so that a clip inside a song, or a song inside a mix, is
found with its place. Codes that say nothing (silence, a tone that holds) are left out.

Error rates are shares of differing bits, in [0, 1]; unrelated sound is near 0.5.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fingerprint.codes import BITS_A_CODE
from core.types import Codes, Float32Array

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

# How the error changes along a stretch is seen in blocks of 5 s: about a line of a song.
_BLOCK_CODES = 40

_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The longest stretch that two songs share: places and length in codes.

    ``bit_error_rate`` is over the stretch, steady codes left out; ``n_compared`` counts the rest.
    ``self_error_rate`` is how much the stretch differs from itself a few seconds later: where
    that is little, the sound hardly changes, and a low error says little. ``unevenness`` is the
    standard deviation of the error from one block of 5 s to another.
    """

    a_start: int
    b_start: int
    length: int
    bit_error_rate: float
    n_compared: int
    self_error_rate: float
    unevenness: float


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
    return next(alignments(a, b), None)


def alignments(a: Codes, b: Codes) -> Iterator[Alignment]:
    """Yield the best stretch over all offsets, then the best in the rest of the longer song."""
    left_of_a, left_of_b = moving(a), moving(b)
    while (found := _best(a, b, is_moving=(left_of_a, left_of_b))) is not None:
        yield found
        if len(a) > len(b):
            left_of_a[found.a_start : found.a_start + found.length] = False
        else:
            left_of_b[found.b_start : found.b_start + found.length] = False


def _best(a: Codes, b: Codes, *, is_moving: tuple[_Mask, _Mask]) -> Alignment | None:
    moving_a, moving_b = is_moving
    if min(np.count_nonzero(moving_a), np.count_nonzero(moving_b)) < MIN_CODES:
        return None
    offsets = _propose(planes(a, moving_a), planes(b, moving_b))
    stretches = [_stretch(a, b, offset=o, is_moving=is_moving) for o in offsets]
    best = max(stretches, key=lambda stretch: stretch.gain)
    if best.n_compared < MIN_CODES:
        return None
    return _alignment(a, b, stretch=best, is_moving=is_moving)


def self_error_rate(codes: Codes) -> float:
    """Return how much codes differ from those a few seconds later, 0.0 for too few to tell."""
    rates = [bit_errors(codes[lag:], codes[:-lag]).mean() for lag in _SELF_LAGS if lag < len(codes)]
    return float(np.mean(rates)) / BITS_A_CODE if rates else 0.0


def moving(codes: Codes) -> _Mask:
    """Return which codes tell something, bool [n]: those outside silence and held tones."""
    if len(codes) == 0:
        return np.zeros(0, bool)
    is_start = np.concatenate(([True], codes[1:] != codes[:-1]))
    run = np.cumsum(is_start) - 1
    is_moving: _Mask = np.bincount(run)[run] < STEADY_CODES
    return is_moving


def bit_errors(a: Codes, b: Codes) -> NDArray[np.uint8]:
    """Return how many bits of each pair of codes differ, uint8 [n] in [0, 32]."""
    errors: NDArray[np.uint8] = np.bitwise_count(a ^ b)
    return errors


def planes(codes: Codes, is_moving: _Mask) -> Float32Array:
    """Return the bits as float32 [33, n / 2]: 32 planes around their mean, and the mask.

    Neighbouring codes are added up: they share most of their sound, and half the length makes
    the transform more than twice as fast.
    """
    bits = (codes >> np.arange(BITS_A_CODE, dtype=np.uint32)[:, None]) & np.uint32(1)
    # Some bits are mostly 0 in all music. Without their mean, agreeing there counts for nothing.
    mean = bits @ is_moving / max(int(np.count_nonzero(is_moving)), 1)
    found = np.zeros((BITS_A_CODE + 1, len(codes) + len(codes) % 2), np.float32)
    found[:-1, : len(codes)] = bits - mean[:, None]
    found[-1, : len(codes)] = 1.0
    found[:, : len(codes)] *= is_moving
    return found[:, ::2] + found[:, 1::2]


def agreement(a: Float32Array, b: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Return how much planes agree, and how much of them meets, at every second offset.

    Both float32 [m]; places from half of them on are the offsets below zero.
    """
    n_fft = 1 << (a.shape[1] + b.shape[1] - 1).bit_length()
    product = np.fft.rfft(a, n_fft) * np.fft.rfft(b, n_fft).conj()
    both = np.fft.irfft(np.stack((product[:-1].sum(axis=0), product[-1])), n_fft)
    return both[0].astype(np.float32), both[1].astype(np.float32)


def _propose(a: Float32Array, b: Float32Array) -> list[int]:
    """Return the most promising offsets (place in a less place in b), each with neighbours."""
    agreed, n_shared = agreement(a, b)
    # What chance adds up to grows with the root of the number of codes that are compared.
    score = agreed / np.sqrt(np.maximum(n_shared, _MIN_SHARED))
    score = np.where(n_shared < _MIN_SHARED, -np.inf, score).astype(np.float32)
    places = _peaks(score)
    offsets = 2 * np.where(places >= a.shape[1], places - len(score), places)
    return sorted({int(offset) for offset in (offsets[:, None] + _NEIGHBOURS).ravel()})


def _peaks(score: NDArray[np.floating]) -> NDArray[np.intp]:
    # The circle is closed: the offsets before 0 lie at its end.
    is_peak = (score >= np.roll(score, 1)) & (score > np.roll(score, -1))
    places = np.flatnonzero(is_peak & np.isfinite(score))
    if len(places) <= _PROPOSALS:
        return places
    return places[np.argpartition(score[places], -_PROPOSALS)[-_PROPOSALS:]]


def _stretch(a: Codes, b: Codes, *, offset: int, is_moving: tuple[_Mask, _Mask]) -> _Stretch:
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


def _alignment(
    a: Codes, b: Codes, *, stretch: _Stretch, is_moving: tuple[_Mask, _Mask]
) -> Alignment:
    in_a = slice(stretch.a_start, stretch.a_start + stretch.length)
    in_b = slice(stretch.b_start, stretch.b_start + stretch.length)
    counts = is_moving[0][in_a] & is_moving[1][in_b]
    # Every compared code gained what it lacked of the limit.
    rate = STRETCH_ERROR - stretch.gain / (BITS_A_CODE * stretch.n_compared)
    return Alignment(
        a_start=stretch.a_start,
        b_start=stretch.b_start,
        length=stretch.length,
        bit_error_rate=rate,
        n_compared=stretch.n_compared,
        self_error_rate=min(self_error_rate(a[in_a]), self_error_rate(b[in_b])),
        unevenness=_unevenness(bit_errors(a[in_a], b[in_b])[counts]),
    )


def _unevenness(errors: NDArray[np.uint8]) -> float:
    """Return the standard deviation of the error of blocks, from uint8 [n] of bits.

    What is left at the end counts with the last block.
    """
    starts = np.arange(0, max(len(errors) - _BLOCK_CODES, 0) + 1, _BLOCK_CODES)
    sums = np.add.reduceat(errors.astype(np.int64), starts)
    rates = sums / (BITS_A_CODE * np.diff(np.append(starts, len(errors))))
    return float(rates.std())
