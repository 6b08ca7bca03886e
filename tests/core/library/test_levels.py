"""How loud songs are, as far as it was asked."""

import pytest

from core.errors import UnknownSongError
from core.library.store import Catalogue
from core.types import Level, SongId
from tests.core.library.records import make_record, make_song

LEVEL = Level(-11.25, 0.98)


@pytest.fixture
def catalogue(tmp_path):
    catalogue = Catalogue(tmp_path)
    yield catalogue
    catalogue.close()


def test_a_level_is_kept_until_the_song_is_heard_anew(tmp_path, catalogue):
    made = make_record(make_song(tmp_path / "a.mp3"))
    catalogue.put(made)
    song_id = made.song.song_id
    assert catalogue.level(song_id) is None
    catalogue.keep_level(song_id, Level(-9.0, 1.0))
    catalogue.keep_level(song_id, LEVEL)
    assert catalogue.level(song_id) == LEVEL
    catalogue.put(made)
    assert catalogue.level(song_id) is None


def test_the_level_of_no_song_is_not_kept(catalogue):
    with pytest.raises(UnknownSongError):
        catalogue.keep_level(SongId("gone"), LEVEL)
