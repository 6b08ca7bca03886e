"""Whatever the network does during a sync, the next one makes both sides the same."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cluster_sync.demo_server import DemoServer
from core.cluster_types import SyncReport
from core.errors import Cancelled, ClusterError, ClusterProblem
from core.progress import Progress
from tests.cluster_sync.libraries import Cluster, sync_of
from tests.faults.counts import BAD_NETWORKS
from tests.faults.world import World
from tests.tcp_proxy import FAIR, Ending, TcpProxy, Weather

pytestmark = [pytest.mark.server, pytest.mark.timeout(120 + 60 * BAD_NETWORKS)]
SEED = 43
PUSH_BYTES = 700_000  # less than one sync sends here: what is to come comes amid it
GIVEN_UP_S = 0.5
OFFLINE = (ClusterProblem.UNREACHABLE, ClusterProblem.TIMEOUT)

Fault = Callable[["Weatherman"], None]


class Weatherman:
    """Makes one sync's weather, from a seeded die."""

    def __init__(self, proxy: TcpProxy, world: World, die: random.Random) -> None:
        self.proxy, self.world, self.die = proxy, world, die

    def sync(self, progress: Progress | None = None) -> SyncReport | None:
        """Sync; return None where it gave up, as an error that says that the network did it."""
        with self.world.catalogue() as catalogue:
            try:
                return sync_of(catalogue, self.world.cluster).sync(progress=progress or Progress())
            except ClusterError as error:
                assert error.problem in OFFLINE, error
            except Cancelled:
                pass
        return None

    def some_bytes(self) -> int:
        return self.die.randint(1, PUSH_BYTES)


def cut(man: Weatherman) -> None:
    reached = man.proxy.end_after(man.some_bytes(), Ending.RESET)
    man.sync()
    assert reached.is_set()


def cut_short(man: Weatherman) -> None:
    reached = man.proxy.end_after(man.some_bytes(), Ending.CLOSED)
    man.sync()
    assert reached.is_set()


def slow(man: Weatherman) -> None:
    man.proxy.set(Weather(bytes_per_s=man.die.uniform(4e5, 2e6), delay_s=man.die.uniform(0, 0.03)))
    assert man.sync() is not None, "a slow network is no reason to give up"


def flapping(man: Weatherman) -> None:
    with _flaps(man.proxy, man.die):
        man.sync()


def dead_then_late(man: Weatherman) -> None:
    """The user gives up on a dead network, and what it held is delivered after all."""
    died = man.proxy.end_after(man.some_bytes(), Ending.DEAD)
    progress = Progress()

    def give_up() -> None:
        if died.wait(60.0):
            progress.cancel()

    user = threading.Thread(target=give_up)
    user.start()
    man.sync(progress)
    user.join()
    assert died.is_set()


@contextmanager
def _flaps(proxy: TcpProxy, die: random.Random) -> Iterator[None]:
    over = threading.Event()
    spells = [(die.uniform(0.1, 0.6), die.uniform(0.05, 0.3)) for _ in range(8)]

    def flap() -> None:
        for up_s, down_s in spells:
            if over.wait(up_s):
                return
            proxy.set(Weather(refuses=True))
            proxy.cut()
            over.wait(down_s)
            proxy.set(FAIR)

    thread = threading.Thread(target=flap)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("fault", [cut, cut_short, slow, flapping, dead_then_late])
def test_both_sides_are_the_same_afterwards(
    fault: Fault, tmp_path: Path, milvus_server: DemoServer
) -> None:
    with TcpProxy(int(milvus_server.uri.rpartition(":")[2])) as proxy:
        cluster = Cluster(f"http://127.0.0.1:{proxy.port}", milvus_server.token)
        world = World(tmp_path / "library", cluster, seed=SEED)
        world.begin()
        man = Weatherman(proxy, world, random.Random(f"{SEED} {fault.__name__}"))
        for _ in range(BAD_NETWORKS):
            world.change()
            fault(man)
            proxy.set(FAIR)
            left = world.waiting()
            assert world.wrong() <= left, "a song left the outbox before it had arrived"
            world.sync()
            world.check()
