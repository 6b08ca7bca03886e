"""Progress that can be heard and stopped.

Whoever works calls ``report`` or ``check`` often; both raise ``Cancelled`` once ``cancel`` was
called from any thread. Listeners hear at most ten reports a second, and always the last one.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import Cancelled

MIN_INTERVAL_S = 0.1  # ten reports a second are as many as an eye can use


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """How far the work is: ``done`` of ``total`` (0 where unknown), and what is being done."""

    done: int
    total: int
    what: str


class Progress:
    """Carries reports from a worker to a listener, and the wish to stop the other way."""

    def __init__(self, listener: Callable[[ProgressReport], None] | None = None) -> None:
        self._listener = listener
        self._cancelled = threading.Event()
        self._last_heard = float("-inf")

    def cancel(self) -> None:
        """Ask the worker to stop at its next report or check."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise ``Cancelled`` where a stop was asked for."""
        if self._cancelled.is_set():
            raise Cancelled

    def report(self, done: int, total: int, *, what: str = "") -> None:
        """Tell the listener how far the work is; raise ``Cancelled`` where a stop was asked for."""
        self.check()
        if self._listener is None:
            return
        now = time.monotonic()
        is_last = total > 0 and done >= total
        if is_last or now - self._last_heard >= MIN_INTERVAL_S:
            self._last_heard = now
            self._listener(ProgressReport(done, total, what))
