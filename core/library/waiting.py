"""The files that wait for their first answer, and those that could not be added."""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from core.library.blobs import path_blob, text, to_path
from core.library.database import Shelf
from core.types import Problem


def forget_file(connection: sqlite3.Connection, path: Path) -> None:
    """Drop a file's place in the queue and its problem."""
    connection.execute("DELETE FROM queue WHERE path = ?", (path_blob(path),))
    connection.execute("DELETE FROM problem WHERE path = ?", (path_blob(path),))


class WaitingShelf(Shelf):
    """Keeps the queue and the problems; both survive a restart."""

    def enqueue(self, paths: Sequence[Path]) -> None:
        """Put files at the end of the queue, in this order; one that waits keeps its place."""
        with self.database.writing() as connection:
            connection.executemany(
                "INSERT INTO queue (path) VALUES (?) ON CONFLICT (path) DO NOTHING",
                [(path_blob(path),) for path in paths],
            )

    def queued(self) -> list[Path]:
        """Return the files that wait, the first to do first."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT path FROM queue ORDER BY position")
            return [to_path(row[0]) for row in rows]

    def dequeue(self, path: Path) -> None:
        """Take a file off the queue, if it is there."""
        with self.database.writing() as connection:
            connection.execute("DELETE FROM queue WHERE path = ?", (path_blob(path),))

    def note_problem(self, path: Path, reason: str) -> None:
        """Remember why a file could not be added.

        It leaves the queue: trying it again is for the user to ask.
        """
        with self.database.writing() as connection:
            forget_file(connection, path)
            connection.execute(
                "INSERT INTO problem VALUES (?, ?, ?)", (path_blob(path), text(reason), time.time())
            )

    def problems(self) -> list[Problem]:
        """Return the files that could not be added, the latest first."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT path, reason, at FROM problem ORDER BY at DESC, path")
            return [Problem(to_path(row[0]), row[1], row[2]) for row in rows]

    def clear_problem(self, path: Path) -> None:
        """Forget a file's problem, if it has one."""
        with self.database.writing() as connection:
            connection.execute("DELETE FROM problem WHERE path = ?", (path_blob(path),))
