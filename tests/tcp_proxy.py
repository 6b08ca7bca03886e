"""A TCP proxy on loopback that makes the network bad: slow, dead, cut, flapping, cut short.

Bytes pass through two threads a connection, one each way. What the weather is can change at any
time; ``Weather`` says what there is. A dead network (``holds``) takes what the kernel's buffers
take and answers nothing, and what it held is delivered late once the weather is fair again, unless
the connections are cut first, or stranded for good.
"""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
CHUNK_BYTES = 16_384
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # linger for no time: closing sends a reset


@dataclass(frozen=True, slots=True)
class Weather:
    """How the network is; as built, fair."""

    bytes_per_s: float = float("inf")  # each way, each connection
    delay_s: float = 0.0  # before each piece of at most CHUNK_BYTES
    holds: bool = False  # nothing passes, nothing is refused
    refuses: bool = False  # new connections are reset at once


FAIR = Weather()


class Ending(Enum):
    """What becomes of every connection once enough has passed."""

    RESET = "reset"
    CLOSED = "closed"  # in order, which looks like an answer that is complete
    DEAD = "dead"  # the weather turns to ``holds``


@dataclass(slots=True)
class Budget:
    """How many bytes may still pass towards the server, and what happens then."""

    n_bytes: int
    ending: Ending
    reached: threading.Event = field(default_factory=threading.Event)


class Link:
    """One connection through the proxy."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.open_ways = 2
        self.is_stranded = False

    def close(self, *, by_reset: bool) -> None:
        """End both sides; harmless to do twice."""
        # What wakes a thread that waits for bytes; towards the network SHUT_RD says nothing.
        how = socket.SHUT_RD if by_reset else socket.SHUT_RDWR
        for one in (self.client, self.server):
            with suppress(OSError):
                if by_reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                one.shutdown(how)
            one.close()


class TcpProxy:
    """Listens on a port of its own and passes on what it hears to another port on loopback."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.passed_bytes = 0  # towards the server, so far
        self._changed = threading.Condition()
        self._weather = FAIR
        self._budget: Budget | None = None
        self._links: list[Link] = []
        self._threads: list[threading.Thread] = []
        self._is_closed = False
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self._start(self._accept)

    def set(self, weather: Weather) -> None:
        """Change the weather, for connections that stand too."""
        with self._changed:
            self._weather = weather
            self._changed.notify_all()

    def cut(self, *, by_reset: bool = True) -> int:
        """End every connection now; return how many there were."""
        with self._changed:
            links, self._links = self._links, []
            self._budget = None
            self._changed.notify_all()
        for link in links:
            link.close(by_reset=by_reset)
        return len(links)

    def strand(self) -> None:
        """Let nothing pass through the connections that stand, for good; new ones are fair.

        What a laptop finds that slept, or changed its network: nobody tells it.
        """
        with self._changed:
            for link in self._links:
                link.is_stranded = True
            self._weather = FAIR
            self._changed.notify_all()

    def end_after(self, n_bytes: int, ending: Ending) -> threading.Event:
        """Let so many more bytes pass towards the server; return what is set once they have."""
        with self._changed:
            self._budget = Budget(n_bytes, ending)
            return self._budget.reached

    def close(self) -> None:
        """End everything and wait for the threads."""
        with self._changed:
            self._is_closed = True
            self._weather = FAIR
            self._changed.notify_all()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._is_closed:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            self._welcome(client)

    def _welcome(self, client: socket.socket) -> None:
        link = Link(client, socket.socket())
        try:
            if self._weather.refuses:
                raise ConnectionRefusedError
            link.server.connect((HOST, self.target_port))
        except OSError:
            link.close(by_reset=True)
            return
        with self._changed:
            self._links.append(link)
        self._start(self._pump, link, client, link.server)
        self._start(self._pump, link, link.server, client)

    def _pump(self, link: Link, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(CHUNK_BYTES):
                self._wait(link, len(piece))
                if self._is_gone(link):  # what was held back is lost
                    break
                n_allowed = self._spend(len(piece)) if sink is link.server else len(piece)
                sink.sendall(piece[:n_allowed])
                if n_allowed < len(piece):
                    self._end()
                    self._wait(link, 0)
                    if self._is_gone(link):
                        break
                    sink.sendall(piece[n_allowed:])
            if not self._is_gone(link):
                sink.shutdown(socket.SHUT_WR)
        self._leave(link)

    def _leave(self, link: Link) -> None:
        """Close a connection once neither way is open any more."""
        with self._changed:
            link.open_ways -= 1
            is_over = link.open_ways == 0 and link in self._links
            if is_over:
                self._links.remove(link)
        if is_over:
            link.close(by_reset=False)

    def _wait(self, link: Link, n_bytes: int) -> None:
        with self._changed:
            weather = self._weather
            pause = weather.delay_s + n_bytes / weather.bytes_per_s
            self._changed.wait_for(lambda: self._is_gone(link), timeout=pause)
            self._changed.wait_for(lambda: not self._holds(link) or self._is_gone(link))

    def _holds(self, link: Link) -> bool:
        return self._weather.holds or link.is_stranded

    def _is_gone(self, link: Link) -> bool:
        return self._is_closed or link not in self._links

    def _spend(self, n_bytes: int) -> int:
        """Return how many of so many bytes may still pass."""
        with self._changed:
            budget = self._budget
            n_allowed = n_bytes if budget is None else min(n_bytes, budget.n_bytes)
            self.passed_bytes += n_allowed
            if budget is not None:
                budget.n_bytes -= n_allowed
            return n_allowed

    def _end(self) -> None:
        with self._changed:
            budget, self._budget = self._budget, None
        if budget is None:  # another connection was quicker
            return
        if budget.ending is Ending.DEAD:
            self.set(Weather(holds=True))
        else:
            self.cut(by_reset=budget.ending is Ending.RESET)
        budget.reached.set()

    def _start(self, work: Callable[..., None], *arguments: Link | socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments, name="proxy", daemon=True)
        self._threads.append(thread)
        thread.start()
