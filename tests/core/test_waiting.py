"""Work that hangs keeps nobody who wants to stop."""

import threading
import time

import pytest

from core.errors import Cancelled
from core.progress import Progress
from core.waiting import awaited


class Gate:
    """Work that hangs until it is let go, and then answers."""

    def __init__(self) -> None:
        self.began, self.may_end, self.heard = (threading.Event() for _ in range(3))
        self.told: list[str] = []

    def work(self) -> str:
        self.began.set()
        self.may_end.wait(30.0)
        return "late"

    def hear(self, answer: str) -> None:
        self.told.append(answer)
        self.heard.set()


def test_work_is_answered() -> None:
    assert awaited(lambda: "done", Progress()) == "done"


def test_a_failure_is_told_and_a_timeout_of_the_work_is_its_own() -> None:
    def fail() -> None:
        raise TimeoutError("of the work")

    with pytest.raises(TimeoutError, match="of the work"):
        awaited(fail, Progress())


def test_nothing_is_begun_after_the_wish_to_stop() -> None:
    progress, begun = Progress(), []
    progress.cancel()
    with pytest.raises(Cancelled):
        awaited(lambda: begun.append(1), progress)
    assert not begun


def test_a_wish_to_stop_ends_the_waiting_and_a_late_answer_is_handed_over() -> None:
    gate, progress = Gate(), Progress()
    threading.Thread(target=lambda: (gate.began.wait(30.0), progress.cancel())).start()
    with pytest.raises(Cancelled):
        awaited(gate.work, progress, late=gate.hear)
    assert not gate.told
    gate.may_end.set()
    assert gate.heard.wait(30.0)
    assert gate.told == ["late"]


def test_a_late_failure_is_nobody_s() -> None:
    progress, may_end = Progress(), threading.Event()
    heard: list[None] = []

    def fail() -> None:
        progress.cancel()
        may_end.wait(30.0)
        raise OSError("late")

    with pytest.raises(Cancelled):
        awaited(fail, progress, late=heard.append)
    may_end.set()
    while any(one.name == "awaited" for one in threading.enumerate()):
        time.sleep(0.01)
    assert not heard
