"""The one door to the system's trash: files go there, and come back from it. Nothing is deleted.

On Linux a trash is a folder that tells where each file came from (the freedesktop.org trash
specification, https://specifications.freedesktop.org/trash-spec), so that a file can be put back
by us. The trashes of macOS and Windows give files back to their user only: there ``bring_back``
says so, and finds the file once the user has put it in its place.
"""

import errno
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

import send2trash

from core.errors import TrashError, TrashProblem

# Whether the trash is a folder that says where its files came from.
IS_OPEN = sys.platform not in ("darwin", "win32")
COPY_SUFFIX = ".songkin-part"

_PROBLEMS = {
    errno.ENOENT: TrashProblem.VANISHED,
    errno.ENOTDIR: TrashProblem.VANISHED,
    errno.EACCES: TrashProblem.FORBIDDEN,
    errno.EPERM: TrashProblem.FORBIDDEN,
    errno.EROFS: TrashProblem.FORBIDDEN,
    errno.EEXIST: TrashProblem.OCCUPIED,
}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file, what tells it from another, and where it lies in the trash if that is known."""

    path: Path
    size_bytes: int
    mtime_ns: int
    place: Path | None = None

    def is_at(self, path: Path) -> bool:
        """Whether this very file lies at a path."""
        try:
            seen = path.lstat() if path.is_symlink() else path.stat()
        except OSError:
            return False
        return (seen.st_size, seen.st_mtime_ns) == (self.size_bytes, self.mtime_ns)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file in a trash, and the note that says where it came from."""

    file: Path
    note: Path


def facts_of(path: Path) -> FileFacts:
    """Return what tells the file at a path from another; raise ``TrashError`` if it is gone."""
    try:
        seen = path.lstat()
    except OSError as error:
        raise _error(path, error) from error
    return FileFacts(path, seen.st_size, seen.st_mtime_ns)


def send(path: Path) -> FileFacts:
    """Move a file to the trash; return where it lies there, as far as that can be told.

    Raises ``TrashError``; the file is then where it was, and the trash as it was.
    """
    facts, began = facts_of(path), time.time()
    try:
        send2trash.send2trash(str(path))
    except OSError as error:
        _clear_failed_try(facts, since=began)
        raise _error(path, error) from error
    if os.path.lexists(path):
        raise TrashError(path, TrashProblem.REFUSED, detail="it is still there")
    entry = _find(facts)
    return replace(facts, place=entry.file if entry else None)


def bring_back(facts: FileFacts) -> bool:
    """Put a file back into its place; return False where it is there already.

    Raises ``TrashError``; nothing has then changed, and nothing is ever overwritten.
    """
    path = facts.path
    if os.path.lexists(path):
        if facts.is_at(path):
            return False
        raise TrashError(path, TrashProblem.OCCUPIED)
    entry = _find(facts)
    if entry is None:
        raise TrashError(path, _why_not_found(facts))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _move(entry.file, path)
    except OSError as error:
        raise _error(path, error) from error
    with suppress(OSError):  # a note without a file does no harm
        entry.note.unlink()
    return True


def _move(source: Path, target: Path) -> None:
    """Move a file where nothing is; raise ``OSError`` (EEXIST) where something is."""
    # Claiming the name first: a rename would silently take the place of another file.
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        try:
            source.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy(source, target)
    except OSError:
        target.unlink()  # our own empty claim
        raise


def _copy(source: Path, target: Path) -> None:
    """Move a file to another disk: copied in full first, and only then gone from here."""
    part = target.with_name(target.name + COPY_SUFFIX)
    try:
        shutil.copy2(source, part, follow_symlinks=False)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    source.unlink()


def _find(facts: FileFacts) -> _Entry | None:
    """Find a file in the trashes that may hold it: the newest of those that came from its path."""
    if not IS_OPEN:
        return None
    if facts.place is not None and facts.is_at(facts.place):
        return _Entry(facts.place, _note_of(facts.place))
    found = [entry for entry in _entries(facts.path) if facts.is_at(entry.file)]
    return max(found, key=lambda entry: entry.note.stat().st_mtime_ns, default=None)


def _entries(path: Path) -> Iterator[_Entry]:
    """Yield the entries of every trash whose note names this path."""
    for trash in _trashes(path):
        for note in trash.glob("info/*.trashinfo"):
            file = trash / "files" / note.name.removesuffix(".trashinfo")
            if _origin(note, top=trash) == os.path.normpath(path):
                yield _Entry(file, note)


def _origin(note: Path, *, top: Path) -> str:
    """Return the path that a note names; relative ones start beside the trash."""
    try:
        lines = note.read_bytes().splitlines()
    except OSError:
        return ""
    named = next((line[5:] for line in lines if line.startswith(b"Path=")), b"")
    beside = top.parent.parent if top.parent.name == ".Trash" else top.parent
    # Not resolve(): the note names the path as it was given to the trash.
    return os.path.normpath(os.path.join(beside, os.fsdecode(unquote_to_bytes(named))))  # noqa: PTH118 - as said above


def _trashes(path: Path) -> list[Path]:
    """Return the folders of the trashes that a file of this path may lie in."""
    top, user = _mount_point(path), os.getuid()
    return [_home_trash(), top / ".Trash" / str(user), top / f".Trash-{user}"]


def _home_trash() -> Path:
    data_home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data_home / "Trash"


def _mount_point(path: Path) -> Path:
    """Return the top of the disk that holds a path; the path itself may be gone."""
    there = next(parent for parent in path.parents if parent.exists()).resolve()
    while not there.is_mount():
        there = there.parent
    return there


def _why_not_found(facts: FileFacts) -> TrashProblem:
    if not IS_OPEN:
        return TrashProblem.BY_HAND
    # A trash that went away with its disk is not one that was emptied.
    folder = facts.place.parent if facts.place else None
    is_away = folder is not None and not folder.exists() and folder.parent != _home_trash()
    return TrashProblem.AWAY if is_away else TrashProblem.EMPTIED


def _note_of(file: Path) -> Path:
    return file.parent.parent / "info" / f"{file.name}.trashinfo"


def _clear_failed_try(facts: FileFacts, *, since: float) -> None:
    """Take out of the trash what a failed try left: a note without a file, or a copy."""
    if not IS_OPEN or not facts.is_at(facts.path):
        return
    for entry in list(_entries(facts.path)):
        with suppress(OSError):
            # A second less: file systems round their times.
            if entry.note.stat().st_mtime >= since - 1.0:
                entry.file.unlink(missing_ok=True)
                entry.note.unlink()


def _error(path: Path, error: OSError) -> TrashError:
    """Translate what the system says, as far as it has a word of its own."""
    if isinstance(error, send2trash.TrashPermissionError) or error.errno is None:
        problem = TrashProblem.NO_TRASH
    else:
        problem = _PROBLEMS.get(error.errno, TrashProblem.REFUSED)
    return TrashError(path, problem, detail=str(error))
