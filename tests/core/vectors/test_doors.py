"""Failures of servers and folders, told as what they are."""

import gc
import http.server
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cluster_sync.demo_server import DemoServer, free_ports
from core.errors import ClusterError, ClusterProblem, LibraryError, LibraryProblem
from core.vectors import milvus
from core.vectors.doors import speaks_tls
from core.vectors.milvus import CollectionSpec, MilvusStore, Row
from tests.milvus_server import milvus_server  # noqa: F401 - a fixture

SECRET = "hunter2-never-shown"
# In a process of its own: a thread here would seldom run between two lines of what is tested.
HANG_UP = """
import socket, struct, sys
server = socket.socket(fileno=int(sys.argv[1]))
while True:
    line, _ = server.accept()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
    line.close()
"""


@pytest.fixture
def quick_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus, "CONNECT_TIMEOUT_S", 2.0)


@pytest.fixture
def web_server() -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def problem_of(uri: str, *, token: str = f"root:{SECRET}") -> ClusterProblem:
    with pytest.raises(ClusterError) as caught:
        MilvusStore(uri, token=token)
    error: BaseException | None = caught.value
    assert SECRET not in f"{error!r} {error}"
    return caught.value.problem


def test_nothing_listens() -> None:
    assert problem_of(f"http://127.0.0.1:{free_ports(1)[0]}") is ClusterProblem.UNREACHABLE


def test_no_such_host() -> None:
    assert problem_of("http://no-such-host.invalid:19530") is ClusterProblem.UNREACHABLE


@pytest.mark.parametrize(
    "uri", ["", "localhost:19530", "ftp://host", "http://", "http://host:port", "songs.sqlite"]
)
def test_not_an_address(uri: str) -> None:
    assert problem_of(uri) is ClusterProblem.UNREACHABLE


def test_a_password_in_the_address_is_neither_used_nor_shown() -> None:
    assert problem_of(f"http://root:{SECRET}@127.0.0.1:1") is ClusterProblem.UNREACHABLE


def test_a_web_server_answers(web_server: str) -> None:
    assert problem_of(f"http://{web_server}") is ClusterProblem.NOT_MILVUS


def test_plain_text_where_tls_is_asked_for(web_server: str) -> None:
    assert problem_of(f"https://{web_server}") is ClusterProblem.UNTRUSTED


def test_a_certificate_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ClusterError) as caught:
        MilvusStore("https://127.0.0.1:1", ca_file=tmp_path / "missing.pem")
    assert caught.value.problem is ClusterProblem.CA_FILE


def test_a_port_that_stays_silent(quick_timeout: None) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        uri = f"http://127.0.0.1:{mute.getsockname()[1]}"
        assert problem_of(uri) is ClusterProblem.TIMEOUT


@pytest.mark.server
@pytest.mark.parametrize("token", ["", f"root:{SECRET}", f"nobody:{SECRET}"])
def test_a_wrong_sign_in(
    request: pytest.FixtureRequest, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    server: DemoServer = request.getfixturevalue("milvus_server")
    with caplog.at_level(logging.DEBUG):
        assert problem_of(server.uri, token=token) is ClusterProblem.SIGN_IN
    assert SECRET not in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.server
def test_a_user_without_rights(request: pytest.FixtureRequest) -> None:
    server: DemoServer = request.getfixturevalue("milvus_server")
    root = MilvusStore(server.uri, token=server.token)
    root._client.create_user("guest", "Password1")
    guest = MilvusStore(server.uri, token="guest:Password1")
    try:
        for verb in (
            lambda: guest.ensure(CollectionSpec("theirs", 2)),
            lambda: guest.drop("theirs"),
            lambda: guest.count("theirs"),
        ):
            with pytest.raises(ClusterError) as caught:
                verb()
            assert caught.value.problem is ClusterProblem.FORBIDDEN
    finally:
        guest.close()
        root._client.drop_user("guest")
        root.close()


def test_a_folder_in_use_by_another_process(tmp_path: Path) -> None:
    folder = tmp_path / "held.db"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from core.vectors.milvus import MilvusStore\n"
            "s = MilvusStore(sys.argv[1]); print('held', flush=True); sys.stdin.read(); s.close()",
            str(folder),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(LibraryError) as caught:
        MilvusStore(str(folder))
    assert caught.value.problem is LibraryProblem.IN_USE
    assert caught.value.path == folder
    holder.communicate()
    MilvusStore(str(folder)).close()  # let go of, it opens


def made(folder: Path) -> None:
    store = MilvusStore(str(folder))
    store.ensure(CollectionSpec("songs", 2))
    store.upsert("songs", [Row(f"k{i}", np.array([1, i], np.float32)) for i in range(20)])
    store.flush("songs")
    store.close()


def test_a_folder_survives_closing(tmp_path: Path) -> None:
    made(tmp_path / "kept.db")
    store = MilvusStore(str(tmp_path / "kept.db"))
    assert store.count("songs") == 20
    store.close()


@pytest.mark.parametrize("pattern", ["manifest.json*", "schema.json"])
def test_a_damaged_folder(tmp_path: Path, pattern: str) -> None:
    folder = tmp_path / "hurt.db"
    made(folder)
    files = list(folder.rglob(pattern))
    assert files
    for file in files:
        file.write_bytes(b"\0 not json")
    with pytest.raises(LibraryError) as caught:
        MilvusStore(str(folder)).close()
    assert caught.value.problem is LibraryProblem.DAMAGED


def test_a_file_where_a_folder_belongs(tmp_path: Path) -> None:
    (tmp_path / "old.db").write_bytes(b"a store of an older Milvus Lite")
    with pytest.raises(LibraryError) as caught:
        MilvusStore(str(tmp_path / "old.db"))
    assert caught.value.problem is LibraryProblem.DAMAGED


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(LibraryError) as caught:
        MilvusStore(str(tmp_path / "closed" / "store.db"))
    assert caught.value.problem is LibraryProblem.FORBIDDEN


def test_a_place_that_hangs_up_speaks_no_tls() -> None:
    """It hangs up at any moment: before the handshake too, which must leave no socket open."""
    with socket.create_server(("127.0.0.1", 0)) as rude:
        hanging_up = subprocess.Popen(
            [sys.executable, "-c", HANG_UP, str(rude.fileno())], pass_fds=[rude.fileno()]
        )
        with hanging_up:
            address = f"http://127.0.0.1:{rude.getsockname()[1]}"
            assert not any(speaks_tls(address) for _ in range(1_000))
            hanging_up.kill()
    gc.collect()  # a socket left open is told of now, and fails the test
