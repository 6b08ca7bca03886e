"""Opening a file for reading without being fooled: no waiting for pipes, no touching of devices.

What the operating system refuses leaves here as an ``AudioFileError``.
"""

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import AudioFileError, AudioProblem
from core.progress import Progress

ERRNO_PROBLEMS = {
    errno.ENOENT: AudioProblem.VANISHED,
    errno.ENOTDIR: AudioProblem.VANISHED,
    errno.ESTALE: AudioProblem.VANISHED,
    errno.ENODEV: AudioProblem.VANISHED,
    errno.EACCES: AudioProblem.FORBIDDEN,
    errno.EPERM: AudioProblem.FORBIDDEN,
    errno.EISDIR: AudioProblem.NOT_A_FILE,
    errno.ENXIO: AudioProblem.NOT_A_FILE,
    errno.ELOOP: AudioProblem.NOT_A_FILE,
}


@contextmanager
def opened(path: Path, *, progress: Progress) -> Iterator["Source"]:
    """Open a regular file for reading, without ever waiting for a pipe's other end."""
    try:
        with Source(_descriptor(path), progress) as source:
            _check_regular(path, os.fstat(source.fileno()))
            yield source
    except OSError as error:
        problem = ERRNO_PROBLEMS.get(error.errno or 0, AudioProblem.UNREADABLE)
        raise AudioFileError(path, problem, detail=error.strerror or "") from error


def _descriptor(path: Path) -> int:
    """Open what was looked at before: opening alone can rewind a tape or wait for a pipe."""
    if "\0" in str(path):  # a name that no file can have
        raise AudioFileError(path, AudioProblem.VANISHED)
    _check_regular(path, path.stat())
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags)


def _check_regular(path: Path, status: os.stat_result) -> None:
    """Refuse what isn't a regular file with something in it."""
    if not stat.S_ISREG(status.st_mode):
        raise AudioFileError(path, AudioProblem.NOT_A_FILE)
    if status.st_size == 0:
        raise AudioFileError(path, AudioProblem.EMPTY)


class Source(io.FileIO):
    """A regular file, open for reading; each read is also a cancel check.

    Its name is a number: from a real one FFmpeg would guess the format, and take ``pipe:0`` for an
    address.
    """

    def __init__(self, descriptor: int, progress: Progress) -> None:
        super().__init__(descriptor, "rb")
        self._progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes, none at the end."""
        self._progress.check()
        return super().read(-1 if size is None else size)
