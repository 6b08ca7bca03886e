"""When watched folders are looked at: where the system tells of a change, and every minute.

Network drives tell nothing, and no system tells of every folder below a large one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer

from core.watching import REST_S
from ui.presenters.watching import WatchingPresenter

MINUTE_MS: Final = 60_000
CHANGE_MS: Final = 500  # a folder that is copied here changes many times at once
REST_MS: Final = round(REST_S * 1000) + CHANGE_MS
MOST_PLACES: Final = (
    1000  # each takes one of the system's watches, of which all programs share some
)


class FolderWatch(QObject):
    """Asks the presenter to look."""

    def __init__(self, presenter: WatchingPresenter, parent: QObject) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._system = QFileSystemWatcher(self)
        self._change = self._timer(CHANGE_MS)
        self._rest = self._timer(REST_MS)
        self._minute = self._timer(MINUTE_MS, is_single=False)
        self._minute.start()
        self._system.directoryChanged.connect(lambda _: _start(self._change))
        presenter.restless.connect(lambda _: _start(self._rest))
        presenter.changed.connect(self._follow)

    def _timer(self, after_ms: int, *, is_single: bool = True) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(after_ms)
        timer.setSingleShot(is_single)
        timer.timeout.connect(self._presenter.look)
        return timer

    def _follow(self, _: None) -> None:
        """Let the system tell of changes in the places of now, and of no others."""
        places = _names(self._presenter.places[:MOST_PLACES])
        watched = set(self._system.directories())
        if watched - places:
            self._system.removePaths(sorted(watched - places))
        if places - watched:
            self._system.addPaths(sorted(places - watched))


def _names(places: Sequence[Path]) -> set[str]:
    return {str(place) for place in places}


def _start(timer: QTimer) -> None:
    """Start a timer; one that runs goes on, so that it ends however often things change."""
    if not timer.isActive():
        timer.start()
