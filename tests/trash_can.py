"""A real trash of its own for a test, and disks that behave badly."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from send2trash import plat_other

OPEN_TRASH = sys.platform not in ("darwin", "win32")


def use_trash(monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """Let the system's trash be a folder under ``home``; return it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    # Read once, when the library is first imported.
    monkeypatch.setattr(plat_other, "XDG_DATA_HOME", os.fsencode(home))
    monkeypatch.setattr(plat_other, "HOMETRASH_B", os.fsencode(home / "Trash"))
    return home / "Trash"


def trashed(trash: Path) -> list[str]:
    """Return the names of the files in a trash; every file has its note, and every note a file."""
    files = sorted(path.name for path in trash.glob("files/*"))
    assert files == sorted(path.name.removesuffix(".trashinfo") for path in trash.glob("info/*"))
    return files


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, verb: str, number: int) -> Iterator[None]:
    """Let a call of the operating system fail; mocked, since a test can't break a disk."""

    def fail(*_args: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, verb, fail)
        yield
