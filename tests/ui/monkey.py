"""A user who does anything: a seeded hand that finds what the window has by itself.

It knows no screen by name. Each turn it takes a window that is open (a menu, a dialog, the main
window), looks for what is visible and enabled there, and does one thing with it. It opens no dialog
of the system and does not quit.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QHeaderView,
    QLineEdit,
    QMenu,
    QWidget,
)

from tests.ui.rig import urls
from ui.main_window import MainWindow

KEYS = (
    *"JKLA[]1234DMCEZS/", "Space", "Esc", "Tab", "Return", "Up", "Down", "Left", "Right", "Home",
    "End", "PageDown", "Delete", "Backspace",
)  # fmt: skip
WORDS = ("a", "song", "  ", "üß", "%_'", "ready", "\\", "x" * 80)
LONGEST_MENU = 3  # turns that a menu or dialog may stay open before it is closed


def key_of(name: str) -> Qt.Key:
    names = {"[": "BracketLeft", "]": "BracketRight", "/": "Slash", "Esc": "Escape"}
    return Qt.Key[f"Key_{names.get(name, name)}"]


class Monkey:
    """Acts on a window, the same for a seed as far as the window's own times allow."""

    def __init__(self, window: MainWindow, files: Sequence[Path], *, seed: int) -> None:
        self._window = window
        self._files = list(files)
        self._random = random.Random(seed)
        self._turns_over = 0
        self.did: Counter[str] = Counter()
        self.last: list[str] = []

    def act(self) -> None:
        """Do one thing."""
        over = self._over()
        if over is not None:
            self._act_over(over)
            return
        self._turns_over = 0
        acts: list[tuple[Callable[[], None], int]] = [
            (lambda: self._use(self._window), 50),
            (lambda: self._press(self._window), 30),
            (self._drop, 2),
            (self._resize, 2),
            (lambda: self._menu_of(self._window), 4),
        ]
        choices, weights = zip(*acts, strict=True)
        self._random.choices(choices, weights)[0]()

    def _over(self) -> QWidget | None:
        """Return what lies over the window: a menu, a question, a sheet."""
        over = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if over is None:
            others = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
            over = next((w for w in others if w.isVisible()), None)
        return over

    def _act_over(self, over: QWidget) -> None:
        self._turns_over += 1
        must_close = self._turns_over > LONGEST_MENU or isinstance(over, QFileDialog)
        if must_close:
            self._note("close", over)
            over.close()
            self._turns_over = 0
        elif isinstance(over, QMenu):
            actions = [a for a in over.actions() if a.isEnabled() and a.isVisible()]
            if actions:
                self._note("menu", over)
                self._random.choice(actions).trigger()
            over.close()
        else:
            self._random.choice((self._use, self._press))(over)

    def _use(self, top: QWidget) -> None:
        """Use any widget that can be used."""
        usable = [w for w in top.findChildren(QWidget) if _is_usable(w) and w.window() is top]
        if usable:
            self._use_one(self._random.choice(usable))

    def _use_one(self, widget: QWidget) -> None:
        self._note("use", widget)
        match widget:
            case QLineEdit():
                widget.setFocus()
                widget.insert(self._random.choice(WORDS))  # QTest types ASCII only
                if self._random.random() < 0.5:
                    widget.clear()
            case QComboBox():
                QTest.keyClick(widget, self._random.choice((Qt.Key.Key_Down, Qt.Key.Key_Up)))
            case QAbstractSlider():
                widget.setValue(self._random.randint(widget.minimum(), widget.maximum()))
            case QAbstractItemView():
                self._click(widget.viewport(), is_double=self._random.random() < 0.1)
            case _:
                self._click(widget, is_double=False)

    def _click(self, widget: QWidget, *, is_double: bool) -> None:
        at = QPoint(
            self._random.randrange(max(1, widget.width())),
            self._random.randrange(max(1, widget.height())),
        )
        shift, none = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
        modifier = shift if self._random.random() < 0.1 else none
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, modifier, at)
        if is_double:
            QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, modifier, at)

    def _press(self, top: QWidget) -> None:
        focus = QApplication.focusWidget()
        target = focus if focus is not None and focus.window() is top else top
        name = self._random.choice(KEYS)
        self._note(f"key {name}", target)
        shift = name in "SE" and self._random.random() < 0.3
        shifted, none = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
        QTest.keyClick(target, key_of(name), shifted if shift else none)

    def _menu_of(self, top: QWidget) -> None:
        """Ask a list for its menu."""
        views = [v for v in top.findChildren(QAbstractItemView) if _is_usable(v)]
        if not views:
            return
        view = self._random.choice(views)
        self._note("menu of", view)
        at = QPoint(view.width() // 2, self._random.randrange(max(1, view.height())))
        view.customContextMenuRequested.emit(at)

    def _drop(self) -> None:
        self._note("drop", self._window)
        count = self._random.randint(1, 2)
        data = urls(self._random.sample(self._files, min(count, len(self._files))))
        at, copy = QPointF(self._window.rect().center()), Qt.DropAction.CopyAction
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(at.toPoint(), copy, data, buttons, keys)
        QApplication.sendEvent(self._window, enter)
        QApplication.sendEvent(self._window, QDropEvent(at, copy, data, buttons, keys))

    def _resize(self) -> None:
        self._note("resize", self._window)
        self._window.resize(self._random.randint(900, 1600), self._random.randint(560, 1000))

    def _note(self, what: str, widget: QObject) -> None:
        said = f"{what}: {type(widget).__name__} {widget.objectName()}"
        self.did[what.split()[0]] += 1
        self.last = [*self.last[-9:], said]


def _is_usable(widget: QWidget) -> bool:
    """Return whether a user could do something with a widget."""
    kinds = (QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit)
    is_made_for_it = isinstance(widget, kinds) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    return (
        is_made_for_it
        and widget.isVisible()
        and widget.isEnabled()
        and not isinstance(widget, QHeaderView)
    )
