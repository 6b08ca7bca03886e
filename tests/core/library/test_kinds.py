"""What songs hold, as the catalogue keeps it."""

from dataclasses import replace

import pytest

from core.library.store import Catalogue
from core.types import SoundKind
from tests.core.library.records import make_record, make_song


@pytest.fixture
def catalogue(tmp_path):
    catalogue = Catalogue(tmp_path)
    yield catalogue
    catalogue.close()


def put(catalogue, tmp_path, name, kind):
    record = replace(make_record(make_song(tmp_path / name)), kind=kind)
    catalogue.put(record)
    return record.song.song_id


@pytest.mark.parametrize("kind", SoundKind)
def test_what_a_song_holds_comes_back_and_goes_with_the_sound(tmp_path, catalogue, kind):
    song_id = put(catalogue, tmp_path, "a.mp3", kind)
    assert catalogue.song(song_id).kind is kind
    assert [song.kind for song in catalogue.songs()] == [kind]
    catalogue.put(make_record(make_song(tmp_path / "a.mp3", song_id=song_id)))
    assert catalogue.song(song_id).kind is SoundKind.UNCLEAR


def test_a_song_that_an_older_version_heard_is_music_until_it_is_heard_again(tmp_path, catalogue):
    old = put(catalogue, tmp_path, "old.mp3", None)
    assert old in [song.song_id for song in catalogue.half_heard()]
    assert catalogue.in_company([old], SoundKind.MUSIC) == [old]


def test_music_keeps_company_with_what_cannot_be_told_and_speech_with_speech(tmp_path, catalogue):
    ids = {kind: put(catalogue, tmp_path, f"{kind.value}.mp3", kind) for kind in SoundKind}
    music = [ids[SoundKind.UNCLEAR], ids[SoundKind.MUSIC]]
    everything = [*music, ids[SoundKind.SPEECH], ids[SoundKind.NOISE], ids[SoundKind.SILENCE]]
    assert catalogue.in_company(everything, SoundKind.MUSIC) == music
    assert catalogue.in_company(everything, SoundKind.UNCLEAR) == music
    for kind in (SoundKind.SPEECH, SoundKind.NOISE, SoundKind.SILENCE):
        assert catalogue.in_company(everything, kind) == [ids[kind]]
    many = everything * 200
    assert len(catalogue.in_company(many, SoundKind.MUSIC)) == 400
