"""The bad network is as bad as it says, and no worse."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.tcp_proxy import FAIR, HOST, Ending, TcpProxy, Weather


class Echo:
    """A server that sends back what it hears, and keeps count of it."""

    def __init__(self) -> None:
        self.heard = b""
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                one, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(one,), daemon=True).start()

    def _answer(self, one: socket.socket) -> None:
        with one:
            try:
                while piece := one.recv(4096):
                    self.heard += piece
                    one.sendall(piece)
            except OSError:
                return


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.listener.shutdown(socket.SHUT_RDWR)
    made.listener.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[TcpProxy]:
    with TcpProxy(echo.port) as made:
        yield made


@pytest.fixture
def client(proxy: TcpProxy) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, proxy.port), timeout=10.0) as made:
        made.sendall(b"ping")
        assert made.recv(100) == b"ping"
        yield made


def _silent(client: socket.socket) -> bool:
    client.settimeout(0.2)
    try:
        return client.recv(100) is None
    except TimeoutError:
        return True
    finally:
        client.settimeout(10.0)


def _all_of(client: socket.socket, n_bytes: int) -> bytes:
    found = b""
    while len(found) < n_bytes and (piece := client.recv(n_bytes)):
        found += piece
    return found


def test_a_reset_is_a_reset(proxy: TcpProxy, client: socket.socket) -> None:
    assert proxy.cut() == 1
    with pytest.raises(ConnectionResetError):
        client.recv(100)


def test_an_orderly_end_looks_complete(proxy: TcpProxy, client: socket.socket) -> None:
    proxy.cut(by_reset=False)
    assert client.recv(100) == b""


@pytest.mark.parametrize("ending", Ending)
def test_no_byte_more_than_allowed(
    proxy: TcpProxy, client: socket.socket, echo: Echo, ending: Ending
) -> None:
    reached = proxy.end_after(3, ending)
    client.sendall(b"12345")
    assert reached.wait(10.0)
    assert proxy.passed_bytes == len(b"ping123")
    if ending is Ending.DEAD:
        assert echo.heard in (b"ping", b"ping123")
        proxy.set(FAIR)
        assert _all_of(client, 5) == b"12345"
    assert echo.heard == b"ping12345"[: len(echo.heard)]


def test_a_dead_network_answers_nothing_and_delivers_late(
    proxy: TcpProxy, client: socket.socket, echo: Echo
) -> None:
    proxy.set(Weather(holds=True))
    client.sendall(b"late")
    assert _silent(client)
    assert echo.heard == b"ping"
    proxy.set(FAIR)
    assert client.recv(100) == b"late"


def test_a_dead_network_still_takes_connections(proxy: TcpProxy) -> None:
    proxy.set(Weather(holds=True))
    with socket.create_connection((HOST, proxy.port), timeout=10.0) as client:
        client.sendall(b"hello")
        assert _silent(client)


def test_what_is_stranded_stays_silent_and_others_pass(
    proxy: TcpProxy, client: socket.socket, echo: Echo
) -> None:
    proxy.set(Weather(holds=True))
    client.sendall(b"lost")
    proxy.strand()
    with socket.create_connection((HOST, proxy.port), timeout=10.0) as other:
        other.sendall(b"new")
        assert other.recv(100) == b"new"
    assert _silent(client)
    assert echo.heard == b"pingnew"


def test_what_was_held_is_gone_after_a_cut(
    proxy: TcpProxy, client: socket.socket, echo: Echo
) -> None:
    proxy.set(Weather(holds=True))
    client.sendall(b"lost")
    assert _silent(client)
    proxy.cut()
    proxy.set(FAIR)
    with socket.create_connection((HOST, proxy.port), timeout=10.0) as other:
        other.sendall(b"new")
        assert other.recv(100) == b"new"
    assert echo.heard == b"pingnew"


def test_new_connections_can_be_refused(proxy: TcpProxy) -> None:
    proxy.set(Weather(refuses=True))
    with (
        pytest.raises(ConnectionResetError),
        socket.create_connection((HOST, proxy.port), timeout=10.0) as client,
    ):
        client.sendall(b"hello")
        client.recv(100)


def test_slow_is_not_faster_than_it_says(proxy: TcpProxy, client: socket.socket) -> None:
    proxy.set(Weather(delay_s=0.1))
    began = time.monotonic()
    client.sendall(b"x")
    assert client.recv(100) == b"x"
    assert time.monotonic() - began >= 0.2  # a sleep never ends early: once there, once back
