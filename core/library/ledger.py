"""The ledger of sync: what the cluster is believed to hold, and what the user lets travel.

A steady sync compares the cluster with this, so that it need not read what did not change.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.cluster_types import RowRefusal, Sharing
from core.library.changes import ChangeKind, queue_change
from core.library.database import Shelf, in_pieces
from core.types import SongId

SHARES_NOTE = "cluster.shares"  # what songs do of which the user said nothing: "1" or "0"
TITLES_NOTE = "cluster.titles"  # "1" or "0" once the user has chosen
FAREWELL_NOTE = "cluster.farewell"  # "1" while a withdrawal of everything waits to be sent


@dataclass(frozen=True, slots=True)
class Held:
    """A song that the cluster holds; a foreign row was written by another machine."""

    song_id: SongId
    digest: str
    changed_at: float  # Unix time
    is_foreign: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """What travels of a song beside its evidence, and when it last changed (Unix time)."""

    song_id: SongId
    title: str
    artist: str
    duration_s: float
    changed_at: float


class Ledger:
    """Keeps both, in the library's catalogue."""

    def __init__(self, catalogue: Shelf) -> None:
        self._database = catalogue.database

    def count(self) -> int:
        """Return how many songs the cluster is believed to hold."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM held").fetchone()[0])

    def held(self, song_ids: Sequence[SongId] | None = None) -> dict[SongId, Held]:
        """Return those of these songs that the cluster is believed to hold, or all of them."""
        columns = "SELECT song_id, digest, changed_at, is_foreign FROM held"
        found: dict[SongId, Held] = {}
        with self._database.reading() as connection:
            if song_ids is None:
                return {SongId(row[0]): _held(row) for row in connection.execute(columns)}
            for some, marks in in_pieces(song_ids):
                rows = connection.execute(f"{columns} WHERE song_id IN ({marks})", some)
                found |= {SongId(row[0]): _held(row) for row in rows}
        return found

    def slice_after(self, song_id: str, *, limit: int) -> list[Held]:
        """Return the next held songs by id, at most ``limit``; fewer are the last ones."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT song_id, digest, changed_at, is_foreign FROM held"
                " WHERE song_id > ? ORDER BY song_id LIMIT ?",
                (song_id, limit),
            )
            return [_held(row) for row in rows]

    def note(
        self, *, held: Iterable[Held] = (), gone: Iterable[SongId] = (), seqs: Iterable[int] = ()
    ) -> None:
        """Write down what the cluster now holds and no longer holds, and answer changes.

        One transaction: a change leaves the outbox together with the note that it has arrived.
        """
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?)",
                [(one.song_id, one.digest, one.changed_at, one.is_foreign) for one in held],
            )
            connection.executemany("DELETE FROM held WHERE song_id = ?", [(one,) for one in gone])
            connection.executemany("DELETE FROM outbox WHERE seq = ?", [(seq,) for seq in seqs])

    def forget(self) -> None:
        """Take the cluster as empty, as another cluster is; its lists go too."""
        with self._database.writing() as connection:
            for table in ("held", "list_stamp", "recommendation", "refusal"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - the names above

    def shared(self, song_ids: Sequence[SongId]) -> set[SongId]:
        """Return those of these songs that the library has, and that the user lets travel."""
        found: set[SongId] = set()
        with self._database.reading() as connection:
            default = _shares(connection)
            for some, marks in in_pieces(song_ids):
                rows = connection.execute(
                    "SELECT song_id FROM song LEFT JOIN sharing USING (song_id)"  # noqa: S608 - marks
                    f" WHERE song_id IN ({marks}) AND coalesce(is_shared, ?)",
                    (*some, default),
                )
                found |= {SongId(row[0]) for row in rows}
        return found

    def labels(self, song_ids: Sequence[SongId]) -> list[Label]:
        """Return those of these songs that the library has, as they travel."""
        found: list[Label] = []
        with self._database.reading() as connection:
            for some, marks in in_pieces(song_ids):
                rows = connection.execute(
                    # Only question marks enter the text.
                    "SELECT song_id, title, artist, duration_s, coalesce(changed_at, added_at)"  # noqa: S608
                    " FROM song LEFT JOIN change USING (song_id)"
                    f" WHERE song_id IN ({marks})",
                    some,
                )
                found += [Label(SongId(row[0]), *row[1:]) for row in rows]
        return found

    def all_songs(self, *, is_shared: bool) -> list[SongId]:
        """Return every song of the library that travels, or every one that does not."""
        with self._database.reading() as connection:
            return _songs(connection, is_shared=is_shared)

    def shares_all(self) -> bool:
        """Tell whether songs travel of which the user said nothing."""
        with self._database.reading() as connection:
            return bool(_shares(connection))

    def hold_back(self, song_ids: Sequence[SongId]) -> None:
        """Remember that songs were withdrawn, on another machine: they don't travel from here."""
        with self._database.writing() as connection:
            _write_sharing(connection, song_ids, is_shared=False)

    def share(self, song_ids: Sequence[SongId], *, is_shared: bool) -> Sharing:
        """Remember the user's word on single songs, and queue them; return the word before."""
        with self._database.writing() as connection:
            said = _said(connection)
            before = Sharing({song_id: said.get(song_id) for song_id in song_ids}, {})
            _write_sharing(connection, song_ids, is_shared=is_shared)
            for song_id in song_ids:
                queue_change(connection, song_id, kind=ChangeKind.UPSERT)
        return before

    def share_all(self, *, is_shared: bool) -> Sharing:
        """Remember the user's word on the whole library, and queue what it changes.

        What was said of songs is forgotten, and returned for ``restore_sharing``.
        """
        with self._database.writing() as connection:
            notes = {key: _note(connection, key) for key in (SHARES_NOTE, FAREWELL_NOTE)}
            before = Sharing(_said(connection), notes)
            changed = _songs(connection, is_shared=not is_shared)
            connection.execute("DELETE FROM sharing")
            _write_note(connection, SHARES_NOTE, str(int(is_shared)))
            _write_note(connection, FAREWELL_NOTE, "" if is_shared else "1")
            for song_id in changed:
                queue_change(connection, song_id, kind=ChangeKind.UPSERT)
        return before

    def restore_sharing(self, before: Sharing) -> None:
        """Let count again what was said before a word on songs or on the library; queue the rest.

        A word on the whole library leaves none on songs: those found now came later, from another
        machine perhaps, and stay.
        """
        with self._database.writing() as connection:
            shared = set(_songs(connection, is_shared=True))
            if not before.notes:
                gone = [(song_id,) for song_id in before.songs]
                connection.executemany("DELETE FROM sharing WHERE song_id = ?", gone)
            connection.executemany(
                "INSERT OR IGNORE INTO sharing VALUES (?, ?)",
                [(song_id, word) for song_id, word in before.songs.items() if word is not None],
            )
            for key, value in before.notes.items():
                _restore_note(connection, key, value)
            for song_id in sorted(shared ^ set(_songs(connection, is_shared=True))):
                queue_change(connection, song_id, kind=ChangeKind.UPSERT)

    def share_titles(self, *, is_shared: bool) -> None:
        """Remember whether titles travel, and queue every song that does."""
        with self._database.writing() as connection:
            _write_note(connection, TITLES_NOTE, str(int(is_shared)))
            for song_id in _songs(connection, is_shared=True):
                queue_change(connection, song_id, kind=ChangeKind.UPSERT)

    def outgoing_bytes(self, *, is_all: bool = False) -> int:
        """Return about how many bytes of vectors and codes wait in the outbox, or would in all."""
        waiting = "1" if is_all else "song_id IN (SELECT song_id FROM outbox WHERE kind = 'upsert')"
        with self._database.reading() as connection:
            codes, vectors = (
                connection.execute(
                    f"SELECT coalesce(sum(length({column})), 0)"  # noqa: S608 - the names below
                    f" FROM {table} LEFT JOIN sharing USING (song_id)"
                    f" WHERE {waiting} AND coalesce(is_shared, ?)",
                    (_shares(connection),),
                ).fetchone()[0]
                for column, table in (("codes", "fingerprint"), ("song_vector", "vectors"))
            )
        return int(codes + vectors)

    def stamps(self) -> dict[SongId, str]:
        """Return which state of each song's list was pulled last."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT song_id, stamp FROM list_stamp")
            return {SongId(row[0]): str(row[1]) for row in rows}

    def note_stamps(self, stamps: Mapping[SongId, str]) -> None:
        """Remember which state of these lists was pulled; an empty stamp is of a list that left."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO list_stamp VALUES (?, ?)",
                [(song_id, stamp) for song_id, stamp in stamps.items() if stamp],
            )
            connection.executemany(
                "DELETE FROM list_stamp WHERE song_id = ?",
                [(song_id,) for song_id, stamp in stamps.items() if not stamp],
            )

    def refusals(self) -> list[RowRefusal]:
        """Return what the cluster did not take, as of the last pull, sorted by song."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT song_id, reason FROM refusal ORDER BY song_id")
            return [RowRefusal(SongId(row[0]), str(row[1])) for row in rows]

    def put_refusals(self, refusals: Sequence[RowRefusal]) -> None:
        """Replace what the cluster did not take."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM refusal")
            connection.executemany(
                "INSERT OR REPLACE INTO refusal VALUES (?, ?)",
                [(one.song_id, one.reason) for one in refusals],
            )


def _held(row: tuple[str, str, float, int]) -> Held:
    return Held(SongId(row[0]), row[1], row[2], bool(row[3]))


def _songs(connection: sqlite3.Connection, *, is_shared: bool) -> list[SongId]:
    rows = connection.execute(
        "SELECT song_id FROM song LEFT JOIN sharing USING (song_id)"
        " WHERE coalesce(is_shared, ?) = ? ORDER BY added_at, song.rowid",
        (_shares(connection), is_shared),
    )
    return [SongId(row[0]) for row in rows]


def _write_sharing(
    connection: sqlite3.Connection, song_ids: Sequence[SongId], *, is_shared: bool
) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO sharing VALUES (?, ?)",
        [(song_id, is_shared) for song_id in song_ids],
    )


def _said(connection: sqlite3.Connection) -> dict[SongId, bool | None]:
    """Return the user's word on single songs."""
    rows = connection.execute("SELECT song_id, is_shared FROM sharing")
    return {SongId(row[0]): bool(row[1]) for row in rows}


def _note(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def _restore_note(connection: sqlite3.Connection, key: str, value: str | None) -> None:
    if value is None:
        connection.execute("DELETE FROM note WHERE key = ?", (key,))
    else:
        _write_note(connection, key, value)


def _write_note(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (key, value))


def _shares(connection: sqlite3.Connection) -> int:
    value = _note(connection, SHARES_NOTE)
    return 1 if value is None else int(value)
