"""One run of the recommender: passes one after another, what is told of them, and how it ends."""

import gc
import json
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cluster_sync.recommender.journal import ALL_BUCKETS
from cluster_sync.recommender.metrics import Metrics
from cluster_sync.recommender.migrate import migrate
from cluster_sync.recommender.passes import lists_pass, recommend_pass
from cluster_sync.recommender.service import Readiness, Service
from cluster_sync.recommender.tally import Tally
from core.errors import Cancelled, ClusterError, ClusterProblem, LibraryError
from core.progress import Progress
from core.vectors.milvus import MilvusStore

# Kubernetes takes a Job's pod that ends with 0 for done, also when it was drained half-way
# (kubernetes#120182), so work that was stopped before its end has a status of its own.
DONE, FAILED, LED, STOPPED = 0, 1, 3, 4
# An answer to one search is 35,000 objects that live for a moment. Python's collector looks for
# cycles after every 700, and was two thirds of what a search cost on this side; after 50,000 (some
# 15 MB) it is hardly seen.
COLLECT_AFTER = (50_000, 20, 10)
OUTCOMES = {DONE: "done", FAILED: "failed", LED: "led"}

log = logging.getLogger(__name__)


class Stop:
    """The wish to stop, heard by whoever works or waits."""

    def __init__(self) -> None:
        self.progress = Progress()
        self._asked = threading.Event()

    def ask(self) -> None:
        """Ask to stop."""
        self._asked.set()
        self.progress.cancel()

    def wait(self, seconds: float) -> bool:
        """Wait, unless a stop is asked for; tell whether it was."""
        return self._asked.wait(seconds)

    def pause(self, seconds: float) -> None:
        """Wait within a step; raises ``Cancelled``."""
        if self.wait(seconds):
            raise Cancelled


@dataclass(frozen=True, slots=True)
class Work:
    """What to do: the command "pass", "lists" or "migrate", whose lists, and by which rebuild."""

    command: str
    buckets: range = ALL_BUCKETS
    rebuild: str | None = None


class Program:
    """Works on one cluster until it is done or asked to stop."""

    def __init__(self, uri: str, *, token: str, ca_file: Path | None, stop: Stop) -> None:
        self._uri = uri
        self._token = token
        self._ca_file = ca_file
        self._stop = stop
        self._metrics = Metrics()
        self._readiness = Readiness(self._open)

    def run(self, work: Work, *, every_s: float | None = None, port: int | None = None) -> int:
        """Work once, or again and again; return how the program ends.

        In a loop a pass that fails, or that another leads, is tried again at its next time.
        """
        with ExitStack() as last:
            last.enter_context(collecting_seldom())
            try:
                last.enter_context(self._service(port))
            except OSError as error:
                log.error("port %s: %s", port, error.strerror, extra={"problem": "metrics_port"})
                return FAILED
            code = self._once(work)
            while every_s is not None and not self._stop.wait(every_s):
                code = self._once(work)
        return DONE if every_s is not None else code

    def _once(self, work: Work) -> int:
        started, tally = time.monotonic(), Tally()
        try:
            with self._opened() as store:
                told = self._do(store, work, tally=tally)
            code = DONE
            told |= {"seconds": round(time.monotonic() - started, 3)}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
        except Cancelled:
            self._metrics.ended("stopped")
            return STOPPED
        except (ClusterError, LibraryError) as error:
            code = self._failed(error)
        self._metrics.count(tally, seconds=time.monotonic() - started)
        self._metrics.ended(OUTCOMES[code])
        return code

    def _do(self, store: MilvusStore, work: Work, *, tally: Tally) -> dict[str, object]:
        progress, pause = self._stop.progress, self._stop.pause
        if work.command == "migrate":
            return {"made": migrate(store)}
        if work.command == "lists":
            report = lists_pass(
                store,
                progress=progress,
                buckets=work.buckets,
                rebuild=work.rebuild,
                tally=tally,
                pause=pause,
            )
        else:
            report = recommend_pass(store, progress=progress, tally=tally, pause=pause)
        return asdict(report)

    def _failed(self, error: ClusterError | LibraryError) -> int:
        problem = error.problem.value
        is_led = error.problem is ClusterProblem.LED
        tell = log.info if is_led else log.error
        tell("%s: %s", problem, error.detail, extra={"problem": problem})
        return LED if is_led else FAILED

    def _open(self) -> MilvusStore:
        return MilvusStore(self._uri, token=self._token, ca_file=self._ca_file)

    @contextmanager
    def _opened(self) -> Iterator[MilvusStore]:
        store = self._open()
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def _service(self, port: int | None) -> Iterator[None]:
        if port is None:
            yield
            return
        is_folder = "://" not in self._uri  # held by this process: there is nothing to reach
        is_ready = (lambda: True) if is_folder else self._readiness.is_ready
        service = Service(port, metrics=self._metrics, is_ready=is_ready)
        try:
            yield
        finally:
            service.close()
            self._readiness.close()


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let Python look for cycles of objects less often: reading answers makes very many objects."""
    before = gc.get_threshold()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
