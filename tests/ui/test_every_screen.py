"""Every screen for those who don't see it, don't use a mouse, or don't want things to move."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractAnimation, QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.every_screen import dialogs, furnished, screens
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fakes import FakePlayer
from tests.ui.rig import WindowRig, library
from ui.widgets.keys import LEFT_TO_FOCUS, Key, bind

# The offscreen platform has no window manager to tell the size of a dialog to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

DENSE = Path(__file__).with_name("dense_window.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path) -> Iterator[WindowRig]:
    workbench, sync, preferences = furnished(tmp_path)
    made = WindowRig(qtbot, workbench, sync, player=FakePlayer(), preferences=preferences)
    made.settle()
    made.choose("Harbour Lights")
    yield made
    made.window.close()
    made.window.deleteLater()


def name_of(widget: QWidget) -> str:
    """Return what a screen reader says of a widget."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def nameless(window: QWidget) -> list[str]:
    """Return what can have the keyboard, and has no name."""
    return [
        f"{type(one).__name__} {one.objectName()} in {type(one.parent()).__name__}"
        for one in window.findChildren(QWidget)
        if one.isVisible() and takes_keyboard(one) and not name_of(one).strip()
    ]


def takes_keyboard(widget: QWidget) -> bool:
    is_tabbed = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return is_tabbed and widget.isEnabled() and widget.focusProxy() is None


def test_whatever_can_have_the_keyboard_has_a_name(rig: WindowRig) -> None:
    found: dict[str, list[str]] = {}
    for window in chain(screens(rig), dialogs(rig)):
        if lacking := nameless(window):
            found[window.objectName()] = lacking
    assert found == {}


def test_the_first_run_has_names_and_a_first_step(open_window: OpenWindow) -> None:
    rig = open_window(FakeWorkbench())
    assert nameless(rig.window) == []
    focus = QApplication.focusWidget()
    assert focus is not None
    assert name_of(focus) == "Add songs"


def visited(rig: WindowRig) -> list[QWidget]:
    """Press Tab from the search box on, until it comes round."""
    first = rig.find(QLineEdit, "searchBox")
    first.setFocus()
    found: list[QWidget] = []
    while (focus := QApplication.focusWidget()) is not None and focus not in found:
        found.append(focus)
        rig.qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is first, "Tab comes round"
    return found


def is_before(a: QRect, b: QRect) -> bool:
    """Return whether a is read before b: it lies above it, or beside it on the left."""
    if a.bottom() < b.top() or b.bottom() < a.top():
        return a.bottom() < b.top()
    return a.left() < b.left()


def block_of(rig: WindowRig, widget: QWidget) -> int:
    names = ("topBar", "libraryPane", "mapPane", "listBar", "songPage", "statusStrip", "transport")
    blocks = [block for name in names if (block := rig.window.findChild(QWidget, name))]
    return next(at for at, block in enumerate(blocks) if block.isAncestorOf(widget))


@pytest.mark.parametrize("is_asked", [False, True])
def test_tab_goes_through_the_window_as_it_is_read(rig: WindowRig, is_asked: bool) -> None:
    rig.press(Qt.Key.Key_L)
    if is_asked:
        songs = [row.song for row in rig.window.presenter.library.rows if row.song]
        rig.window.presenter.wishes.more(songs[:2])
        rig.window.presenter.songs.take(songs)
        rig.settle()
    order = visited(rig)
    assert len(order) > 20
    assert len(set(order)) == len(order)
    wrong = []
    for a, b in pairwise(order):
        first, second = (block_of(rig, one) for one in (a, b))
        boxes = [QRect(one.mapTo(rig.window, QPoint()), one.size()) for one in (a, b)]
        if first > second or (first == second and not is_before(*boxes)):
            wrong.append((name_of(a), name_of(b)))
    assert wrong == []


def test_no_key_is_taken_twice_and_each_acts(open_window: OpenWindow, qtbot: QtBot) -> None:
    keys = open_window(library()).window._keys
    taken = Counter(QKeySequence(key.sequence).toString() for key in keys)
    assert [name for name, times in taken.items() if times > 1] == []
    words = Counter(key.words for key in keys if key.words)
    assert [said for said, times in words.items() if times > 1] == []
    said: list[str] = []
    heard = tuple(replace(key, act=partial(said.append, key.sequence)) for key in keys)
    window = QWidget()
    qtbot.addWidget(window)
    bind(window, heard)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    bound = [key.sequence for key in keys if key.sequence not in LEFT_TO_FOCUS]
    for sequence in bound:
        pressed = QKeySequence(sequence)[0]
        qtbot.keyClick(window, pressed.key(), pressed.keyboardModifiers())
    assert said == bound


def test_the_sheet_names_no_key_that_does_nothing(open_window: OpenWindow) -> None:
    keys: tuple[Key, ...] = open_window(library()).window._keys
    there = {key.sequence for key in keys}
    for key in keys:
        for name in key.shown_as.replace("1 to 4", "1 2 3 4").split():
            assert name in there


class Painted(QObject):
    """Hears which widgets are painted."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.Paint:
            self.names.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


def test_nothing_moves_by_itself(rig: WindowRig) -> None:
    """There is no motion to turn off where the system asks for less of it."""
    app = QApplication.instance()
    assert app is not None
    for window in chain(screens(rig), dialogs(rig)):
        running = [
            f"{one.metaObject().className()} of {type(one.parent()).__name__}"
            for one in window.findChildren(QAbstractAnimation)
            if one.state() is QAbstractAnimation.State.Running
        ]
        assert running == []
    rig.window.activateWindow()
    rig.table.setFocus()
    rig.settle()
    rig.qtbot.wait(300)  # what was shown last is painted
    painted = Painted()
    app.installEventFilter(painted)
    rig.qtbot.wait(600)
    app.removeEventFilter(painted)
    assert painted.names == []


def test_covers_waves_and_rings_are_sharp_at_twice_the_density() -> None:
    """In a process of its own, as the density is chosen before Qt starts."""
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(DENSE)],
        env={**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-3000:]
