"""The lanes: where work and handlers run, in which order, and how they end."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.errors import AudioFileError, AudioProblem, BugError
from core.progress import Progress, ProgressReport
from ui.messages import CRASH
from ui.presenters.verbs import Lane, Mailbox, Verb
from ui.tasks import WORKER_NICENESS, TaskLanes


class Diary:
    """Writes down what handlers hear, and on which thread."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, object]] = []
        self.threads: set[str] = set()

    def writer(self, kind: str) -> Callable[[object], None]:
        def write(value: object) -> None:
            self.threads.add(threading.current_thread().name)
            self.lines.append((kind, value))

        return write

    def verb(self, work: Callable[[Progress], object]) -> Verb[object]:
        return Verb(
            work,
            on_success=self.writer("success"),
            on_failure=self.writer("failure"),
            on_progress=self.writer("progress"),
            on_end=lambda: self.writer("end")(None),
        )


def wait_idle(qtbot: QtBot, lanes: TaskLanes) -> None:
    qtbot.waitUntil(lambda: lanes.is_idle)


def test_work_runs_in_its_lane_and_handlers_on_the_main_thread(
    qtbot: QtBot, lanes: TaskLanes
) -> None:
    diary = Diary()
    for lane in Lane:
        lanes.run(diary.verb(lambda _: threading.current_thread().name), lane)
    wait_idle(qtbot, lanes)
    names = sorted(str(value) for kind, value in diary.lines if kind == "success")
    assert [name.rpartition("_")[0] for name in names] == ["songkin-compute", "songkin-write"]
    assert diary.threads == {threading.main_thread().name}


def test_writes_run_one_at_a_time_in_order(qtbot: QtBot, lanes: TaskLanes) -> None:
    diary = Diary()
    running = threading.Semaphore(1)

    def work(number: int) -> int:
        assert running.acquire(blocking=False), "two writes at once"
        threading.Event().wait(0.001)
        running.release()
        return number

    for number in range(20):
        lanes.run(diary.verb(lambda _, n=number: work(n)), Lane.WRITE)
    wait_idle(qtbot, lanes)
    assert [value for kind, value in diary.lines if kind == "success"] == list(range(20))


def test_long_work_leaves_room_for_questions(qtbot: QtBot, lanes: TaskLanes) -> None:
    diary = Diary()
    let_go = threading.Event()
    for _ in range(2):
        lanes.run(Verb(lambda _: let_go.wait(10)), Lane.COMPUTE)
    lanes.run(diary.verb(lambda _: "answer"), Lane.COMPUTE)
    qtbot.waitUntil(lambda: ("success", "answer") in diary.lines)
    assert not let_go.is_set()
    let_go.set()
    wait_idle(qtbot, lanes)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
@pytest.mark.parametrize("lane", Lane)
def test_the_window_comes_before_its_workers(qtbot: QtBot, lanes: TaskLanes, lane: Lane) -> None:
    nice: list[int] = []
    verb = Verb(
        lambda _: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()),
        on_success=nice.append,
        on_failure=pytest.fail,
    )
    lanes.run(verb, lane)
    qtbot.waitUntil(lambda: bool(nice))
    ours = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert nice[0] == min(19, ours + WORKER_NICENESS)


def test_an_error_of_the_world_becomes_a_sentence(qtbot: QtBot, lanes: TaskLanes) -> None:
    diary = Diary()

    def work(_: Progress) -> None:
        raise AudioFileError(Path("a.wav"), AudioProblem.EMPTY)

    lanes.run(diary.verb(work), Lane.COMPUTE)
    wait_idle(qtbot, lanes)
    said = ("failure", "a.wav is empty. Export or copy it again.")
    assert diary.lines == [said, ("end", None)]


@pytest.mark.parametrize("bug", [BugError("promise broken"), ZeroDivisionError()])
def test_a_bug_is_noted_in_the_log_and_the_lane_survives(
    qtbot: QtBot,
    lanes: TaskLanes,
    caplog: pytest.LogCaptureFixture,
    expected_warnings: None,
    bug: Exception,
) -> None:
    diary = Diary()

    def work(_: Progress) -> None:
        raise bug

    lanes.run(diary.verb(work), Lane.WRITE)
    lanes.run(diary.verb(lambda _: "next"), Lane.WRITE)
    wait_idle(qtbot, lanes)
    assert diary.lines[0] == ("failure", CRASH)
    assert ("success", "next") in diary.lines
    notes = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert len(notes) == 1
    assert notes[0].exc_info is not None
    assert notes[0].exc_info[1] is bug


def test_a_cancelled_verb_is_silent_and_still_ends(qtbot: QtBot, lanes: TaskLanes) -> None:
    diary = Diary()
    started = threading.Event()

    def work(progress: Progress) -> None:
        started.set()
        while True:
            progress.check()
            threading.Event().wait(0.001)

    progress = lanes.run(diary.verb(work), Lane.COMPUTE)
    assert started.wait(10)
    progress.cancel()
    wait_idle(qtbot, lanes)
    assert diary.lines == [("end", None)]


def test_an_answer_that_comes_after_the_cancel_is_dropped(qtbot: QtBot, lanes: TaskLanes) -> None:
    diary = Diary()
    let_go = threading.Event()
    progress = lanes.run(diary.verb(lambda _: let_go.wait(10)), Lane.COMPUTE)
    progress.cancel()
    let_go.set()
    wait_idle(qtbot, lanes)
    assert diary.lines == [("end", None)]


def test_a_verb_cancelled_while_it_waits_never_starts(qtbot: QtBot, lanes: TaskLanes) -> None:
    let_go = threading.Event()
    started: list[str] = []
    lanes.run(Verb(lambda _: let_go.wait(10)), Lane.WRITE)
    lanes.run(Verb(lambda _: started.append("late")), Lane.WRITE).cancel()
    let_go.set()
    wait_idle(qtbot, lanes)
    assert started == []


def test_progress_reaches_the_main_thread_before_the_end(qtbot: QtBot, lanes: TaskLanes) -> None:
    diary = Diary()
    lanes.run(diary.verb(lambda p: p.report(3, 3, what="songs")), Lane.COMPUTE)
    wait_idle(qtbot, lanes)
    assert diary.lines[0] == ("progress", ProgressReport(3, 3, "songs"))
    assert [kind for kind, _ in diary.lines] == ["progress", "success", "end"]
    assert diary.threads == {threading.main_thread().name}


def test_close_cancels_questions_joins_the_threads_and_calls_nobody(qtbot: QtBot) -> None:
    lanes = TaskLanes()
    diary = Diary()
    started = threading.Event()

    def work(progress: Progress) -> None:
        started.set()
        while True:
            progress.check()
            threading.Event().wait(0.001)

    lanes.run(diary.verb(work), Lane.COMPUTE)
    assert started.wait(10)
    lanes.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("songkin-")]
    lanes.run(diary.verb(lambda _: "too late"), Lane.COMPUTE)
    qtbot.wait(20)
    assert diary.lines == []


def test_close_lets_the_writes_that_wait_be_written(qtbot: QtBot) -> None:
    lanes = TaskLanes()
    written: list[int] = []
    for number in range(5):
        lanes.run(Verb(lambda _, n=number: written.append(n)), Lane.WRITE)
    lanes.close()
    assert written == list(range(5))


def test_a_mailbox_delivers_everything_in_order_in_few_batches(
    qtbot: QtBot, lanes: TaskLanes
) -> None:
    batches: list[list[int]] = []
    mailbox: Mailbox[int] = Mailbox(lanes, batches.append)
    lanes.run(Verb(lambda _: [mailbox.put(i) for i in range(5000)]), Lane.COMPUTE)
    qtbot.waitUntil(lambda: sum(map(len, batches)) == 5000)
    assert [value for batch in batches for value in batch] == list(range(5000))
    assert len(batches) < 1000
