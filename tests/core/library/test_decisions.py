"""The user's word on pairs outlives restarts, new proofs and new analyses."""

from pathlib import Path

import pytest

from core.errors import BugError, UnknownSongError
from core.library.decisions import Decided
from core.library.store import Catalogue
from core.types import Decision
from tests.core.library.records import make_record, make_song, new_id

SAID = (Decision.SAME_SONG, Decision.NOT_DUPLICATE)


@pytest.fixture
def pair(catalogue):
    songs = sorted(
        (make_song(Path(f"/{name}.mp3")) for name in "ab"), key=lambda song: song.song_id
    )
    for song in songs:
        catalogue.put(make_record(song))
    return songs[0].song_id, songs[1].song_id


@pytest.mark.parametrize("decision", SAID)
def test_a_decision_is_kept_whichever_song_is_named_first(catalogue, pair, decision):
    a, b = pair
    assert catalogue.decide(b, a, decision=decision) is None
    assert catalogue.decisions() == [Decided(a, b, decision)]


def test_a_newer_decision_takes_the_older_one_s_place(catalogue, pair):
    a, b = pair
    catalogue.decide(a, b, decision=Decision.SAME_SONG)
    assert catalogue.decide(b, a, decision=Decision.NOT_DUPLICATE) is Decision.SAME_SONG
    assert [found.decision for found in catalogue.decisions()] == [Decision.NOT_DUPLICATE]
    assert catalogue.decide(a, b, decision=None) is Decision.NOT_DUPLICATE
    assert catalogue.decisions() == []
    assert catalogue.decide(a, b, decision=None) is None


def test_decisions_outlive_a_restart_and_a_new_analysis(tmp_path):
    first = Catalogue(tmp_path / "library")
    songs = [make_song(Path(f"/{name}.mp3")) for name in "ab"]
    for song in songs:
        first.put(make_record(song))
    first.decide(songs[0].song_id, songs[1].song_id, decision=Decision.SAME_SONG)
    first.close()
    again = Catalogue(tmp_path / "library")
    again.put(make_record(songs[0], seed=9))
    assert [found.decision for found in again.decisions()] == [Decision.SAME_SONG]
    again.close()


def test_a_decision_needs_two_songs_of_the_library(catalogue, pair):
    with pytest.raises(UnknownSongError):
        catalogue.decide(pair[0], new_id(), decision=Decision.SAME_SONG)
    with pytest.raises(BugError):
        catalogue.decide(pair[0], pair[0], decision=Decision.SAME_SONG)
    assert catalogue.decisions() == []
