"""Inboxes into the catalogue: what is taken in, what leaves, what is reported back."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from cluster_sync import collections as shapes
from cluster_sync.recommender import gate, merge
from cluster_sync.recommender.journal import Journal
from core.errors import ClusterError, ClusterProblem
from core.types import LibraryId, ModelId
from core.vectors.milvus import CollectionSpec, MilvusStore, Row
from core.vectors.states import CollectionState
from tests.cluster_sync.libraries import song_id, unit
from tests.cluster_sync.recommender.songs import (
    DIMENSION,
    MINE,
    MODEL,
    THEIRS,
    key,
    lists,
    refusals,
    run,
    send,
    song,
    withdraw,
)


def lied(row: Row) -> Row:
    return Row(row.key, row.vector, {**row.values, "title": "not what was digested"})


def test_hostile_rows_are_refused_and_the_others_merged(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, n) for n in range(1, 5)])
    theft = song(MINE, 1)  # in the inbox of another
    foreign_grave = shapes.tombstone(shapes.catalogue_id(MINE, song_id(2)), DIMENSION)
    no_song = Row(f"{THEIRS}:", song(THEIRS, 9).vector, song(THEIRS, 9).values)
    bad = [theft, foreign_grave, no_song, lied(song(THEIRS, 7))]
    send(store, THEIRS, [*bad, song(THEIRS, 10)])
    report = run(store)
    assert (report.merged, report.removed, report.refused) == (5, 0, 4)
    assert report.reasons[gate.REFUSED_KEY] == 3
    assert store.keys(shapes.CATALOGUE) == sorted(
        [*(key(MINE, n) for n in range(1, 5)), key(THEIRS, 10)]
    )
    again = run(store)
    assert (again.merged, again.lists) == (0, 0)


def test_a_refusal_is_reported_back_until_it_is_mended(store: MilvusStore) -> None:
    send(store, THEIRS, [lied(song(THEIRS, 7)), song(MINE, 1), song(THEIRS, 8)])
    run(store)
    told = refusals(store)
    assert told[key(THEIRS, 7)] == "the digest is not that of the row"
    assert sorted(told.values()) == [
        "the digest is not that of the row",
        gate.REFUSED_KEY,
    ]
    assert all(one.startswith(f"{THEIRS}:") for one in told)  # each library reads its own
    send(store, THEIRS, [song(THEIRS, 7)])
    store.delete(shapes.inbox_name(THEIRS), [key(MINE, 1)])
    assert run(store).merged == 1
    assert refusals(store) == {}


@pytest.mark.parametrize("end", ["a b", 'a" or key != "', "\u00e9", "a\nb", "x" * 90])
def test_a_key_that_no_row_may_have_stops_nobody(store: MilvusStore, end: str) -> None:
    """Whoever has an account may write such a row without our help."""
    good = song(THEIRS, 7)
    told = {"key": f"{THEIRS}:{end}", "vector": good.vector.tolist(), **good.values}
    store.line.client.upsert(shapes.inbox_name(THEIRS), [told])
    send(store, THEIRS, [good])
    report = run(store)
    assert (report.merged, report.refused) == (1, 1)
    assert list(refusals(store).values()) == [gate.REFUSED_KEY]


def test_vectors_of_another_model_or_length_stay_out(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, 1)])
    assert run(store).merged == 1
    short = LibraryId("00000000-0000-0000-0000-00000000000d")
    send(store, short, [song(short, 2, dimension=8)], dimension=8)
    other = LibraryId("00000000-0000-0000-0000-00000000000c")
    send(store, other, [song(other, 3, model=ModelId("style-2-89abcdef"))])
    report = run(store)
    assert (report.merged, report.refused) == (0, 2)
    assert set(report.reasons) == {
        "a vector of 8 numbers",
        f"vectors of style-2-89abcdef, where the catalogue holds those of {MODEL}",
    }
    assert shapes.cluster_model(store) == MODEL


def test_an_inbox_of_another_shape_stops_nobody(store: MilvusStore) -> None:
    store.drop(shapes.inbox_name(THEIRS))
    store.ensure(CollectionSpec(shapes.inbox_name(THEIRS), DIMENSION))
    store.upsert(shapes.inbox_name(THEIRS), [Row(f"{THEIRS}:x", unit(seed=1))])
    store.ensure(CollectionSpec("inbox_of_nobody", 4))
    send(store, MINE, [song(MINE, n) for n in range(1, 4)])
    report = run(store)
    assert (report.merged, report.refused) == (3, 1)
    assert set(refusals(store).values()) == {gate.REFUSED_SHAPE}


def test_what_the_cluster_refuses_ends_the_pass_and_the_next_one_does_it(
    store: MilvusStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full for a while must not make an inbox count as seen."""
    upsert = MilvusStore.upsert

    def full(one: MilvusStore, name: str, rows: Sequence[Row]) -> None:
        if name == shapes.CATALOGUE:
            raise ClusterError(one.address, ClusterProblem.REFUSED, detail="disk quota exceeded")
        upsert(one, name, rows)

    state = CollectionState(3, frozenset({1}))  # a folder has none of its own
    monkeypatch.setattr(merge, "collection_state", lambda *_: state)
    send(store, MINE, [song(MINE, n) for n in range(1, 4)])
    with monkeypatch.context() as patch, pytest.raises(ClusterError, match="disk quota"):
        patch.setattr(MilvusStore, "upsert", full)
        run(store)
    assert Journal(store).notes("inbox") == {}
    assert run(store).merged == 3
    assert shapes.inbox_name(MINE) in Journal(store).notes("inbox")
    assert refusals(store) == {}


def test_a_library_of_too_many_songs_is_cut(
    store: MilvusStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "MAX_SONGS", 3)
    send(store, MINE, [song(MINE, n) for n in range(1, 6)])
    report = run(store)
    assert (report.merged, report.refused) == (3, 2)
    assert report.reasons == {gate.REFUSED_COUNT: 2}


def test_a_song_that_was_withdrawn_leaves_catalogue_lists_and_inbox(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, n) for n in range(1, 6)])
    send(store, THEIRS, [song(THEIRS, n) for n in range(11, 14)])
    run(store)
    gone = key(THEIRS, 12)
    assert any(gone in held for held in lists(store).values())
    withdraw(store, THEIRS, [12])
    report = run(store)
    assert (report.removed, report.merged) == (1, 0)
    assert report.lists > 0
    assert gone not in lists(store)
    assert not any(gone in held for held in lists(store).values())
    for name in (shapes.CATALOGUE, shapes.inbox_name(THEIRS), "traits"):
        assert gone not in store.keys(name)
    assert store.keys("work", prefix="mark:") == []
    assert run(store).lists == 0


def test_no_text_that_is_stored_tells_of_a_song_that_left(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, n) for n in range(1, 6)])
    send(store, THEIRS, [song(THEIRS, 12, title="nobody may see this any more")])
    run(store)
    withdraw(store, THEIRS, [12])
    run(store)
    fields = ["items", "explanation"]
    rows = store.scan(shapes.RECOMMENDATIONS, fields, with_vectors=False)
    assert "nobody may see" not in str([row.values for row in rows])
    assert key(THEIRS, 12) not in str([row.values for row in rows])


def test_deletes_win_over_older_writes_and_not_over_newer(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, n) for n in range(1, 4)])
    run(store)
    withdraw(store, MINE, [2], changed_at=2000.0)
    run(store)
    send(store, MINE, [song(MINE, 2, changed_at=1999.0)])  # another machine's, from before
    report = run(store)
    assert report.reasons == {gate.REFUSED_GONE: 1}
    assert key(MINE, 2) not in store.keys(shapes.CATALOGUE)
    send(store, MINE, [song(MINE, 2, changed_at=2001.0)])
    assert run(store).merged == 1
    assert key(MINE, 2) in lists(store)
    assert store.keys(shapes.GRAVES) == []


def test_the_last_writer_wins(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, 1, title="new", changed_at=2000.0), song(MINE, 2)])
    run(store)
    send(store, MINE, [song(MINE, 1, title="old", changed_at=1500.0)])
    assert run(store).reasons == {gate.REFUSED_OLDER: 1}
    (row,) = store.get(shapes.CATALOGUE, [key(MINE, 1)], ["title"])
    assert row.values["title"] == "new"


def test_a_song_that_comes_back_before_the_pass_stays(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, n) for n in range(1, 4)])
    run(store)
    withdraw(store, MINE, [2])
    send(store, MINE, [song(MINE, 2, title="back", changed_at=3000.0)])
    report = run(store)
    assert (report.merged, report.removed) == (1, 0)
    assert key(MINE, 2) in lists(store)


def test_the_searched_vector_is_the_one_that_was_sent(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, 1)])
    run(store)
    (row,) = store.get(shapes.CATALOGUE, [key(MINE, 1)], [])
    np.testing.assert_allclose(row.vector, unit(seed=1), atol=1e-6)


def test_a_look_at_an_inbox_reads_nothing_of_other_libraries(
    store: MilvusStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(store, MINE, [song(MINE, n) for n in range(1, 9)])
    send(store, THEIRS, [song(THEIRS, n) for n in range(1, 4)])
    run(store)
    between, read = MilvusStore.between, list[set[str]]()

    def noted(one: MilvusStore, name: str, *more: Any, **named: Any) -> list[Row]:
        found = between(one, name, *more, **named)
        if name == shapes.CATALOGUE:
            read.append({row.key.partition(":")[0] for row in found})
        return found

    monkeypatch.setattr(MilvusStore, "between", noted)
    send(store, THEIRS, [song(THEIRS, n, changed_at=1500.0, title="Anew") for n in (2, 3, 4)])
    assert run(store).merged == 3
    assert {THEIRS} in read
    assert all(len(owners) <= 1 for owners in read)
