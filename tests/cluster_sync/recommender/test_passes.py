"""How a pass begins, waits and ends: leases that run out, work that is stopped, what is let go."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from cluster_sync import collections as shapes
from cluster_sync.lists import LEASES, bare_row
from cluster_sync.recommender import desk as desks
from cluster_sync.recommender import lease as leases
from cluster_sync.recommender import passes
from cluster_sync.recommender.desk import Desk
from cluster_sync.recommender.inboxes import Inbox
from cluster_sync.recommender.journal import Mark
from cluster_sync.recommender.lease import MERGE, Lease
from cluster_sync.recommender.passes import recommend_pass
from cluster_sync.recommender.settle import finish_gone, settle
from cluster_sync.recommender.tally import Tally
from core.errors import Cancelled, ClusterError, ClusterProblem
from core.progress import Progress
from core.vectors.milvus import MilvusStore
from tests.cluster_sync.recommender.songs import MINE, THEIRS, key, lists, run, send, song


class Clock:
    """A clock that may be put forward."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead_s

    def time(self) -> float:
        return time.time() + self.ahead_s


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let leases be taken in a folder as on a server."""
    monkeypatch.setattr(Lease, "_is_single", lambda _: False)


def after(work: Callable[..., bool], then: Callable[[], None]) -> Callable[..., bool]:
    def both(*given: object, **named: object) -> bool:
        found = work(*given, **named)
        then()
        return found

    return both


@pytest.mark.usefixtures("shared")
def test_a_merge_longer_than_a_lease_is_followed_by_its_lists(
    store: MilvusStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()

    def an_hour_passes() -> None:
        clock.ahead_s = 3600.0

    monkeypatch.setattr(leases, "time", SimpleNamespace(monotonic=clock.monotonic, time=clock.time))
    monkeypatch.setattr(passes, "settle", after(settle, an_hour_passes))
    send(store, MINE, [song(MINE, n) for n in range(1, 4)])
    assert run(store).lists == 3
    assert len(lists(store)) == 3


def test_a_stop_is_heard_while_songs_that_left_are_forgotten(store: MilvusStore) -> None:
    send(store, MINE, [song(MINE, n) for n in range(1, 4)])
    run(store)
    progress = Progress()
    desk_of = passes._desk(store, progress=progress, tally=Tally(), pause=lambda _: None)
    with desk_of as desk:
        desk.journal.mark(Mark.GONE, [key(MINE, 9)])
        progress.cancel()
        with pytest.raises(Cancelled):
            finish_gone(desk, lease=Lease(store, MERGE))
        assert desk.journal.is_anything_marked()


def test_a_lease_is_renewed_while_an_inbox_loads(
    store: MilvusStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "WAIT_S", 0.01)
    loading: Future[str] = Future()

    class Renewed(Lease):
        def keep(self) -> None:
            if not loading.done():
                loading.set_result("loaded")

    with passes._desk(store, progress=Progress(), tally=Tally(), pause=lambda _: None) as desk:
        assert desk.wait(loading, Renewed(store, MERGE)) == "loaded"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is loaded and released, in order."""
    told: list[tuple[str, str]] = []
    load, release = MilvusStore.load, MilvusStore.release

    def loads(one: MilvusStore, name: str) -> None:
        told.append(("load", name))
        load(one, name)

    def releases(one: MilvusStore, name: str) -> None:
        release(one, name)
        told.append(("release", name))

    monkeypatch.setattr(MilvusStore, "load", loads)
    monkeypatch.setattr(MilvusStore, "release", releases)
    return told


ANOTHER = bare_row(MERGE, {"holder": "another", "expires_at": 9e9})


def is_led(store: MilvusStore) -> bool:
    with pytest.raises(ClusterError) as told:
        recommend_pass(store, progress=Progress(), pause=lambda _: None)
    return told.value.problem is ClusterProblem.LED


@pytest.mark.usefixtures("shared")
def test_who_finds_a_leader_loads_nothing(store: MilvusStore, calls: list[tuple[str, str]]) -> None:
    for library in (MINE, THEIRS):
        send(store, library, [song(library, 1)])
    store.upsert(LEASES, [ANOTHER])
    assert is_led(store)
    inboxes = {shapes.inbox_name(MINE), shapes.inbox_name(THEIRS)}
    assert not inboxes & {name for _, name in calls}


@pytest.mark.usefixtures("shared")
def test_who_loses_to_another_lets_go_of_what_it_loaded(
    store: MilvusStore, calls: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other writes his name between the first look and the second."""
    load_inboxes = passes.load_inboxes

    def too_late(desk: Desk, inboxes: Sequence[Inbox]) -> object:
        store.upsert(LEASES, [ANOTHER])
        return load_inboxes(desk, inboxes)

    monkeypatch.setattr(passes, "load_inboxes", too_late)
    send(store, MINE, [song(MINE, 1)])
    assert is_led(store)
    of_inbox = [verb for verb, name in calls if name == shapes.inbox_name(MINE)]
    assert of_inbox[0] == "load"
    assert of_inbox[-1] == "release"
