"""The table of the real window: search, filters, order, and 10,000 songs."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fakes import song
from tests.ui.rig import library, said
from ui.models.songs import TITLES, Column
from ui.presenters.rows import Filter
from ui.widgets.song_table import RowsView

# The offscreen platform has no window manager to tell the size of a dialog to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_typing_searches_and_no_letter_of_it_is_a_shortcut(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    rig = open_window(library())
    rig.press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    search = rig.find(QLineEdit, "searchBox")
    assert search.hasFocus()
    qtbot.keyClicks(search, "glass o")
    assert search.text() == "glass o"
    assert rig.titles() == ["Glass Orchard"]
    assert not rig.window.findChildren(QDialog)
    rig.press(Qt.Key.Key_Escape)
    assert len(rig.titles()) == 3
    assert rig.table.hasFocus()


def test_filters_show_what_they_count(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    chip = rig.find(QPushButton, "duplicatesChip")
    assert chip.text() == "Duplicates 1"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert rig.titles() == ["Harbour Lights (karaoke)"]
    assert chip.isChecked()


def test_the_problems_sentence_shows_the_file(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.drop([Path("/new/broken.wav")])
    rig.settle()
    notice = rig.find(QLabel, "noticeLabel")
    assert "broken.wav" in notice.toolTip()
    qtbot.mouseClick(rig.find(QPushButton, "offerButton"), Qt.MouseButton.LeftButton)
    assert rig.window.presenter.library.filter is Filter.PROBLEMS
    assert rig.titles() == ["broken.wav"]
    assert rig.find(QPushButton, "problemsChip").isChecked()


def test_a_click_on_a_header_sorts(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    header = rig.table.horizontalHeader()
    at = QPoint(20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.titles()[0] == "Glass Orchard"
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.titles()[0] == "Harbour Lights (karaoke)"


def test_columns_are_shown_and_hidden_by_the_heads_menu(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _at: opened.append(menu))
    rig = open_window(library())

    def shown() -> set[str]:
        return {TITLES[c] for c in Column if not rig.table.isColumnHidden(c)}

    def press(title: str) -> None:
        rig.table.horizontalHeader().customContextMenuRequested.emit(QPoint(20, 5))
        actions = {action.text(): action for action in opened[-1].actions()}
        actions[title].trigger()

    pane = next(p for p in rig.window.findChildren(QSplitter) if p.isAncestorOf(rig.table))
    pane.setSizes([780, 660])
    assert shown() == {"Song", "Time", "BPM", "Key", "Stage"}
    press("Artist")
    press("Stage")
    assert shown() == {"Song", "Artist", "Time", "BPM", "Key"}
    press("Added")
    assert "Added" in shown()
    pane.setSizes([500, 940])
    assert "Added" not in shown()
    press("Added (too narrow a list)")
    pane.setSizes([780, 660])
    assert shown() == {"Song", "Artist", "Time", "BPM", "Key"}
    at = rig.table.visualRect(rig.table.currentIndex()).center()
    rig.table.customContextMenuRequested.emit(at)
    menus = {action.text(): action.menu() for action in opened[-1].actions()}
    assert next(action.text() for action in menus["Columns"].actions()) == "Artist"


def test_a_click_on_the_artists_head_sorts(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    assert isinstance(rig.table, RowsView)
    rig.table.columns.choose({Column.ARTIST})
    header = rig.table.horizontalHeader()
    at = QPoint(header.sectionPosition(Column.ARTIST) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.titles() == ["Harbour Lights", "Glass Orchard", "Harbour Lights (karaoke)"]


def test_the_chosen_row_stays_chosen_while_rows_come(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.window.presenter.library.search("o")
    rig.window.presenter.library.search("")
    assert rig.open_row().title == "Glass Orchard"
    row = rig.table.currentIndex().row()
    assert rig.titles()[row] == "Glass Orchard"


def test_a_removed_song_can_come_back(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_Delete)
    rig.settle()
    assert "Glass Orchard" not in rig.titles()
    assert said(rig) == "Glass Orchard was taken out of the library. Its file is untouched."
    rig.press(Qt.Key.Key_Z)
    rig.settle()
    assert "Glass Orchard" in rig.titles()


def test_ten_thousand_songs_are_listed_searched_and_scrolled(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    songs = (song(f"Song {number:05}", added_at=number) for number in range(10_000))
    rig = open_window(FakeWorkbench(*songs))
    assert rig.table.model().rowCount() == 10_000
    assert not rig.table.viewport().findChildren(QWidget), "rows have no widgets of their own"
    rig.table.scrollToBottom()
    qtbot.keyClicks(rig.find(QLineEdit, "searchBox"), "0777")
    assert rig.titles() == [
        "Song 07779",
        *(f"Song 0777{n}" for n in range(8, -1, -1)),
        "Song 00777",
    ]
    rig.settle()
