"""The window's own picture, for documents and for trying a frozen program without a screen."""

import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.output import say
from ui.main_window import MainWindow

LOOK_EVERY_MS = 250
QUIET_LOOKS = 4  # a second: what is painted asks for covers, which are verbs of their own
LATEST_S = 600.0  # whoever adds more than that wants a picture of the work, not to wait for it
NOT_SAVED = 1


class Photographer(QObject):
    """Takes a window's picture once nothing runs in it any more, then closes the window."""

    def __init__(self, window: MainWindow, target: Path) -> None:
        super().__init__(window)
        self._window = window
        self._target = target
        self._quiet_looks = 0
        self._latest = time.monotonic() + LATEST_S
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_EVERY_MS)

    def _look(self) -> None:
        self._quiet_looks = self._quiet_looks + 1 if self._window.lanes.is_idle else 0
        if self._quiet_looks >= QUIET_LOOKS or time.monotonic() > self._latest:
            self._timer.stop()
            self._take()

    def _take(self) -> None:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        is_saved = self._window.grab().save(str(self._target))
        self._window.close()
        if not is_saved:
            say(f"The picture could not be written to {self._target}.")
            QApplication.exit(NOT_SAVED)
