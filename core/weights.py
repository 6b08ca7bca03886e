"""Files of weights that others made: their facts, their check, and how they are fetched.

A file is used only where its sha256 is the pinned one. Fetched files live in the folder that the
settings give, and are never passed on.
"""

import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO

from core.errors import WeightsError, WeightsProblem
from core.progress import Progress

PIECE_BYTES = 256 * 1024  # between two cancel checks: a tenth of a second on a slow line
TIMEOUT_S = 30.0  # of silence on the line


@dataclass(frozen=True, slots=True)
class WeightsFacts:
    """What is known of one file of weights."""

    name: str  # of the file
    model: str  # what a person calls it
    version: str
    sha256: str
    sample_rate_hz: int
    channels: int
    licence: str
    url: str = ""  # empty where a Python package carries it


def checked(path: Path, facts: WeightsFacts) -> Path:
    """Return the path, once the file there is known to be the pinned one."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise WeightsError(facts.model, WeightsProblem.MISSING, detail=str(path)) from error
    except OSError as error:
        detail = error.strerror or str(error)
        raise WeightsError(facts.model, WeightsProblem.UNREADABLE, detail=detail) from error
    if found != facts.sha256:
        raise WeightsError(facts.model, WeightsProblem.WRONG_CHECKSUM, detail=str(path))
    return path


def is_fetched(folder: Path, facts: WeightsFacts) -> bool:
    """Tell whether the file is there; what is in it is checked when it is loaded."""
    return (folder / facts.name).is_file()


def fetch(facts: WeightsFacts, folder: Path, *, progress: Progress) -> Path:
    """Download the file into ``folder``, unless it is there; nothing half-fetched stays.

    It appears under its name only once its checksum is right. WeightsError where it can't be had.
    """
    wanted = folder / facts.name
    if wanted.is_file():
        return checked(wanted, facts)
    partial = folder / f"{facts.name}.{os.getpid()}.part"
    with _translated(facts):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            _download(facts, partial, progress=progress)
            return checked(partial, facts).replace(wanted)
        finally:
            partial.unlink(missing_ok=True)


def _download(facts: WeightsFacts, partial: Path, *, progress: Progress) -> None:
    if not facts.url.startswith("https://"):
        raise WeightsError(facts.model, WeightsProblem.MISSING, detail="it has no https address")
    with (
        urllib.request.urlopen(facts.url, timeout=TIMEOUT_S) as answer,  # noqa: S310 - https, above
        partial.open("wb") as file,
    ):
        total = int(answer.headers.get("Content-Length") or 0)
        _copy(answer, file, total_bytes=total, what=facts.model, progress=progress)


def _copy(
    source: IO[bytes], target: IO[bytes], *, total_bytes: int, what: str, progress: Progress
) -> None:
    """Copy piece by piece, reporting each."""
    done = 0
    while piece := source.read(PIECE_BYTES):
        target.write(piece)
        done += len(piece)
        progress.report(done, total_bytes, what=what)


@contextmanager
def _translated(facts: WeightsFacts) -> Iterator[None]:
    """Translate what the line and the disk raise."""
    try:
        yield
    except (OSError, HTTPException) as error:  # URLError and timeouts are OSErrors
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it holds the answer, and with it the line
        reason = getattr(error, "reason", None) or error
        raise WeightsError(facts.model, WeightsProblem.MISSING, detail=str(reason)) from error
