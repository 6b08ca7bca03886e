"""The shared collections, made again and again, and brought to this version's shape."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cluster_sync import collections as shapes
from cluster_sync.recommender.journal import Journal
from cluster_sync.recommender.migrate import DERIVED, migrate
from core.errors import ClusterError, ClusterProblem
from core.vectors.milvus import CollectionSpec, MilvusStore, Row
from tests.cluster_sync.recommender.songs import MINE, everything, key, run, send, song, withdraw


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MilvusStore]:
    opened = MilvusStore(str(tmp_path / "cluster.db"))
    yield opened
    opened.close()


def test_what_is_missing_is_made_once(store: MilvusStore) -> None:
    made = migrate(store)
    assert {shapes.RECOMMENDATIONS, shapes.MODELS, "refusals", "leases", "withdrawn"} <= set(made)
    assert migrate(store) == []
    send(store, MINE, [song(MINE, 1)])
    run(store)
    assert shapes.CATALOGUE in store.names()
    assert migrate(store) == []


def test_an_older_shape_is_made_anew_and_filled_by_the_next_pass(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, n) for n in range(1, 6)])
    withdraw(store, MINE, [9])
    run(store)
    expected = everything(store)
    store.drop(shapes.RECOMMENDATIONS)
    store.ensure(CollectionSpec(shapes.RECOMMENDATIONS, 2))  # of a version without fields
    assert set(migrate(store)) == set(DERIVED)
    assert run(store).merged == 5
    assert everything(store) == expected
    assert store.keys(shapes.GRAVES) == [key(MINE, 9)]


def test_canaries_in_rows_of_their_own_are_an_older_shape(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, n) for n in range(1, 6)])
    run(store)
    expected = everything(store)
    journal = Journal(store)
    journal.forget_notes("canary", ["all"])
    journal.write_notes("canary", {f"{n:02d}": key(MINE, n + 1) for n in range(5)})
    assert set(migrate(store)) == set(DERIVED)
    assert run(store).merged == 5
    assert everything(store) == expected


def test_a_migration_that_stopped_is_finished_by_the_next(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, n) for n in range(1, 6)])
    run(store)
    expected = everything(store)
    store.drop("work")  # as where it stopped between the first collection and the catalogue
    migrate(store)
    assert store.keys(shapes.CATALOGUE) == []
    assert run(store).merged == 5
    assert everything(store) == expected


@pytest.mark.parametrize("name", [shapes.GRAVES, shapes.MODELS])
def test_what_nobody_else_knows_is_never_dropped(store: MilvusStore, name: str) -> None:
    store.ensure(CollectionSpec(name, 2))  # of another version
    store.upsert(name, [Row("a", np.array([1.0, 0.0], np.float32))])
    with pytest.raises(ClusterError, match="another version") as told:
        migrate(store)
    assert told.value.problem is ClusterProblem.REFUSED
    assert store.keys(name) == ["a"]
