"""Lists of songs as other programs read them: M3U8, CSV and plain text. Pure."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePath

from core.tables import as_csv
from core.types import Song

HEAD = ("rank", "title", "artist", "album", "length_s", "score", "why", "path")


class ListFormat(Enum):
    """The formats of lists, by their suffixes."""

    M3U8 = "m3u8"
    CSV = "csv"
    TEXT = "txt"

    @property
    def suffix(self) -> str:
        """The suffix with its dot."""
        return f".{self.value}"


@dataclass(frozen=True, slots=True)
class Line:
    """One song of a list; ``path`` is None where it is not on this machine."""

    title: str
    artist: str
    album: str
    duration_s: float
    path: Path | None
    score: str = ""
    why: str = ""


def line_of(song: Song, *, score: str = "", why: str = "") -> Line:
    """Return a song of the library as a line."""
    return Line(
        song.title, song.artist, song.album, song.duration_s, song.path, score=score, why=why
    )


def rendered(lines: Sequence[Line], list_format: ListFormat, *, folder: Path) -> str:
    """Return a list in a format, for a file in ``folder``."""
    match list_format:
        case ListFormat.M3U8:
            return as_m3u8(lines, folder)
        case ListFormat.CSV:
            return as_table(lines)
        case ListFormat.TEXT:
            return as_text(lines)


def as_m3u8(lines: Sequence[Line], folder: Path) -> str:
    """Return an extended M3U in UTF-8, with paths as seen from ``folder`` where they share one.

    Songs that are not on this machine are left out: a player has no use for them.
    """
    found = ["#EXTM3U"]
    for line in lines:
        if line.path is not None:
            found.append(f"#EXTINF:{round(line.duration_s)},{_one_line(_named(line))}")
            found.append(_reference(line.path, folder))
    return "\n".join(found) + "\n"


def as_table(lines: Sequence[Line]) -> str:
    """Return a CSV table with a head."""
    rows = (
        (
            rank,
            line.title,
            line.artist,
            line.album,
            round(line.duration_s, 1),
            line.score,
            line.why,
            str(line.path) if line.path else None,
        )
        for rank, line in enumerate(lines, start=1)
    )
    return as_csv(HEAD, rows)


def as_text(lines: Sequence[Line]) -> str:
    """Return a line a song, as people write lists: number, artist, title, length."""
    width = len(str(len(lines)))
    return "".join(
        f"{rank:>{width}}. {_one_line(_named(line))} ({_clock(line.duration_s)})\n"
        for rank, line in enumerate(lines, start=1)
    )


def _named(line: Line) -> str:
    return f"{line.artist} - {line.title}" if line.artist else line.title


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _reference(path: Path, folder: Path) -> str:
    """Return how the list in ``folder`` names a file.

    A name that would break the list's lines is given as an address instead.
    """
    text = str(path)
    if text.splitlines() != [text] or not _is_text(text):
        return path.absolute().as_uri()
    if not _shares_folder(path, folder):
        return text
    seen = PurePath(os.path.relpath(path, folder)).as_posix()
    return f"./{seen}" if seen.startswith("#") else seen


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # bytes of a file name that are no text
        return False
    return True


def _shares_folder(path: Path, folder: Path) -> bool:
    """Return whether both lie in one folder below the root, so that they may move together."""
    try:
        shared = os.path.commonpath((path.absolute(), folder.absolute()))
    except ValueError:  # on two drives
        return False
    return shared != Path(shared).anchor
