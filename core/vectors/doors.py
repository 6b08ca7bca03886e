"""The two ways to a store: a server by its address, or Milvus Lite in a folder (``lite.py``)."""

import socket
import ssl
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from core.addresses import NO_USER, has_user, shown_address
from core.errors import ClusterError, ClusterProblem, WorldError
from core.vectors.faults import cluster_problem, words
from core.vectors.rows import IndexKind

if TYPE_CHECKING:
    from core.vectors.lite import LiteDoor

LITE_SUFFIX = ".db"
MILVUS_PORT = 19530
PROBE_TIMEOUT_S = 2.0
# How long a connection may leave a ping unanswered before it is taken for dead, and made anew: more
# than a slow line takes to send a batch before the ping, and less than a call waits.
DEAD_AFTER_S = 20.0
# The values that Milvus' manual starts from; recall on a small catalogue is near 1 with them.
BUILD_PARAMS: Final[Mapping[IndexKind, Mapping[str, int]]] = {
    IndexKind.FLAT: {},
    IndexKind.IVF_FLAT: {"nlist": 1024},
    IndexKind.HNSW: {"M": 16, "efConstruction": 200},
    IndexKind.SCANN: {"nlist": 1024},
}
HNSW_MIN_EF = 128
IVF_PROBES = 64  # of nlist's 1,024
SCANN_REORDER = 4  # times the limit are compared exactly


@dataclass(frozen=True, slots=True)
class ServerDoor:
    """A Milvus server; its collections grow large, so they are searched by a graph."""

    address: str
    default_index: IndexKind = IndexKind.HNSW
    is_lite: bool = False
    writing: AbstractContextManager[object] = field(default_factory=nullcontext)  # as many as may

    def search_params(self, limit: int) -> dict[str, int]:
        """How wide is searched; each index takes what it knows, and ignores the rest."""
        return {
            "ef": max(HNSW_MIN_EF, 2 * limit),
            "nprobe": IVF_PROBES,
            "reorder_k": SCANN_REORDER * limit,
        }

    def error(self, cause: BaseException) -> WorldError:
        """Return what a failed call means.

        A server of TLS hangs up on plain text without a word; that it speaks TLS is then asked.
        """
        problem = cluster_problem(cause)
        if problem is ClusterProblem.UNREACHABLE and self._is_plain and speaks_tls(self.address):
            problem = ClusterProblem.NEEDS_TLS
        return ClusterError(self.address, problem, detail=words(cause))

    @property
    def _is_plain(self) -> bool:
        return self.address.startswith("http://")

    def misfit(self, detail: str) -> WorldError:
        """Return the error for a collection made for another model."""
        return ClusterError(self.address, ClusterProblem.MODEL_MISMATCH, detail=detail)

    def close(self) -> None:
        """Do nothing: the connection is the store's own."""


def open_door(uri: str) -> "LiteDoor | ServerDoor":
    """Return the way to a store: a path that ends in .db, or http(s)://host:port.

    Raises ``ClusterError`` for any other address, and ``LibraryError`` for a folder that can't be
    opened.
    """
    if "://" not in uri and uri.endswith(LITE_SUFFIX):
        # Late: it is large, and the recommender's image, which serves servers only, is without it.
        from core.vectors.lite import LiteDoor

        return LiteDoor(Path(uri))
    try:
        parts = urlsplit(uri)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError as error:
        raise ClusterError(shown_address(uri), ClusterProblem.UNREACHABLE) from error
    if not is_address or has_user(uri):
        raise ClusterError(shown_address(uri), ClusterProblem.UNREACHABLE, detail=NO_USER)
    return ServerDoor(uri)


def channel_options() -> dict[str, int]:
    """How grpc keeps a connection, where pymilvus and grpc mean it otherwise.

    Clients of one address share a connection in grpc, and with it a dead one and the pause before
    the next try. And as long as one ping is out no other is sent, not even pymilvus' own, which
    would have to be answered in 5 s; of itself grpc waits a minute for the first.
    """
    dead_after_ms = round(1000 * DEAD_AFTER_S)
    return {
        "grpc.use_local_subchannel_pool": 1,
        "grpc.http2.ping_timeout_ms": dead_after_ms,
        "grpc.keepalive_timeout_ms": dead_after_ms,
    }


def speaks_tls(address: str) -> bool:
    """Ask whether TLS is spoken at an address; its certificate does not matter here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is sent
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or MILVUS_PORT
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(_shakes_hands(context, host, place=(place[0], place[4])) for place in places)


def _shakes_hands(
    context: ssl.SSLContext, host: str, *, place: tuple[socket.AddressFamily, tuple[Any, ...]]
) -> bool:
    """Try a TLS handshake at one place.

    The socket is wrapped before it is connected: Python 3.11 leaves a socket open that the other
    side resets between its connection and its wrapping.
    """
    family, where = place
    with context.wrap_socket(socket.socket(family), server_hostname=host) as line:
        line.settimeout(PROBE_TIMEOUT_S)
        try:
            line.connect(where)
        except OSError:
            return False
        return True
