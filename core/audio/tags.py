"""What files say of themselves: title, artist, album, cover.

With ``tag_sheet.py``, which writes, the one door to mutagen. Tags are a courtesy: a file without
them, or with broken ones, gives empty ones and no error.
"""

import base64
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, cast

import mutagen
from mutagen._vorbis import VComment
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.flac import Picture
from mutagen.id3 import ID3
from mutagen.mp4 import MP4Tags

from core.audio.source import opened
from core.errors import AudioFileError
from core.progress import Progress
from core.types import Level, Tags

MAX_COVER_BYTES = 16 * 1024 * 1024  # larger ones are no covers, and every one lies in the catalogue
MAX_TEXT = 1_000  # characters; longer ones are lyrics or an attack

# mutagen means to raise only MutagenError; on damaged files its parsers also let these through.
MUTAGEN_FAILURES = (
    mutagen.MutagenError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)


# What players write of how loud a song is: the gain that brings it to a common level
# (https://wiki.hydrogenaudio.org/index.php?title=ReplayGain_2.0_specification), in Opus in 256ths
# of a dB (RFC 7845, 5.2.1). The latter has no peak.
REPLAY_GAIN = "replaygain_track_gain"
REPLAY_PEAK = "replaygain_track_peak"
REPLAY_LUFS = -18.0
R128_GAIN = "r128_track_gain"
R128_LUFS = -23.0
R128_STEPS = 256.0
FULL_SCALE = 1.0
LIKELY_LUFS = (-60.0, 0.0)  # what lies outside was written by a broken program
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


class Field(Enum):
    """A text that a file may say of itself, and that is worth copying."""

    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    ALBUM_ARTIST = "album_artist"
    DATE = "date"
    TRACK = "track"
    GENRE = "genre"


@dataclass(frozen=True, slots=True)
class Names:
    """What one kind of tags calls the texts."""

    kind: type
    of: Mapping[Field, str]


def _names(kind: type, *names: str) -> Names:
    return Names(kind, dict(zip(Field, names, strict=True)))


NAMES = (
    _names(ID3, "TIT2", "TPE1", "TALB", "TPE2", "TDRC", "TRCK", "TCON"),  # mp3, aiff, wav
    _names(
        VComment, "title", "artist", "album", "albumartist", "date", "tracknumber", "genre"
    ),  # flac, ogg, opus
    _names(MP4Tags, "\xa9nam", "\xa9ART", "\xa9alb", "aART", "\xa9day", "trkn", "\xa9gen"),
    _names(
        ASFTags,
        "Title",
        "Author",
        "WM/AlbumTitle",
        "WM/AlbumArtist",
        "WM/Year",
        "WM/TrackNumber",
        "WM/Genre",
    ),  # wma
    _names(
        APEv2, "Title", "Artist", "Album", "Album Artist", "Year", "Track", "Genre"
    ),  # ape, wv, mpc
)


class _Values(Protocol):
    """What all kinds of tags can do; mutagen doesn't say so in types."""

    def __contains__(self, name: str) -> bool: ...

    def __getitem__(self, name: str) -> Iterable[object]: ...


def read_tags(path: Path) -> Tags:
    """Return what the file says of itself, as far as it can be read."""
    try:
        with opened(path, progress=Progress()) as source:
            return _tags(mutagen.File(source))
    except (AudioFileError, *MUTAGEN_FAILURES):
        return Tags()


def read_level(path: Path) -> Level | None:
    """Return how loud the file says it is; None where it says nothing that can be believed."""
    try:
        with opened(path, progress=Progress()) as source:
            return _level(getattr(mutagen.File(source), "tags", None))
    except (AudioFileError, *MUTAGEN_FAILURES):
        return None


def _level(tags: object) -> Level | None:
    """Read the gain, whatever this kind of tags calls it ("TXXX:" or "----:" come before it)."""
    values = cast(Mapping[str, object], {} if tags is None else tags)
    numbers = {name.lower().rpartition(":")[2]: values[name] for name in _gain_names(values)}
    if REPLAY_GAIN in numbers:
        lufs = REPLAY_LUFS - _number(numbers[REPLAY_GAIN])
        peak = _number(numbers[REPLAY_PEAK]) if REPLAY_PEAK in numbers else FULL_SCALE
    elif R128_GAIN in numbers:
        lufs, peak = R128_LUFS - _number(numbers[R128_GAIN]) / R128_STEPS, FULL_SCALE
    else:
        return None
    low, high = LIKELY_LUFS
    return Level(lufs, peak) if low <= lufs <= high else None


def _gain_names(values: Mapping[str, object]) -> list[str]:
    wanted = (REPLAY_GAIN, REPLAY_PEAK, R128_GAIN)
    names = list(values.keys())  # Vorbis comments, listed themselves, give pairs
    return [name for name in names if name.lower().rpartition(":")[2] in wanted]


def _number(value: object) -> float:
    """Read the number of a tag's first value; ValueError where it holds none."""
    first = value[0] if isinstance(value, list) else getattr(value, "text", value)
    text = first.decode("ascii", "replace") if isinstance(first, bytes) else str(first)
    found = NUMBER.search(text)
    if found is None:
        raise ValueError(f"no number in {text!r}")
    return float(found.group())


def _tags(file: mutagen.FileType | None) -> Tags:
    """Read the texts and the cover; a broken cover does not cost the texts."""
    tags: object = getattr(file, "tags", None)
    names = next((names.of for names in NAMES if isinstance(tags, names.kind)), None)
    if names is None:
        return Tags()
    values = cast(_Values, tags)
    return Tags(
        title=_text(values, names[Field.TITLE]),
        artist=_text(values, names[Field.ARTIST]),
        album=_text(values, names[Field.ALBUM]),
        n_texts=sum(bool(_text(values, name)) for name in names.values()),
        cover=_cover(values, pictures=getattr(file, "pictures", ())),
    )


def _text(tags: _Values, name: str) -> str:
    """Return a tag as one line; several values are joined by commas."""
    if name not in tags:
        return ""
    found = tags[name]
    values = [found] if isinstance(found, str) else found
    lines = (" ".join(str(value).replace("\0", " ").split()) for value in values)
    text = ", ".join(line for line in lines if line)[:MAX_TEXT]
    return text.encode("utf-8", "replace").decode()  # half a surrogate can't be stored


def _cover(tags: _Values, *, pictures: Iterable[Picture]) -> bytes | None:
    """Return the first picture, unless it is broken or no cover could be so large."""
    try:
        cover = next(_covers(tags, pictures), None)
    except MUTAGEN_FAILURES:
        return None
    return cover if cover and len(cover) <= MAX_COVER_BYTES else None


def _covers(tags: _Values, pictures: Iterable[Picture]) -> Iterator[bytes]:
    """Find the pictures, wherever this kind of tags keeps them."""
    yield from (picture.data for picture in pictures)  # FLAC's own
    if isinstance(tags, ID3):
        frames = (tags[key] for key in tags if key.startswith("APIC"))
        yield from (frame.data for frame in frames)
        return
    for kind, name, image in COVERS:
        if isinstance(tags, kind) and name in tags:
            found = tags[name]
            yield from map(image, found if isinstance(found, list) else [found])


def _asf_picture(value: bytes) -> bytes:
    """Cut the image out of WM/Picture: kind, size, MIME type and description come before it.

    The two texts are UTF-16-LE, each ended by two zero bytes
    (https://learn.microsoft.com/en-us/windows/win32/wmformat/wm-picture).
    """
    _, size = struct.unpack_from("<BI", value)
    position = 5
    for _ in range(2):
        while value[position : position + 2] not in (b"\0\0", b""):
            position += 2
        position += 2
    return value[position : position + size]


def _vorbis_picture(text: str) -> bytes:
    """Decode what Vorbis comments carry as text: FLAC's picture block in base 64."""
    data: bytes = Picture(base64.b64decode(text)).data  # type: ignore[no-untyped-call]  # mutagen's
    return data


COVERS: tuple[tuple[type, str, Callable[[Any], bytes]], ...] = (
    (VComment, "metadata_block_picture", _vorbis_picture),
    (MP4Tags, "covr", bytes),
    (ASFTags, "WM/Picture", lambda entry: _asf_picture(entry.value)),
    # A file name, a zero byte, the image.
    (APEv2, "Cover Art (Front)", lambda found: bytes(found.value).partition(b"\0")[2]),
)
