"""A real Milvus server with authorization on, one for the whole test run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster_sync import demo_server
from cluster_sync.demo_server import DemoServer
from core.vectors.accounts import Accounts
from core.vectors.milvus import MilvusStore
from tests.certificates import Authority

# A server looks at its collections, and tells the time that strong reads wait for, now and then.
# Oftener than it does of itself: nothing is done otherwise, but releasing takes 0.2 s instead of 1.
QUICK = {
    "queryCoord.checkInterval": 100,  # ms, as all of these
    "queryCoord.checkChannelInterval": 100,
    "queryCoord.checkSegmentInterval": 100,
    "queryCoord.distPullInterval": 100,
    "proxy.timeTickInterval": 100,
}


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The server; skipped where no wheel with a server exists."""
    if not demo_server.is_available():
        pytest.skip("the package milvus, which carries the server, is not installed")
    with DemoServer(tmp_path_factory.mktemp("milvus"), settings=QUICK) as server:
        yield server


@dataclass(frozen=True)
class SecureServer:
    """A server with authorization and TLS, and the authority that signed its certificate."""

    server: DemoServer
    authority: Authority

    @property
    def uri(self) -> str:
        return self.server.uri

    def open(self, token: str = "") -> MilvusStore:
        """Open it as root, or with another token."""
        return MilvusStore(
            self.uri, token=token or self.server.token, ca_file=self.authority.ca_file
        )

    def wipe(self) -> None:
        """Leave it as a new server is."""
        store = self.open()
        accounts = Accounts(store)
        for user in accounts.users():
            if user != "root":
                accounts.drop_user(user)
        for role in accounts.roles():
            if role not in ("admin", "public"):
                accounts.drop_role(role)
        for name in store.names():
            store.drop(name)
        store.close()


@pytest.fixture(scope="session")
def secure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureServer]:
    """A server of its own with TLS too; its certificate is for ``localhost`` only."""
    if not demo_server.is_available():
        pytest.skip("the package milvus, which carries the server, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    authority = Authority.made(folder)
    tls = authority.certificate(folder, "localhost")
    with DemoServer(folder / "milvus", tls=tls, settings=QUICK) as server:
        yield SecureServer(server, authority)


@pytest.fixture
def empty_milvus_server(tmp_path: Path) -> Iterator[DemoServer]:
    """A server of the test's own, that holds nothing yet; skipped as above."""
    if not demo_server.is_available():
        pytest.skip("the package milvus, which carries the server, is not installed")
    with DemoServer(tmp_path / "milvus", settings=QUICK) as server:
        yield server
