"""Songs that left the library and may come back: every row that belongs to them, kept as JSON.

Which rows belong to a song is read from the tables' own references, so that a table that is added
later is kept too. Rows are kept by column name: what a later migration adds gets its default.
Blobs are base 64. With a verdict goes when its songs were added: a file that changes becomes the
same song, added anew, and nothing is proved of that.
"""

import base64
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.types import SongId

VERDICTS = "verdict"
# Beside a verdict's columns: when its songs were added, by their ids.
ADDED_AT = "songs_added_at"


@dataclass(frozen=True, slots=True)
class _Reference:
    """A column that points to a song; its row leaves with the song, or only lets go of it."""

    table: str
    column: str
    leaves: bool


def archive(connection: sqlite3.Connection, action_id: int, *, song_ids: Sequence[SongId]) -> None:
    """Keep all rows of songs under an action. The songs stay: deleting them is the caller's."""
    kept = [("song", row) for row in _rows(connection, "song", ["song_id"], song_ids)]
    by_table: dict[str, list[str]] = {}
    for reference in _references(connection):
        if reference.leaves:
            by_table.setdefault(reference.table, []).append(reference.column)
    for table, columns in by_table.items():
        kept += [(table, row) for row in _rows(connection, table, columns, song_ids)]
    kept = [(table, _dated(connection, row) if table == VERDICTS else row) for table, row in kept]
    connection.executemany(
        "INSERT INTO archived (action_id, table_name, columns) VALUES (?, ?, ?)",
        [(action_id, table, json.dumps(row, default=_encoded)) for table, row in kept],
    )


def bring_back(
    connection: sqlite3.Connection, action_id: int, *, song_ids: Sequence[SongId]
) -> list[SongId]:
    """Put back what an action kept of these songs; return those that are back.

    A song whose path another song has taken stays away, and so do rows whose other song is gone,
    and verdicts on one that was heard anew.
    """
    kept = connection.execute(
        "SELECT table_name, columns FROM archived WHERE action_id = ? ORDER BY rowid", (action_id,)
    ).fetchall()
    back = []
    for table, columns in kept:
        row = json.loads(columns, object_hook=_decoded)
        if table == "song" and row["song_id"] not in song_ids:
            continue
        if table == VERDICTS and _is_stale(connection, row):
            continue
        is_back = _put(connection, table, row=row)
        if is_back and table == "song":
            back.append(SongId(row["song_id"]))
    return back


def _rows(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], song_ids: Sequence[SongId]
) -> Iterator[dict[str, Any]]:
    marks = ", ".join("?" * len(song_ids))
    where = " OR ".join(f"{column} IN ({marks})" for column in columns)
    found = connection.execute(
        # Names of tables and columns come from the schema itself.
        f"SELECT * FROM {table} WHERE {where}",  # noqa: S608
        tuple(song_ids) * len(columns),
    )
    names = [described[0] for described in found.description]
    for row in found:
        yield dict(zip(names, row, strict=True))


def _dated(connection: sqlite3.Connection, verdict: dict[str, Any]) -> dict[str, Any]:
    return {
        **verdict,
        ADDED_AT: {s: _added_at(connection, s) for s in (verdict["a"], verdict["b"])},
    }


def _is_stale(connection: sqlite3.Connection, verdict: dict[str, Any]) -> bool:
    return any(_added_at(connection, s) != at for s, at in verdict.get(ADDED_AT, {}).items())


def _added_at(connection: sqlite3.Connection, song_id: str) -> float | None:
    row = connection.execute("SELECT added_at FROM song WHERE song_id = ?", (song_id,)).fetchone()
    return row[0] if row else None


def _put(connection: sqlite3.Connection, table: str, *, row: dict[str, Any]) -> bool:
    """Insert a row as far as today's table has its columns; return whether it is there now."""
    for reference in _references(connection):
        if reference.table != table or row.get(reference.column) is None:
            continue
        if not _is_there(connection, row[reference.column]):
            if reference.leaves:
                return False
            row = {**row, reference.column: None}
    known = {info[1] for info in connection.execute(f"PRAGMA table_info({table})")}
    names = [name for name in row if name in known]
    marks = ", ".join("?" * len(names))
    done = connection.execute(
        # As above.
        f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
        [row[name] for name in names],
    )
    return done.rowcount == 1


def _is_there(connection: sqlite3.Connection, song_id: str) -> bool:
    row = connection.execute("SELECT 1 FROM song WHERE song_id = ?", (song_id,)).fetchone()
    return row is not None


def _references(connection: sqlite3.Connection) -> list[_Reference]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [
        _Reference(table, key[3], leaves=key[6] == "CASCADE")
        for (table,) in tables
        for key in connection.execute(f"PRAGMA foreign_key_list({table})")
        if key[2] == "song"
    ]


def _encoded(value: object) -> dict[str, str]:
    if not isinstance(value, bytes):
        raise TypeError(f"a {type(value).__name__} in a row")
    return {"base64": base64.b64encode(value).decode()}


def _decoded(found: dict[str, Any]) -> object:
    return base64.b64decode(found["base64"]) if found.keys() == {"base64"} else found
