"""Writing sound: the core's one door to soundfile.

Sound is float32 [2, n] at 44.1 kHz, full scale +-1.0; what is louder is clipped. 24 bits are more
than any converter resolves, and what DAWs expect.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile

from core.audio.decode import SAMPLE_RATE_HZ
from core.audio.sound_formats import SoundFormat
from core.errors import WriteError, WriteProblem
from core.placing import is_full
from core.types import Float32Array

CHANNELS = 2
SUBTYPE = "PCM_24"


class SoundWriter:
    """A sound file that grows by blocks; raises ``WriteError``, naming ``target``."""

    def __init__(self, file: soundfile.SoundFile, target: Path) -> None:
        self._file = file
        self._target = target

    def write(self, block: Float32Array) -> None:
        """Append float32 [2, n]."""
        with _translated(self._target):
            self._file.write(block.T)


@contextmanager
def writing(path: Path, *, target: Path, sound_format: SoundFormat) -> Iterator[SoundWriter]:
    """Open a file for writing; ``target`` is what the user calls it."""
    with _translated(target):
        file = soundfile.SoundFile(
            str(path),
            "w",
            SAMPLE_RATE_HZ,
            CHANNELS,
            format=sound_format.name,
            subtype=SUBTYPE,
        )
    try:
        yield SoundWriter(file, target)
    finally:
        with _translated(target):
            file.close()


@contextmanager
def _translated(target: Path) -> Iterator[None]:
    """Translate what libsndfile says, which knows no reason but "system error"."""
    try:
        yield
    except (soundfile.LibsndfileError, AssertionError) as error:  # the latter: a short write
        full = is_full(target.parent)
        problem = WriteProblem.DISK_FULL if full else WriteProblem.UNWRITABLE
        raise WriteError(target, problem, detail=str(error)) from error
