"""The tables of the catalogue, as an append-only list of migrations.

A catalogue's ``user_version`` is the number of migrations it has had. A migration that was ever
released is never edited: a change is a new one at the end, with a test from the state before it.

Paths are stored as ``os.fsencode`` bytes, so that names that are no text survive. Arrays are
little-endian blobs (``core/library/blobs.py``). Wide blobs lie in tables of their own, so that
the rows of ``song`` stay narrow and a listing reads few pages.
"""

import sqlite3
import uuid

APPLICATION_ID = 0x536B696E  # "Skin": marks the file as Songkin's among all SQLite files

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE library (library_id TEXT NOT NULL)",
        """CREATE TABLE song (
            song_id TEXT PRIMARY KEY,
            path BLOB NOT NULL UNIQUE,
            size_bytes INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            codec TEXT NOT NULL,
            bit_rate_bps INTEGER,
            sample_rate_hz INTEGER NOT NULL,
            channels INTEGER NOT NULL,
            container_duration_s REAL,
            title TEXT NOT NULL,
            artist TEXT NOT NULL,
            album TEXT NOT NULL,
            duration_s REAL NOT NULL,
            stage TEXT NOT NULL,
            added_at REAL NOT NULL
        )""",
        "CREATE INDEX song_by_sha256 ON song (sha256)",
        "CREATE INDEX song_by_stage ON song (stage, added_at)",
        """CREATE TABLE cover (
            song_id TEXT PRIMARY KEY REFERENCES song ON DELETE CASCADE,
            image BLOB NOT NULL
        )""",
        """CREATE TABLE overview (
            song_id TEXT PRIMARY KEY REFERENCES song ON DELETE CASCADE,
            levels BLOB NOT NULL
        )""",
        """CREATE TABLE fingerprint (
            song_id TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            stem TEXT NOT NULL,
            start_s REAL NOT NULL,
            codes BLOB NOT NULL,
            PRIMARY KEY (song_id, stem, start_s)
        )""",
        # The song's vector stands before the excerpts': SQLite then reads it without following
        # the row into its overflow pages.
        """CREATE TABLE vectors (
            song_id TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            space TEXT NOT NULL,
            stem TEXT NOT NULL,
            model_id TEXT NOT NULL,
            dimension INTEGER NOT NULL,
            excerpt_s REAL NOT NULL,
            song_vector BLOB NOT NULL,
            starts_s BLOB NOT NULL,
            excerpt_vectors BLOB NOT NULL,
            PRIMARY KEY (song_id, space, stem)
        )""",
        "CREATE INDEX vectors_by_space ON vectors (space, stem, model_id)",
        """CREATE TABLE verdict (
            a TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            b TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            verdict TEXT NOT NULL,
            score REAL NOT NULL,
            a_start_s REAL NOT NULL,
            b_start_s REAL NOT NULL,
            duration_s REAL NOT NULL,
            PRIMARY KEY (a, b),
            CHECK (a < b)
        )""",
        "CREATE INDEX verdict_by_b ON verdict (b)",
        """CREATE TABLE dismissed (
            a TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            b TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            PRIMARY KEY (a, b),
            CHECK (a < b)
        )""",
        "CREATE INDEX dismissed_by_b ON dismissed (b)",
        """CREATE TABLE queue (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            path BLOB NOT NULL UNIQUE
        )""",
        "CREATE TABLE problem (path BLOB PRIMARY KEY, reason TEXT NOT NULL, at REAL NOT NULL)",
        """CREATE TABLE listen (
            song_id TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            at REAL NOT NULL,
            heard_s REAL NOT NULL
        )""",
        "CREATE INDEX listen_by_song ON listen (song_id)",
        """CREATE TABLE recommendation (
            query_id TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            place INTEGER NOT NULL,
            catalogue_id TEXT NOT NULL,
            song_id TEXT REFERENCES song ON DELETE SET NULL,
            title TEXT NOT NULL,
            artist TEXT NOT NULL,
            score REAL NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (query_id, place)
        )""",
        "CREATE INDEX recommendation_by_song ON recommendation (song_id)",
        # One row per song: a newer change takes the older one's place under a new number, and
        # AUTOINCREMENT never gives a number twice, so that a late acknowledgement of the older
        # change can't drop the newer. No reference to song: a delete outlives its song.
        """CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            song_id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL
        )""",
        "CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    ),
    (
        "ALTER TABLE song ADD COLUMN stream_sha256 TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX song_by_stream ON song (stream_sha256) WHERE stream_sha256 <> ''",
        # A song may lie in a mix more than once: a row a place. SQLite can't change a key.
        """CREATE TABLE verdict_by_place (
            a TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            b TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            verdict TEXT NOT NULL,
            score REAL NOT NULL,
            a_start_s REAL NOT NULL,
            b_start_s REAL NOT NULL,
            duration_s REAL NOT NULL,
            speed REAL NOT NULL DEFAULT 1.0,
            confidence TEXT NOT NULL DEFAULT 'likely',
            PRIMARY KEY (a, b, a_start_s, b_start_s),
            CHECK (a < b)
        )""",
        """INSERT INTO verdict_by_place (a, b, verdict, score, a_start_s, b_start_s, duration_s)
            SELECT a, b, verdict, score, a_start_s, b_start_s, duration_s FROM verdict""",
        "DROP TABLE verdict",
        "ALTER TABLE verdict_by_place RENAME TO verdict",
        "CREATE INDEX verdict_by_b ON verdict (b)",
    ),
    (
        # When a song last changed here, kept beyond its end: of two machines of one library the
        # later change counts.
        "CREATE TABLE change (song_id TEXT PRIMARY KEY, changed_at REAL NOT NULL) WITHOUT ROWID",
        "INSERT INTO change SELECT song_id, added_at FROM song",
        """INSERT OR IGNORE INTO change
            SELECT song_id, (julianday('now') - 2440587.5) * 86400.0 FROM outbox""",
        # What the cluster is believed to hold; foreign rows are another machine's.
        """CREATE TABLE held (
            song_id TEXT PRIMARY KEY,
            digest TEXT NOT NULL,
            changed_at REAL NOT NULL,
            is_foreign INTEGER NOT NULL
        ) WITHOUT ROWID""",
        # The user's word on single songs; the others follow the library's.
        """CREATE TABLE sharing (
            song_id TEXT PRIMARY KEY,
            is_shared INTEGER NOT NULL
        ) WITHOUT ROWID""",
        "CREATE TABLE list_stamp (song_id TEXT PRIMARY KEY, stamp TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE refusal (song_id TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID",
        # What was sent until now has another format: all of it goes once more.
        "DELETE FROM note WHERE key IN ('cluster.sent', 'cluster.lists')",
        "INSERT OR REPLACE INTO outbox (song_id, kind) SELECT song_id, 'upsert' FROM song",
    ),
    (
        """CREATE TABLE copy_facts (
            song_id TEXT PRIMARY KEY REFERENCES song ON DELETE CASCADE,
            bandwidth_hz REAL,
            cutoff_hz REAL,
            clipped_share REAL NOT NULL,
            peak REAL NOT NULL,
            n_tags INTEGER NOT NULL
        )""",
        """CREATE TABLE decision (
            a TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            b TEXT NOT NULL REFERENCES song ON DELETE CASCADE,
            decision TEXT NOT NULL,
            at REAL NOT NULL,
            PRIMARY KEY (a, b),
            CHECK (a < b)
        )""",
        "CREATE INDEX decision_by_b ON decision (b)",
        "INSERT INTO decision SELECT a, b, 'not_duplicate', 0.0 FROM dismissed",
        "DROP TABLE dismissed",
        """CREATE TABLE action (
            action_id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            songs TEXT NOT NULL,
            at REAL NOT NULL,
            detail TEXT NOT NULL
        )""",
        # The rows of songs that left, as JSON (core/library/archive.py).
        """CREATE TABLE archived (
            action_id INTEGER NOT NULL REFERENCES action ON DELETE CASCADE,
            table_name TEXT NOT NULL,
            columns TEXT NOT NULL
        )""",
        "CREATE INDEX archived_by_action ON archived (action_id)",
    ),
    (
        """CREATE TABLE grain (
            song_id TEXT PRIMARY KEY REFERENCES song ON DELETE CASCADE,
            grains BLOB NOT NULL
        )""",
    ),
    (
        """CREATE TABLE tonal (
            song_id TEXT PRIMARY KEY REFERENCES song ON DELETE CASCADE,
            steps BLOB NOT NULL
        )""",
    ),
    (
        """CREATE TABLE level (
            song_id TEXT PRIMARY KEY REFERENCES song ON DELETE CASCADE,
            lufs REAL NOT NULL,
            peak REAL NOT NULL
        )""",
    ),
    (
        """CREATE TABLE music (
            song_id TEXT PRIMARY KEY REFERENCES song ON DELETE CASCADE,
            bpm REAL,
            bpm_confidence TEXT NOT NULL,
            tonic INTEGER,
            is_minor INTEGER NOT NULL,
            key_confidence TEXT NOT NULL,
            tag_bpm REAL,
            tag_key TEXT NOT NULL
        )""",
    ),
    (
        """CREATE TABLE sound_kind (
            song_id TEXT PRIMARY KEY REFERENCES song ON DELETE CASCADE,
            kind TEXT NOT NULL
        )""",
    ),
)


def version(connection: sqlite3.Connection) -> int:
    """Return how many migrations the catalogue has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file is a catalogue of Songkin, or new and still empty."""
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return bool(application_id == APPLICATION_ID or (tables == 0 and application_id == 0))


def migrate(
    connection: sqlite3.Connection, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS
) -> None:
    """Bring the catalogue to the newest state, inside the caller's transaction."""
    done = version(connection)
    for statement in (s for migration in migrations[done:] for s in migration):
        connection.execute(statement)
    if done < len(migrations):
        # Pragmas take no parameters; both values are integers of ours.
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
        connection.execute(f"PRAGMA user_version = {len(migrations):d}")
    if connection.execute("SELECT count(*) FROM library").fetchone()[0] == 0:
        connection.execute("INSERT INTO library VALUES (?)", (str(uuid.uuid4()),))
