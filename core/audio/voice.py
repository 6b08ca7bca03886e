"""One stretch of sound on its way to the device: a queue of samples and a fader. Pure.

One thread feeds, one other (the device's) renders; neither waits for the other.
"""

from collections import deque

import numpy as np

from core.types import Float32Array

RAMP_SAMPLES = 256  # 6 ms: a start or a stop without a click


class Voice:
    """Samples waiting to be heard, faded in and out as told."""

    def __init__(self, *, gain_db: float = 0.0) -> None:
        self._gain = np.float32(10.0 ** (gain_db / 20.0))
        self._queue: deque[Float32Array] = deque()
        self._taken = 0  # samples of the first block of the queue that were played
        self._fed = 0
        self._level = 0.0  # of the fader, in [0, 1]
        self._target = 1.0
        self._has_ended = False
        self._is_retired = False
        self.played_samples = 0

    def feed(self, block: Float32Array) -> None:
        """Append float32 [2, n]."""
        if block.shape[1]:
            self._queue.append(block)
            self._fed += block.shape[1]

    def end(self) -> None:
        """Say that no more will be fed."""
        self._has_ended = True

    def pause(self) -> None:
        """Fade out, and wait there."""
        self._target = 0.0

    def resume(self) -> None:
        """Fade in again."""
        if not self._is_retired:
            self._target = 1.0

    def retire(self) -> None:
        """Fade out for good."""
        self._is_retired = True
        self._target = 0.0

    @property
    def waiting_samples(self) -> int:
        """How many samples are fed and not yet played."""
        return self._fed - self.played_samples

    @property
    def is_paused(self) -> bool:
        """Whether it was asked to be silent."""
        return self._target == 0.0

    @property
    def is_finished(self) -> bool:
        """Whether nothing will be heard of it any more."""
        if self._is_retired and (self._level == 0.0 or not self._queue):
            return True
        return self._has_ended and not self._queue

    def render(self, out: Float32Array) -> None:
        """Add the next samples to float32 [n, 2]; fewer where it pauses, ends or waits."""
        faders = self._faders(len(out))
        done = 0
        while done < len(faders) and self._queue:
            block = self._queue[0]
            count = min(len(faders) - done, block.shape[1] - self._taken)
            part = block[:, self._taken : self._taken + count]
            out[done : done + count] += part.T * faders[done : done + count, np.newaxis]
            done += count
            self._taken += count
            if self._taken == block.shape[1]:
                self._queue.popleft()
                self._taken = 0
        if done:
            self._level = self._level_after(done)
            self.played_samples += done

    def _faders(self, samples: int) -> Float32Array:
        """Return the fader's level at each of the next samples; none once it is down."""
        if self._target == 0.0:
            samples = min(samples, round(self._level * RAMP_SAMPLES))
        if self._level == self._target:
            return np.full(samples, self._gain * self._level, np.float32)
        step = 1.0 if self._target > self._level else -1.0
        steps = np.arange(1, samples + 1) * (step / RAMP_SAMPLES)
        levels: Float32Array = np.clip(self._level + steps, 0.0, 1.0).astype(np.float32)
        return levels * self._gain

    def _level_after(self, samples: int) -> float:
        moved = samples / RAMP_SAMPLES
        if self._target > self._level:
            return min(self._level + moved, self._target)
        level = max(self._level - moved, self._target)
        return level if level * RAMP_SAMPLES >= 0.5 else self._target  # no rest of rounding
