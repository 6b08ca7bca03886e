import errno
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import code_index
from core.code_index import FOLDER_NAME, LibraryCodes
from core.fingerprint.codes import CODE_PERIOD_S
from core.fingerprint.segments import load, placed
from core.library.store import Catalogue
from core.types import Fingerprint, Stem
from tests.core.fingerprint.codes import random_codes
from tests.core.library.records import make_record, make_song


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    monkeypatch.setattr(code_index, "SEAL_SONGS", 20)
    monkeypatch.setattr(code_index, "FILE_POSTINGS", 3_000)
    monkeypatch.setattr(code_index, "_SONGS_AT_ONCE", 8)


def codes_of(seed):
    return random_codes(1000 + seed, 100)


def put(catalogue, numbers):
    for number in numbers:
        song = make_song(Path(f"/{number}.mp3"))
        record = make_record(song, seed=number)
        fingerprints = (Fingerprint(Stem.MIX, 0.0, codes_of(number)),)
        catalogue.put(replace(record, fingerprints=fingerprints))


def paths(catalogue, index, seed):
    """Return the paths of the songs that these codes find."""
    found = index.candidates(placed(codes_of(seed)), limit=5)
    return [str(catalogue.song(song_id).path) for song_id in found]


def files(catalogue):
    return sorted((catalogue.database.path.parent / FOLDER_NAME).glob("*"))


def test_a_few_songs_are_read_from_the_catalogue(catalogue):
    put(catalogue, range(5))
    index = LibraryCodes(catalogue)
    assert [paths(catalogue, index, n) for n in (0, 4, 5)] == [["/0.mp3"], ["/4.mp3"], []]
    assert files(catalogue) == []


def test_many_songs_lie_in_files_and_open_from_them(catalogue, monkeypatch):
    put(catalogue, range(100))
    LibraryCodes(catalogue).warm_up()
    known = files(catalogue)
    assert len(known) == 4
    assert sum(file.stat().st_size for file in known) > 100 * 100 * 8
    monkeypatch.setattr(catalogue, "fingerprints_of", lambda songs: iter([][: len(songs)]))
    again = LibraryCodes(catalogue)  # reads no fingerprint
    for number in (0, 50, 99):
        assert paths(catalogue, again, number) == [f"/{number}.mp3"]
    assert files(catalogue) == known


def test_songs_that_come_change_or_leave_meanwhile_are_seen(catalogue):
    put(catalogue, range(60))
    LibraryCodes(catalogue).warm_up()
    first, second, *_ = catalogue.songs()
    put(catalogue, [60])
    catalogue.remove(first.song_id)
    changed = replace(second, stamp=replace(second.stamp, sha256="changed"))
    other = (Fingerprint(Stem.MIX, 0.0, codes_of(500)),)
    catalogue.put(replace(make_record(changed), fingerprints=other))
    index = LibraryCodes(catalogue)
    found = [paths(catalogue, index, n) for n in (0, 1, 500, 60, 2)]
    assert found == [[], [], ["/1.mp3"], ["/60.mp3"], ["/2.mp3"]]


def test_the_backing_that_arrives_finds_its_song(catalogue):
    put(catalogue, range(30))
    LibraryCodes(catalogue).warm_up()
    song = catalogue.songs()[3]
    window = Fingerprint(Stem.BACKING, 20 * CODE_PERIOD_S, codes_of(700))
    catalogue.complete(song.song_id, fingerprints=[window], vectors=[])
    index = LibraryCodes(catalogue)
    assert paths(catalogue, index, 700) == ["/3.mp3"]
    assert paths(catalogue, index, 3) == ["/3.mp3"]


def test_files_of_songs_that_left_are_written_again(catalogue):
    put(catalogue, range(60))
    LibraryCodes(catalogue).warm_up()
    before = files(catalogue)
    for song in catalogue.songs()[:40]:
        catalogue.remove(song.song_id)
    index = LibraryCodes(catalogue)
    assert [paths(catalogue, index, n) for n in (0, 39, 40, 59)] == [
        [],
        [],
        ["/40.mp3"],
        ["/59.mp3"],
    ]
    assert sum(f.stat().st_size for f in files(catalogue)) < 0.7 * sum([20 * 100 * 8 * 3])
    assert not set(before) <= set(files(catalogue))


def test_a_damaged_file_is_made_again(catalogue):
    put(catalogue, range(60))
    LibraryCodes(catalogue).warm_up()
    damaged = files(catalogue)[0]
    damaged.write_bytes(damaged.read_bytes()[:-100])
    index = LibraryCodes(catalogue)
    assert [paths(catalogue, index, n) for n in range(60)] == [[f"/{n}.mp3"] for n in range(60)]
    assert damaged not in files(catalogue)


def test_a_folder_that_takes_no_file_is_no_reason_to_find_nothing(catalogue):
    (catalogue.database.path.parent / FOLDER_NAME).write_text("in the way", "utf-8")
    put(catalogue, range(60))
    index = LibraryCodes(catalogue)
    assert [paths(catalogue, index, n) for n in (0, 59)] == [["/0.mp3"], ["/59.mp3"]]


def test_what_is_put_and_removed_counts_at_once(catalogue):
    put(catalogue, range(3))
    index = LibraryCodes(catalogue)
    index.warm_up()
    songs = catalogue.songs()
    index.put(songs[0].song_id, placed(codes_of(900)))
    index.remove(songs[1].song_id)
    assert [paths(catalogue, index, n) for n in (0, 900, 1)] == [[], ["/0.mp3"], []]
    votes = index.votes(placed(codes_of(2)), slopes=(1.0,))
    assert votes == {songs[2].song_id: 100}
    assert index.votes(placed(np.zeros(0, np.uint32)), slopes=(1.0,)) == {}


def test_what_a_stopped_program_left_half_written_goes_at_the_next_start(catalogue):
    put(catalogue, range(60))
    LibraryCodes(catalogue).warm_up()
    known = files(catalogue)
    known[0].with_suffix(".unfinished").write_bytes(b"half")
    LibraryCodes(catalogue).warm_up()
    assert files(catalogue) == known


def test_old_files_stay_until_all_that_follows_them_is_written(catalogue, monkeypatch):
    put(catalogue, range(60))
    LibraryCodes(catalogue).warm_up()
    before = files(catalogue)
    put(catalogue, range(60, 100))
    real, room = code_index.save, [1]  # for one file

    def save(one, path):
        if not room:
            raise OSError(errno.ENOSPC, "no room")
        room.pop()
        real(one, path)

    monkeypatch.setattr(code_index, "save", save)
    index = LibraryCodes(catalogue)
    everything = [[f"/{n}.mp3"] for n in range(100)]
    assert [paths(catalogue, index, n) for n in range(100)] == everything
    assert set(before) < set(files(catalogue))
    monkeypatch.setattr(code_index, "save", real)
    index = LibraryCodes(catalogue)  # from both, the old and what could be written
    assert [paths(catalogue, index, n) for n in range(100)] == everything
    LibraryCodes(catalogue).warm_up()
    assert sum(len(load(file).songs) for file in files(catalogue)) == 100  # each song once
