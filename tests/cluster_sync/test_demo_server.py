"""The demo cluster: it starts on free ports, keeps its data through a kill, and is locked."""

from pathlib import Path

import numpy as np
import pytest

from cluster_sync import demo_server
from cluster_sync.demo_server import FACTORY_PASSWORD, DemoServer
from core.errors import ClusterError, ClusterProblem
from core.vectors.milvus import CollectionSpec, MilvusStore, Row
from tests.milvus_server import milvus_server  # noqa: F401 - a fixture

pytestmark = pytest.mark.server


def test_a_kill_loses_nothing_and_the_password_is_not_the_factorys(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("milvus_server")  # a second server beside it, on other ports
    with DemoServer(tmp_path / "server") as server:
        for token in ("", f"root:{FACTORY_PASSWORD}"):
            with pytest.raises(ClusterError) as caught:
                MilvusStore(server.uri, token=token)
            assert caught.value.problem is ClusterProblem.SIGN_IN
        _write(server)
        server.stop()
        with pytest.raises(ClusterError) as caught:
            MilvusStore(server.uri, token=server.token)
        assert caught.value.problem is ClusterProblem.UNREACHABLE
        server.start()
        store = MilvusStore(server.uri, token=server.token)
        assert store.count("kept") == 50
        store.close()
        assert server.log_file.stat().st_size > 0
        assert server.token.partition(":")[2] not in server.log_file.read_text(errors="replace")


def _write(server: DemoServer) -> None:
    store = MilvusStore(server.uri, token=server.token)
    store.ensure(CollectionSpec("kept", 2))
    store.upsert("kept", [Row(f"k{i}", np.array([1, i], np.float32)) for i in range(50)])
    store.close()


def test_a_server_that_ends_at_once_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "cache" / "bin" / "milvus"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\necho no >&2\nexit 3\n")
    broken.chmod(0o755)
    server = DemoServer(tmp_path / "server", cache=tmp_path / "cache")
    with pytest.raises(ClusterError) as caught:
        server.start()
    assert caught.value.problem is ClusterProblem.UNREACHABLE
    assert server.log_file.read_text() == "no\n"


def test_it_says_whether_there_is_a_server_here() -> None:
    assert demo_server.is_available()
