"""The real window in German: no English is left on any screen, and what is said has room."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.settings import Language
from tests.catalogues import forms, read
from tests.ui.conftest import OpenWindow
from tests.ui.every_screen import dialogs, furnished, screens
from tests.ui.fakes import FakePlayer
from tests.ui.rig import WindowRig, library
from ui import theme
from ui.models.songs import Column
from ui.translation import spoken
from ui.widgets.parts import CutLabel

# The offscreen platform has no window manager to tell the size of a dialog to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

FIELD = re.compile(r"\{\w+\}")
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)


def foreign_words() -> re.Pattern[str]:
    """Return what finds a message that has other words in German."""
    pairs = [
        (one, german)
        for message in read("de")
        for one in forms(message.id)
        for german in forms(message.string)[:1]
        if message.id and one != german and re.search(r"[A-Za-z]{3}", FIELD.sub("", one))
    ]
    texts = {one for one, german in pairs if one not in GERMAN_TOO}
    parts = ("(?:.+)".join(map(re.escape, FIELD.split(one))) for one in texts)
    return re.compile("|".join(parts), re.DOTALL)


GERMAN_TOO = frozenset({"Text", "mono"})


def cells(view: QAbstractItemView) -> Iterator[str]:
    """Return what the cells and the heads of a list or table say."""
    model = view.model()
    if model is None:
        return
    is_table = isinstance(view, QTableView)
    for row in range(model.rowCount()):
        for column in range(model.columnCount() if is_table else 1):
            yield from (str(model.index(row, column).data(role) or "") for role in ROLES)
    for column in range(model.columnCount() if is_table else 0):
        yield model.headerData(column, Qt.Orientation.Horizontal)


def texts(widget: QWidget) -> Iterator[str]:
    """Return all that a widget says, to the eye and to a screen reader."""
    yield from (widget.toolTip(), widget.accessibleName(), widget.windowTitle())
    match widget:
        case CutLabel():
            yield widget.whole
        case QLabel() | QAbstractButton():
            yield widget.text()
        case QLineEdit():
            yield widget.placeholderText()
        case QTabBar():
            yield from (widget.tabText(at) for at in range(widget.count()))
        case QComboBox():
            yield from (widget.itemText(at) for at in range(widget.count()))
        case QMenu():
            yield from (action.text() for action in widget.actions())
        case QAbstractItemView():
            yield from cells(widget)


def said(window: QWidget) -> set[str]:
    shown = [one for one in (window, *window.findChildren(QWidget)) if one.isVisible()]
    menus = window.findChildren(QMenu)  # closed ones too
    return {text for one in (*shown, *menus) for text in texts(one) if text}


def cut(window: QWidget) -> list[str]:
    """Return what has too little room for its words, or lies beyond the window's edge."""
    found = []
    for one in window.findChildren(QWidget):
        # The facts of a file are the last thing to miss; the legend names songs, however long.
        may_be_cut = one.property("tone") == "chip" or one.property("kind") == "legend"
        has_text = isinstance(one, QAbstractButton | QLabel) and bool(one.text())
        if not has_text or not one.isVisible() or may_be_cut:
            continue
        right = one.mapTo(window, QPoint(one.width(), 0)).x()
        wraps = isinstance(one, CutLabel) or (isinstance(one, QLabel) and one.wordWrap())
        if right > window.width() or (not wraps and one.width() < one.minimumSizeHint().width()):
            found.append(f"{one.objectName()} {one.text()}")
    return found


@pytest.fixture
def rig(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[WindowRig]:
    workbench, sync, preferences = furnished(tmp_path)
    with spoken(qapp, Language.GERMAN):
        made = WindowRig(qtbot, workbench, sync, player=FakePlayer(), preferences=preferences)
        made.settle()
        made.choose("Harbour Lights")
        yield made
        made.window.close()
        made.window.deleteLater()


def test_no_english_is_left_on_any_screen(rig: WindowRig) -> None:
    found, english = set(), foreign_words()
    for window in chain(screens(rig), dialogs(rig)):
        found |= said(window)
    assert {text for text in found if english.fullmatch(text)} == set()
    assert {
        "Duplikate 2", "Ähnliche  2", "Karte", "Prüfen", "Hinzufügen ▾", "Tonart", "Vorhören",
        "1 Gruppe von Kopien, 1 anderes Paar", "Diese behalten, 1 in den Papierkorb",
        "Vor der Veröffentlichung prüfen: demo.wav", "In deiner Bibliothek", "Was mitgeht",
        "Von jedem Song: Vektoren, Fingerabdrücke, Länge. Nie der Klang.", "2 höher: im Klang nah",
        "Mehr wie", "weniger wie", "Leeren", "Strg+F", "Leertaste",
        "Sprache", "Schließen", "Über Songkin", "Passwort", "Abbrechen",
        "leer.mp3 ist leer. Exportiere oder kopiere die Datei neu.", "0,90",
    } - found == set()  # fmt: skip


@pytest.mark.parametrize("size", [theme.WINDOW_SIZE, theme.SMALLEST_WINDOW])
def test_german_has_room(rig: WindowRig, size: tuple[int, int]) -> None:
    rig.window.resize(*size)
    presenter = rig.window.presenter
    presenter.songs.take([row.song for row in presenter.library.rows if row.song])
    for window in chain(screens(rig), dialogs(rig)):

        def fits(window: QWidget = window) -> None:
            assert cut(window) == []

        rig.qtbot.waitUntil(fits)
    assert rig.window.width() == size[0]
    header = rig.table.horizontalHeader()
    titles = [rig.table.model().headerData(at, Qt.Orientation.Horizontal) for at in Column]
    advance = header.fontMetrics().horizontalAdvance
    assert [t for at, t in enumerate(titles) if 0 < header.sectionSize(at) < advance(t)] == []


def test_a_search_finds_what_is_shown(rig: WindowRig) -> None:
    rig.window.presenter.library.search("selbe aufnahme")
    assert len(rig.titles()) == 1
    rig.window.presenter.library.search("same recording")
    assert rig.titles() == []


def test_english_is_spoken_again_after_it(open_window: OpenWindow) -> None:
    rig = open_window(library())
    assert rig.find(QPushButton, "allChip").text() == "All 3"
