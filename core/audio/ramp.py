"""A level on its way to another, in straight lines, so that no change of it clicks. Pure.

One thread turns it, another (the device's) takes it; neither waits for the other.
"""

import numpy as np

from core.types import Float32Array


class Ramp:
    """A level that moves by at most one in ``samples`` samples."""

    def __init__(self, level: float, *, samples: int) -> None:
        self._level = self._target = level
        self._step = 1.0 / samples

    @property
    def level(self) -> float:
        """Where it is now."""
        return self._level

    def turn(self, target: float) -> None:
        """Move to another level from now on."""
        self._target = target

    def take(self, samples: int) -> Float32Array:
        """Return the levels of the next samples, float32 [samples]."""
        start, target = self._level, self._target
        if start == target:
            return np.full(samples, start, np.float32)
        step = self._step if target > start else -self._step
        levels = start + step * np.arange(1, samples + 1)
        low, high = min(start, target), max(start, target)
        levels = np.clip(levels, low, high)
        self._level = float(levels[-1]) if samples else start
        taken: Float32Array = levels.astype(np.float32)
        return taken
