"""The whole way: two libraries, a cluster, passes of the recommender, and the lists back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cluster_sync import collections as shapes
from cluster_sync.recommender.passes import PassReport, recommend_pass
from cluster_sync.sync import ClusterSync
from core.cluster_types import SyncReport, SyncState
from core.library.ledger import Ledger
from core.library.store import Catalogue
from core.progress import Progress
from core.types import SongId
from core.vectors.milvus import MilvusStore
from tests.cluster_sync.libraries import (
    Cluster,
    add,
    codes,
    complete,
    encoded_again,
    near,
    song_id,
    sync_of,
    unit,
)

MINE = range(1, 9)
THEIRS = range(101, 113)
SHARED = 1  # this recording of mine is also number 101 of theirs, in another encoding
CENTRE = unit(seed=0)


def run_pass(cluster: Cluster) -> PassReport:
    store = cluster.open()
    try:
        return recommend_pass(store, progress=Progress())
    finally:
        store.close()


def sync(port: ClusterSync) -> SyncReport:
    return port.sync(progress=Progress())


def sync_all(cluster: Cluster, *ports: ClusterSync) -> list[SyncReport]:
    """Sync at the same time, as musicians do; a folder serves one at a time."""
    with ThreadPoolExecutor(len(ports) if cluster.token else 1) as pool:
        return list(pool.map(sync, ports))


def rows_of(cluster: Cluster, name: str) -> list[str]:
    store = cluster.open()
    try:
        return store.keys(name) if store.dimension(name) is not None else []
    finally:
        store.close()


def fill(mine: Catalogue, theirs: Catalogue) -> None:
    """Songs around one centre; mine 1, theirs 101 and theirs 102 are one recording."""
    for number in MINE:
        add(mine, number, vector=near(CENTRE, seed=number), artist=f"artist {number % 3}")
    for number in THEIRS:
        sound = encoded_again(codes(seed=SHARED), seed=number) if number in (101, 102) else None
        add(theirs, number, vector=near(CENTRE, seed=number), sound=sound)


def listed(catalogue: Catalogue, one: SongId) -> list[str]:
    return [line.catalogue_id for line in catalogue.recommendations(one, limit=100)]


def test_the_whole_way(cluster: Cluster, mine: Catalogue, theirs: Catalogue) -> None:
    fill(mine, theirs)
    my_port, their_port = sync_of(mine, cluster), sync_of(theirs, cluster, share_titles=False)
    assert my_port.state is SyncState.BEHIND
    assert sync_all(cluster, my_port, their_port) == [
        SyncReport(len(MINE), 0, 0, SyncState.IN_STEP),
        SyncReport(len(THEIRS), 0, 0, SyncState.IN_STEP),
    ]
    assert my_port.waiting() == 0

    first = run_pass(cluster)
    total = len(MINE) + len(THEIRS)
    assert (first.merged, first.refused, first.removed, first.lists) == (total, 0, 0, total)
    again = run_pass(cluster)
    assert (again.merged, again.refused, again.removed, again.lists) == (0, 0, 0, 0)

    back = sync(my_port)
    assert (back.pushed, back.deleted) == (0, 0)
    assert back.pulled == sum(len(listed(mine, song_id(n))) for n in MINE) > 0
    check_lists(mine, theirs)
    check_reasons_and_names(mine)
    assert sync(my_port).pulled == 0

    withdraw(cluster, mine, theirs, ports=(my_port, their_port))


def check_lists(mine: Catalogue, theirs: Catalogue) -> None:
    one_recording = {
        shapes.catalogue_id(mine.library_id, song_id(1)),
        shapes.catalogue_id(theirs.library_id, song_id(101)),
        shapes.catalogue_id(theirs.library_id, song_id(102)),
    }
    assert not one_recording & set(listed(mine, song_id(SHARED)))
    held = 0
    for number in MINE:
        keys = listed(mine, song_id(number))
        assert len(keys) == len(set(keys)) > 5
        assert shapes.catalogue_id(mine.library_id, song_id(number)) not in keys
        assert len(one_recording & set(keys)) <= 1
        held += len(one_recording & set(keys))
    assert held > 0


def check_reasons_and_names(mine: Catalogue) -> None:
    for number in MINE:
        lines = mine.recommendations(song_id(number), limit=100)
        assert [line.rank for line in lines] == list(range(1, len(lines) + 1))
        assert all(line.reason for line in lines)
        own = [line for line in lines if line.song_id is not None]
        foreign = [line for line in lines if line.song_id is None]
        assert own
        assert foreign
        assert all(line.title.startswith("Song ") for line in own)
        assert all(line.title == "" for line in foreign)  # their owner shares no titles
        artists = [line.artist for line in own]
        assert max(artists.count(artist) for artist in artists) <= 2


def len_of(theirs: Catalogue) -> int:
    return sum(len(listed(theirs, song_id(number))) for number in THEIRS)


def withdraw(
    cluster: Cluster,
    mine: Catalogue,
    theirs: Catalogue,
    *,
    ports: tuple[ClusterSync, ClusterSync],
) -> None:
    my_port, their_port = ports
    gone = shapes.catalogue_id(theirs.library_id, song_id(105))
    assert any(gone in listed(mine, song_id(n)) for n in MINE)
    theirs.remove(song_id(105))
    assert their_port.waiting() == 1
    report = sync(their_port)
    assert (report.pushed, report.deleted) == (0, 1)
    after = run_pass(cluster)
    assert (after.merged, after.removed) == (0, 1)
    assert after.lists > 0
    my_report, their_report = sync_all(cluster, my_port, their_port)
    assert my_report.pulled > 0
    assert their_report == SyncReport(0, 0, len_of(theirs), SyncState.IN_STEP)
    assert not any(gone in listed(mine, song_id(n)) for n in MINE)
    for name in (shapes.CATALOGUE, shapes.RECOMMENDATIONS, shapes.inbox_name(theirs.library_id)):
        assert gone not in rows_of(cluster, name)


def test_a_stop_between_push_and_acknowledge_doubles_nothing(
    cluster: Cluster, mine: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in MINE:
        add(mine, number)
    port = sync_of(mine, cluster)

    def killed(_self: Ledger, **_noted: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "note", killed)
        with pytest.raises(KeyboardInterrupt):
            sync(port)
    assert port.waiting() == len(MINE)
    assert sync(sync_of(mine, cluster)).pushed == len(MINE)
    assert len(rows_of(cluster, shapes.inbox_name(mine.library_id))) == len(MINE)


def test_a_lost_row_brings_everything_again(cluster: Cluster, mine: Catalogue) -> None:
    for number in MINE:
        add(mine, number)
    port = sync_of(mine, cluster)
    sync(port)
    inbox = shapes.inbox_name(mine.library_id)
    keys = [shapes.catalogue_id(mine.library_id, song_id(n)) for n in (2, 99)]
    store = cluster.open()
    row = store.get(inbox, keys[:1], shapes.SONG_FIELDS)[0]
    store.delete(inbox, keys[:1])
    store.upsert(inbox, [type(row)(keys[1], row.vector, row.values)])  # the count still agrees
    store.close()
    report = sync(port)
    # The row that this machine never sent may be another machine's, and is left alone.
    assert report == SyncReport(len(MINE), 0, 0, SyncState.IN_STEP)
    run_pass(cluster)  # which refuses it: its digest is that of the other key
    assert rows_of(cluster, shapes.CATALOGUE) == sorted(
        shapes.catalogue_id(mine.library_id, song_id(n)) for n in MINE
    )


@pytest.mark.parametrize("cluster", ["lite"], indirect=True)
def test_a_changed_song_is_ranked_again(
    cluster: Cluster, mine: Catalogue, theirs: Catalogue
) -> None:
    fill(mine, theirs)
    ports = sync_of(mine, cluster), sync_of(theirs, cluster)
    for port in ports:
        sync(port)
    run_pass(cluster)
    far = unit(seed=4242)
    complete(mine, song_id(3), vector=far)
    assert sync(ports[0]).pushed == 1
    report = run_pass(cluster)
    assert report.merged == 1
    assert report.lists > 1
    sync(ports[0])
    store: MilvusStore = cluster.open()
    key = shapes.catalogue_id(mine.library_id, song_id(3))
    row = store.get(shapes.CATALOGUE, [key], ["stem"])[0]
    store.close()
    assert row.values["stem"] == "backing"
    assert row.vector @ far == pytest.approx(1.0, abs=1e-5)
    cosines = [line.score for line in mine.recommendations(song_id(3), limit=3)]
    assert max(cosines) < 0.9
