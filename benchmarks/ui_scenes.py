"""What is done to the window while its event loop is measured; each scene in a process of its own.

``python -m benchmarks.ui_scenes NAME FOLDER`` prints a line of figures per part, as JSON. The
folder holds a library, ``songs``, ``files``. A scene is a generator of conditions: it goes on once
the last one is true, and is looked at by a timer, so that the loop runs as it does for a user.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QObject, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTableView

from app import wiring
from benchmarks.ui_heartbeat import Heartbeat, Waits
from core.audio.playback import Player
from core.settings import Settings, default_places
from ui.main_window import MainWindow
from ui.presenters.rows import Filter

LOOK_MS: Final = 20
STEP_EVERY_S: Final = 2.0  # somebody walks through the list while it is analysed
ROWS: Final = 10_000
AFTER_ROWS_S: Final = 20.0  # of analysis, once the rows are there
SCROLLS: Final = 150
SEARCHES: Final = ("harbour", "night tram 12", "übung", "nobody has this")

Step = Callable[[], bool]
Scene = Iterator[Step]


class Stage:
    """The window of a scene, and its heartbeat."""

    def __init__(self, window: MainWindow, folder: Path, *, stacks: Path | None) -> None:
        self.window = window
        self.folder = folder
        self.beat = Heartbeat(stacks=stacks.open("w") if stacks else None)
        table = window.findChild(QTableView, "songTable")
        search = window.findChild(QLineEdit, "searchBox")
        assert table is not None and search is not None
        self.table, self.search = table, search
        self._stepped = time.monotonic()

    @property
    def rows(self) -> int:
        """How many rows the table shows."""
        return self.table.model().rowCount()

    def is_idle(self) -> bool:
        """Whether nothing runs."""
        return self.window.lanes.is_idle

    def drop(self, folder: Path) -> None:
        """Drag a folder over the window and let go."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(folder))])
        at, copy = QPointF(self.window.rect().center()), Qt.DropAction.CopyAction
        button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(at.toPoint(), copy, data, button, keys)
        QApplication.sendEvent(self.window, enter)
        QApplication.sendEvent(self.window, QDropEvent(at, copy, data, button, keys))

    def walk(self) -> None:
        """Choose the next row now and then, so that answers are asked for and painted."""
        if time.monotonic() - self._stepped > STEP_EVERY_S:
            self._stepped = time.monotonic()
            QTest.keyClick(self.table, Qt.Key.Key_J)

    def tell(self, name: str, waits: Waits, **more: float) -> None:
        """Print the figures of a part."""
        print(json.dumps({"part": name, **asdict(waits), **more}), flush=True)


def after(seconds: float) -> Step:
    """Return the condition that so much time went by."""
    ends_at = time.monotonic() + seconds
    return lambda: time.monotonic() >= ends_at


def analysis(stage: Stage) -> Scene:
    """Analyse a folder of songs to the end, while somebody walks through the list."""
    began = time.monotonic()
    stage.beat.start()
    stage.drop(stage.folder / "songs")
    yield lambda: not stage.is_idle()

    def is_done() -> bool:
        stage.walk()
        return stage.is_idle()

    yield is_done
    took_s = time.monotonic() - began
    stage.tell("analysis", stage.beat.stop(), songs=stage.rows, took_s=took_s)


def drop(stage: Stage) -> Scene:
    """Drop a folder of 10,000 files; stop the analysis a while after all rows are there."""
    before, began = stage.rows, time.monotonic()
    stage.beat.start()
    stage.drop(stage.folder / "files")
    yield lambda: stage.rows > before
    first_s = time.monotonic() - began
    yield lambda: stage.rows >= before + ROWS
    all_s = time.monotonic() - began
    stage.tell("rows", stage.beat.stop(), first_row_s=first_s, all_rows_s=all_s)
    stage.beat.start()
    yield after(AFTER_ROWS_S)
    stage.tell("first answers", stage.beat.stop(), rows=stage.rows)
    stage.beat.start()
    stage.window.presenter.activity.stop()
    yield stage.is_idle
    stage.tell("stop", stage.beat.stop())


def browse(stage: Stage) -> Scene:
    """Scroll, search, filter and sort a library of 10,000 songs."""
    bar = stage.table.verticalScrollBar()
    stage.beat.start()
    for turn in range(SCROLLS):
        bar.setValue(turn * bar.maximum() // SCROLLS)
        yield after(0.02)
    stage.tell("scrolling", stage.beat.stop(), rows=stage.rows)
    stage.beat.start()
    for words in SEARCHES:
        for letter in words:
            stage.search.insert(letter)  # QTest types ASCII only
            yield after(0.08)
        stage.search.clear()
        yield after(0.3)
    stage.tell("searching", stage.beat.stop())
    stage.beat.start()
    for which in (Filter.NEW, Filter.PROBLEMS, Filter.ALL) * 3:
        stage.window.presenter.show(which)
        yield after(0.2)
    stage.tell("filtering", stage.beat.stop())
    stage.beat.start()
    header = stage.table.horizontalHeader()
    for section in [*range(header.count())] * 2:
        stage.table.sortByColumn(section, Qt.SortOrder.DescendingOrder)
        yield after(0.3)
    stage.tell("sorting", stage.beat.stop())


SCENES: Final = {"analysis": analysis, "drop": drop, "browse": browse}


class _Director(QObject):
    """Goes from a scene's condition to its next, then closes the window."""

    def __init__(self, scene: Scene, window: MainWindow) -> None:
        super().__init__()
        self._scene = scene
        self._window = window
        self._wanted: Step = window.isVisible
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)

    def _look(self) -> None:
        if not self._wanted():
            return
        try:
            self._wanted = next(self._scene)
        except StopIteration:
            self._timer.stop()
            self._window.close()


def _when_idle(stage: Stage, scene: Callable[[Stage], Scene]) -> Scene:
    yield stage.is_idle
    yield after(1.0)
    yield from scene(stage)


def play(name: str, folder: Path, *, stacks: Path | None = None) -> None:
    """Play a scene in a window over the folder's library."""
    application = QApplication(sys.argv[:1])
    player = Player()
    try:
        with wiring.open_workbench(Settings(default_places(folder / "library"))) as bench:
            window = MainWindow(bench, wiring.sync_port(bench.catalogue), player)
            window.show()
            stage = Stage(window, folder, stacks=stacks)
            director = _Director(_when_idle(stage, SCENES[name]), window)
            application.exec()
            del director
    finally:
        player.close()


if __name__ == "__main__":
    play(sys.argv[1], Path(sys.argv[2]), stacks=Path(sys.argv[3]) if sys.argv[3:] else None)
