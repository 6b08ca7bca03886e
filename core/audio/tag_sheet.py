"""Reading and writing the tags that are worth copying from one file to another.

A ``TagSheet`` is the same whatever the kind of file. Writing changes only what the sheet names;
all other tags, and the sound, stay. Texts are written in the form in which they were found: ID3 of
version 2.3 stays 2.3.
"""

import base64
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import mutagen
from mutagen import apev2, asf, flac, id3, mp4
from mutagen._vorbis import VComment
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.flac import FLAC
from mutagen.id3 import ID3
from mutagen.mp4 import MP4Tags

from core.audio.tags import MUTAGEN_FAILURES, NAMES, Field, Names
from core.errors import TagError, TagProblem

# Mutagen's files and tags share no type that says what they do, and its makers carry none.
Mutagen: TypeAlias = Any
Picture: Mutagen = flac.Picture
Frames: Mutagen = id3
MP4Cover: Mutagen = mp4.MP4Cover
ASFBytes: Mutagen = vars(asf)["ASFByteArrayAttribute"]
APEValue: Mutagen = apev2.APEValue

FRONT_COVER = 3  # ID3v2, 4.14
PNG_MARK = b"\x89PNG"
VORBIS_PICTURE = "metadata_block_picture"
APE_COVER = "Cover Art (Front)"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in a file's tags; ``kind`` is ID3's number, ``data`` the encoded image."""

    data: bytes
    mime: str
    kind: int = FRONT_COVER
    description: str = ""


@dataclass(frozen=True, slots=True)
class TagSheet:
    """Tags of a file: several values a text, none where it is empty; the cover comes first.

    Where a sheet is written, texts that it does not name and pictures that are None stay.
    """

    texts: Mapping[Field, tuple[str, ...]]
    images: tuple[Image, ...] | None


def read_sheet(path: Path) -> TagSheet:
    """Return the tags of a file; raise ``TagError`` where they can't be read or written."""
    file = _file(path)
    try:
        texts = {field: _texts(file, field) for field in Field}
        return TagSheet(texts, tuple(_images(file)))
    except MUTAGEN_FAILURES as error:
        raise TagError(path, TagProblem.DAMAGED, detail=str(error)) from error


def write_sheet(path: Path, sheet: TagSheet) -> None:
    """Write a sheet into a file, in place; raise ``TagError``, which may leave half a file."""
    file = _file(path)
    try:
        for field, values in sheet.texts.items():
            _set_texts(file, field, values)
        if sheet.images is not None:
            _set_images(file, sheet.images)
        _save(file)
    except MUTAGEN_FAILURES as error:
        raise TagError(path, TagProblem.DAMAGED, detail=str(error)) from error


def _file(path: Path) -> Mutagen:
    """Return an open file; one without tags has empty ones, that are not saved yet."""
    try:
        file = mutagen.File(path)
    except MUTAGEN_FAILURES as error:
        raise TagError(path, TagProblem.DAMAGED, detail=str(error)) from error
    if file is None or not _has_names(file):
        raise TagError(path, TagProblem.UNSUPPORTED)
    return file


def _has_names(file: Mutagen) -> bool:
    """Whether we know the names that a file's tags use; it gets tags where it has none."""
    if file.tags is None:
        try:
            file.add_tags()  # once: FLAC keeps the block of each call, and one is all it may have
        except (mutagen.MutagenError, NotImplementedError):
            return False
    return any(isinstance(file.tags, names.kind) for names in NAMES)


def _names(file: Mutagen) -> Names:
    return next(names for names in NAMES if isinstance(file.tags, names.kind))


def _texts(file: Mutagen, field: Field) -> tuple[str, ...]:
    name = _names(file).of[field]
    if name not in file.tags:
        return ()
    found = file.tags[name]
    if name == "trkn":  # MP4's pairs of numbers: which of how many
        return tuple(f"{number}/{of}" if of else str(number) for number, of in found)
    values = [found] if isinstance(found, str) else list(found)
    return tuple(str(value) for value in values)


def _set_texts(file: Mutagen, field: Field, values: Sequence[str]) -> None:
    tags: Mutagen = file.tags
    name = _names(file).of[field]
    if _names(file).kind is ID3:
        frame = getattr(Frames, name)
        tags.setall(name, [frame(encoding=id3.Encoding.UTF8, text=list(values))] if values else [])
        return
    if not values:
        _drop(tags, name)
        return
    tags[name] = [_track(value) for value in values] if name == "trkn" else list(values)


def _track(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    return _number(number), _number(of)


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0


def _images(file: Mutagen) -> Iterable[Image]:
    if isinstance(file, FLAC):
        return [_of_picture(picture) for picture in file.pictures]
    for kind, get, _set in IMAGES:
        if isinstance(file.tags, kind):
            return get(file.tags)
    return []


def _set_images(file: Mutagen, images: Sequence[Image]) -> None:
    is_flac = isinstance(file, FLAC)
    if is_flac:
        file.clear_pictures()
        for image in images:
            file.add_picture(_picture(image))
        return
    for kind, _get, put in IMAGES:
        if isinstance(file.tags, kind):
            put(file.tags, images)


def _save(file: Mutagen) -> None:
    if _names(file).kind is ID3 and file.tags.version[:2] < (2, 4):
        file.tags.update_to_v23()
        file.save(v2_version=3)
        return
    file.save()


def _of_picture(picture: Mutagen) -> Image:
    return Image(picture.data, picture.mime, picture.type, picture.desc)


def _picture(image: Image) -> Mutagen:
    picture = Picture()
    picture.data, picture.mime = image.data, image.mime
    picture.type, picture.desc = image.kind, image.description
    return picture


def _get_id3(tags: Mutagen) -> Iterable[Image]:
    frames = tags.getall("APIC")
    return [Image(frame.data, frame.mime, int(frame.type), frame.desc) for frame in frames]


def _set_id3(tags: Mutagen, images: Sequence[Image]) -> None:
    frames = [
        Frames.APIC(
            encoding=id3.Encoding.UTF8,
            mime=image.mime,
            type=image.kind,
            desc=image.description,
            data=image.data,
        )
        for image in images
    ]
    tags.setall("APIC", frames)


def _get_vorbis(tags: Mutagen) -> Iterable[Image]:
    return [_of_picture(Picture(base64.b64decode(text))) for text in tags.get(VORBIS_PICTURE, [])]


def _set_vorbis(tags: Mutagen, images: Sequence[Image]) -> None:
    blocks = [base64.b64encode(_picture(image).write()).decode("ascii") for image in images]
    _put(tags, VORBIS_PICTURE, blocks)


def _get_mp4(tags: Mutagen) -> Iterable[Image]:
    return [Image(bytes(cover), _mime(bytes(cover))) for cover in tags.get("covr", ())]


def _set_mp4(tags: Mutagen, images: Sequence[Image]) -> None:
    png, jpeg = MP4Cover.FORMAT_PNG, MP4Cover.FORMAT_JPEG
    covers = [
        MP4Cover(image.data, imageformat=png if image.data.startswith(PNG_MARK) else jpeg)
        for image in images
    ]
    _put(tags, "covr", covers)


def _get_asf(tags: Mutagen) -> Iterable[Image]:
    return [_of_asf(attribute.value) for attribute in tags.get("WM/Picture", ())]


def _set_asf(tags: Mutagen, images: Sequence[Image]) -> None:
    _put(tags, "WM/Picture", [ASFBytes(_to_asf(image)) for image in images])


def _of_asf(value: bytes) -> Image:
    """Read WM/Picture: kind, size, then MIME type and description in UTF-16-LE, then the image."""
    kind, size = struct.unpack_from("<BI", value)
    texts, position = [], 5
    for _ in range(2):
        end = position
        while value[end : end + 2] not in (b"\0\0", b""):
            end += 2
        texts.append(value[position:end].decode("utf-16-le", "replace"))
        position = end + 2
    return Image(value[position : position + size], texts[0], kind, texts[1])


def _to_asf(image: Image) -> bytes:
    texts = (image.mime, image.description)
    head = struct.pack("<BI", image.kind, len(image.data))
    return head + b"".join(text.encode("utf-16-le") + b"\0\0" for text in texts) + image.data


def _get_ape(tags: Mutagen) -> Iterable[Image]:
    if APE_COVER not in tags:
        return []
    name, _, data = bytes(tags[APE_COVER].value).partition(b"\0")
    return [Image(data, _mime(data), description=name.decode("utf-8", "replace"))]


def _set_ape(tags: Mutagen, images: Sequence[Image]) -> None:
    _drop(tags, APE_COVER)
    for image in images[:1]:  # it has room for one
        name = image.description.encode() or b"Cover"
        tags[APE_COVER] = APEValue(name + b"\0" + image.data, apev2.BINARY)


def _put(tags: Mutagen, name: str, values: Sequence[object]) -> None:
    _drop(tags, name)
    if values:
        tags[name] = list(values)


def _drop(tags: Mutagen, name: str) -> None:
    if name in tags:  # not pop(): some of mutagen's tags are lists that look like mappings
        del tags[name]


def _mime(data: bytes) -> str:
    return "image/png" if data.startswith(PNG_MARK) else "image/jpeg"


IMAGES: tuple[
    tuple[type, Callable[[Mutagen], Iterable[Image]], Callable[[Mutagen, Sequence[Image]], None]],
    ...,
] = (
    (ID3, _get_id3, _set_id3),
    (VComment, _get_vorbis, _set_vorbis),
    (MP4Tags, _get_mp4, _set_mp4),
    (ASFTags, _get_asf, _set_asf),
    (APEv2, _get_ape, _set_ape),
)
