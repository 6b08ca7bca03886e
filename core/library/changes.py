"""The outbox: which songs have changed since the cluster last heard of them.

A change is queued in the transaction that makes it, so that no crash can part the two. A song has
at most one change in the outbox, the newest.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from core.library.database import Shelf
from core.types import SongId


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

    def acknowledge(self, seqs: Sequence[int]) -> None:
        """Drop changes that have arrived; a newer change of the same song stays."""
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM outbox WHERE seq = ?", [(seq,) for seq in seqs])

    def reset(self) -> None:
        """Queue every song again, for a full resync; deletes that wait stay."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO outbox (song_id, kind)"
                " SELECT song_id, ? FROM song ORDER BY added_at, rowid",
                (ChangeKind.UPSERT.value,),
            )
