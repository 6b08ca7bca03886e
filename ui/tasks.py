"""The only file that owns threads: the two lanes in which every verb of the window runs.

Handlers reach the main thread through one queued Qt signal, in the order in which they were
posted, and take turns there with paint and input. A lane outlives whatever happens in it: an
error of the world becomes a sentence, any other exception a crash note in the log and a plain
sentence, and the next verb runs.
"""

import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from core.errors import Cancelled, WorldError
from core.progress import Progress, ProgressReport
from ui.language import gettext as _
from ui.messages import CRASH, sentence
from ui.presenters.verbs import Lane, Verb

# The analysis and a sync can hold a worker each for an hour; two more answer questions meanwhile.
COMPUTE_WORKERS = 4
# So soon a worker gives the interpreter up where the window wants it. While it paints a frame, the
# window takes it back dozens of times: at Python's own 5 ms each, that was a frame of 100 ms.
SWITCH_S = 0.0005
# A third of the window's share of a core, where they want the same one.
WORKER_NICENESS = 5
SLICE_S = 0.008  # handlers give way to paint and input after half a frame of a 60 Hz screen

T = TypeVar("T")
logger = logging.getLogger(__name__)


class TaskLanes(QObject):
    """Runs verbs in lanes; must be made, asked and closed on the main thread."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        self._workers = {
            Lane.WRITE: ThreadPoolExecutor(1, "songkin-write", _give_way),
            Lane.COMPUTE: ThreadPoolExecutor(COMPUTE_WORKERS, "songkin-compute", _give_way),
        }
        self._open: dict[Progress, Lane] = {}
        self._is_closed = False
        self._calls: deque[Callable[[], None]] = deque()
        self._turn = QTimer(self)  # of no length: fires once Qt has handled what waits
        self._turn.timeout.connect(self._take_turn)
        self._posted.connect(self._queue, Qt.ConnectionType.QueuedConnection)

    @property
    def is_idle(self) -> bool:
        """Whether every verb has ended and its handlers have run."""
        return not self._open

    def run(self, verb: Verb[T], lane: Lane) -> Progress:
        """Start the verb; the answer can cancel it. Does nothing once the lanes are closed."""

        def hear(report: ProgressReport) -> None:
            self.post(partial(_tell, progress, verb.on_progress, report))

        progress = Progress(hear)
        if not self._is_closed:
            self._open[progress] = lane
            self._workers[lane].submit(self._work, verb, progress)
        return progress

    def post(self, call: Callable[[], None]) -> None:
        """Call on the main thread, soon; may be asked from any thread."""
        self._posted.emit(call)

    def close(self) -> None:
        """Cancel questions, let writes end, and join the threads; no handler is called again."""
        self._is_closed = True
        for progress, lane in self._open.items():
            if lane is Lane.COMPUTE:
                progress.cancel()
        self._workers[Lane.COMPUTE].shutdown(wait=True, cancel_futures=True)
        self._workers[Lane.WRITE].shutdown(wait=True)
        self._open.clear()
        self._calls.clear()
        self._turn.stop()
        sys.setswitchinterval(self._switch_s)

    def _work(self, verb: Verb[T], progress: Progress) -> None:
        """Carry a verb out, in a worker, and post how it ended."""
        ending = _ending(verb, progress)
        self.post(partial(self._end, verb, progress, ending))

    def _end(self, verb: Verb[T], progress: Progress, ending: Callable[[], None]) -> None:
        self._open.pop(progress, None)
        try:
            if not progress.is_cancelled:
                ending()
        finally:
            verb.on_end()

    @Slot(object)
    def _queue(self, call: Callable[[], None]) -> None:
        if not self._is_closed:
            self._calls.append(call)
            self._turn.start()

    @Slot()
    def _take_turn(self) -> None:
        """Call the handlers that wait, until the turn is over."""
        ends_at = time.monotonic() + SLICE_S
        while self._calls and time.monotonic() < ends_at:
            self._calls.popleft()()
        if not self._calls:
            self._turn.stop()


def _ending(verb: Verb[T], progress: Progress) -> Callable[[], None]:
    """Do the work and return the handler that its end calls for."""
    try:
        progress.check()
        return partial(verb.on_success, verb.work(progress))
    except Cancelled:
        return _be_silent
    except WorldError as error:
        logger.info("a verb failed: %r", error)
        return partial(verb.on_failure, sentence(error))
    except Exception:  # the lane must survive, and the log is the crash report
        logger.exception("a bug in a lane")
        return partial(verb.on_failure, _(CRASH))


def _give_way() -> None:
    """Let the window have a core before this worker, and the threads that it starts, have one."""
    if sys.platform == "linux":  # elsewhere Python can't set the priority of one thread
        worker = threading.get_native_id()
        with suppress(OSError):
            nice = os.getpriority(os.PRIO_PROCESS, worker) + WORKER_NICENESS
            os.setpriority(os.PRIO_PROCESS, worker, nice)


def _be_silent() -> None:
    """End a cancelled verb."""


def _tell(
    progress: Progress, listener: Callable[[ProgressReport], None], report: ProgressReport
) -> None:
    """Pass a report on, unless its verb was cancelled while the report travelled."""
    if not progress.is_cancelled:
        listener(report)
