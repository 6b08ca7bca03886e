"""The fine grain of a sound: what two takes of one piece do not share. Pure.

Chromaprint hears harmony over 2.6 s. Another take of a piece, played to the same metronome, has
nearly the same; so has a second rendering of a score. Which band of a sound grows against its
neighbour from one 93 ms to the next changes with every touch of a key, but hardly with codecs, and
not with equalisers, since only changes in time of differences between bands are kept (after
Haitsma and Kalker 2002, "A highly robust audio fingerprinting system").

``Grain`` is uint8 [n]: eight bits every ``GRAIN_PERIOD_S``, 86 bytes a second. Sound is int16 mono
at Chromaprint's 11,025 Hz.
"""

import numpy as np
from numpy.typing import NDArray

from core.fingerprint.codes import CHROMAPRINT_RATE_HZ, CODE_PERIOD_S
from core.types import Float32Array, Grain

_WINDOW_SAMPLES, _HOP_SAMPLES = 1_024, 128
GRAIN_PERIOD_S = _HOP_SAMPLES / CHROMAPRINT_RATE_HZ
_BANDS = 9
_LOWEST_HZ, _HIGHEST_HZ = 180.0, 4_500.0  # below it bands hold too few bins; codecs cut above it
_FLOOR = 1e-6  # power of a band: the rounding of int16 lies far below it
_FULL_SCALE = 32_768.0
_FRAMES_AT_ONCE = 200  # fits the cache: more take twice as long
BITS_A_GRAIN = 8

# Where a stretch lies is known to a code's period and a half: the grain finds the rest.
_REACH = round(1.6 * CODE_PERIOD_S / GRAIN_PERIOD_S)
_FEWEST = 200  # grains (2.3 s): less tells nothing

Pcm = NDArray[np.int16]


class GrainStream:
    """Makes the grain of a song from pieces of its sound."""

    def __init__(self) -> None:
        self._window = np.hanning(_WINDOW_SAMPLES).astype(np.float32)
        self._edges = _edges()
        self._rest: Pcm = np.zeros(0, np.int16)
        self._before: Float32Array | None = None
        self._found: list[Grain] = []

    def push(self, pcm: Pcm) -> None:
        """Take the next samples, of any number."""
        held = np.concatenate((self._rest, pcm))
        n_frames = max((len(held) - _WINDOW_SAMPLES) // _HOP_SAMPLES + 1, 0)
        for first in range(0, n_frames, _FRAMES_AT_ONCE):
            n = min(_FRAMES_AT_ONCE, n_frames - first)
            start = first * _HOP_SAMPLES
            self._hear(held[start : start + (n - 1) * _HOP_SAMPLES + _WINDOW_SAMPLES])
        self._rest = held[n_frames * _HOP_SAMPLES :].copy()

    def finish(self) -> Grain:
        """Return the grain of all that was pushed."""
        return np.concatenate([np.zeros(0, np.uint8), *self._found])

    def _hear(self, pcm: Pcm) -> None:
        sound = pcm.astype(np.float32) / np.float32(_FULL_SCALE)
        frames = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW_SAMPLES)[::_HOP_SAMPLES]
        power = np.abs(np.fft.rfft(frames * self._window, axis=1)) ** 2
        bands = np.add.reduceat(power, self._edges, axis=1)[:, :_BANDS]
        steps = np.diff(np.log(bands + _FLOOR), axis=1).astype(np.float32)
        if self._before is not None:
            steps = np.concatenate((self._before, steps))
        grows = np.diff(steps, axis=0) > 0
        self._found.append(np.packbits(grows, axis=1).ravel())
        self._before = steps[-1:]


def grain_of(pcm: Pcm) -> Grain:
    """Return the grain of a sound."""
    stream = GrainStream()
    stream.push(pcm)
    return stream.finish()


def grain_error(a: Grain, b: Grain, *, starts: tuple[int, int], length: int) -> float | None:
    """Return the share of bits in which a stretch differs, at the best of the near offsets.

    ``starts`` and ``length`` are in codes. None where it is too short to tell.
    """
    a_start, b_start = (round(start * CODE_PERIOD_S / GRAIN_PERIOD_S) for start in starts)
    n = round(length * CODE_PERIOD_S / GRAIN_PERIOD_S)
    rates = (
        _rate(a, b, starts=(a_start, b_start + shift), length=n)
        for shift in range(-_REACH, _REACH + 1)
    )
    return min((rate for rate in rates if rate is not None), default=None)


def _rate(a: Grain, b: Grain, *, starts: tuple[int, int], length: int) -> float | None:
    first = max(0, -starts[0], -starts[1])
    last = min(length, len(a) - starts[0], len(b) - starts[1])
    if last - first < _FEWEST:
        return None
    in_a = a[starts[0] + first : starts[0] + last]
    in_b = b[starts[1] + first : starts[1] + last]
    return float(np.bitwise_count(in_a ^ in_b).mean()) / BITS_A_GRAIN


def _edges() -> NDArray[np.intp]:
    """Return the first bin of each band, and of what lies above the last."""
    edges_hz = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 1)
    edges: NDArray[np.intp] = np.ceil(edges_hz * _WINDOW_SAMPLES / CHROMAPRINT_RATE_HZ).astype(int)
    return edges
