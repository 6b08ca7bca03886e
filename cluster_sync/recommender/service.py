"""The small web server beside the passes: ``/metrics``, ``/healthz``, ``/readyz``."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from prometheus_client import CONTENT_TYPE_LATEST

from cluster_sync.recommender.metrics import Metrics
from core.errors import ClusterError
from core.vectors.milvus import MilvusStore

READY_S = 5.0  # for which an answer to "can it be reached" is good
TIMEOUT_S = 10.0  # of one request; a client that says nothing holds no thread for longer

Answer = tuple[int, str, bytes]
PLAIN = "text/plain; charset=utf-8"


class Readiness:
    """Tells whether the cluster can be reached, over a connection of its own."""

    def __init__(self, opener: Callable[[], MilvusStore]) -> None:
        self._open = opener
        self._lock = threading.Lock()
        self._store: MilvusStore | None = None
        self._asked_at = float("-inf")
        self._was_ready = False

    def is_ready(self) -> bool:
        """Ask the cluster, or tell what it said a moment ago."""
        with self._lock:
            if time.monotonic() - self._asked_at > READY_S:
                self._was_ready = self._reaches()
                self._asked_at = time.monotonic()
            return self._was_ready

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None

    def _reaches(self) -> bool:
        try:
            self._store = self._store or self._open()
            self._store.names()
        except ClusterError:
            return False
        return True


class Service:
    """Answers on a port until closed; ``is_ready`` tells whether the cluster can be reached."""

    def __init__(self, port: int, *, metrics: Metrics, is_ready: Callable[[], bool]) -> None:
        def ready() -> Answer:
            return (200, PLAIN, b"ready\n") if is_ready() else (503, PLAIN, b"no cluster\n")

        class Handler(_Handler):
            answers: ClassVar = {
                "/metrics": lambda: (200, CONTENT_TYPE_LATEST, metrics.text()),
                "/healthz": lambda: (200, PLAIN, b"alive\n"),
                "/readyz": ready,
            }

        # All interfaces: in a pod, the one that Prometheus comes by has no fixed name.
        self._server = ThreadingHTTPServer(("", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="service")
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it answers on."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    answers: ClassVar[dict[str, Callable[[], Answer]]] = {}
    timeout = TIMEOUT_S
    server_version = "songkin"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer."""
        path = self.path.partition("?")[0]
        answer = self.answers.get(path, lambda: (404, PLAIN, b"not here\n"))
        status, kind, body = answer()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: probes come every few seconds."""
