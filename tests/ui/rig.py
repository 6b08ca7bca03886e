"""The real window over invented songs, with what a test does to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QListView, QTableView, QWidget
from pytestqt.qtbot import QtBot

from core.types import Verdict
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import FakePlayer, pair, song
from ui.main_window import MainWindow
from ui.presenters.rows import SongRow
from ui.presenters.settings import PreferencesPort

W = TypeVar("W", bound=QWidget)

PATIENCE_MS = 30_000  # a verb may be the first that loads torch, on a machine that works


def urls(paths: Sequence[Path]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


class WindowRig:
    """A window, its parts by name, and its fakes."""

    def __init__(
        self,
        qtbot: QtBot,
        workbench: FakeWorkbench,
        sync: FakeSync,
        *,
        player: FakePlayer,
        preferences: PreferencesPort | None = None,
    ) -> None:
        self.qtbot = qtbot
        self.workbench = workbench
        self.sync = sync
        self.player = player
        self.window = MainWindow(workbench, sync, player, preferences=preferences)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def find(self, kind: type[W], name: str) -> W:
        found = self.window.findChild(kind, name)
        assert found is not None, f"no {name} in the window"
        return found

    @property
    def table(self) -> QTableView:
        return self.find(QTableView, "songTable")

    @property
    def neighbours(self) -> QListView:
        return self.find(QListView, "neighboursList")

    def settle(self) -> None:
        """Wait until nothing runs."""
        self.qtbot.waitUntil(lambda: self.window.lanes.is_idle, timeout=PATIENCE_MS)

    def titles(self) -> list[str]:
        return [row.title for row in self.window.presenter.library.rows]

    def steps(self) -> dict[str, str]:
        return {row.title: row.step.value for row in self.window.presenter.library.rows}

    def open_row(self) -> SongRow:
        row = self.window.presenter.page.row
        assert row is not None
        return row

    def choose(self, title: str) -> None:
        """Choose a row and wait for its answers."""
        self.table.selectRow(self.titles().index(title))
        self.settle()
        assert self.open_row().title == title

    def press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press a key in whatever has the keyboard."""
        target = QApplication.focusWidget() or self.window
        self.qtbot.keyClick(target, key, modifier)

    def drop(self, paths: Sequence[Path], target: QWidget | None = None) -> bool:
        """Drag files over a widget and let go; return whether the window welcomed them."""
        return self.drop_data(urls(paths), target)

    def drop_data(self, data: QMimeData, target: QWidget | None = None) -> bool:
        """Drag anything over a widget and let go; return whether the window welcomed it."""
        over = target or self.window
        at, copy = QPointF(over.rect().center()), Qt.DropAction.CopyAction
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(at.toPoint(), copy, data, buttons, keys)
        QApplication.sendEvent(over, enter)
        if enter.isAccepted():
            QApplication.sendEvent(over, QDropEvent(at, copy, data, buttons, keys))
        return enter.isAccepted()


def library() -> FakeWorkbench:
    made = FakeWorkbench(
        song("Harbour Lights", "Ines Moreau", added_at=3.0),
        song("Harbour Lights (karaoke)", added_at=4.0),
        song("Glass Orchard", "The Low Tides", added_at=2.0),
    )
    made.pairs = [
        pair("Harbour Lights", "Harbour Lights (karaoke)", Verdict.SAME_BACKING, score=0.83)
    ]
    return made


def said(rig: WindowRig) -> str:
    return rig.window.presenter.notices.notice.text
