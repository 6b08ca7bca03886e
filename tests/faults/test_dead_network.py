"""A network that is dead never keeps the user: a sync in it stops when it is told to."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster_sync.demo_server import DemoServer
from core.cluster_types import SyncState
from core.errors import Cancelled, SongkinError
from core.library.store import Catalogue
from core.progress import Progress
from tests.cluster_sync.libraries import Cluster, add, sync_of
from tests.tcp_proxy import FAIR, Ending, TcpProxy

pytestmark = pytest.mark.server
# Many times what stopping takes, and far less than the dead call would wait (10 to 60 s).
STOP_S = 3.0


@pytest.fixture
def proxy(milvus_server: DemoServer) -> Iterator[TcpProxy]:
    with TcpProxy(int(milvus_server.uri.rpartition(":")[2])) as made:
        yield made


class Run:
    """A sync in a thread, which ends as it ends."""

    def __init__(self, catalogue: Catalogue, cluster: Cluster) -> None:
        self.progress = Progress()
        self.ended_by: BaseException | None = None
        self._port = sync_of(catalogue, cluster)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._port.sync(progress=self.progress)
        except (SongkinError, Cancelled) as error:
            self.ended_by = error


@pytest.mark.parametrize("amid", [0.0, 0.2, 0.5, 0.8])
def test_a_sync_in_a_dead_network_can_be_cancelled(
    amid: float, tmp_path: Path, milvus_server: DemoServer, proxy: TcpProxy
) -> None:
    """The network dies before the sync, or once a part of what it sends has passed."""
    cluster = Cluster(f"http://127.0.0.1:{proxy.port}", milvus_server.token)
    catalogue = Catalogue(tmp_path / "library")
    for number in range(1, 251):
        add(catalogue, number)
    n_bytes = 250 * 4_000
    died = proxy.end_after(int(amid * n_bytes), Ending.DEAD)
    run = Run(catalogue, cluster)
    assert died.wait(60.0)
    run.progress.cancel()
    run.thread.join(STOP_S)
    still_waits = run.thread.is_alive()
    proxy.cut()  # whatever waits ends now
    proxy.set(FAIR)
    run.thread.join()
    assert not still_waits, "the dead network kept the sync from stopping"
    assert isinstance(run.ended_by, Cancelled)
    assert sync_of(catalogue, cluster).sync(progress=Progress()).state is SyncState.IN_STEP
    catalogue.close()
