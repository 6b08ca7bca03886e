import os
from pathlib import Path

import pytest

from core.errors import BugError, UnknownSongError
from core.types import AudioFacts, FileStamp, Stage
from tests.core.library.records import make_record, make_song, new_id


def test_songs_come_in_the_order_they_were_added(catalogue):
    times = (3.0, 1.0, 2.0, 2.0)
    songs = [make_song(Path(f"/{n}.mp3"), added_at=at) for n, at in enumerate(times)]
    for song in songs:
        catalogue.put(make_record(song))
    assert catalogue.songs() == [songs[1], songs[2], songs[3], songs[0]]


def test_unfinished_songs_come_in_the_order_they_were_added(catalogue):
    songs = [make_song(Path(f"/{n}.mp3"), added_at=float(-n)) for n in range(3)]
    for song in songs:
        catalogue.put(make_record(song))
    catalogue.complete(songs[1].song_id, fingerprints=(), vectors=())
    assert catalogue.unfinished() == [songs[2], songs[0]]
    assert {s.song_id: s.stage for s in catalogue.songs()}[songs[1].song_id] is Stage.READY


@pytest.mark.parametrize(
    "name",
    ["plain.mp3", "with ' quote\".mp3", "naïve café.mp3", "two\nlines.mp3", "🎵.mp3", "a%_?.mp3"],
)
def test_a_song_is_found_by_its_path_whatever_its_name(catalogue, name):
    song = make_song(Path("/music") / name)
    catalogue.put(make_record(song))
    assert catalogue.by_path(song.path) == song
    assert catalogue.by_path(Path("/music/other.mp3")) is None


@pytest.mark.skipif(os.name == "nt", reason="names there are always text")
def test_a_name_that_is_no_text_survives_and_its_title_can_be_shown(catalogue):
    path = Path(os.fsdecode(b"/music/caf\xe9.mp3"))
    song = make_song(path)  # the title is the file's stem, and half a character in it
    catalogue.put(make_record(song))
    catalogue.enqueue([path])
    assert catalogue.queued() == [path]
    catalogue.note_problem(path, f"{path} is damaged.")
    stored = catalogue.by_path(path)
    assert os.fsencode(stored.path) == b"/music/caf\xe9.mp3"
    assert stored.title == "caf\ufffd"
    assert catalogue.problems()[0].path == path


def test_songs_are_found_by_their_ids(catalogue):
    songs = [make_song(Path(f"/{number}.mp3"), added_at=float(number)) for number in range(5)]
    for song in songs:
        catalogue.put(make_record(song))
    asked = [songs[3].song_id, new_id(), songs[1].song_id]
    assert catalogue.songs_of(asked) == [songs[1], songs[3]]
    assert catalogue.songs_of([]) == []


def test_a_song_is_found_by_its_id_or_its_path(catalogue, monkeypatch, tmp_path):
    song = make_song(tmp_path / "a.mp3")
    catalogue.put(make_record(song))
    monkeypatch.chdir(tmp_path)
    for asked in (song.song_id, str(song.path), "a.mp3", "./x/../a.mp3"):
        assert catalogue.find(asked) == song
    for asked in ("b.mp3", new_id(), ""):
        with pytest.raises(UnknownSongError):
            catalogue.find(asked)


def test_songs_with_the_same_bytes_are_found(catalogue):
    a, b, c = (make_song(Path(f"/{name}.mp3"), added_at=float(ord(name))) for name in "abc")
    twin = type(b)(**{**fields(b), "stamp": FileStamp(1, 2, a.stamp.sha256)})
    for song in (twin, a, c):
        catalogue.put(make_record(song))
    assert catalogue.by_sha256(a.stamp.sha256) == [a, twin]
    assert catalogue.by_sha256("0" * 64) == []


def test_unknown_facts_stay_unknown(catalogue):
    song = make_song(Path("/a.ogg"))
    bare = type(song)(**{**fields(song), "facts": AudioFacts("vorbis", None, 8000, 1, None)})
    catalogue.put(make_record(bare))
    assert catalogue.song(bare.song_id).facts == bare.facts


def test_a_moved_song_keeps_its_id(catalogue):
    song = make_song(Path("/old/a.mp3"))
    catalogue.put(make_record(song))
    catalogue.relocate(song.song_id, Path("/new/a.mp3"))
    assert catalogue.by_path(Path("/old/a.mp3")) is None
    assert catalogue.by_path(Path("/new/a.mp3")).song_id == song.song_id


def test_a_changed_file_keeps_its_song(catalogue):
    song = make_song(Path("/a.mp3"))
    catalogue.put(make_record(song))
    changed = type(song)(**{**fields(song), "stamp": FileStamp(7, 8, "f" * 64), "title": "New"})
    catalogue.put(make_record(changed, seed=2))
    assert catalogue.songs() == [changed]


def test_two_songs_in_one_file_are_a_bug(catalogue):
    a, b = make_song(Path("/a.mp3")), make_song(Path("/b.mp3"))
    for song in (a, b):
        catalogue.put(make_record(song))
    with pytest.raises(BugError):
        catalogue.relocate(b.song_id, a.path)
    with pytest.raises(BugError):
        catalogue.put(make_record(make_song(a.path)))
    assert catalogue.songs() == [a, b]


def fields(song):
    return {name: getattr(song, name) for name in song.__slots__}
