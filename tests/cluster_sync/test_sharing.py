"""What the user lets travel: titles, single songs, the whole library; and what is shown of it."""

from typing import Any

import pytest

from cluster_sync.keys import catalogue_id
from cluster_sync.lists import RECOMMENDATIONS
from cluster_sync.recommender.passes import recommend_pass
from cluster_sync.sync import ClusterSync
from core.cluster_types import Outgoing, RowRefusal, SyncReport
from core.library.ledger import Ledger
from core.library.store import Catalogue
from core.progress import Progress
from core.vectors.milvus import MilvusStore, Row
from tests.cluster_sync.libraries import Cluster, add, inbox_of, obey, song_id, sync_of

pytestmark = pytest.mark.parametrize("cluster", ["lite"], indirect=True)


def sync(port: ClusterSync) -> SyncReport:
    return port.sync(progress=Progress())


def recommend(cluster: Cluster) -> None:
    store = cluster.open()
    recommend_pass(store, progress=Progress())
    store.close()


def live(cluster: Cluster, catalogue: Catalogue) -> set[str]:
    return {one for one, row in inbox_of(cluster, catalogue).items() if not row["deleted"]}


def test_what_will_travel_is_shown_before_the_first_push(cluster: Cluster, mine: Catalogue) -> None:
    for number in (1, 2, 3):
        add(mine, number)
    port = sync_of(mine, cluster)
    shown = port.outgoing()
    assert (shown.songs, shown.withdrawals, shown.shares_titles) == (3, 0, True)
    assert {"vectors", "fingerprints", "title", "artist"} <= set(shown.fields)
    assert not any("path" in field or "audio" in field for field in shown.fields)
    sync(port)
    sent = sum(
        len(value) if isinstance(value, str) else 8
        for row in inbox_of(cluster, mine).values()
        for value in row.values()
    )
    assert shown.bytes == pytest.approx(sent, rel=0.3)
    assert port.outgoing() == Outgoing(0, 0, 0, True, shown.fields)


def test_titles_can_be_kept_and_keeping_them_takes_them_back(
    cluster: Cluster, mine: Catalogue
) -> None:
    add(mine, 1, artist="The Artist")
    port = sync_of(mine, cluster)
    sync(port)
    assert inbox_of(cluster, mine)[song_id(1)]["title"] == "Song 1"
    port.share_titles(False)
    assert port.waiting() == 1
    assert "title" not in port.outgoing().fields
    assert sync(port).pushed == 1
    told = inbox_of(cluster, mine)[song_id(1)]
    assert (told["title"], told["artist"]) == ("", "")
    assert not sync_of(mine, cluster).outgoing().shares_titles  # the choice is kept
    port.share_titles(False)
    assert port.waiting() == 0
    port.share_titles(True)
    sync(port)
    assert inbox_of(cluster, mine)[song_id(1)]["artist"] == "The Artist"


def test_a_song_is_withdrawn_and_stays_so_until_it_is_shared_again(
    cluster: Cluster, mine: Catalogue
) -> None:
    for number in (1, 2):
        add(mine, number)
    port = sync_of(mine, cluster)
    sync(port)
    port.withdraw([song_id(1)])
    assert (port.outgoing().songs, port.outgoing().withdrawals) == (0, 1)
    assert sync(port).deleted == 1
    row = inbox_of(cluster, mine)[song_id(1)]
    assert (row["vectors"], row["codes"], row["title"]) == ("", "", "")
    obey(cluster, mine)
    assert set(inbox_of(cluster, mine)) == {song_id(2)}
    add(mine, 1)  # analysed again
    assert sync(port) == SyncReport(0, 0, 0, port.state)
    assert live(cluster, mine) == {song_id(2)}
    port.share([song_id(1)])
    assert sync(port).pushed == 1
    assert live(cluster, mine) == {song_id(1), song_id(2)}


def test_the_whole_library_is_withdrawn_with_what_comes_later(
    cluster: Cluster, mine: Catalogue
) -> None:
    for number in (1, 2, 3):
        add(mine, number)
    port = sync_of(mine, cluster)
    sync(port)
    port.withdraw(None)
    assert port.outgoing().withdrawals == 3
    add(mine, 4)
    assert sync(port).deleted == 3
    assert live(cluster, mine) == set()
    obey(cluster, mine)
    assert inbox_of(cluster, mine) == {}
    assert len(mine.songs()) == 4  # nothing left this machine
    port.share(None)
    assert sync(port).pushed == 4
    assert live(cluster, mine) == {song_id(n) for n in (1, 2, 3, 4)}


def test_a_song_is_shared_alone_out_of_a_library_that_is_not(
    cluster: Cluster, mine: Catalogue
) -> None:
    for number in (1, 2):
        add(mine, number)
    port = sync_of(mine, cluster)
    port.withdraw(None)
    port.share([song_id(2)])
    assert sync(port).pushed == 1
    assert live(cluster, mine) == {song_id(2)}


def test_refusals_come_back_with_the_pull(cluster: Cluster, mine: Catalogue) -> None:
    from cluster_sync import lists
    from cluster_sync.keys import catalogue_id

    add(mine, 1)
    store = cluster.open()
    store.ensure(lists.refusals_spec())
    key = catalogue_id(mine.library_id, song_id(1))
    store.upsert(lists.REFUSALS, [lists.bare_row(key, {"reason": "too long", "at": 1.0})])
    store.close()
    port = sync_of(mine, cluster)
    assert port.refusals() == []
    sync(port)
    assert port.refusals() == [RowRefusal(song_id(1), "too long")]
    store = cluster.open()
    store.delete(lists.REFUSALS, [key])
    store.close()
    sync(port)
    assert Ledger(mine).refusals() == []


@pytest.mark.parametrize("hidden", [1, 5])
def test_an_answer_in_part_empties_no_list(
    cluster: Cluster, mine: Catalogue, monkeypatch: pytest.MonkeyPatch, hidden: int
) -> None:
    """One list is found by its key; that nearly all are gone is not believed."""
    for number in range(1, 7):
        add(mine, number)
    port = sync_of(mine, cluster)
    sync(port)
    recommend(cluster)
    sync(port)
    heads, get = MilvusStore.heads, MilvusStore.get
    out = {catalogue_id(mine.library_id, song_id(n)) for n in range(1, 1 + hidden)}

    def some_heads(store: MilvusStore, name: str, *more: Any, **named: Any) -> list[Row]:
        found = heads(store, name, *more, **named)
        return [row for row in found if name != RECOMMENDATIONS or row.key not in out]

    def some(store: MilvusStore, name: str, *more: Any, **named: Any) -> list[Row]:
        found = get(store, name, *more, **named)
        return [row for row in found if hidden == 1 or row.key not in out]

    with monkeypatch.context() as patch:
        patch.setattr(MilvusStore, "heads", some_heads)
        patch.setattr(MilvusStore, "get", some)
        sync(port)
    assert all(mine.recommendations(song_id(n), limit=9) for n in range(1, 7))
    port.withdraw([song_id(n) for n in range(1, 6)])  # these do leave, though they are most
    sync(port)
    recommend(cluster)
    sync(port)
    assert not any(mine.recommendations(song_id(n), limit=9) for n in range(1, 6))
