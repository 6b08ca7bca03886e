"""Songs that leave with an action come back with every row that belonged to them."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.cluster_types import Recommendation
from core.copy_types import ActionKind
from core.errors import UnknownSongError
from core.library import journal
from core.library.changes import ChangeKind, Outbox
from core.library.ledger import Ledger
from core.library.store import FILE_NAME, Catalogue
from core.types import (
    CatalogueId,
    CopyMeasures,
    Decision,
    Overlap,
    PairVerdict,
    SongRecord,
    SoundQuality,
    Verdict,
)
from tests.core.library.records import make_record, make_song, make_vectors, new_id

MEASURES = CopyMeasures(SoundQuality(16_000.0, 16_000.0, 0.001, 1.02), n_tags=3)


def record(name, seed):
    made = make_record(make_song(Path(f"/music/{name}.mp3")), seed=seed)
    return SongRecord(
        made.song, made.cover, made.overview, made.fingerprints, made.vectors, MEASURES
    )


@pytest.fixture
def songs(catalogue):
    """Three songs with all that can be known of songs."""
    records = [record(name, seed) for seed, name in enumerate("abc")]
    for one in records:
        catalogue.put(one)
    a, b, c = (one.song.song_id for one in records)
    catalogue.complete(a, fingerprints=(), vectors=(make_vectors(7),))
    overlap = Overlap(1.0, 2.0, 30.0, 1.01)
    catalogue.put_verdicts(a, [PairVerdict(a, b, Verdict.SAME_RECORDING, 0.9, overlap)])
    catalogue.decide(a, c, decision=Decision.SAME_SONG)
    catalogue.record_listen(a, heard_s=12.0)
    own = CatalogueId(f"{catalogue.library_id}:{a}")
    line = Recommendation(1, own, a, "t", "x", 0.5, "near in sound")
    catalogue.put_recommendations({a: [line], b: [line]})
    return a, b, c


def rows(catalogue):
    """Return every row of every table but the journal's own, the outbox, times and counters."""
    left_out = {"action", "archived", "change", "outbox", "sqlite_sequence"}
    with closing(sqlite3.connect(catalogue.database.path)) as connection:
        tables = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in tables
            if table not in left_out
        }


def leave(catalogue, *song_ids, kind=ActionKind.TRASHED):
    entry = catalogue.begin(kind, song_ids, detail={"why": "test"})
    catalogue.conclude(entry, leaving=song_ids)
    return entry


def back(catalogue, entry=None):
    entry = entry or catalogue.last_done()
    return catalogue.take_back(entry, song_ids=entry.songs)


def test_a_song_that_comes_back_is_what_it_was(catalogue, songs):
    before = rows(catalogue)
    leave(catalogue, songs[0])
    assert rows(catalogue) != before
    with pytest.raises(UnknownSongError):
        catalogue.song(songs[0])
    assert back(catalogue) == [songs[0]]
    assert rows(catalogue) == before
    assert catalogue.last_done() is None


def test_songs_that_left_together_come_back_with_what_they_share(catalogue, songs):
    before = rows(catalogue)
    leave(catalogue, songs[1], songs[0])
    assert set(back(catalogue)) == set(songs[:2])
    assert rows(catalogue) == before


def test_only_those_songs_come_back_that_are_named(catalogue, songs):
    entry = leave(catalogue, songs[1], songs[0])
    assert catalogue.take_back(entry, song_ids=[songs[0]]) == [songs[0]]
    assert {song.song_id for song in catalogue.songs()} == {songs[0], songs[2]}
    assert catalogue.overview(songs[0]).size
    assert catalogue.verdicts() == []


def test_the_cluster_hears_of_both_ways(catalogue, songs):
    outbox = Outbox(catalogue)
    Ledger(catalogue).note(seqs=[change.seq for change in outbox.pending()])
    entry = leave(catalogue, songs[0])
    assert [(c.song_id, c.kind) for c in outbox.pending()] == [(songs[0], ChangeKind.DELETE)]
    back(catalogue, entry)
    assert [(c.song_id, c.kind) for c in outbox.pending()] == [(songs[0], ChangeKind.UPSERT)]


def test_a_song_comes_back_after_a_restart(tmp_path):
    catalogue = Catalogue(tmp_path / "library")
    one = record("a", 1)
    catalogue.put(one)
    leave(catalogue, one.song.song_id)
    catalogue.close()
    again = Catalogue(tmp_path / "library")
    entry = again.last_done()
    assert (entry.kind, entry.songs, entry.detail) == (
        ActionKind.TRASHED, (one.song.song_id,), {"why": "test"},
    )  # fmt: skip
    assert back(again, entry) == [one.song.song_id]
    assert again.song(one.song.song_id) == one.song
    assert again.measures() == {one.song.song_id: MEASURES}
    again.close()


def test_a_row_whose_other_song_is_gone_stays_away(catalogue, songs):
    a, b, _c = songs
    entry = leave(catalogue, a)
    catalogue.remove(b)
    assert back(catalogue, entry) == [a]
    assert catalogue.verdicts() == []
    assert len(catalogue.decisions()) == 1


def test_a_proof_on_a_song_that_was_heard_anew_stays_away(catalogue, songs):
    a, b, _c = songs
    entry = leave(catalogue, a)
    anew = record("b", 9)
    catalogue.put(replace(anew, song=replace(anew.song, song_id=b, added_at=2_000_000_000.0)))
    assert back(catalogue, entry) == [a]
    assert catalogue.verdicts() == []
    assert len(catalogue.decisions()) == 1


def test_a_song_whose_path_is_taken_stays_away(catalogue, songs):
    a = songs[0]
    entry = leave(catalogue, a)
    catalogue.put(record("a", 3))
    assert back(catalogue, entry) == []
    assert len(catalogue.songs()) == 3


def test_a_column_added_later_gets_its_default(tmp_path):
    catalogue = Catalogue(tmp_path / "library")
    one = record("a", 1)
    catalogue.put(one)
    entry = leave(catalogue, one.song.song_id)
    catalogue.close()
    with closing(sqlite3.connect(tmp_path / "library" / FILE_NAME)) as connection:
        connection.execute("ALTER TABLE copy_facts ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'")
        connection.execute("ALTER TABLE copy_facts DROP COLUMN peak")
        connection.commit()
    again = Catalogue(tmp_path / "library")
    back(again, entry)
    with again.database.reading() as connection:
        row = connection.execute("SELECT mood, n_tags FROM copy_facts").fetchone()
    assert row == ("calm", 3)
    again.close()


def test_only_the_last_actions_are_kept(catalogue, songs, monkeypatch):
    monkeypatch.setattr(journal, "KEPT_ACTIONS", 3)
    leave(catalogue, songs[0])
    for _ in range(3):
        catalogue.conclude(catalogue.begin(ActionKind.DECIDED, songs[1:], detail=None))
    with catalogue.database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM archived").fetchone() == (0,)
    kinds = []
    while (entry := catalogue.last_done()) is not None:
        kinds.append(entry.kind)
        back(catalogue, entry)
    assert kinds == [ActionKind.DECIDED] * 3


def test_what_was_cut_short_is_never_too_old(catalogue, songs, monkeypatch):
    monkeypatch.setattr(journal, "KEPT_ACTIONS", 2)
    open_entry = catalogue.begin(ActionKind.TRASHED, songs[:1], detail=None)
    for _ in range(4):
        catalogue.conclude(catalogue.begin(ActionKind.DECIDED, songs[1:], detail=None))
    assert [entry.action_id for entry in catalogue.pending()] == [open_entry.action_id]
    n_done = 0
    while (entry := catalogue.last_done()) is not None:
        catalogue.drop(entry)
        n_done += 1
    assert n_done == 2


def test_an_action_that_was_cut_short_is_told_from_one_that_is_done(catalogue, songs):
    entry = catalogue.begin(ActionKind.TRASHED, songs[:1], detail={"place": None})
    assert catalogue.last_done() is None
    catalogue.amend(entry, detail={"place": "there"})
    assert [(e.action_id, e.detail) for e in catalogue.pending()] == [
        (entry.action_id, {"place": "there"})
    ]
    catalogue.drop(entry)
    assert catalogue.pending() == []


def test_nothing_leaves_where_one_of_the_songs_is_unknown(catalogue, songs):
    before = rows(catalogue)
    entry = catalogue.begin(ActionKind.TRASHED, songs[:1], detail=None)
    with pytest.raises(UnknownSongError):
        catalogue.conclude(entry, leaving=[songs[0], new_id()])
    assert rows(catalogue) == before
    assert catalogue.last_done() is None
