"""A file read once, or one stretch of it again and again, and which moment is being heard. Pure.

Blocks are float32 [2, n] at 44.1 kHz. Each pass of a loop is faded at both ends, as the sound
before its end and that after its start seldom fit together.
"""

from collections.abc import Callable, Generator, Iterator

import numpy as np

from core.audio.decode import SAMPLE_RATE_HZ
from core.audio.moments import Loop
from core.types import Float32Array

SEAM_SAMPLES = 256  # 6 ms, as a voice's own fader takes

Blocks = Iterator[Float32Array]
Read = Callable[[float], Blocks]  # from a moment in seconds on


class Reel:
    """What a session plays of a file, from one moment on."""

    def __init__(self, start_s: float, *, loop: Loop | None) -> None:
        self.start_s = max(start_s, 0.0)
        self.loop = loop
        self._first_samples: int | None = None  # of the pass that began in the middle
        self._pass_samples: int | None = None

    def blocks(self, read: Read) -> Blocks:
        """Read the file from the start moment to its end; where there is a loop, without end."""
        loop = self.loop
        if loop is None:
            yield from read(self.start_s)
            return
        # Whoever jumps behind the loop hears the rest of the song first.
        end_s = loop.end_s if loop.end_s is None or self.start_s < loop.end_s else None
        self._first_samples = yield from _faded(_part(read, self.start_s, end_s=end_s))
        while True:
            part = _part(read, loop.start_s, end_s=loop.end_s)
            self._pass_samples = yield from _faded(part, rises=True)
            if not self._pass_samples:
                return

    def position_s(self, samples: int) -> float:
        """Return which moment of the file comes after so many samples."""
        first = self._first_samples
        if self.loop is None or first is None or samples < first:
            return self.start_s + samples / SAMPLE_RATE_HZ
        since = samples - first
        if self._pass_samples:
            since %= self._pass_samples
        return self.loop.start_s + since / SAMPLE_RATE_HZ


def _part(read: Read, start_s: float, *, end_s: float | None) -> Blocks:
    """Read from one moment to another."""
    left = None if end_s is None else round((end_s - start_s) * SAMPLE_RATE_HZ)
    for block in read(start_s):
        if left is None:
            yield block
        elif left > 0:
            yield block[:, :left]
            left -= block.shape[1]
        else:
            return


def _faded(blocks: Blocks, *, rises: bool = False) -> Generator[Float32Array, None, int]:
    """Fade the last block out, and the first one in where it ``rises``; return the length."""
    held: Float32Array | None = None
    total = 0
    for block in blocks:
        total += block.shape[1]
        if held is None:
            held = block * _rise(block.shape[1]) if rises else block
        elif block.shape[1] < SEAM_SAMPLES:  # too short to be faded alone
            held = np.concatenate([held, block], axis=1)
        else:
            yield held
            held = block
    if held is not None:
        yield held * _rise(held.shape[1])[::-1]
    return total


def _rise(samples: int) -> Float32Array:
    """Return float32 [samples]: from just over 0 to 1 within the seam."""
    rise: Float32Array = np.ones(samples, np.float32)
    seam = min(samples, SEAM_SAMPLES)
    rise[:seam] = (np.arange(seam) + 0.5) / seam
    return rise
