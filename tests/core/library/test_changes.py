import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.library import changes
from core.library.changes import ChangeKind, Outbox
from core.library.ledger import Ledger
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
    found = outbox.pending()
    assert [(x.song_id, x.kind) for x in found] == [
        (c, ChangeKind.UPSERT),
        (a, ChangeKind.UPSERT),
        (b, ChangeKind.DELETE),
    ]
    assert [x.seq for x in found] == sorted(x.seq for x in found)
    assert outbox.count() == 3
    assert outbox.pending(limit=2) == found[:2]


def test_a_change_made_while_another_travels_is_not_lost(catalogue, songs):
    outbox = Outbox(catalogue)
    sent = [change.seq for change in outbox.pending()]
    catalogue.complete(songs[1].song_id, fingerprints=(), vectors=())
    Ledger(catalogue).note(seqs=sent)
    assert [change.song_id for change in outbox.pending()] == [songs[1].song_id]
    Ledger(catalogue).note(seqs=sent)
    assert outbox.count() == 1
    newest = outbox.pending()[0].seq
    Ledger(catalogue).note(seqs=[newest])
    catalogue.put(make_record(songs[0]))
    assert outbox.pending()[0].seq > newest  # no number is given twice, even by an empty outbox


def test_a_reset_queues_every_song_and_keeps_waiting_deletes(catalogue, songs):
    outbox = Outbox(catalogue)
    Ledger(catalogue).note(seqs=[change.seq for change in outbox.pending()])
    catalogue.remove(songs[1].song_id)
    outbox.reset()
    assert [(x.song_id, x.kind) for x in outbox.pending()] == [
        (songs[1].song_id, ChangeKind.DELETE),
        (songs[0].song_id, ChangeKind.UPSERT),
        (songs[2].song_id, ChangeKind.UPSERT),
    ]
    assert outbox.count() == 3


def test_a_time_far_in_the_future_does_not_stay(catalogue, songs, monkeypatch):
    """A clock that was wrong for a while must not keep a song from the cluster for good."""
    outbox, one = Outbox(catalogue), songs[0].song_id
    now = time.time()
    for at, kept in ((now + 3600.0, now + 3600.0), (now + 1e8, now + 1e8), (now + 5.0, now + 5.0)):
        monkeypatch.setattr(changes, "time", SimpleNamespace(time=lambda at=at: at))
        outbox.changed({one: ChangeKind.UPSERT})
        assert outbox.changed_at([one])[one] == pytest.approx(kept, abs=0.01)
    monkeypatch.setattr(changes, "time", SimpleNamespace(time=lambda: now))
    outbox.changed({one: ChangeKind.UPSERT})  # a clock set back a little: the order stays
    assert outbox.changed_at([one])[one] == pytest.approx(now + 5.001, abs=0.01)
