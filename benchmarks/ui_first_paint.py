"""When the window is first painted, and when its songs are: one start of the program.

``python -m benchmarks.ui_first_paint LIBRARY`` prints both moments, on the monotonic clock (which
the process that started this one shares) and in processor time, and closes the window.
"""

import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QTableView

from app.__main__ import run_window
from core.settings import Settings, default_places


class FirstPaint(QObject):
    """Hears every event until the songs were painted."""

    def __init__(self) -> None:
        super().__init__()
        self._was_painted = self._is_done = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Tell of the first painting, and of the first with songs, once each has happened."""
        if event.type() is QEvent.Type.Paint and not self._is_done:
            if not self._was_painted and watched.objectName() == "mainWindow":
                self._was_painted = True
                QTimer.singleShot(0, lambda: _tell("painted"))
            if _has_songs(watched.parent()):
                self._is_done = True
                QTimer.singleShot(0, self._end)
        return False

    def _end(self) -> None:
        _tell("songs")
        QApplication.closeAllWindows()


def _has_songs(view: QObject | None) -> bool:
    is_table = isinstance(view, QTableView) and view.objectName() == "songTable"
    return isinstance(view, QTableView) and is_table and view.model().rowCount() > 0


def _tell(what: str) -> None:
    print(what, time.monotonic(), time.process_time(), flush=True)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    watch = FirstPaint()
    application.installEventFilter(watch)
    sys.exit(run_window(Settings(default_places(Path(sys.argv[1])))))
