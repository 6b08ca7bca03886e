"""The one door to SQLite: connections, transactions, and the translation of its errors.

One connection writes, under a lock; reads borrow a connection of their own from a pool, so that
any number of threads read while one writes (WAL). A borrowed connection is used by one thread at
a time. ``docs/decisions/catalogue.md`` says why.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import BugError, LibraryError, LibraryProblem, SongkinError
from core.library import schema
from core.types import SongId

BUSY_TIMEOUT_S = 5.0  # another process of ours writes for milliseconds; five seconds is a hang

# Its limit on parameters is 32,766 since 3.32 and was 999 before; 500 costs nothing.
IDS_A_QUERY = 500

_RETRY_S = 0.01

_HEADER_BYTES = 100  # SQLite's file format, section 1.3

# SQLite's primary result codes, as far as the world can cause them; any other is a bug of ours.
_PROBLEMS = {
    sqlite3.SQLITE_BUSY: LibraryProblem.IN_USE,
    sqlite3.SQLITE_LOCKED: LibraryProblem.IN_USE,
    sqlite3.SQLITE_FULL: LibraryProblem.DISK_FULL,
    sqlite3.SQLITE_READONLY: LibraryProblem.FORBIDDEN,
    sqlite3.SQLITE_PERM: LibraryProblem.FORBIDDEN,
    sqlite3.SQLITE_AUTH: LibraryProblem.FORBIDDEN,
    sqlite3.SQLITE_CANTOPEN: LibraryProblem.FORBIDDEN,  # a folder that can't be written to
    sqlite3.SQLITE_CORRUPT: LibraryProblem.DAMAGED,
    sqlite3.SQLITE_NOTADB: LibraryProblem.DAMAGED,
    sqlite3.SQLITE_FORMAT: LibraryProblem.DAMAGED,
    sqlite3.SQLITE_IOERR: LibraryProblem.UNREADABLE,
    sqlite3.SQLITE_PROTOCOL: LibraryProblem.UNREADABLE,  # locks fail, as on some network drives
}


def folder_error(path: Path, error: OSError) -> LibraryError:
    """Return the error for a library's folder or file that the system refuses."""
    is_forbidden = isinstance(error, PermissionError)
    problem = LibraryProblem.FORBIDDEN if is_forbidden else LibraryProblem.UNREADABLE
    return LibraryError(path, problem, detail=str(error))


class Database:
    """One SQLite file of ours, opened or created, at the newest schema."""

    def __init__(self, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = path
        self._busy_timeout_s = busy_timeout_s
        self._write_lock = threading.Lock()
        self._pool_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._is_closed = False
        self._check_length()
        with self._translating():
            self._writer = self._open()
        try:
            with self.writing() as connection:
                schema.migrate(connection)
        except SongkinError:
            self._writer.close()
            raise

    def close(self) -> None:
        """Close every connection; one that a thread still reads with closes when given back."""
        with self._write_lock, self._pool_lock:
            self._is_closed = True
            for connection in (*self._idle, self._writer):
                connection.close()
            self._idle.clear()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Borrow a connection to read with."""
        with self._translating():
            connection = self._borrow()
            try:
                yield connection
            finally:
                self._give_back(connection)

    def of_songs(self, query: str, song_ids: Sequence[SongId]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, a literal without a clause, for these songs."""
        with self.reading() as connection:
            for some, marks in in_pieces(song_ids):
                yield from connection.execute(f"{query} WHERE song_id IN ({marks})", some)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write in one transaction: all of it is stored, or none of it."""
        with self._translating(), self._write_lock:
            connection = self._writer
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def damaged(self, what: str) -> LibraryError:
        """Return the error for a row that can't be what was stored."""
        return LibraryError(self.path, LibraryProblem.DAMAGED, detail=what)

    def _check_length(self) -> None:
        # SQLite takes a file that is shorter than its header for a new one, and writes over it.
        try:
            n_bytes = self.path.stat().st_size
        except FileNotFoundError:
            return
        except OSError as error:
            raise folder_error(self.path, error) from error
        if 0 < n_bytes < _HEADER_BYTES:
            raise self.damaged("the file is too short for a database")

    def _borrow(self) -> sqlite3.Connection:
        with self._pool_lock:
            if self._is_closed:
                raise BugError("the catalogue was used after it was closed")
            if self._idle:
                return self._idle.pop()
        return self._open()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._pool_lock:
            if not self._is_closed:
                self._idle.append(connection)
                return
        connection.close()

    def _open(self) -> sqlite3.Connection:
        # isolation_level None: transactions begin where the code says so. check_same_thread
        # False: a pooled connection may serve another thread next time.
        connection = sqlite3.connect(
            self.path,
            timeout=self._busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            self._prepare(connection)
        except (sqlite3.Error, LibraryError):
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # The checks come first: they only read, so that a file that isn't ours stays untouched.
        # One transaction, since another program of ours may be making the tables right now.
        connection.execute("BEGIN")
        is_ours, version = schema.is_ours(connection), schema.version(connection)
        connection.execute("COMMIT")
        if not is_ours:
            raise self.damaged("the file is a database of another program")
        if version > len(schema.MIGRATIONS):
            raise LibraryError(self.path, LibraryProblem.NEWER)
        self._use_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        # Only the first opening of a file changes its mode, and SQLite does not wait for
        # another program that changes it at the same moment.
        give_up_at = time.monotonic() + self._busy_timeout_s
        while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return  # a file system without shared memory keeps its mode: slower, but as safe
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                    raise
                time.sleep(_RETRY_S)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def _translated(self, error: sqlite3.Error) -> SongkinError:
        # Errors of the binding itself (a closed connection) carry no code.
        code = getattr(error, "sqlite_errorcode", None)
        # The low byte is the primary code; the rest of the number only refines it.
        problem = None if code is None else _PROBLEMS.get(code & 0xFF)
        if problem is None:
            return BugError(f"SQLite: {error}")
        return LibraryError(self.path, problem, detail=str(error))


def in_pieces(song_ids: Sequence[SongId]) -> Iterator[tuple[Sequence[SongId], str]]:
    """Cut ids into as many as one query takes, each with its question marks."""
    for start in range(0, len(song_ids), IDS_A_QUERY):
        some = song_ids[start : start + IDS_A_QUERY]
        yield some, ", ".join("?" * len(some))


class Shelf:
    """A group of the catalogue's verbs over the database that all groups share."""

    def __init__(self, database: Database) -> None:
        self.database = database
