"""One stretch of sound on its way to the device: a queue of samples and a fader. Pure.

One thread feeds, one other (the device's) renders; neither waits for the other.
"""

from collections import deque

import numpy as np

from core.audio.ramp import Ramp
from core.types import Float32Array

RAMP_SAMPLES = 256  # 6 ms: a start or a stop without a click
GAIN_SAMPLES = 8_192  # 0.2 s over the whole range: a level that is corrected while it is heard
CUE_SAMPLES = 8_820  # 0.2 s: held before a voice takes over, so that it doesn't stumble at once


class Voice:
    """Samples waiting to be heard, faded in and out as told.

    With ``after`` it takes that voice's place while it plays: it waits until it holds the sample
    that is due at that moment, and is faded in there while the other is faded out. ``pace`` is how
    many of its samples pass while one of the other does.
    """

    def __init__(
        self, *, gain_db: float = 0.0, after: "Voice | None" = None, pace: float = 1.0
    ) -> None:
        self.gain_db = gain_db
        self._gain = Ramp(_factor(gain_db), samples=GAIN_SAMPLES)
        self._after = after
        self._after_from = after.reached_samples if after else 0
        self._pace = pace
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
        if before := self._after:
            before.pause()

    def resume(self) -> None:
        """Fade in again."""
        if not self._is_retired:
            self._target = 1.0
        if before := self._after:
            before.resume()

    def retire(self) -> None:
        """Fade out for good."""
        self._is_retired = True
        self._target = 0.0
        if before := self._after:
            before.retire()

    def set_gain(self, gain_db: float) -> None:
        """Move to another level."""
        self.gain_db = gain_db
        self._gain.turn(_factor(gain_db))

    @property
    def waiting_samples(self) -> int:
        """How many samples are fed and not yet played."""
        return self._fed - self.played_samples

    @property
    def reached_samples(self) -> int:
        """How many samples from its start it is: played, or due while another is still heard."""
        before = self._after
        if before is None:
            return self.played_samples
        return round((before.reached_samples - self._after_from) * self._pace)

    @property
    def is_waiting(self) -> bool:
        """Whether another voice is still heard in its place."""
        return self._after is not None

    @property
    def is_paused(self) -> bool:
        """Whether it was asked to be silent."""
        return self._target == 0.0

    @property
    def is_retired(self) -> bool:
        """Whether it was asked to be silent for good."""
        return self._is_retired

    @property
    def is_finished(self) -> bool:
        """Whether nothing will be heard of it any more."""
        if self._is_retired and (self._level == 0.0 or not self._queue):
            return True
        return self._has_ended and not self._queue and self._after is None

    def get_ready(self) -> None:
        """Take over from the voice before, if it can; called before any voice is rendered."""
        before = self._after
        if before is None or self._is_retired:
            return
        due = self.reached_samples
        self._skip(min(due, self._fed) - self.played_samples)
        has_enough = self.waiting_samples >= CUE_SAMPLES or self._has_ended
        if has_enough and self.played_samples >= min(due, self._fed):
            self._after = None
            before.retire()

    def render(self, out: Float32Array) -> None:
        """Add the next samples to float32 [n, 2]; fewer where it pauses, ends or waits."""
        if self._after is not None:
            return
        faders = self._faders(len(out))
        count = min(len(faders), self.waiting_samples)
        if count == 0:
            return
        levels = faders[:count] * self._gain.take(count)
        done = 0
        while done < count:
            part = self._next(count - done)
            length = part.shape[1]
            out[done : done + length] += part.T * levels[done : done + length, np.newaxis]
            done += length
        self._level = self._level_after(count)

    def _skip(self, samples: int) -> None:
        """Leave out the next samples."""
        while samples > 0:
            samples -= self._next(samples).shape[1]

    def _next(self, most: int) -> Float32Array:
        """Take up to so many samples off the queue, which has some."""
        block = self._queue[0]
        part = block[:, self._taken : self._taken + most]
        self._taken += part.shape[1]
        self.played_samples += part.shape[1]
        if self._taken == block.shape[1]:
            self._queue.popleft()
            self._taken = 0
        return part

    def _faders(self, samples: int) -> Float32Array:
        """Return the fader's level at each of the next samples; none once it is down."""
        if self._target == 0.0:
            samples = min(samples, round(self._level * RAMP_SAMPLES))
        if self._level == self._target:
            return np.full(samples, self._level, np.float32)
        step = 1.0 if self._target > self._level else -1.0
        steps = np.arange(1, samples + 1) * (step / RAMP_SAMPLES)
        levels: Float32Array = np.clip(self._level + steps, 0.0, 1.0).astype(np.float32)
        return levels

    def _level_after(self, samples: int) -> float:
        moved = samples / RAMP_SAMPLES
        if self._target > self._level:
            return min(self._level + moved, self._target)
        level = max(self._level - moved, self._target)
        return level if level * RAMP_SAMPLES >= 0.5 else self._target  # no rest of rounding


def _factor(gain_db: float) -> float:
    return float(10.0 ** (gain_db / 20.0))
