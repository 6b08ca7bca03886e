"""Parts that take seconds to load, and who waits for them.

The window is there before the models' libraries are: it asks its library in lanes only, so the lane
that asks first loads it, and those that ask meanwhile wait.
"""

import threading
from collections.abc import Callable, Set
from typing import Any, Generic, TypeVar, cast

from PySide6.QtCore import QEvent, QObject, QTimer

LONGEST_WAIT_S = 2.0  # a window that opens minimised is not painted

T = TypeVar("T")
F = TypeVar("F")


def late(load: Callable[[], T]) -> T:
    """Return what stands in for a part: whatever is asked of it first loads it, once."""
    return cast(T, _Late(load))


def late_behind(first: F, load: Callable[[], T], *, knows: type[F]) -> T:
    """Return what stands in for a part, and is there sooner for what ``first`` knows as well."""
    return cast(T, _Late(load, first, frozenset(name for name in dir(knows) if name[0] != "_")))


class _Late(Generic[T]):
    """Asks the part for everything that it is asked itself, but ``first`` for these names."""

    def __init__(
        self, load: Callable[[], T], first: object = None, names: Set[str] = frozenset()
    ) -> None:
        self._load = load
        self._first = first
        self._names = names
        self._lock = threading.Lock()
        self._part: T | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the part has attributes of any type
        if name in self._names:
            return getattr(self._first, name)
        with self._lock:
            if self._part is None:
                self._part = self._load()
        return getattr(self._part, name)


class PaintWatch(QObject):
    """Lets a lane wait until the window that it filters the events of was painted.

    To load is mostly to hold the interpreter: what is loaded before the first paint delays it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._was_painted = threading.Event()

    def wait(self) -> None:
        """Return once the window was painted, or should have been; for a lane."""
        self._was_painted.wait(LONGEST_WAIT_S)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let the lane go on after the first painting, and look no further."""
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._was_painted.set)
        return False
