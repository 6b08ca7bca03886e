"""A wish to stop ends the connecting, and whatever is under way, at once."""

import threading
from pathlib import Path

import pytest

from cluster_sync.stoppable import stoppable
from core.errors import Cancelled, ClusterError, ClusterProblem
from core.progress import Progress
from core.vectors.milvus import MilvusStore


class Slow:
    """Opens a store once it is let to; remembers whether it was closed."""

    def __init__(self, folder: Path) -> None:
        self.may_open, self.closed = threading.Event(), threading.Event()
        self._folder = folder

    def open(self) -> MilvusStore:
        self.may_open.wait(30.0)
        told = self.closed

        class Told(MilvusStore):
            def close(self) -> None:
                super().close()
                told.set()

        return Told(str(self._folder / "store.db"))


def test_nobody_waits_for_a_connection_that_is_not_wanted_any_more(tmp_path: Path) -> None:
    slow, progress = Slow(tmp_path), Progress()
    threading.Timer(0.2, progress.cancel).start()
    with pytest.raises(Cancelled), stoppable(slow.open, progress):
        raise AssertionError("there was no connection yet")
    slow.may_open.set()
    assert slow.closed.wait(30.0), "the late connection was left open"


def test_a_folder_is_free_at_once_after_a_stop(tmp_path: Path) -> None:
    slow, progress = Slow(tmp_path), Progress()
    slow.may_open.set()
    with pytest.raises(Cancelled), stoppable(slow.open, progress):
        progress.cancel()
        progress.check()
    assert slow.closed.is_set()


def test_a_failure_is_told_and_closes_the_store(tmp_path: Path) -> None:
    slow = Slow(tmp_path)
    slow.may_open.set()
    with pytest.raises(ClusterError), stoppable(slow.open, Progress()):
        raise ClusterError("http://here", ClusterProblem.UNREACHABLE)
    assert slow.closed.is_set()


def test_a_failure_to_connect_is_told() -> None:
    def refuse() -> MilvusStore:
        raise ClusterError("http://here", ClusterProblem.SIGN_IN)

    with pytest.raises(ClusterError) as caught, stoppable(refuse, Progress()):
        raise AssertionError("there was no connection")
    assert caught.value.problem is ClusterProblem.SIGN_IN
