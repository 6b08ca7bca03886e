"""What a screen asks for: a user verb as a small value, and the lanes that carry it out.

The work runs in a lane, every handler on the main thread. ``ui/tasks.py`` has the real lanes;
tests run the same verbs in line.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from core.progress import Progress, ProgressReport

MAX_BATCH = 100  # values in one delivery, so that none holds the window up

T = TypeVar("T")


class Lane(Enum):
    """Where a verb's work runs."""

    WRITE = "write"  # one at a time, in order: whatever changes the library
    COMPUTE = "compute"  # a few at once: questions, analysis, network


def say_nothing(_: object) -> None:
    """Ignore what a verb tells."""


def do_nothing() -> None:
    """Ignore that a verb ended."""


@dataclass(frozen=True, slots=True)
class Verb(Generic[T]):
    """Work and what follows from it.

    ``on_failure`` gets a sentence. A cancelled verb calls neither ``on_success`` nor
    ``on_failure``; ``on_end`` is called last, however it ended.
    """

    work: Callable[[Progress], T]
    on_success: Callable[[T], None] = say_nothing
    on_failure: Callable[[str], None] = say_nothing
    on_progress: Callable[[ProgressReport], None] = say_nothing
    on_end: Callable[[], None] = do_nothing


class Lanes(Protocol):
    """Carries verbs out."""

    def run(self, verb: Verb[T], lane: Lane) -> Progress:
        """Start the verb; the answer can cancel it."""
        ...

    def post(self, call: Callable[[], None]) -> None:
        """Call on the main thread, soon; may be asked from any thread."""
        ...


class Mailbox(Generic[T]):
    """Brings values from workers to the main thread in batches, in order.

    However fast values come, one delivery waits at a time: a scan of 10,000 files must not
    fill the event loop with 10,000 calls.
    """

    def __init__(self, lanes: Lanes, deliver: Callable[[list[T]], None]) -> None:
        self._lanes = lanes
        self._deliver = deliver
        self._lock = threading.Lock()
        self._values: list[T] = []

    def put(self, value: T) -> None:
        """Queue a value, from any thread."""
        with self._lock:
            self._values.append(value)
            is_first = len(self._values) == 1
        if is_first:
            self._lanes.post(self._empty)

    def _empty(self) -> None:
        with self._lock:
            values, self._values = self._values[:MAX_BATCH], self._values[MAX_BATCH:]
            has_more = bool(self._values)
        if has_more:
            self._lanes.post(self._empty)
        self._deliver(values)
