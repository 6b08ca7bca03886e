"""The outbox: which songs have changed since the cluster last heard of them.

A change is queued in the transaction that makes it, so that no crash can part the two. A song has
at most one change in the outbox, the newest. When a song last changed is kept for good, also when
it is gone, since two machines may share a library, and the later change counts.
"""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from core.library.database import Shelf
from core.types import SongId

TICK_S = 0.001  # two changes of a song are at least this far apart
CREDIBLE_S = 24 * 3600.0  # how far ahead a time may lie: the recommender refuses those beyond


class ChangeKind(Enum):
    """What happened to a song."""

    UPSERT = "upsert"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """A song that changed; ``seq`` grows with every change and is never used again."""

    seq: int
    song_id: SongId
    kind: ChangeKind


def queue_change(connection: sqlite3.Connection, song_id: SongId, *, kind: ChangeKind) -> None:
    """Queue a change, in the place of an older one of the same song."""
    connection.execute(
        "INSERT OR REPLACE INTO outbox (song_id, kind) VALUES (?, ?)", (song_id, kind.value)
    )
    connection.execute(
        "INSERT INTO change VALUES (?, ?)"
        # A clock that was set back does not make a change older than the one before it, unless
        # that one lies so far ahead that no cluster takes it.
        " ON CONFLICT (song_id) DO UPDATE SET changed_at = CASE"
        " WHEN change.changed_at > excluded.changed_at + ? THEN excluded.changed_at"
        " ELSE max(excluded.changed_at, change.changed_at + ?) END",
        (song_id, round(time.time(), 3), CREDIBLE_S, TICK_S),
    )


class Outbox:
    """The changes that wait to be sent."""

    def __init__(self, catalogue: Shelf) -> None:
        self._database = catalogue.database

    def pending(self, *, limit: int | None = None) -> list[Change]:
        """Return the newest change of each song, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT seq, song_id, kind FROM outbox ORDER BY seq LIMIT ?",
                (-1 if limit is None else limit,),
            )
            return [Change(row[0], SongId(row[1]), ChangeKind(row[2])) for row in rows]

    def count(self) -> int:
        """Return how many songs have a change to send."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM outbox").fetchone()[0])

    def changed_at(self, song_ids: Sequence[SongId]) -> dict[SongId, float]:
        """Return when those of these songs that ever were here last changed (Unix time)."""
        rows = self._database.of_songs("SELECT song_id, changed_at FROM change", song_ids)
        return {SongId(song_id): float(at) for song_id, at in rows}

    def changed(self, kinds: Mapping[SongId, ChangeKind]) -> None:
        """Queue changes that happen now, such as the user's wish to share a song or not."""
        with self._database.writing() as connection:
            for song_id, kind in kinds.items():
                queue_change(connection, song_id, kind=kind)

    def again(self, kinds: Mapping[SongId, ChangeKind]) -> None:
        """Queue changes that happened before, and must be sent once more."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO outbox (song_id, kind) VALUES (?, ?)",
                [(song_id, kind.value) for song_id, kind in kinds.items()],
            )

    def reset(self) -> None:
        """Queue every song again, for a full resync; deletes that wait stay."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO outbox (song_id, kind)"
                " SELECT song_id, ? FROM song ORDER BY added_at, rowid",
                (ChangeKind.UPSERT.value,),
            )
