import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import BugError, LibraryError, LibraryProblem, SongkinError
from core.library.store import FILE_NAME, Catalogue
from core.types import SpaceName, Stem
from tests.core.library.records import MODEL, make_record, make_song


def problem_of(folder: Path) -> LibraryProblem:
    with pytest.raises(LibraryError) as caught:
        Catalogue(folder, busy_timeout_s=0.05).close()
    return caught.value.problem


@pytest.mark.parametrize("content", [b"x", b"hello, I am a text file\n" * 500, bytes(5000)])
def test_a_file_that_is_no_database_stays_as_it_is(tmp_path, content):
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    assert problem_of(tmp_path) is LibraryProblem.DAMAGED
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == [FILE_NAME]


def test_a_database_of_another_program_stays_as_it_is(tmp_path):
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.commit()
    before = path.read_bytes()
    assert problem_of(tmp_path) is LibraryProblem.DAMAGED
    assert path.read_bytes() == before


def test_a_catalogue_of_a_newer_program_stays_as_it_is(tmp_path):
    Catalogue(tmp_path).close()
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    assert problem_of(tmp_path) is LibraryProblem.NEWER
    assert path.read_bytes() == before


def test_a_catalogue_damaged_inside(tmp_path):
    catalogue = Catalogue(tmp_path)
    for number in range(50):
        catalogue.put(make_record(make_song(Path(f"/{number}.mp3"))))
    catalogue.close()
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    assert problem_of(tmp_path) is LibraryProblem.DAMAGED


def test_a_catalogue_that_another_program_writes_to(tmp_path):
    catalogue = Catalogue(tmp_path, busy_timeout_s=0.05)
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryError) as caught:
            catalogue.enqueue([Path("/a.mp3")])
        assert caught.value.problem is LibraryProblem.IN_USE
        assert catalogue.queued() == []  # reading goes on
        other.execute("ROLLBACK")
    catalogue.enqueue([Path("/a.mp3")])
    assert catalogue.queued() == [Path("/a.mp3")]
    catalogue.close()


def test_a_full_disk(catalogue):
    with catalogue.database.writing() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    song = make_song(Path("/a.mp3"))
    with pytest.raises(LibraryError) as caught:
        catalogue.put(make_record(song, cover=bytes(100_000)))
    assert caught.value.problem is LibraryProblem.DISK_FULL
    assert catalogue.songs() == []
    assert catalogue.note("anything") is None


def test_a_catalogue_in_use_after_its_end_is_a_bug(tmp_path):
    catalogue = Catalogue(tmp_path)
    catalogue.songs()
    catalogue.close()
    for verb in (catalogue.songs, lambda: catalogue.enqueue([Path("/a.mp3")])):
        with pytest.raises(BugError):
            verb()
    catalogue.close()  # closing twice is allowed


def test_settings_of_the_connections(catalogue):
    for borrow in (catalogue.database.reading, catalogue.database.writing):
        with borrow() as connection:
            values = [
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "foreign_keys", "synchronous")
            ]
            assert values == ["wal", 1, 1]


def test_many_threads_read_while_one_writes(catalogue):
    n_songs, n_readers = 60, 6
    start = threading.Barrier(n_readers + 1)
    done = threading.Event()
    failures: list[Exception] = []
    seen: list[int] = []

    def read() -> None:
        try:
            start.wait()
            while not done.is_set():
                songs = catalogue.songs()
                # A song is never seen without what belongs to it.
                for song in songs[-2:]:
                    assert len(catalogue.overview(song.song_id)) == 400
                ids = [song.song_id for song in songs]
                found = [song_id for song_id, _ in catalogue.fingerprints_of(ids)]
                assert sorted(found) == sorted(ids)
                seen.append(len(songs))
        except (AssertionError, SongkinError) as failure:
            failures.append(failure)

    readers = [threading.Thread(target=read, name=f"songkin-read-{n}") for n in range(n_readers)]
    for reader in readers:
        reader.start()
    start.wait()
    for number in range(n_songs):
        catalogue.put(make_record(make_song(Path(f"/{number}.mp3")), seed=number))
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(seen) >= n_readers
    assert len(catalogue.songs()) == n_songs


def test_many_threads_write(catalogue):
    def write(thread: int) -> None:
        for number in range(20):
            song = make_song(Path(f"/{thread}/{number}.mp3"))
            catalogue.put(make_record(song))
            catalogue.complete(song.song_id, fingerprints=(), vectors=())

    threads = [threading.Thread(target=write, args=(n,), name=f"songkin-w{n}") for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(catalogue.songs()) == 80
    assert catalogue.unfinished() == []


def test_an_abandoned_walk_gives_its_connection_back(catalogue):
    for number in range(3):
        catalogue.put(make_record(make_song(Path(f"/{number}.mp3"))))
    walk = catalogue.song_vectors(SpaceName.STYLE, Stem.MIX, MODEL)
    next(walk)
    catalogue.remove(catalogue.songs()[0].song_id)  # a walk under way doesn't stop a write
    walk.close()
    assert len(dict(catalogue.song_vectors(SpaceName.STYLE, Stem.MIX, MODEL))) == 2
