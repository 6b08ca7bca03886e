from pathlib import Path

import pytest

from core.library.changes import ChangeKind, Outbox
from tests.core.library.records import make_record, make_song


@pytest.fixture
def songs(catalogue):
    songs = [make_song(Path(f"/{number}.mp3"), added_at=float(number)) for number in range(3)]
    for song in songs:
        catalogue.put(make_record(song))
    return songs


def test_changes_come_oldest_first_and_one_per_song(catalogue, songs):
    a, b, c = (song.song_id for song in songs)
    outbox = Outbox(catalogue)
    assert [change.song_id for change in outbox.pending()] == [a, b, c]
    catalogue.complete(a, fingerprints=(), vectors=())
    catalogue.remove(b)
    changes = outbox.pending()
    assert [(x.song_id, x.kind) for x in changes] == [
        (c, ChangeKind.UPSERT),
        (a, ChangeKind.UPSERT),
        (b, ChangeKind.DELETE),
    ]
    assert [x.seq for x in changes] == sorted(x.seq for x in changes)
    assert outbox.count() == 3
    assert outbox.pending(limit=2) == changes[:2]


def test_a_change_made_while_another_travels_is_not_lost(catalogue, songs):
    outbox = Outbox(catalogue)
    sent = [change.seq for change in outbox.pending()]
    catalogue.complete(songs[1].song_id, fingerprints=(), vectors=())
    outbox.acknowledge(sent)
    assert [change.song_id for change in outbox.pending()] == [songs[1].song_id]
    outbox.acknowledge(sent)
    assert outbox.count() == 1
    newest = outbox.pending()[0].seq
    outbox.acknowledge([newest])
    catalogue.put(make_record(songs[0]))
    assert outbox.pending()[0].seq > newest  # no number is given twice, even by an empty outbox


def test_a_reset_queues_every_song_and_keeps_waiting_deletes(catalogue, songs):
    outbox = Outbox(catalogue)
    outbox.acknowledge([change.seq for change in outbox.pending()])
    catalogue.remove(songs[1].song_id)
    outbox.reset()
    assert [(x.song_id, x.kind) for x in outbox.pending()] == [
        (songs[1].song_id, ChangeKind.DELETE),
        (songs[0].song_id, ChangeKind.UPSERT),
        (songs[2].song_id, ChangeKind.UPSERT),
    ]
    outbox.acknowledge([])
    assert outbox.count() == 3
