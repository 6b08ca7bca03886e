"""A real Milvus server with authorization on, one for the whole test run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster_sync import demo_server
from cluster_sync.demo_server import DemoServer


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The server; skipped where no wheel with a server exists."""
    if not demo_server.is_available():
        pytest.skip("the package milvus, which carries the server, is not installed")
    with DemoServer(tmp_path_factory.mktemp("milvus")) as server:
        yield server


@pytest.fixture
def empty_milvus_server(tmp_path: Path) -> Iterator[DemoServer]:
    """A server of the test's own, that holds nothing yet; skipped as above."""
    if not demo_server.is_available():
        pytest.skip("the package milvus, which carries the server, is not installed")
    with DemoServer(tmp_path / "milvus") as server:
        yield server
