"""What the user said of pairs of songs; it stands above every verdict.

A pair is stored with the smaller id first. Decisions lie apart from verdicts, so that no new
analysis forgets them; they leave with their songs, and come back with them.
"""

import time
from dataclasses import dataclass

from core.errors import BugError
from core.library.database import Shelf
from core.library.songs import require_song
from core.types import Decision, SongId


@dataclass(frozen=True, slots=True)
class Decided:
    """What the user said of a pair; ``a`` is the smaller id."""

    a: SongId
    b: SongId
    decision: Decision


class DecisionShelf(Shelf):
    """Keeps the user's word on pairs."""

    def decide(self, a: SongId, b: SongId, *, decision: Decision | None) -> Decision | None:
        """Remember what a pair is, or forget it; return what was remembered before."""
        if a == b:
            raise BugError(f"a decision on song {a} and itself")
        pair = sorted((a, b))
        with self.database.writing() as connection:
            require_song(connection, a)
            require_song(connection, b)
            row = connection.execute(
                "SELECT decision FROM decision WHERE a = ? AND b = ?", pair
            ).fetchone()
            connection.execute("DELETE FROM decision WHERE a = ? AND b = ?", pair)
            if decision is not None:
                connection.execute(
                    "INSERT INTO decision VALUES (?, ?, ?, ?)",
                    (*pair, decision.value, time.time()),
                )
        return None if row is None else Decision(row[0])

    def decisions(self) -> list[Decided]:
        """Return every decision, the latest first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT a, b, decision FROM decision ORDER BY at DESC, a, b"
            ).fetchall()
        return [Decided(SongId(row[0]), SongId(row[1]), Decision(row[2])) for row in rows]
