"""Copying tags from one file to others, so that nothing can happen to the sound.

A file is never written in place: a copy beside it gets the tags, its sound's packets are compared
with the file's, and only then does it take the file's place, in one step.
"""

import base64
import errno
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.audio import stream
from core.audio.tag_sheet import Image, TagSheet, read_sheet, write_sheet
from core.audio.tags import Field
from core.errors import AudioFileError, TagError, TagProblem
from core.library import scan
from core.progress import Progress
from core.types import FileStamp

# Hidden, with the file's own ending: what writes tags looks at the name too.
PART_PREFIX = ".songkin-part-"
PART_CHARS = 16  # 64 bits: no two names in a folder share them
SUFFIX_CHARS = 8

_PROBLEMS = {
    errno.ENOENT: TagProblem.VANISHED,
    errno.ENOTDIR: TagProblem.VANISHED,
    errno.ENOSPC: TagProblem.DISK_FULL,
    errno.EDQUOT: TagProblem.DISK_FULL,
}


@dataclass(frozen=True, slots=True)
class Retagged:
    """A file that lies ready under another name, with what will change; nothing has changed yet.

    ``before`` holds what the new tags take the place of.
    """

    path: Path
    part: Path
    stamp: FileStamp
    before: TagSheet


def sheet_to_copy(path: Path) -> TagSheet:
    """Return the tags that a file can give to others: those that it has."""
    sheet = read_sheet(path)
    texts = {field: values for field, values in sheet.texts.items() if any(values)}
    images = sheet.images[:1] if sheet.images else None
    if not texts and images is None:
        raise TagError(path, TagProblem.NOTHING)
    return TagSheet(texts, images)


@contextmanager
def prepared(
    path: Path, given: TagSheet, *, whole: bool, stream_sha256: str = ""
) -> Iterator[Retagged]:
    """Make a copy of a file with other tags, and yield it; what is not ``put`` is taken away.

    ``whole``: the given pictures take the place of all, else of the cover only. Where its sound's
    ``stream_sha256`` is known the file is read once less. Raises ``TagError``.
    """
    path = path.resolve()  # a link stays a link
    part = _part(path)
    with _translating(path):
        try:
            shutil.copy2(path, part)
            before = read_sheet(part)
            write_sheet(part, _joined(given, before, whole=whole))
            _check_sound(path, part, known=stream_sha256)
            yield Retagged(path, part, scan.stamp(part), before=_replaced(before, given))
        finally:
            part.unlink(missing_ok=True)


def clear_part(path: Path) -> None:
    """Take away what a cut short ``prepared`` left beside a file; raise ``TagError``."""
    with _translating(path):
        _part(path.resolve()).unlink(missing_ok=True)


def put(ready: Retagged) -> None:
    """Let the copy take the file's place; raise ``TagError``."""
    with _translating(ready.path):
        with ready.part.open("rb") as file:
            os.fsync(file.fileno())
        ready.part.replace(ready.path)


def to_json(sheet: TagSheet) -> dict[str, Any]:
    """Return a sheet as JSON can hold it."""
    images = None
    if sheet.images is not None:
        images = [
            {**asdict(image), "data": base64.b64encode(image.data).decode()}
            for image in sheet.images
        ]
    return {"texts": {f.value: list(v) for f, v in sheet.texts.items()}, "images": images}


def from_json(shape: Mapping[str, Any]) -> TagSheet:
    """Return the sheet that ``to_json`` made."""
    texts = {Field(name): tuple(values) for name, values in shape["texts"].items()}
    if shape["images"] is None:
        return TagSheet(texts, None)
    images = ({**image, "data": base64.b64decode(image["data"])} for image in shape["images"])
    return TagSheet(texts, tuple(Image(**image) for image in images))


def _part(path: Path) -> Path:
    """Return the copy's place: names may be as long as a disk lets them, so it is of one length."""
    digest = hashlib.sha256(os.fsencode(path.name)).hexdigest()
    return path.with_name(PART_PREFIX + digest[:PART_CHARS] + path.suffix[:SUFFIX_CHARS])


def _joined(given: TagSheet, before: TagSheet, *, whole: bool) -> TagSheet:
    if given.images is None or whole:
        return given
    others: Sequence[Image] = (before.images or ())[1:]
    return TagSheet(given.texts, (*given.images, *others))


def _replaced(before: TagSheet, given: TagSheet) -> TagSheet:
    """Return what a sheet will take the place of."""
    texts = {field: before.texts[field] for field in given.texts}
    return TagSheet(texts, None if given.images is None else before.images)


def _check_sound(path: Path, part: Path, *, known: str) -> None:
    found = stream.stream_sha256(part, progress=Progress())
    # What is known may come from an older FFmpeg, which split the sound otherwise.
    if found != known and found != stream.stream_sha256(path, progress=Progress()):
        raise TagError(path, TagProblem.SOUND_AT_RISK)


@contextmanager
def _translating(path: Path) -> Iterator[None]:
    try:
        yield
    except AudioFileError as error:
        raise TagError(path, TagProblem.DAMAGED, detail=error.detail) from error
    except OSError as error:
        problem = _PROBLEMS.get(error.errno or 0, TagProblem.FORBIDDEN)
        raise TagError(path, problem, detail=str(error)) from error
