"""Checking and fetching weights, from a real https server of our own."""

import contextlib
import hashlib
import http.server
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from core import weights
from core.errors import Cancelled, WeightsError, WeightsProblem
from core.progress import Progress
from core.weights import WeightsFacts, checked, fetch, is_fetched

DATA = np.random.default_rng(1).bytes(3_000_000)
FACTS = WeightsFacts(
    name="net.bin",
    model="Net",
    version="1",
    sha256=hashlib.sha256(DATA).hexdigest(),
    sample_rate_hz=44_100,
    channels=2,
    licence="none",
)


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the file, a cut one, and nothing."""

    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(DATA)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the other side had enough
            self.wfile.write(DATA[: len(DATA) // 2] if self.path == "/cut" else DATA)

    def log_message(self, *arguments) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key),
            "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, name="https")
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(certificate))
        yield f"https://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _facts(address: str, path: str = "/net.bin") -> WeightsFacts:
    return replace(FACTS, url=address + path)


def test_a_file_is_fetched_checked_and_reported(tmp_path, address):
    reports = []
    folder = tmp_path / "new" / "folder"
    assert not is_fetched(folder, FACTS)
    path = fetch(_facts(address), folder, progress=Progress(reports.append))
    assert path.read_bytes() == DATA
    assert is_fetched(folder, FACTS)
    assert (reports[-1].done, reports[-1].total) == (len(DATA), len(DATA))
    assert reports[-1].what == "Net"
    assert list(folder.iterdir()) == [path]


def test_what_is_there_is_not_fetched_again(tmp_path):
    (tmp_path / "net.bin").write_bytes(DATA)
    assert fetch(FACTS, tmp_path, progress=Progress()) == tmp_path / "net.bin"


@pytest.mark.parametrize("path", ["/cut", "/missing"])
def test_a_failed_fetch_leaves_nothing(tmp_path, address, path):
    with pytest.raises(WeightsError) as error:
        fetch(_facts(address, path), tmp_path, progress=Progress())
    assert error.value.model == "Net"
    assert list(tmp_path.iterdir()) == []


def test_another_file_than_the_pinned_one_is_refused(tmp_path, address):
    facts = replace(_facts(address), sha256="0" * 64)
    with pytest.raises(WeightsError) as error:
        fetch(facts, tmp_path, progress=Progress())
    assert error.value.problem == WeightsProblem.WRONG_CHECKSUM
    assert list(tmp_path.iterdir()) == []


def test_a_cancel_leaves_nothing(tmp_path, address):
    progress = Progress(lambda _: progress.cancel())
    with pytest.raises(Cancelled):
        fetch(_facts(address), tmp_path, progress=progress)
    assert list(tmp_path.iterdir()) == []


def test_no_answer_is_told(tmp_path):
    with pytest.raises(WeightsError) as error:
        fetch(replace(FACTS, url="https://127.0.0.1:9/net.bin"), tmp_path, progress=Progress())
    assert error.value.problem == WeightsProblem.MISSING
    assert error.value.detail


def test_a_server_that_is_not_trusted_is_not_asked(tmp_path, address, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(WeightsError) as error:
        fetch(_facts(address), tmp_path, progress=Progress())
    assert "certificate" in error.value.detail.lower()


@pytest.mark.parametrize("url", ["", "http://localhost/net.bin", "file:///etc/passwd"])
def test_only_https_is_asked(tmp_path, url):
    with pytest.raises(WeightsError):
        fetch(replace(FACTS, url=url), tmp_path, progress=Progress())


def test_a_folder_that_cannot_be_made_is_told(tmp_path, address):
    (tmp_path / "file").touch()
    with pytest.raises(WeightsError):
        fetch(_facts(address), tmp_path / "file" / "folder", progress=Progress())


def test_a_file_is_checked(tmp_path):
    path = tmp_path / "net.bin"
    with pytest.raises(WeightsError) as error:
        checked(path, FACTS)
    assert error.value.problem == WeightsProblem.MISSING
    path.write_bytes(DATA)
    assert checked(path, FACTS) == path
    path.write_bytes(DATA[:-1] + b"?")
    with pytest.raises(WeightsError) as error:
        checked(path, FACTS)
    assert error.value.problem == WeightsProblem.WRONG_CHECKSUM
    with pytest.raises(WeightsError) as error:
        checked(tmp_path, FACTS)
    assert error.value.problem == WeightsProblem.UNREADABLE


def test_pieces_are_small_enough_to_cancel_soon():
    assert weights.PIECE_BYTES <= 1_000_000
