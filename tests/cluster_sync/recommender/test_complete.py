"""Answers that are OK and not complete are noticed, asked for again, and never stored."""

import random
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest

from cluster_sync import collections as shapes
from cluster_sync.lists import TRAITS
from cluster_sync.recommender import complete
from cluster_sync.recommender.passes import lists_pass, recommend_pass
from cluster_sync.recommender.tally import Tally
from core.errors import ClusterError, ClusterProblem
from core.progress import Progress
from core.types import Float32Array
from core.vectors.milvus import Hit, MilvusStore, Row
from tests.cluster_sync.libraries import near, unit
from tests.cluster_sync.recommender.songs import (
    MINE,
    THEIRS,
    everything,
    key,
    lists,
    run,
    send,
    song,
    withdraw,
)

pytestmark = pytest.mark.usefixtures("expected_warnings")

CENTRE = unit(seed=0)
OLD = [key(MINE, n) for n in range(1, 101)]


class PartialStore(MilvusStore):
    """A store that says nothing of some songs of the catalogue for its next ``answers``."""

    hidden: Collection[str] = ()
    answers = 0

    def _is_partial(self, name: str) -> bool:
        self.answers -= name == shapes.CATALOGUE
        return name == shapes.CATALOGUE and self.answers >= 0

    def search(
        self, name: str, queries: Float32Array, *, limit: int, fresh: bool = True
    ) -> list[list[Hit]]:
        found = super().search(name, queries, limit=limit + len(self.hidden), fresh=fresh)
        hidden = self.hidden if self._is_partial(name) else ()
        return [[hit for hit in hits if hit.key not in hidden][:limit] for hits in found]

    def get(
        self,
        name: str,
        keys: Sequence[str],
        fields: Sequence[str],
        **more: bool | int,
    ) -> list[Row]:
        found = super().get(name, keys, fields, **more)  # type: ignore[arg-type] - passed on
        return [row for row in found if row.key not in self.hidden or not self._is_partial(name)]

    def count(self, name: str) -> int:
        return super().count(name) - (len(self.hidden) if self._is_partial(name) else 0)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, empty_cluster: Path) -> Path:
    """A cluster of a hundred songs, and one new song in another inbox."""
    folder = tmp_path_factory.mktemp("complete") / "cluster.db"
    shutil.copytree(empty_cluster, folder)
    store = MilvusStore(str(folder))
    send(store, MINE, [song(MINE, n, vector=near(CENTRE, seed=n)) for n in range(1, 101)])
    run(store)
    send(store, THEIRS, [song(THEIRS, 1, vector=CENTRE)])
    store.close()
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "cluster.db"))


HIDDEN = {
    "half of the catalogue": OLD[::2],
    "all but the new song": OLD,
    "everything": [*OLD, key(THEIRS, 1)],
}


@pytest.mark.parametrize("what", HIDDEN)
def test_what_stays_incomplete_fails_the_pass_and_stores_nothing(folder: Path, what: str) -> None:
    store = PartialStore(str(folder))
    before = lists(store)
    store.hidden, store.answers = HIDDEN[what], 10_000
    tally = Tally()
    with pytest.raises(ClusterError) as told:
        recommend_pass(store, progress=Progress(), tally=tally, pause=lambda _: None)
    assert told.value.problem is ClusterProblem.INCOMPLETE
    assert tally.incomplete >= len(complete.PAUSES_S)
    store.answers = 0
    assert lists(store) == before
    store.close()


@pytest.mark.parametrize("answers", [1, 3, 6])
def test_what_becomes_complete_in_time_is_as_if_nothing_had_been(
    folder: Path, tmp_path: Path, answers: int
) -> None:
    shutil.copytree(folder, tmp_path / "undisturbed.db")
    undisturbed = MilvusStore(str(tmp_path / "undisturbed.db"))
    run(undisturbed)
    store = PartialStore(str(folder))
    store.hidden, store.answers = OLD[::2], answers
    waited: list[float] = []
    report = recommend_pass(store, progress=Progress(), pause=waited.append)
    assert report.incomplete == len(waited)
    store.answers = 0
    assert everything(store) == everything(undisturbed)
    store.close()
    undisturbed.close()


class TwoReplicas(MilvusStore):
    """One replica answers narrow searches and lacks some songs, the other the wide ones."""

    hidden: Collection[str] = ()

    def search(
        self, name: str, queries: Float32Array, *, limit: int, fresh: bool = True
    ) -> list[list[Hit]]:
        found = super().search(name, queries, limit=limit + len(self.hidden), fresh=fresh)
        hidden = self.hidden if limit < complete.WIDE else ()
        return [[hit for hit in hits if hit.key not in hidden][:limit] for hits in found]


def test_what_another_replica_finds_proves_no_answer_complete(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "undisturbed.db")
    undisturbed = MilvusStore(str(tmp_path / "undisturbed.db"))
    run(undisturbed)
    store = TwoReplicas(str(folder))
    store.hidden = OLD[::2]
    run(store)
    assert everything(store) == everything(undisturbed)
    store.close()
    undisturbed.close()


def test_a_song_crowded_out_by_its_copies_is_no_missing_song(store: MilvusStore) -> None:
    """Eighty songs of one vector: a search for sixty of them needs not find the one that asks."""
    send(store, MINE, [song(MINE, n, vector=CENTRE) for n in range(1, 81)])
    report = run(store)
    assert (report.lists, report.incomplete) == (80, 0)


class Wayless(MilvusStore):
    """A store whose index finds some songs in no search, but in every so many-th."""

    hidden: Collection[str] = ()
    every = 10_000
    asked = 0

    def search(
        self, name: str, queries: Float32Array, *, limit: int, fresh: bool = True
    ) -> list[list[Hit]]:
        found = super().search(name, queries, limit=limit + len(self.hidden), fresh=fresh)
        self.asked += 1
        hidden = self.hidden if self.asked % self.every else ()
        return [[hit for hit in hits if hit.key not in hidden][:limit] for hits in found]


def test_a_song_that_the_index_has_no_way_to_is_no_missing_song(folder: Path) -> None:
    store = Wayless(str(folder))
    store.hidden = OLD[:1]
    report = recommend_pass(store, progress=Progress(), pause=lambda _: None)
    assert (report.lists, report.incomplete) == (61, 0)
    lists_pass(store, progress=Progress(), rebuild="1", pause=lambda _: None)
    made = lists(store)
    assert set(made) == {*OLD, key(THEIRS, 1)}
    assert made[OLD[0]]
    assert not any(OLD[0] in told for told in made.values())
    store.close()


@pytest.mark.parametrize("every", [3, 10_000], ids=["now and then", "never"])
def test_a_song_that_another_replica_or_none_finds_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """Every third search is of another replica, or even those that compare don't find it."""
    if every > complete.TURNS:
        monkeypatch.setattr(complete, "search_alone", lambda *_: [])
    monkeypatch.setattr(random, "randrange", lambda end: end - 1)  # the canaries stay who they are
    store = Wayless(str(folder))
    # Whom no search finds is near to nobody, so that only a canary is asked for all the same.
    store.hidden, store.every = canaries(store)[:1], every
    before = lists(store)
    with pytest.raises(ClusterError) as told:
        recommend_pass(store, progress=Progress(), pause=lambda _: None)
    assert told.value.problem is ClusterProblem.INCOMPLETE
    assert lists(store) == before
    store.close()


def canaries(store: MilvusStore) -> list[str]:
    rows = store.heads("work", ["note"], prefix="note:canary:")
    return sorted(str(row.values["note"]) for row in rows)


def test_songs_that_leave_stop_being_canaries(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, n, vector=near(CENTRE, seed=n)) for n in range(1, 11)])
    run(store)
    withdraw(store, MINE, range(1, 6))
    assert run(store).incomplete == 0
    assert canaries(store) == [key(MINE, n) for n in range(6, 11)]


class NoTraits(MilvusStore):
    """A store that says nothing of some songs' traits for its next ``answers``."""

    hidden: Collection[str] = ()
    answers = 0

    def get(
        self, name: str, keys: Sequence[str], fields: Sequence[str], **more: bool | int
    ) -> list[Row]:
        found = super().get(name, keys, fields, **more)  # type: ignore[arg-type] - passed on
        self.answers -= name == TRAITS
        is_partial = name == TRAITS and self.answers >= 0
        return [row for row in found if not is_partial or row.key not in self.hidden]


def test_lists_are_not_made_without_traits(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "undisturbed.db")
    undisturbed = MilvusStore(str(tmp_path / "undisturbed.db"))
    run(undisturbed)
    store = NoTraits(str(folder))
    before = lists(store)
    store.hidden, store.answers = OLD[::2], 10_000
    with pytest.raises(ClusterError) as told:
        run(store)
    assert told.value.problem is ClusterProblem.INCOMPLETE
    assert lists(store) == before
    store.answers = 2
    run(store)
    assert everything(store) == everything(undisturbed)
    store.close()
    undisturbed.close()


def test_a_rebuild_goes_over_no_page_that_lacks_songs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    between = MilvusStore.between

    def half(store: MilvusStore, name: str, *more: Any, **named: Any) -> list[Row]:
        found = between(store, name, *more, **named)
        return found[::2] if name == shapes.CATALOGUE else found

    store = MilvusStore(str(folder))
    monkeypatch.setattr(MilvusStore, "between", half)
    with pytest.raises(ClusterError) as told:
        lists_pass(store, progress=Progress(), rebuild="1", pause=lambda _: None)
    assert told.value.problem is ClusterProblem.INCOMPLETE
    store.close()
