import sqlite3
from contextlib import closing

import pytest

from core.library import schema
from core.library.store import FILE_NAME, Catalogue


def connect(path=":memory:"):
    return closing(sqlite3.connect(path, isolation_level=None))


def test_a_new_catalogue_has_every_migration_and_is_marked_as_ours(tmp_path):
    Catalogue(tmp_path).close()
    with connect(tmp_path / FILE_NAME) as connection:
        assert schema.version(connection) == len(schema.MIGRATIONS)
        assert schema.is_ours(connection)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("old", range(1, len(schema.MIGRATIONS) + 1))
def test_every_old_state_comes_to_the_newest_with_the_same_tables(old):
    def tables(connection):
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()

    with connect() as new, connect() as aged:
        schema.migrate(new)
        schema.migrate(aged, schema.MIGRATIONS[:old])
        library_id = aged.execute("SELECT library_id FROM library").fetchone()
        schema.migrate(aged)
        assert tables(aged) == tables(new)
        assert aged.execute("SELECT library_id FROM library").fetchall() == [library_id]


def test_verdicts_of_an_old_catalogue_keep_their_times():
    with connect() as connection:
        schema.migrate(connection, schema.MIGRATIONS[:1])
        for song in "ab":
            connection.execute(
                "INSERT INTO song VALUES (?, ?, 1, 1, 's', 'mp3', 1, 1, 1, 1, '', '', '', 1,"
                " 'ready', 1)",
                (song, song.encode()),
            )
        old = ("a", "b", "excerpt", 0.9, 1.0, 2.0, 3.0)
        connection.execute("INSERT INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?)", old)
        schema.migrate(connection)
        assert connection.execute("SELECT * FROM verdict").fetchall() == [(*old, 1.0, "likely")]
        assert connection.execute("SELECT stream_sha256 FROM song").fetchall() == [("",), ("",)]


def test_dismissed_pairs_of_an_old_catalogue_are_decisions():
    before = next(i for i, step in enumerate(schema.MIGRATIONS) if "DROP TABLE dismissed" in step)
    with connect() as connection:
        schema.migrate(connection, schema.MIGRATIONS[:before])
        for song in "ab":
            connection.execute(
                "INSERT INTO song (song_id, path, size_bytes, mtime_ns, sha256, codec,"
                " sample_rate_hz, channels, title, artist, album, duration_s, stage, added_at)"
                " VALUES (?, ?, 1, 1, 's', 'mp3', 1, 1, '', '', '', 1, 'ready', 1)",
                (song, song.encode()),
            )
        connection.execute("INSERT INTO dismissed VALUES ('a', 'b')")
        schema.migrate(connection)
        rows = connection.execute("SELECT a, b, decision FROM decision").fetchall()
        assert rows == [("a", "b", "not_duplicate")]


def test_only_the_missing_migrations_run():
    longer = (*schema.MIGRATIONS, ("ALTER TABLE song ADD COLUMN mood TEXT",))
    with connect() as connection:
        schema.migrate(connection)
        connection.execute("INSERT INTO note VALUES ('kept', 'yes')")
        schema.migrate(connection, longer)
        schema.migrate(connection, longer)
        assert schema.version(connection) == len(longer)
        assert connection.execute("SELECT value FROM note").fetchone() == ("yes",)
        connection.execute("SELECT mood FROM song")


def test_a_migration_that_fails_leaves_the_old_state():
    broken = (*schema.MIGRATIONS, ("CREATE TABLE half (x)", "ALTER TABLE nowhere ADD COLUMN y"))
    with connect() as connection:
        schema.migrate(connection)
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError):
            schema.migrate(connection, broken)
        connection.execute("ROLLBACK")
        assert schema.version(connection) == len(schema.MIGRATIONS)
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        assert "half" not in names


def test_every_reference_to_a_song_can_be_found_without_a_walk_of_the_table():
    with connect() as connection:
        schema.migrate(connection)
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        for table in names:
            indexed = {
                connection.execute(
                    "SELECT name FROM pragma_index_info(?) WHERE seqno = 0", (i[1],)
                ).fetchone()[0]
                for i in connection.execute(f"PRAGMA index_list({table})")
            }
            references = {k[3] for k in connection.execute(f"PRAGMA foreign_key_list({table})")}
            assert references <= indexed, table
