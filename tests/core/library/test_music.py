"""How fast songs go, and in which key they are, as the catalogue keeps it."""

import pytest

from core.library.store import Catalogue
from core.types import Confidence, Key, MusicFacts, Stage, Tempo
from tests.core.library.records import make_record, make_song

FACTS = MusicFacts(
    Tempo(121.9, Confidence.SURE), Key(9, True, Confidence.LIKELY), tag_bpm=122.0, tag_key="F#m"
)


@pytest.fixture
def catalogue(tmp_path):
    catalogue = Catalogue(tmp_path)
    yield catalogue
    catalogue.close()


@pytest.mark.parametrize("facts", [FACTS, MusicFacts()])
def test_tempo_and_key_come_back_and_go_with_the_sound(tmp_path, catalogue, facts):
    made = make_record(make_song(tmp_path / "a.mp3"))
    song_id = made.song.song_id
    catalogue.put(made)
    assert catalogue.song(song_id).music == MusicFacts()
    catalogue.complete(song_id, fingerprints=(), vectors=(), music=facts)
    assert catalogue.song(song_id).music == facts
    assert [song.music for song in catalogue.songs()] == [facts]
    catalogue.put(made)
    assert catalogue.song(song_id).music == MusicFacts()


def test_a_ready_song_without_tempo_and_key_is_heard_again(tmp_path, catalogue):
    made = make_record(make_song(tmp_path / "a.mp3"))
    catalogue.put(made)
    catalogue.complete(made.song.song_id, fingerprints=(), vectors=(), music=FACTS)
    song = catalogue.song(made.song.song_id)
    assert song.stage is Stage.READY
    with catalogue.database.writing() as connection:
        connection.execute("DELETE FROM music")
    assert [half.song_id for half in catalogue.half_heard()] == [song.song_id]
