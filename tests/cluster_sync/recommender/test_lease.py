"""One leader: of several who ask at once at most one is told that it leads."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from cluster_sync.lists import LEASES, bare_row, leases_spec
from cluster_sync.recommender import lease as leases
from cluster_sync.recommender.lease import MERGE, Lease, are_rivals, lists_lease
from core.errors import ClusterError, ClusterProblem
from core.vectors.milvus import MilvusStore
from tests.milvus_server import milvus_server  # noqa: F401 - a fixture


@pytest.fixture
def stores(request: pytest.FixtureRequest) -> Iterator[list[MilvusStore]]:
    server = request.getfixturevalue("milvus_server")
    opened = [MilvusStore(server.uri, token=server.token) for _ in range(3)]
    opened[0].ensure(leases_spec())
    yield opened
    opened[0].delete(LEASES, opened[0].keys(LEASES))
    for one in opened:
        one.close()


@pytest.mark.server
def test_of_three_at_once_at_most_one_leads(stores: list[MilvusStore]) -> None:
    asked = [Lease(store, MERGE) for store in stores]
    with ThreadPoolExecutor(3) as pool:
        took = list(pool.map(Lease.take, asked))
    assert sum(took) <= 1
    if not any(took):  # all were too slow for each other; alone, one must succeed
        assert asked[0].take()
        took[0] = True
    leader = asked[took.index(True)]
    assert leader.is_held
    assert not any(one.take() for one in asked if one is not leader)
    leader.release()
    follower = next(one for one in asked if one is not leader)
    assert follower.take()
    follower.release()


@pytest.mark.server
def test_a_lease_that_was_lost_stops_its_holder(
    stores: list[MilvusStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Lease(stores[0], MERGE)
    assert mine.take()
    mine.keep()  # too early to renew: nothing is asked
    stores[1].upsert(LEASES, [bare_row(MERGE, {"holder": "another", "expires_at": 9e9})])
    monkeypatch.setattr(leases, "RENEW_S", 0.0)
    with pytest.raises(ClusterError) as told:
        mine.keep()
    assert told.value.problem is ClusterProblem.LED
    assert not mine.is_held
    mine.release()
    (row,) = stores[1].get(LEASES, [MERGE], ["holder"])
    assert row.values["holder"] == "another"


@pytest.mark.server
def test_an_expired_lease_can_be_taken_and_overlapping_shards_are_rivals(
    stores: list[MilvusStore],
) -> None:
    old = {"holder": "a process that died", "expires_at": 1.0}
    stores[0].upsert(LEASES, [bare_row(lists_lease(range(0, 128)), old)])
    first = Lease(stores[0], lists_lease(range(0, 128)))
    assert first.take()
    assert not Lease(stores[1], lists_lease(range(0, 256))).take()
    other_half = Lease(stores[1], lists_lease(range(128, 256)))
    assert other_half.take()
    other_half.release()
    first.release()


def test_whose_leases_are_rivals() -> None:
    assert are_rivals(MERGE, MERGE)
    assert not are_rivals(MERGE, lists_lease(range(256)))
    assert are_rivals(lists_lease(range(0, 100)), lists_lease(range(99, 200)))
    assert not are_rivals(lists_lease(range(0, 100)), lists_lease(range(100, 200)))
