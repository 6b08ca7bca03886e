"""The songs themselves: their rows, and every way to ask for them."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from core.errors import BugError, UnknownSongError
from core.library.blobs import path_blob, text, to_path
from core.library.database import Shelf
from core.library.kinds import sound_kind
from core.library.music import MUSIC_COLUMNS, music_facts
from core.types import (
    AudioFacts,
    FileStamp,
    ModelId,
    Song,
    SongId,
    SpaceName,
    Stage,
    Stem,
    Tags,
)

_COLUMNS = (
    "song_id, path, size_bytes, mtime_ns, sha256, codec, bit_rate_bps, sample_rate_hz, channels,"
    " container_duration_s, title, artist, album, duration_s, stage, added_at, stream_sha256"
)
# rowid breaks ties between songs added within one tick of the clock.
_OLDEST_FIRST = "ORDER BY added_at, song.rowid"
_READ = f"{_COLUMNS}, kind, {MUSIC_COLUMNS}"
_STAGES = {stage.value: stage for stage in Stage}


def write_song(connection: sqlite3.Connection, song: Song) -> None:
    """Insert a song's row, or replace what it says; rows that point to it stay."""
    marks = ", ".join("?" * len(_COLUMNS.split(",")))
    updates = ", ".join(f"{name.strip()} = excluded.{name.strip()}" for name in _COLUMNS.split(","))
    _check_path_is_free(connection, song.song_id, path=song.path)
    connection.execute(
        # Only names from the constant above enter the text; every value is a parameter.
        f"INSERT INTO song ({_COLUMNS}) VALUES ({marks})"  # noqa: S608
        f" ON CONFLICT (song_id) DO UPDATE SET {updates}",
        _row(song),
    )


def rename_song(
    connection: sqlite3.Connection, song_id: SongId, *, tags: Tags, stamp: FileStamp
) -> None:
    """Write what a song's file says of itself by now."""
    (path,) = connection.execute("SELECT path FROM song WHERE song_id = ?", (song_id,)).fetchone()
    title = text(tags.title) or text(to_path(path).stem)
    connection.execute(
        "UPDATE song SET title = ?, artist = ?, album = ?, size_bytes = ?, mtime_ns = ?,"
        " sha256 = ? WHERE song_id = ?",
        (title, text(tags.artist), text(tags.album), *astuple(stamp), song_id),
    )


def write_stream(connection: sqlite3.Connection, song_id: SongId, *, stream_sha256: str) -> None:
    """Store the hash of the packets of a song's sound."""
    connection.execute(
        "UPDATE song SET stream_sha256 = ? WHERE song_id = ?", (stream_sha256, song_id)
    )


def require_song(connection: sqlite3.Connection, song_id: SongId) -> None:
    """Raise ``UnknownSongError`` where the library has no such song."""
    if not has_song(connection, song_id):
        raise UnknownSongError(song_id)


def has_song(connection: sqlite3.Connection, song_id: SongId) -> bool:
    """Whether the library has this song."""
    row = connection.execute("SELECT 1 FROM song WHERE song_id = ?", (song_id,)).fetchone()
    return row is not None


class SongShelf(Shelf):
    """Asks for songs, and moves them when their file has moved."""

    def song(self, song_id: SongId) -> Song:
        """Return a song; raise ``UnknownSongError`` where the library has none of this id."""
        found = self._select("WHERE song_id = ?", song_id)
        if not found:
            raise UnknownSongError(song_id)
        return found[0]

    def songs(self) -> list[Song]:
        """Return every song, the first added first."""
        return self._select(_OLDEST_FIRST)

    def songs_of(self, song_ids: Sequence[SongId]) -> list[Song]:
        """Return those of these songs that the library has, the first added first."""
        marks = ", ".join("?" * len(song_ids))
        return self._select(f"WHERE song_id IN ({marks}) {_OLDEST_FIRST}", *song_ids)

    def find(self, asked: str) -> Song:
        """Return the song with this id, or at this path; raise ``UnknownSongError`` otherwise."""
        # Not resolve(): a link is stored as the user named it.
        return self.by_path(Path(os.path.abspath(asked))) or self.song(SongId(asked))  # noqa: PTH100

    def by_path(self, path: Path) -> Song | None:
        """Return the song that this very path leads to, as it was stored."""
        found = self._select("WHERE path = ?", path_blob(path))
        return found[0] if found else None

    def by_sha256(self, sha256: str) -> list[Song]:
        """Return the songs whose files have these bytes, the first added first."""
        return self._select(f"WHERE sha256 = ? {_OLDEST_FIRST}", sha256)

    def by_stream(self, stream_sha256: str) -> list[Song]:
        """Return the songs whose sound has these packets, whatever the tags around them."""
        if not stream_sha256:
            return []
        return self._select(f"WHERE stream_sha256 = ? {_OLDEST_FIRST}", stream_sha256)

    def unfinished(self) -> list[Song]:
        """Return the songs whose separation is still to do, the first added first."""
        return self._select(f"WHERE stage = ? {_OLDEST_FIRST}", Stage.FIRST_ANSWER.value)

    def half_heard(self) -> list[Song]:
        """Return the songs that an older version has heard less of than is heard now.

        They lack the grain, the measures of quality, what they hold or the hash of the sound, or
        are ready and have no tonal sequence or no tempo and key; the last added comes first.
        """
        return self._select(
            "WHERE stream_sha256 = '' OR song_id NOT IN (SELECT song_id FROM grain)"
            " OR song_id NOT IN (SELECT song_id FROM copy_facts)"
            " OR song_id NOT IN (SELECT song_id FROM sound_kind)"
            " OR (stage = ? AND (song_id NOT IN (SELECT song_id FROM tonal)"
            " OR song_id NOT IN (SELECT song_id FROM music)))"
            " ORDER BY added_at DESC, song.rowid DESC",
            Stage.READY.value,
        )

    def of_other_models(self, models: Mapping[tuple[SpaceName, Stem], ModelId]) -> list[Song]:
        """Return the songs that have vectors of other models than these, the last added first."""
        known = " OR ".join(["(space = ? AND stem = ? AND model_id = ?)"] * len(models))
        values = [
            value
            for (space, stem), model_id in models.items()
            for value in (space.value, stem.value, model_id)
        ]
        return self._select(
            # Only column names and question marks enter the text. The index alone tells which
            # models there are; rows are read of those only.
            "WHERE song_id IN (SELECT song_id FROM vectors WHERE (space, stem, model_id) IN"  # noqa: S608
            f" (SELECT DISTINCT space, stem, model_id FROM vectors WHERE NOT ({known})))"
            " ORDER BY added_at DESC, song.rowid DESC",
            *values,
        )

    def code_stamps(self) -> dict[SongId, str]:
        """Return what names the state of each song's fingerprints: its file, and its stage."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT song_id, substr(sha256, 1, 16), stage FROM song")
            return {SongId(row[0]): f"{row[1]} {row[2]}" for row in rows}

    def relocate(self, song_id: SongId, path: Path) -> None:
        """Note that a song's file now lies elsewhere, where no other song of the library lies."""
        with self.database.writing() as connection:
            require_song(connection, song_id)
            _check_path_is_free(connection, song_id, path=path)
            connection.execute(
                "UPDATE song SET path = ? WHERE song_id = ?", (path_blob(path), song_id)
            )

    def _select(self, clause: str, *values: str | bytes) -> list[Song]:
        with self.database.reading() as connection:
            # The clause is one of the literals above; every value is a parameter.
            rows = connection.execute(
                f"SELECT {_READ} FROM song LEFT JOIN music USING (song_id)"  # noqa: S608
                f" LEFT JOIN sound_kind USING (song_id) {clause}",
                values,
            )
            return [_song(row) for row in rows]


def _check_path_is_free(connection: sqlite3.Connection, song_id: SongId, *, path: Path) -> None:
    other = connection.execute(
        "SELECT song_id FROM song WHERE path = ? AND song_id <> ?", (path_blob(path), song_id)
    ).fetchone()
    if other is not None:
        raise BugError(f"{path} is the file of song {other[0]}, and can't be that of {song_id}")


def _row(song: Song) -> Sequence[str | bytes | float | None]:
    stamp, facts = song.stamp, song.facts
    return (
        song.song_id,
        path_blob(song.path),
        stamp.size_bytes,
        stamp.mtime_ns,
        stamp.sha256,
        facts.codec,
        facts.bit_rate_bps,
        facts.sample_rate_hz,
        facts.channels,
        facts.duration_s,
        text(song.title),
        text(song.artist),
        text(song.album),
        song.duration_s,
        song.stage.value,
        song.added_at,
        song.stream_sha256,
    )


def _song(row: tuple[Any, ...]) -> Song:
    return Song(
        SongId(row[0]),
        to_path(row[1]),
        FileStamp(*row[2:5]),
        AudioFacts(*row[5:10]),
        row[10],
        row[11],
        row[12],
        row[13],
        _STAGES[row[14]],
        row[15],
        row[16],
        music_facts(row[18:]),
        sound_kind(row[17]),
    )
