"""The keys of the window, and the sheet that shows them."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QGridLayout, QWidget

from ui import theme
from ui.language import gettext as _
from ui.widgets import parts

# What has the keyboard may have a use of its own for it; the window hears of it otherwise.
LEFT_TO_FOCUS = frozenset({"Esc"})


@dataclass(frozen=True, slots=True)
class Key:
    """One key, what it says in the sheet, and what it does; no words where another key has them."""

    sequence: str
    words: str
    act: Callable[[], object]
    shown_as: str = ""

    @property
    def name(self) -> str:
        """What stands on the key."""
        return QKeySequence(self.sequence).toString(QKeySequence.SequenceFormat.NativeText)


def bind(window: QWidget, keys: tuple[Key, ...]) -> None:
    """Let the keys work everywhere in the window (a text field takes what is typed first)."""
    for key in keys:
        if key.sequence in LEFT_TO_FOCUS:
            continue
        shortcut = QShortcut(QKeySequence(key.sequence), window)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(_yielding(key))


def _yielding(key: Key) -> Callable[[], None]:
    """Let Space press the button that has the focus, as it does everywhere else."""

    def act() -> None:
        focus = QApplication.focusWidget()
        is_button = isinstance(focus, QAbstractButton) and focus.isEnabled()
        if key.sequence == "Space" and is_button and isinstance(focus, QAbstractButton):
            focus.click()
        else:
            key.act()

    return act


class KeySheet(QDialog):
    """Shows what the keys do."""

    def __init__(self, keys: tuple[Key, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keySheet")
        self.setWindowTitle(_("Keys"))
        grid = QGridLayout(self)
        grid.setContentsMargins(*(3 * theme.GRID,) * 4)
        grid.setHorizontalSpacing(3 * theme.GRID)
        grid.setVerticalSpacing(theme.GRID)
        for row, key in enumerate(key for key in keys if key.words):
            grid.addWidget(parts.label(key.shown_as or key.name, tone="chip"), row, 0)
            grid.addWidget(parts.label(key.words), row, 1)
        close = parts.button(_("Close"))
        close.clicked.connect(self.accept)
        grid.addWidget(close, grid.rowCount(), 1, Qt.AlignmentFlag.AlignRight)
