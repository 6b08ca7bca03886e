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
from cluster_sync.recommender.canaries import read_canaries
from cluster_sync.recommender.journal import Journal
from cluster_sync.recommender.passes import lists_pass, recommend_pass
from cluster_sync.recommender.tally import Tally
from core.errors import ClusterError, ClusterProblem
from core.progress import Progress
from core.types import Float32Array
from core.vectors.alone import search_alone
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
    if every > len(complete.BY_COMPARING):
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


class TakingTurns(Wayless):
    """Of two replicas that take turns, one lacks some songs; searches of many are always its."""

    turn = 0

    def is_lacking(self) -> bool:
        self.turn += 1
        return self.turn % 2 == 1

    def search(
        self, name: str, queries: Float32Array, *, limit: int, fresh: bool = True
    ) -> list[list[Hit]]:
        self.asked = 0 if len(queries) > 1 or self.is_lacking() else self.every - 1
        return super().search(name, queries, limit=limit, fresh=fresh)


@pytest.mark.parametrize("turn", [0, 1])
def test_two_replicas_in_turns_prove_no_song_to_be_out_of_reach(
    folder: Path, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    def alone(store: TakingTurns, name: str, row: Row) -> list[Hit]:
        return [] if store.is_lacking() else search_alone(store, name, row)

    monkeypatch.setattr(complete, "search_alone", alone)
    store = TakingTurns(str(folder))
    store.turn = turn
    before = lists(store)
    monkeypatch.setattr(random, "randrange", lambda end: end - 1)  # the canaries stay who they are
    store.hidden = canaries(store)[:1]
    with pytest.raises(ClusterError) as told:
        recommend_pass(store, progress=Progress(), pause=lambda _: None)
    assert told.value.problem is ClusterProblem.INCOMPLETE
    assert lists(store) == before
    store.close()


class ForgetfulStore(PartialStore):
    """A partial store whose journal does not tell of the canaries either."""

    def heads(self, name: str, *more: Any, **named: Any) -> list[Row]:
        found = super().heads(name, *more, **named)
        return [row for row in found if "canary" not in row.key or self.answers <= 0]


def test_an_answer_without_the_canaries_names_is_incomplete(folder: Path) -> None:
    """As where a node that is back has the new rows of all collections, and not yet the old."""
    store = ForgetfulStore(str(folder))
    before = lists(store)
    store.hidden, store.answers = OLD[::2], 10_000
    with pytest.raises(ClusterError) as told:
        run(store)
    assert told.value.problem is ClusterProblem.INCOMPLETE
    store.answers = 0
    assert lists(store) == before
    store.close()


class HalfTheLists(MilvusStore):
    """A store that may say nothing of half of the lists."""

    is_partial = False

    def between(self, name: str, *more: Any, **named: Any) -> list[Row]:
        found = super().between(name, *more, **named)
        is_partial = self.is_partial and name == shapes.RECOMMENDATIONS
        return [row for row in found if not is_partial or row.key not in OLD[::2]]


def test_a_song_that_left_is_not_forgotten_before_no_list_tells_of_it(folder: Path) -> None:
    store = HalfTheLists(str(folder))
    gone = lists(store)[OLD[0]][0]
    withdraw(store, MINE, [OLD.index(gone) + 1])
    store.is_partial = True
    with pytest.raises(ClusterError) as told:
        run(store)
    assert told.value.problem is ClusterProblem.INCOMPLETE
    store.is_partial = False
    run(store)
    assert not any(gone in one for one in lists(store).values())
    store.close()


def canaries(store: MilvusStore) -> list[str]:
    return sorted((read_canaries(Journal(store)) or {}).values())


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
