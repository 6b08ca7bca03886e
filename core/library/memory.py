"""What the library remembers beside its songs: listens, lists from the cluster, small notes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.cluster_types import Recommendation
from core.library.blobs import text
from core.library.database import Shelf
from core.library.songs import has_song, require_song
from core.types import CatalogueId, SongId


@dataclass(frozen=True, slots=True)
class Listen:
    """One play of a song: how much of it was heard, and when (Unix time)."""

    song_id: SongId
    heard_s: float
    at: float


class MemoryShelf(Shelf):
    """Keeps listens, recommendations and notes."""

    def record_listen(self, song_id: SongId, *, heard_s: float) -> None:
        """Remember that a song was played."""
        with self.database.writing() as connection:
            require_song(connection, song_id)
            connection.execute(
                "INSERT INTO listen VALUES (?, ?, ?)", (song_id, time.time(), heard_s)
            )

    def listens(self) -> list[Listen]:
        """Return every listen, the latest first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT song_id, heard_s, at FROM listen ORDER BY at DESC, rowid DESC"
            )
            return [Listen(SongId(row[0]), row[1], row[2]) for row in rows]

    def put_recommendations(self, lists: Mapping[SongId, Sequence[Recommendation]]) -> None:
        """Replace the lists of these songs; the list of a song that has left is dropped."""
        with self.database.writing() as connection:
            for query_id, recommendations in lists.items():
                connection.execute("DELETE FROM recommendation WHERE query_id = ?", (query_id,))
                if not has_song(connection, query_id):
                    continue
                connection.executemany(
                    # The inner query gives NULL for a song that isn't, or is no longer, ours.
                    "INSERT INTO recommendation VALUES"
                    " (?, ?, ?, (SELECT song_id FROM song WHERE song_id = ?), ?, ?, ?, ?)",
                    [_recommendation_row(query_id, item) for item in recommendations],
                )

    def recommendations(self, song_id: SongId, *, limit: int) -> list[Recommendation]:
        """Return the first lines of the list last pulled for a song."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT place, catalogue_id, song_id, title, artist, score, reason"
                " FROM recommendation WHERE query_id = ? ORDER BY place LIMIT ?",
                (song_id, limit),
            )
            return [_recommendation(row) for row in rows]

    def note(self, key: str) -> str | None:
        """Return a small fact that lives with the library, or None."""
        with self.database.reading() as connection:
            row = connection.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_note(self, key: str, value: str) -> None:
        """Keep a small fact with the library, in the place of the one under the same key."""
        with self.database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (key, value))


def _recommendation_row(query_id: SongId, item: Recommendation) -> tuple[Any, ...]:
    words = (text(item.title), text(item.artist), item.score, text(item.reason))
    return (query_id, item.rank, item.catalogue_id, item.song_id, *words)


def _recommendation(row: tuple[Any, ...]) -> Recommendation:
    place, catalogue_id, song_id, title, artist, score, reason = row
    known = None if song_id is None else SongId(song_id)
    return Recommendation(place, CatalogueId(catalogue_id), known, title, artist, score, reason)
