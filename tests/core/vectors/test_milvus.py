"""One contract, kept by Milvus Lite and by a real server."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import BugError, ClusterError, ClusterProblem, LibraryError, LibraryProblem
from core.types import Float32Array
from core.vectors import milvus
from core.vectors.alone import search_alone
from core.vectors.milvus import CollectionSpec, FieldKind, FieldSpec, MilvusStore, Row
from tests.milvus_server import milvus_server  # noqa: F401 - a fixture

DIMENSION = 8
SPEC = CollectionSpec(
    "songs",
    DIMENSION,
    (
        FieldSpec("title", FieldKind.TEXT, max_length=1000),
        FieldSpec("plays", FieldKind.INTEGER),
        FieldSpec("weight", FieldKind.REAL),
    ),
)
HOSTILE = (
    'say "hi"',
    '" or 1 == 1 or "" == "',
    "back\\slash",
    'ends with \\"',
    "it's",
    "line\nbreak\ttab\rreturn",
    "{plays} $meta % like _",
    "ноты 音楽 🎸",
    "",
)


@pytest.fixture(params=["lite", pytest.param("server", marks=pytest.mark.server)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MilvusStore]:
    if request.param == "lite":
        opened = MilvusStore(str(tmp_path / "store.db"))
    else:
        server = request.getfixturevalue("milvus_server")
        opened = MilvusStore(server.uri, token=server.token)
    yield opened
    leave_empty(opened)
    opened.close()


def leave_empty(store: MilvusStore) -> None:
    """Empty the shared collection and drop others: making one on a server takes three seconds."""
    for name in store.names():
        if name == SPEC.name:
            store.delete(name, store.keys(name))
        else:
            store.drop(name)


def directions(count: int, *, seed: int = 0) -> Float32Array:
    found = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def row(key: str, vector: Float32Array, *, title: str = "", plays: int = 0) -> Row:
    return Row(key, vector, {"title": title, "plays": plays, "weight": plays / 2})


def rows(count: int, *, start: int = 0) -> list[Row]:
    vectors = directions(count, seed=start)
    return [row(f"k{start + i:06d}", vectors[i], plays=start + i) for i in range(count)]


def test_what_is_written_comes_back(store: MilvusStore) -> None:
    store.ensure(SPEC)
    written = rows(5)
    store.upsert("songs", written)
    found = store.get("songs", ["k000003", "k000001", "missing"], ["title", "plays", "weight"])
    assert [one.key for one in found] == ["k000003", "k000001"]
    assert found[0].values == {"title": "", "plays": 3, "weight": 1.5}
    np.testing.assert_allclose(found[1].vector, written[1].vector, rtol=1e-6)
    assert found[1].vector.dtype == np.float32


def test_an_upsert_replaces_and_nothing_is_doubled(store: MilvusStore) -> None:
    store.ensure(SPEC)
    store.upsert("songs", rows(5))
    store.upsert("songs", [row("k000002", directions(1, seed=9)[0], title="new")])
    twice = [
        row("k000009", directions(1)[0], title="a"),
        row("k000009", directions(1)[0], title="b"),
    ]
    store.upsert("songs", twice)
    assert store.count("songs") == 6
    found = {one.key: one.values["title"] for one in store.scan("songs", ["title"])}
    assert found["k000002"] == "new"
    assert found["k000009"] == "b"
    assert len(found) == 6


def test_a_delete_is_seen_at_once(store: MilvusStore) -> None:
    store.ensure(SPEC)
    store.upsert("songs", rows(5))
    store.delete("songs", ["k000001", "k000003", "missing"])
    assert store.count("songs") == 3
    assert store.keys("songs") == ["k000000", "k000002", "k000004"]
    hits = store.search("songs", directions(1), limit=5)[0]
    assert {hit.key for hit in hits} == {"k000000", "k000002", "k000004"}


def test_an_empty_collection_answers(store: MilvusStore) -> None:
    store.ensure(SPEC)
    assert store.count("songs") == 0
    assert store.keys("songs") == []
    assert store.search("songs", directions(2), limit=5) == [[], []]
    store.upsert("songs", [])
    store.delete("songs", [])
    assert store.get("songs", [], []) == []


def test_search_agrees_with_brute_force(store: MilvusStore) -> None:
    store.ensure(SPEC)
    written = rows(3000)
    store.upsert("songs", written)
    store.flush("songs")
    queries = directions(20, seed=77)
    cosines = queries @ np.stack([one.vector for one in written]).T
    found = store.search("songs", queries, limit=10)
    kept = 0
    for hits, cosine in zip(found, cosines, strict=True):
        best = {written[i].key for i in np.argsort(-cosine)[:10]}
        kept += len(best & {hit.key for hit in hits})
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] == pytest.approx(cosine[int(hits[0].key[1:])], abs=1e-4)
    assert kept >= 0.98 * 200


def test_hits_are_those_that_pymilvus_tells_of(store: MilvusStore) -> None:
    store.ensure(SPEC)
    store.upsert("songs", rows(30))
    queries = directions(7, seed=99)
    told = store.line.client.search("songs", queries.tolist(), limit=12)
    expected = [list(zip(hits.ids, hits.distances, strict=True)) for hits in told]
    assert [[tuple(hit) for hit in one] for one in store.search("songs", queries, limit=12)] == (
        expected
    )


def test_a_scan_is_complete_where_one_query_is_not(
    store: MilvusStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.ensure(SPEC)
    store.upsert("songs", rows(1200))
    store._client.flush("songs")  # a server seals when it likes; here and now it must
    store.upsert("songs", rows(900, start=1000))  # sealed and growing rows overlap
    store.delete("songs", [f"k{i:06d}" for i in range(0, 1900, 19)])
    monkeypatch.setattr(milvus, "KEYS_A_PAGE", 500)
    monkeypatch.setattr(milvus, "ROWS_A_PAGE", 900)
    expected = [f"k{i:06d}" for i in range(1900) if i % 19]
    found = list(store.scan("songs", ["plays"]))
    assert [one.key for one in found] == expected
    assert [one.values["plays"] for one in found] == [int(key[1:]) for key in expected]
    heads = store.heads("songs", ["plays"])
    assert [(one.key, one.values, len(one.vector)) for one in heads] == [
        (one.key, one.values, 0) for one in found
    ]
    assert store.count("songs") == len(expected)


def test_own_writes_are_seen_without_waiting(store: MilvusStore) -> None:
    store.ensure(SPEC)
    for round_ in range(5):
        store.upsert("songs", [row("k0", directions(1, seed=round_)[0], plays=round_)])
        found = store.get("songs", ["k0"], ["plays"], fresh=False)
        assert found[0].values == {"plays": round_}
        assert store.search("songs", found[0].vector[np.newaxis], limit=1, fresh=False)[0][
            0
        ].score == pytest.approx(1.0, abs=1e-4)


def test_a_scan_is_complete_beyond_the_largest_answer(store: MilvusStore) -> None:
    store.ensure(SPEC)
    count = milvus.KEYS_A_PAGE + 1000
    store.upsert("songs", rows(count))
    assert len(store.keys("songs")) == count
    assert store.count("songs") == count


def test_a_prefix_parts_libraries(store: MilvusStore) -> None:
    store.ensure(SPEC)
    vectors = directions(6)
    keys = ["a:1", "a:2", "a1:1", "b:1", "a-b:1", "A:1"]
    store.upsert("songs", [row(key, vector) for key, vector in zip(keys, vectors, strict=True)])
    assert store.keys("songs", prefix="a:") == ["a:1", "a:2"]
    assert store.keys("songs", prefix="a1:") == ["a1:1"]
    assert store.keys("songs", prefix="c:") == []


def test_keys_are_asked_for_beside_a_range(store: MilvusStore) -> None:
    store.ensure(SPEC)
    store.upsert("songs", rows(9))
    found = store.between("songs", "k000003", where={"plays": 5}, also=["k000001", "missing"])
    assert sorted(row.key for row in found) == ["k000001", "k000005"]
    with pytest.raises(BugError):
        store.between("songs", also=['" or key != "'])


def test_hostile_values_are_only_values(store: MilvusStore) -> None:
    store.ensure(SPEC)
    vectors = directions(len(HOSTILE))
    store.upsert("songs", [row(f"k{i}", vectors[i], title=t) for i, t in enumerate(HOSTILE)])
    for i, title in enumerate(HOSTILE):
        found = list(store.scan("songs", ["title"], where={"title": title}))
        assert [(one.key, one.values["title"]) for one in found] == [(f"k{i}", title)]
    assert store.keys("songs", where={"plays": 0, "title": "it's"}) == ["k4"]


@pytest.mark.parametrize("store", ["lite"], indirect=True)
@pytest.mark.parametrize("key", ['a" or key != "', "", "a b", "a\n", "é", "x" * 129, ":a"])
def test_a_hostile_key_is_refused_at_the_door(store: MilvusStore, key: str) -> None:
    store.ensure(SPEC)
    for verb in (store.delete, lambda name, keys: store.get(name, keys, [])):
        with pytest.raises(BugError):
            verb("songs", [key])
    with pytest.raises(BugError):
        store.upsert("songs", [row(key, directions(1)[0])])


@pytest.mark.parametrize("store", ["lite"], indirect=True)
@pytest.mark.parametrize("broken", [np.full(DIMENSION, np.nan), np.zeros(DIMENSION + 1)])
def test_a_broken_vector_is_refused_at_the_door(store: MilvusStore, broken: Float32Array) -> None:
    store.ensure(SPEC)
    with pytest.raises(BugError):
        store.upsert("songs", [row("k", broken.astype(np.float32))])


def test_another_dimension_is_refused(store: MilvusStore) -> None:
    store.ensure(SPEC)
    store.ensure(SPEC)
    with pytest.raises((ClusterError, LibraryError)) as caught:
        store.ensure(CollectionSpec("songs", DIMENSION + 1, SPEC.fields))
    assert caught.value.problem in (ClusterProblem.MODEL_MISMATCH, LibraryProblem.DAMAGED)


def test_a_released_collection_is_loaded_when_read(store: MilvusStore) -> None:
    store.ensure(SPEC)
    store.upsert("songs", rows(5))
    assert store.count("songs") == 5
    # Behind the store's back, as another client would.
    store._client.release_collection("songs")
    assert store.count("songs") == 5
    store.release("songs")
    assert len(store.keys("songs")) == 5


def test_a_dropped_collection_can_be_made_again(store: MilvusStore) -> None:
    store.ensure(CollectionSpec("short_lived", 2))
    store.upsert("short_lived", [Row("k", np.array([1, 0], np.float32))])
    store.drop("short_lived")
    store.drop("short_lived")
    assert "short_lived" not in store.names()
    assert store.dimension("short_lived") is None
    store.ensure(CollectionSpec("short_lived", 3))
    assert store.dimension("short_lived") == 3
    store.upsert("short_lived", [Row("k", np.array([1, 0, 0], np.float32))])
    assert store.count("short_lived") == 1


def test_a_missing_collection_is_the_worlds_fault(store: MilvusStore) -> None:
    with pytest.raises((ClusterError, LibraryError)):
        store.count("nothing")


def test_large_texts_travel(store: MilvusStore) -> None:
    store.ensure(CollectionSpec("texts", 2, (FieldSpec("text", FieldKind.TEXT, 65_535),)))
    text = "x" * 65_535
    made = [Row(f"k{i}", np.array([1, i], np.float32), {"text": text}) for i in range(300)]
    store.upsert("texts", made)
    assert store.count("texts") == 300
    assert all(one.values["text"] == text for one in store.scan("texts", ["text"]))


def test_a_search_for_one_row_alone_finds_it_or_nothing(store: MilvusStore) -> None:
    store.ensure(SPEC)
    written = rows(4)
    twin = row(written[1].key + "0", written[1].vector)  # as near, and its key begins alike
    store.upsert("songs", [*written, twin])
    store.get("songs", ["k000000"], [])  # what comes need not be fresh
    (hit,) = search_alone(store, "songs", written[1])
    assert hit.key == written[1].key
    assert hit.score == pytest.approx(1.0, abs=1e-5)
    assert search_alone(store, "songs", row("nobody", written[1].vector)) == []
