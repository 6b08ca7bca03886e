"""Writing sound: the core's one door to soundfile.

Sound is float32 [2, n] at 44.1 kHz, full scale +-1.0; what is louder is clipped. 24 bits are more
than any converter resolves, and what DAWs expect.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from core.audio.decode import SAMPLE_RATE_HZ
from core.audio.sound_formats import SoundFormat
from core.errors import AudioFileError, AudioProblem, WriteError, WriteProblem
from core.placing import is_full
from core.types import Float32Array

CHANNELS = 2
SUBTYPE = "PCM_24"
COPIED_FRAMES = 1 << 18  # 2 MB, six seconds

Int32Array = npt.NDArray[np.int32]


class SoundWriter:
    """A sound file that grows by blocks; raises ``WriteError``, naming ``target``."""

    def __init__(self, file: soundfile.SoundFile, target: Path) -> None:
        self._file = file
        self._target = target

    def write(self, block: Float32Array) -> None:
        """Append float32 [2, n]."""
        with _translated(self._target):
            self._file.write(block.T)

    def write_whole(self, block: Int32Array) -> None:
        """Append int32 [n, 2], full scale at the ends of its range."""
        with _translated(self._target):
            self._file.write(block)


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


def rewrite(source: Path, path: Path, *, target: Path, sound_format: SoundFormat) -> None:
    """Write a file of ours again, sample by sample the same; ``target`` is what the user calls it.

    Raises ``AudioFileError`` where the source is gone or damaged, ``WriteError`` as writing does.
    """
    # As integers: on the way through floats the last of 24 bits would be rounded.
    with (
        _reading(source) as blocks,
        writing(path, target=target, sound_format=sound_format) as file,
    ):
        for block in blocks:
            file.write_whole(block)


@contextmanager
def _reading(source: Path) -> Iterator[Iterator[Int32Array]]:
    """Open a file of ours as blocks of int32 [n, 2]."""
    try:
        file = soundfile.SoundFile(str(source))
    except soundfile.LibsndfileError as error:
        problem = AudioProblem.DAMAGED if source.exists() else AudioProblem.VANISHED
        raise AudioFileError(source, problem, detail=str(error)) from error
    with file:
        yield file.blocks(blocksize=COPIED_FRAMES, dtype="int32", always_2d=True)


@contextmanager
def _translated(target: Path) -> Iterator[None]:
    """Translate what libsndfile says, which knows no reason but "system error"."""
    try:
        yield
    except (soundfile.LibsndfileError, AssertionError) as error:  # the latter: a short write
        full = is_full(target.parent)
        problem = WriteProblem.DISK_FULL if full else WriteProblem.UNWRITABLE
        raise WriteError(target, problem, detail=str(error)) from error
