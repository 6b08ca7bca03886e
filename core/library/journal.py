"""What was done that can be taken back, the latest first; it survives a restart.

An action is *pending* while files are being moved or written, and *done* when all of it is: a
pending one that is found at the start was cut short, on its way or on its way back. ``detail`` is
the doer's own JSON.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.copy_types import ActionKind
from core.library.archive import archive, bring_back
from core.library.changes import ChangeKind, queue_change
from core.library.database import Shelf
from core.library.songs import require_song
from core.types import SongId

# How many actions can be taken back. Each keeps the rows of its songs, some ten kilobytes a song.
KEPT_ACTIONS = 50

_PENDING, _DONE = "pending", "done"


@dataclass(frozen=True, slots=True)
class Entry:
    """One action of the journal."""

    action_id: int
    kind: ActionKind
    songs: tuple[SongId, ...]
    at: float
    detail: Any


class JournalShelf(Shelf):
    """Keeps the journal, and the songs that may come back."""

    def begin(self, kind: ActionKind, songs: Sequence[SongId], *, detail: object) -> Entry:
        """Note what is about to be done."""
        at = time.time()
        with self.database.writing() as connection:
            done = connection.execute(
                "INSERT INTO action (kind, state, songs, at, detail) VALUES (?, ?, ?, ?, ?)",
                (kind.value, _PENDING, json.dumps(songs), at, json.dumps(detail)),
            )
        return Entry(done.lastrowid or 0, kind, tuple(songs), at, detail)

    def amend(self, entry: Entry, *, detail: object) -> Entry:
        """Replace an action's detail."""
        with self.database.writing() as connection:
            connection.execute(
                "UPDATE action SET detail = ? WHERE action_id = ?",
                (json.dumps(detail), entry.action_id),
            )
        return replace(entry, detail=detail)

    def conclude(self, entry: Entry, *, leaving: Sequence[SongId] = ()) -> None:
        """Note that an action is done; songs that leave the library are kept under it.

        Their removal is queued for the cluster. Older actions than ``KEPT_ACTIONS`` are forgotten.
        """
        with self.database.writing() as connection:
            for song_id in leaving:
                require_song(connection, song_id)
            if leaving:
                archive(connection, entry.action_id, song_ids=leaving)
            for song_id in leaving:
                connection.execute("DELETE FROM song WHERE song_id = ?", (song_id,))
                queue_change(connection, song_id, kind=ChangeKind.DELETE)
            connection.execute(
                "UPDATE action SET state = ? WHERE action_id = ?", (_DONE, entry.action_id)
            )
            connection.execute(
                # What was cut short is never too old: files may wait in the trash for it.
                "DELETE FROM action WHERE state = :done AND action_id NOT IN (SELECT action_id"
                " FROM action WHERE state = :done ORDER BY action_id DESC LIMIT :kept)",
                {"done": _DONE, "kept": KEPT_ACTIONS},
            )

    def reopen(self, entry: Entry) -> None:
        """Note that an action is about to be taken back; it is pending again."""
        with self.database.writing() as connection:
            connection.execute(
                "UPDATE action SET state = ? WHERE action_id = ?", (_PENDING, entry.action_id)
            )

    def take_back(self, entry: Entry, *, song_ids: Sequence[SongId]) -> list[SongId]:
        """Forget an action, and put back these of the songs that left with it; return them.

        They are queued for the cluster.
        """
        with self.database.writing() as connection:
            back = bring_back(connection, entry.action_id, song_ids=song_ids)
            for song_id in back:
                queue_change(connection, song_id, kind=ChangeKind.UPSERT)
                # The lists of other songs had let go of it.
                connection.execute(
                    "UPDATE recommendation SET song_id = ? WHERE catalogue_id ="
                    " (SELECT library_id FROM library) || ':' || ?",
                    (song_id, song_id),
                )
            connection.execute("DELETE FROM action WHERE action_id = ?", (entry.action_id,))
        return back

    def drop(self, entry: Entry) -> None:
        """Forget an action, and what left with it."""
        with self.database.writing() as connection:
            connection.execute("DELETE FROM action WHERE action_id = ?", (entry.action_id,))

    def last_done(self) -> Entry | None:
        """Return the action that would be taken back next."""
        found = self._entries(_DONE, limit=1)
        return found[0] if found else None

    def pending(self) -> list[Entry]:
        """Return the actions that were cut short, the latest first."""
        return self._entries(_PENDING, limit=-1)

    def _entries(self, state: str, *, limit: int) -> list[Entry]:
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT action_id, kind, songs, at, detail FROM action WHERE state = ?"
                " ORDER BY action_id DESC LIMIT ?",
                (state, limit),
            ).fetchall()
        return [
            Entry(row[0], ActionKind(row[1]), tuple(json.loads(row[2])), row[3], json.loads(row[4]))
            for row in rows
        ]
