"""The gate of the catalogue: what hostile inboxes hold stays out, and is counted."""

import numpy as np
import pytest

from cluster_sync import collections as shapes
from cluster_sync.collections import SharedSong, SharedVector
from cluster_sync.recommender.passes import PassReport, recommend_pass
from core.progress import Progress
from core.types import LibraryId, ModelId, SpaceName, Stem
from core.vectors.milvus import CollectionSpec, MilvusStore, Row
from tests.cluster_sync.libraries import Cluster, codes, song_id, unit

GOOD = LibraryId("00000000-0000-0000-0000-00000000000a")
BAD = LibraryId("00000000-0000-0000-0000-00000000000b")
MODEL = ModelId("style-1-0123abcd")

pytestmark = pytest.mark.parametrize("cluster", ["lite"], indirect=True)


def song(library: LibraryId, number: int, *, model: ModelId = MODEL, dimension: int = 16) -> Row:
    vector = unit(seed=number, dimension=dimension)
    shared = SharedSong(
        key=shapes.catalogue_id(library, song_id(number)),
        vectors=(SharedVector(SpaceName.STYLE, Stem.MIX, model, vector),),
        codes=codes(seed=number),
        duration_s=74.0,
    )
    return shapes.song_row(shared)


def fill(store: MilvusStore, library: LibraryId, rows: list[Row], *, dimension: int = 16) -> None:
    store.ensure(shapes.inbox_spec(library, dimension))
    store.upsert(shapes.inbox_name(library), rows)


def run(store: MilvusStore) -> PassReport:
    return recommend_pass(store, progress=Progress())


def test_hostile_rows_are_refused_and_the_others_merged(cluster: Cluster) -> None:
    store = cluster.open()
    fill(store, GOOD, [song(GOOD, n) for n in range(1, 5)])
    theft = song(GOOD, 1)  # a row that says it is of the other library
    lied = song(BAD, 7)
    lied = Row(lied.key, lied.vector, {**lied.values, "title": "not what was digested"})
    swapped = song(BAD, 8)
    swapped = Row(swapped.key, unit(seed=99), swapped.values)
    withdrawal = shapes.tombstone(shapes.catalogue_id(GOOD, song_id(2)), 16)
    no_song = Row(f"{BAD}:", *_content(song(BAD, 9)))
    fill(store, BAD, [theft, lied, swapped, withdrawal, no_song, song(BAD, 10)])
    report = run(store)
    assert (report.merged, report.removed) == (5, 0)
    assert report.refused == 5
    assert sum(report.reasons.values()) == 5
    expected = [song(GOOD, n).key for n in range(1, 5)] + [song(BAD, 10).key]
    assert store.keys(shapes.CATALOGUE) == sorted(expected)
    again = run(store)
    assert (again.merged, again.refused, again.lists) == (0, 5, 0)
    store.close()


def _content(row: Row) -> tuple[np.ndarray, dict[str, object]]:
    return row.vector, dict(row.values)


def test_vectors_of_another_model_or_length_stay_out(cluster: Cluster) -> None:
    store = cluster.open()
    fill(store, GOOD, [song(GOOD, 1)])
    assert run(store).merged == 1
    fill(store, BAD, [song(BAD, 2, dimension=8)], dimension=8)
    other = LibraryId("00000000-0000-0000-0000-00000000000c")
    fill(store, other, [song(other, 3, model=ModelId("style-2-89abcdef"))])
    report = run(store)
    assert (report.merged, report.refused) == (0, 2)
    assert set(report.reasons) == {
        "a vector of 8 numbers",
        "vectors of style-2-89abcdef, where the catalogue holds those of style-1-0123abcd",
    }
    assert shapes.cluster_model(store) == MODEL
    store.close()


def test_an_inbox_of_another_shape_stops_nobody(cluster: Cluster) -> None:
    store = cluster.open()
    store.ensure(CollectionSpec(shapes.inbox_name(BAD), 16))
    store.upsert(shapes.inbox_name(BAD), [Row(f"{BAD}:x", unit(seed=1))])
    store.ensure(CollectionSpec("inbox_of_nobody", 4))
    fill(store, GOOD, [song(GOOD, n) for n in range(1, 4)])
    report = run(store)
    assert (report.merged, report.refused) == (3, 1)
    store.close()


def test_a_pass_that_stopped_anywhere_is_finished_by_the_next(cluster: Cluster) -> None:
    store = cluster.open()
    fill(store, GOOD, [song(GOOD, n) for n in range(1, 8)])
    run(store)
    expected = _lists(store)
    store.delete(shapes.RECOMMENDATIONS, [song(GOOD, 3).key, song(GOOD, 5).key])
    assert run(store).lists >= 2
    assert _lists(store) == expected
    store.delete(shapes.CATALOGUE, [song(GOOD, 4).key])
    report = run(store)
    assert report.merged == 1
    assert _lists(store) == expected
    store.close()


def _lists(store: MilvusStore) -> dict[str, object]:
    rows = store.scan(shapes.RECOMMENDATIONS, ["items"], with_vectors=False)
    return {row.key: row.values["items"] for row in rows}
