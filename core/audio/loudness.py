"""How loud a song is: integrated loudness of BS.1770-4, measured while the song is decoded.

The weighting filters are pyloudnorm's; its own meter wants the whole song at once, so the gate is
here. Memory holds a block and ten numbers a second of sound.
"""

from collections.abc import Iterable

import numpy as np
import pyloudnorm
import scipy.signal  # type: ignore[import-untyped]  # it ships no types
from numpy.typing import NDArray

from core.audio.decode import SAMPLE_RATE_HZ
from core.audio.levels import NO_SOUND_LUFS
from core.types import Float32Array, Level

STEP_SAMPLES = SAMPLE_RATE_HZ // 10  # gating blocks begin every 100 ms
STEPS_A_BLOCK = 4  # and last 400 ms
OFFSET_LU = -0.691  # of the standard: a sine of 1 kHz reads its own level
RELATIVE_GATE_LU = -10.0


def measured(blocks: Iterable[Float32Array]) -> Level:
    """Listen to a whole song, float32 [2, n] a block."""
    meter = LoudnessMeter()
    for block in blocks:
        meter.feed(block)
    return meter.finish()


class LoudnessMeter:
    """Listens to the blocks of one song."""

    def __init__(self) -> None:
        filters = pyloudnorm.Meter(SAMPLE_RATE_HZ)._filters.values()
        self._stages = [(f.passband_gain * np.asarray(f.b), np.asarray(f.a)) for f in filters]
        self._states = [np.zeros((2, 2)) for _ in self._stages]
        self._rest = np.zeros(0)  # power of the samples of the step that has begun
        self._steps: list[NDArray[np.float64]] = []  # the mean power of each step
        self._peak = 0.0

    def feed(self, block: Float32Array) -> None:
        """Take the next float32 [2, n] of the song."""
        self._peak = max(self._peak, float(np.abs(block).max(initial=0.0)))
        sound: NDArray[np.float64] = block.astype(np.float64)
        for at, (b, a) in enumerate(self._stages):
            sound, self._states[at] = scipy.signal.lfilter(b, a, sound, zi=self._states[at])
        power = np.concatenate([self._rest, np.square(sound).sum(axis=0)])
        whole = len(power) // STEP_SAMPLES * STEP_SAMPLES
        self._steps.append(power[:whole].reshape(-1, STEP_SAMPLES).mean(axis=1))
        self._rest = power[whole:]

    def finish(self) -> Level:
        """Return how loud the song is; a song shorter than a gating block counts as one."""
        steps = np.concatenate(self._steps) if self._steps else np.zeros(0)
        if len(steps) < STEPS_A_BLOCK:
            powers = [*steps, *([self._rest.mean()] if len(self._rest) else [])]
            return Level(_lufs(np.array(powers or [0.0])), self._peak)
        blocks = np.convolve(steps, np.full(STEPS_A_BLOCK, 1 / STEPS_A_BLOCK), mode="valid")
        return Level(_gated(blocks), self._peak)


def _gated(blocks: NDArray[np.float64]) -> float:
    """Return the loudness of the blocks that are neither silent nor far below the others."""
    heard = blocks[_lufs_of(blocks) >= NO_SOUND_LUFS]
    if len(heard) == 0:
        return NO_SOUND_LUFS
    loud = heard[_lufs_of(heard) > _lufs(heard) + RELATIVE_GATE_LU]
    return _lufs(loud)


def _lufs(powers: NDArray[np.float64]) -> float:
    return max(float(_lufs_of(powers.mean(keepdims=True))[0]), NO_SOUND_LUFS)


def _lufs_of(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    lufs: NDArray[np.float64] = OFFSET_LU + 10.0 * np.log10(np.maximum(powers, 1e-12))
    return lufs
