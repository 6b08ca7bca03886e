"""Putting finished files in their place: whole or not at all, and never over another file.

A file is written under a hidden name in its own folder and then moved. What the system refuses
leaves here as a ``WriteError``.
"""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.errors import WriteError, WriteProblem

HALF = ".part"  # how a file is called until it is whole

ERRNO_PROBLEMS = {
    errno.EEXIST: WriteProblem.OCCUPIED,
    errno.ENOENT: WriteProblem.NO_FOLDER,
    errno.ENOTDIR: WriteProblem.NO_FOLDER,
    errno.EACCES: WriteProblem.FORBIDDEN,
    errno.EPERM: WriteProblem.FORBIDDEN,
    errno.EROFS: WriteProblem.FORBIDDEN,
    errno.ENOSPC: WriteProblem.DISK_FULL,
    errno.EDQUOT: WriteProblem.DISK_FULL,
}
FULL_BYTES = 1 << 20  # a disk with less free than this is full, for sound


@contextmanager
def placed(targets: Sequence[Path], *, replace: bool = False) -> Iterator[list[Path]]:
    """Yield an empty file for each target; all are moved to their targets when the block ends.

    Where it raises, nothing is left. A file that is in a target's place stays, and ``WriteError``
    is raised, unless ``replace``.
    """
    halves: list[Path] = []
    moved: list[Path] = []
    at = targets[0]
    try:
        for at in targets:
            halves.append(_new_half(at))
        yield halves
        for half, at in zip(halves, targets, strict=True):
            _move(half, at, replace=replace)
            moved.append(at)
    except BaseException as error:
        for path in (*halves, *(() if replace else moved)):
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise WriteError(at, problem_of(error), detail=error.strerror or "") from error
        raise


def write_text(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a text file (UTF-8, lines ended as they are); raises ``WriteError``."""
    with placed([path], replace=replace) as (half,):
        half.write_bytes(text.encode("utf-8", errors="surrogateescape"))


def problem_of(error: OSError) -> WriteProblem:
    """Say in our words what the system refused."""
    return ERRNO_PROBLEMS.get(error.errno or 0, WriteProblem.UNWRITABLE)


def is_full(folder: Path) -> bool:
    """Whether the disk of a folder has no room left."""
    try:
        return shutil.disk_usage(folder).free < FULL_BYTES
    except OSError:
        return False


def _new_half(target: Path) -> Path:
    """Make an empty file beside the target, with the rights that any new file gets."""
    half = target.with_name(f".songkin-{secrets.token_hex(6)}{HALF}")
    os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return half


def _move(half: Path, target: Path, *, replace: bool) -> None:
    if replace:
        half.replace(target)
        return
    try:
        os.link(half, target)  # the only move that never replaces
    except FileExistsError:
        raise
    except OSError:  # a disk without links, as USB sticks are
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        half.rename(target)
    else:
        half.unlink()
