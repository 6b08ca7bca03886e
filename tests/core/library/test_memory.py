from pathlib import Path

import pytest

from core.cluster_types import Recommendation
from core.types import CatalogueId
from tests.core.library.records import make_record, make_song, new_id


def line(rank, song_id=None, title="Títle"):
    return Recommendation(
        rank, CatalogueId(f"lib:{rank}"), song_id, title, "Artist", 1.0 / rank, "near in style"
    )


@pytest.fixture
def ids(catalogue):
    songs = [make_song(Path(f"/{number}.mp3")) for number in range(3)]
    for song in songs:
        catalogue.put(make_record(song))
    return [song.song_id for song in songs]


def test_lists_come_back_in_their_order_up_to_the_limit(catalogue, ids):
    lines = [line(3), line(1, ids[1]), line(2)]
    catalogue.put_recommendations({ids[0]: lines, ids[1]: [line(1)]})
    assert catalogue.recommendations(ids[0], limit=10) == [lines[1], lines[2], lines[0]]
    assert catalogue.recommendations(ids[0], limit=1) == [lines[1]]
    assert catalogue.recommendations(ids[2], limit=10) == []


def test_a_new_list_replaces_the_song_s_old_one_only(catalogue, ids):
    catalogue.put_recommendations({ids[0]: [line(1), line(2)], ids[1]: [line(1)]})
    catalogue.put_recommendations({ids[0]: [line(1, title="new")]})
    assert [r.title for r in catalogue.recommendations(ids[0], limit=9)] == ["new"]
    assert len(catalogue.recommendations(ids[1], limit=9)) == 1
    catalogue.put_recommendations({ids[0]: []})
    assert catalogue.recommendations(ids[0], limit=9) == []


def test_songs_that_are_not_ours_or_left(catalogue, ids):
    stranger = new_id()
    catalogue.put_recommendations(
        {stranger: [line(1)], ids[0]: [line(1, stranger), line(2, ids[1])]}
    )
    assert catalogue.recommendations(stranger, limit=9) == []
    assert [r.song_id for r in catalogue.recommendations(ids[0], limit=9)] == [None, ids[1]]
    catalogue.remove(ids[1])
    assert [r.song_id for r in catalogue.recommendations(ids[0], limit=9)] == [None, None]


def test_listens_are_kept_the_latest_first(catalogue, ids):
    for song_id, heard_s in ((ids[0], 10.5), (ids[1], 0.0), (ids[0], 200.0)):
        catalogue.record_listen(song_id, heard_s=heard_s)
    assert [(x.song_id, x.heard_s) for x in catalogue.listens()] == [
        (ids[0], 200.0),
        (ids[1], 0.0),
        (ids[0], 10.5),
    ]


def test_notes(catalogue):
    assert catalogue.note("cluster") is None
    catalogue.set_note("cluster", "http://one:19530")
    catalogue.set_note("cluster", "http://two:19530")
    catalogue.set_note("empty", "")
    assert catalogue.note("cluster") == "http://two:19530"
    assert catalogue.note("empty") == ""
