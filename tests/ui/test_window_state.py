"""The window opens as it was closed, and as the first time where that can't be known."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QSplitter, QTabBar

from app import window_state
from tests.ui.conftest import OpenWindow
from tests.ui.rig import WindowRig, library
from ui import theme
from ui.models.songs import Column
from ui.presenters.answers import Tab
from ui.widgets.song_table import RowsView


def pane(rig: WindowRig) -> QSplitter:
    panes = rig.window.findChildren(QSplitter)
    return next(pane for pane in panes if pane.isAncestorOf(rig.table))


def standing(rig: WindowRig) -> tuple[tuple[int, int], list[int], int, Qt.SortOrder]:
    size = rig.window.size()
    header = rig.table.horizontalHeader()
    order = header.sortIndicatorOrder()
    return (size.width(), size.height()), pane(rig).sizes(), header.sortIndicatorSection(), order


def shown(rig: WindowRig) -> set[Column]:
    return {column for column in Column if not rig.table.isColumnHidden(column)}


def test_the_window_opens_as_it_was_closed(open_window: OpenWindow, tmp_path: Path) -> None:
    first = open_window(library())
    first.window.resize(*theme.SMALLEST_WINDOW)  # the offscreen screen is no larger
    pane(first).setSizes([450, 670])
    first.table.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    first.settle()
    first.press(Qt.Key.Key_3)
    before, titles = standing(first), first.titles()
    window_state.keep(first.window, tmp_path)
    second = open_window(library())
    assert standing(second) != before
    window_state.restore(second.window, tmp_path)
    second.qtbot.waitUntil(lambda: standing(second) == before)
    assert second.window.presenter.page.tab is Tab.DUPLICATES
    assert second.find(QTabBar, "tabs").currentIndex() == 2
    assert second.titles() == titles == sorted(titles)
    assert [path.name for path in tmp_path.iterdir()] == [window_state.FILE]


@pytest.mark.parametrize(
    "told", ["", "[]", "{}", '{"place": "no base64"}', '{"place": 3, "order": null}']
)
def test_a_file_that_cannot_be_used_changes_nothing(
    open_window: OpenWindow, tmp_path: Path, told: str
) -> None:
    (tmp_path / window_state.FILE).write_text(told, "utf-8")
    rig = open_window(library())
    before = standing(rig)
    window_state.restore(rig.window, tmp_path)
    assert standing(rig) == before


def test_a_window_of_a_screen_that_is_gone_is_brought_back(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    first = open_window(library())
    first.window.move(9000, 9000)
    window_state.keep(first.window, tmp_path)
    second = open_window(library())
    window_state.restore(second.window, tmp_path)
    assert second.window.screen().geometry().intersects(second.window.frameGeometry())


def test_columns_of_another_version_are_left_alone(open_window: OpenWindow, tmp_path: Path) -> None:
    rig = open_window(library())
    rig.table.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    window_state.keep(rig.window, tmp_path)
    file = tmp_path / window_state.FILE
    told = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**told, "columns": 99}), "utf-8")
    other = open_window(library())
    window_state.restore(other.window, tmp_path)
    assert other.table.horizontalHeader().sortIndicatorSection() == -1


def test_columns_and_hidden_copies_are_remembered(open_window: OpenWindow, tmp_path: Path) -> None:
    first = open_window(library())
    columns = {Column.ARTIST, Column.ADDED, Column.TIME}
    assert isinstance(first.table, RowsView)
    first.table.columns.choose(columns)
    first.find(QCheckBox, "hideCopiesBox").click()
    first.settle()
    window_state.keep(first.window, tmp_path)
    second = open_window(library())
    window_state.restore(second.window, tmp_path)
    second.settle()
    assert isinstance(second.table, RowsView)
    assert second.table.columns.chosen == columns
    assert {Column.SONG, Column.ARTIST, Column.TIME} <= shown(second)  # as far as there is room
    assert Column.BPM not in shown(second)
    assert second.find(QCheckBox, "hideCopiesBox").isChecked()
    assert second.window.presenter.wishes.neighbours.hides_copies


def test_the_window_is_wide_enough_at_first(open_window: OpenWindow) -> None:
    rig = open_window(library())
    assert (rig.window.width(), rig.window.height()) == theme.WINDOW_SIZE
