"""The proof after a push: a steady sync compares little, and finds everything in the end."""

from collections.abc import Callable

import pytest

from cluster_sync import prove
from cluster_sync.inbox import Inbox
from cluster_sync.keys import catalogue_id, inbox_name
from cluster_sync.prove import UNPROVED_NOTE
from cluster_sync.rows import SONG_FIELDS
from cluster_sync.sync import ClusterSync
from core.cluster_types import SyncReport, SyncState
from core.errors import ClusterError, ClusterProblem
from core.library.store import Catalogue
from core.progress import Progress
from core.vectors.milvus import MilvusStore, Row
from tests.cluster_sync.libraries import Cluster, add, inbox_of, song_id, sync_of

pytestmark = pytest.mark.parametrize("cluster", ["lite"], indirect=True)
SONGS = range(1, 11)
SLICE = 3


def sync(port: ClusterSync) -> SyncReport:
    return port.sync(progress=Progress())


@pytest.fixture
def port(cluster: Cluster, mine: Catalogue, monkeypatch: pytest.MonkeyPatch) -> ClusterSync:
    """A library that is large for a slice, in step with its cluster."""
    monkeypatch.setattr(prove, "SLICE", SLICE)
    for number in SONGS:
        add(mine, number)
    made = sync_of(mine, cluster)
    assert sync(made).pushed == len(SONGS)
    return made


@pytest.fixture
def whole_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes every time that the whole inbox is read."""
    reads: list[str] = []
    digests = Inbox.digests

    def noted(inbox: Inbox) -> object:
        reads.append("digests")
        return digests(inbox)

    monkeypatch.setattr(Inbox, "digests", noted)
    return reads


def tamper(cluster: Cluster, mine: Catalogue, change: Callable[[MilvusStore, str], None]) -> None:
    store = cluster.open()
    change(store, inbox_name(mine.library_id))
    store.close()


def test_a_steady_sync_reads_no_more_than_it_must(
    port: ClusterSync, mine: Catalogue, whole_reads: list[str]
) -> None:
    for _ in range(5):
        assert sync(port) == SyncReport(0, 0, 0, SyncState.IN_STEP)
    add(mine, 3)
    mine.remove(song_id(4))
    assert sync(port) == SyncReport(1, 1, 0, SyncState.IN_STEP)
    assert whole_reads == []


def test_a_lost_row_is_found_by_the_count(
    port: ClusterSync, cluster: Cluster, mine: Catalogue
) -> None:
    lost = catalogue_id(mine.library_id, song_id(9))
    tamper(cluster, mine, lambda store, name: store.delete(name, [lost]))
    assert sync(port).pushed == len(SONGS)  # everything goes once more
    assert len(inbox_of(cluster, mine)) == len(SONGS)


@pytest.mark.parametrize("number", SONGS)
def test_a_row_that_changed_is_found_when_its_turn_comes(
    port: ClusterSync, cluster: Cluster, mine: Catalogue, number: int
) -> None:
    key = catalogue_id(mine.library_id, song_id(number))

    def change(store: MilvusStore, name: str) -> None:
        (row,) = store.get(name, [key], SONG_FIELDS)
        store.upsert(name, [Row(key, row.vector, {**row.values, "digest": "0" * 64})])

    right = inbox_of(cluster, mine)[song_id(number)]["digest"]
    tamper(cluster, mine, change)
    turns = len(SONGS) // SLICE + 1
    assert sum(sync(port).pushed for _ in range(turns)) == len(SONGS)
    assert inbox_of(cluster, mine)[song_id(number)]["digest"] == right


def test_a_push_that_never_came_to_its_proof_is_compared_in_full(
    port: ClusterSync, mine: Catalogue, whole_reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(mine, 1)

    def killed(*_: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(prove.Prover, "prove", killed)
        with pytest.raises(KeyboardInterrupt):
            sync(port)
    assert (port.waiting(), mine.note(UNPROVED_NOTE)) == (0, "1")
    assert sync(port).pushed == 0
    assert whole_reads == ["digests"]
    sync(port)
    assert whole_reads == ["digests"]


def test_a_cluster_that_keeps_losing_rows_is_an_error(
    port: ClusterSync, cluster: Cluster, mine: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Inbox.write
    monkeypatch.setattr(Inbox, "write", lambda inbox, rows: write(inbox, rows[:-1]))
    add(mine, 11)
    with pytest.raises(ClusterError) as caught:
        sync(port)
    assert caught.value.problem is ClusterProblem.COUNT_MISMATCH
    assert port.state is SyncState.REFUSED
    monkeypatch.undo()
    assert sync(port).state is SyncState.IN_STEP
    assert len(inbox_of(cluster, mine)) == len(SONGS) + 1
