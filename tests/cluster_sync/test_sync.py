"""Sync when the world is against it; ``test_chain`` has the way when all goes well."""

from pathlib import Path

import pytest
from pymilvus.client.types import LoadState

from cluster_sync import collections as shapes
from cluster_sync import plan
from cluster_sync.credentials import OneSync
from cluster_sync.demo_server import DemoServer, free_ports
from cluster_sync.inbox import Inbox
from cluster_sync.sync import ClusterSync
from core.cluster_types import Recommendation, SyncReport, SyncState
from core.errors import Cancelled, ClusterError, ClusterProblem
from core.library.ledger import Ledger
from core.library.store import Catalogue
from core.progress import Progress, ProgressReport
from core.types import CatalogueId, ModelId
from core.vectors.milvus import MilvusStore
from tests.cluster_sync.libraries import MODEL, Cluster, add, song_id, sync_of

lite_only = pytest.mark.parametrize("cluster", ["lite"], indirect=True)


def sync(port: ClusterSync) -> SyncReport:
    return port.sync(progress=Progress())


def test_no_cluster_is_set_up(mine: Catalogue) -> None:
    add(mine, 1)
    port = ClusterSync(mine, opener=_never, credentials=OneSync(""))
    assert (port.state, port.cluster_name) == (SyncState.NOT_SET_UP, "")
    assert sync(port) == SyncReport(0, 0, 0, SyncState.NOT_SET_UP)
    assert port.waiting() == 1


def _never(_uri: str, _token: str) -> MilvusStore:
    raise AssertionError("nobody asked for a connection")


def test_a_server_that_is_down_leaves_the_outbox_untouched(mine: Catalogue) -> None:
    add(mine, 1)
    uri = f"http://127.0.0.1:{free_ports(1)[0]}"
    port = sync_of(mine, Cluster(uri, "root:secret"))
    with pytest.raises(ClusterError) as caught:
        sync(port)
    assert caught.value.problem is ClusterProblem.UNREACHABLE
    assert (port.state, port.waiting()) == (SyncState.OFFLINE, 1)
    assert port.cluster_name == uri.removeprefix("http://")


@pytest.mark.server
def test_a_sync_that_fails_lets_go_of_the_inbox(
    mine: Catalogue, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    server: DemoServer = request.getfixturevalue("milvus_server")
    write = Inbox.write
    monkeypatch.setattr(Inbox, "write", lambda inbox, rows: write(inbox, rows[:-1]))
    for number in (1, 2):
        add(mine, number)
    with pytest.raises(ClusterError) as caught:
        sync(sync_of(mine, Cluster(server.uri, server.token)))
    assert caught.value.problem is ClusterProblem.COUNT_MISMATCH
    store = MilvusStore(server.uri, token=server.token)
    state = store.line.client.get_load_state(shapes.inbox_name(mine.library_id))["state"]
    store.close()
    assert state == LoadState.NotLoad


@pytest.mark.server
def test_a_wrong_token_leaves_the_outbox_untouched(
    mine: Catalogue, request: pytest.FixtureRequest
) -> None:
    server: DemoServer = request.getfixturevalue("milvus_server")
    add(mine, 1)
    port = sync_of(mine, Cluster(server.uri, "root:wrong"))
    with pytest.raises(ClusterError) as caught:
        sync(port)
    assert caught.value.problem is ClusterProblem.SIGN_IN
    assert (port.state, port.waiting()) == (SyncState.REFUSED, 1)
    for key in ("cluster.uri", "cluster.state", "cluster.unproved"):
        assert "wrong" not in (mine.note(key) or "")


@lite_only
def test_another_model_is_refused_and_the_old_side_named(
    cluster: Cluster, theirs: Catalogue
) -> None:
    store = cluster.open()
    store.ensure(shapes.models_spec())
    store.upsert(shapes.MODELS, [shapes.model_row(MODEL)])
    store.close()
    add(theirs, 2, model=ModelId("style-2-89abcdef"))
    port = sync_of(theirs, cluster)
    with pytest.raises(ClusterError) as caught:
        sync(port)
    assert caught.value.problem is ClusterProblem.MODEL_MISMATCH
    assert caught.value.detail.startswith("the cluster is out of date")
    assert (port.state, port.waiting()) == (SyncState.REFUSED, 1)


@lite_only
def test_a_cancel_between_chunks_keeps_what_arrived(
    cluster: Cluster, mine: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan.make_plan, "__kwdefaults__", {"chunk_songs": 3})
    for number in range(1, 11):
        add(mine, number)

    def stop_after_two(report: ProgressReport) -> None:
        if report.done >= 6:
            progress.cancel()

    progress = Progress(stop_after_two)
    monkeypatch.setattr("core.progress.MIN_INTERVAL_S", 0.0)
    port = sync_of(mine, cluster)
    with pytest.raises(Cancelled):
        port.sync(progress=progress)
    assert port.waiting() < 10
    assert port.state is SyncState.BEHIND
    sent_before = 10 - port.waiting()
    assert sync(port).pushed == 10 - sent_before
    store = cluster.open()
    assert store.count(shapes.inbox_name(mine.library_id)) == 10
    store.close()


@lite_only
def test_what_travels_has_no_path_and_no_title_unless_wanted(
    cluster: Cluster, mine: Catalogue
) -> None:
    add(mine, 1, artist="The Artist")
    sync(sync_of(mine, cluster, share_titles=False))
    store = cluster.open()
    (row,) = store.scan(shapes.inbox_name(mine.library_id), shapes.SONG_FIELDS)
    store.close()
    told = repr(row.values)
    for secret in ("secret folder", ".mp3", "Song 1", "The Artist", f"{1:064x}"):
        assert secret not in told


@lite_only
def test_a_song_that_came_and_went_leaves_no_trace(cluster: Cluster, mine: Catalogue) -> None:
    add(mine, 1)
    add(mine, 2)
    mine.remove(song_id(2))
    port = sync_of(mine, cluster)
    assert sync(port) == SyncReport(1, 0, 0, SyncState.IN_STEP)
    store = cluster.open()
    assert store.count(shapes.inbox_name(mine.library_id)) == 1
    store.close()


@lite_only
def test_lost_notes_heal(cluster: Cluster, mine: Catalogue) -> None:
    for number in (1, 2, 3):
        add(mine, number)
    port = sync_of(mine, cluster)
    sync(port)
    mine.remove(song_id(3))
    Ledger(mine).forget()
    assert sync(port).state is SyncState.IN_STEP
    store = cluster.open()
    live = store.keys(shapes.inbox_name(mine.library_id), where={"deleted": 0})
    store.close()
    assert live == [shapes.catalogue_id(mine.library_id, song_id(n)) for n in (1, 2)]


@lite_only
def test_another_cluster_gets_everything(cluster: Cluster, mine: Catalogue, tmp_path: Path) -> None:
    add(mine, 1)
    sync(sync_of(mine, cluster))
    assert sync(sync_of(mine, cluster)).pushed == 0
    port = sync_of(mine, Cluster(str(tmp_path / "other.db"), ""))
    assert port.state is SyncState.BEHIND
    assert sync(port).pushed == 1
    assert port.cluster_name == "other.db"


@lite_only
def test_a_cluster_that_is_named_and_not_reached_changes_nothing(
    cluster: Cluster, mine: Catalogue
) -> None:
    """A wrong address, or a question what would travel, leaves the library with its cluster."""
    for number in (1, 2, 3):
        add(mine, number)
    port = sync_of(mine, cluster)
    sync(port)
    wrong = _port(mine, f"http://127.0.0.1:{free_ports(1)[0]}")
    assert (wrong.outgoing().songs, wrong.waiting(), wrong.state) == (3, 3, SyncState.BEHIND)
    assert wrong.outgoing().bytes > 0
    with pytest.raises(ClusterError):
        sync(wrong)
    with pytest.raises(ClusterError):
        wrong.explanation(song_id(1))
    assert (port.waiting(), port.state) == (0, SyncState.IN_STEP)
    assert port.cluster_name == "cluster.db"
    assert sync(port).pushed == 0


@lite_only
def test_a_cluster_that_is_reached_takes_the_place_of_the_old_one(
    cluster: Cluster, mine: Catalogue, tmp_path: Path
) -> None:
    add(mine, 1)
    sync(sync_of(mine, cluster))
    line = Recommendation(1, CatalogueId("x:y"), None, "", "", 0.5, "near")
    mine.put_recommendations({song_id(1): [line]})
    other = str(tmp_path / "other.db")
    assert sync(_port(mine, other)).pushed == 1
    assert mine.note("cluster.uri") == other
    assert mine.recommendations(song_id(1), limit=9) == []  # another cluster's songs


def _port(catalogue: Catalogue, uri: str) -> ClusterSync:
    return ClusterSync(
        catalogue,
        opener=lambda uri, token: MilvusStore(uri, token=token),
        credentials=OneSync(""),
        uri=uri,
    )


def test_no_password_is_kept_with_an_address(mine: Catalogue) -> None:
    port = ClusterSync(mine, opener=_never, credentials=OneSync(""))
    for keep in (port.use, lambda uri: port.sign_in(uri, token="")):
        with pytest.raises(ClusterError) as told:
            keep("https://root:secret@127.0.0.1:9")
        assert "secret" not in str(told.value)
    assert (port.state, mine.note("cluster.uri")) == (SyncState.NOT_SET_UP, None)
