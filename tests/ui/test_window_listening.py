"""Listening in the real window: play at the match, A/B, keys, covers."""

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QPushButton
from pytestqt.qtbot import QtBot

from core.types import SongId
from tests.ui.conftest import OpenWindow
from tests.ui.rig import library
from ui.presenters.rows import Filter
from ui.widgets import parts
from ui.widgets.result_delegate import places

# The offscreen platform has no window manager to tell the size of a dialog to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_a_click_on_play_starts_the_result_at_the_match(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    view = rig.neighbours
    box = view.visualRect(view.model().index(1, 0))
    at = places(box).play.center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.player.plays == [("Harbour Lights (karaoke).mp3", 83.0)]


def test_with_nothing_to_play_the_transport_says_so_and_shows_no_empty_sides(
    open_window: OpenWindow,
) -> None:
    rig = open_window(library())
    nothing, side = rig.find(parts.CutLabel, "nothingPlays"), rig.find(QAbstractButton, "deckA")
    assert nothing.isVisible()
    assert nothing.whole == "Nothing plays yet. Space plays the chosen song."
    assert not side.isVisible()
    rig.press(Qt.Key.Key_Space)
    assert side.isVisible()
    assert not nothing.isVisible()
    rig.press(Qt.Key.Key_Delete)
    rig.settle()
    assert nothing.isVisible()


def test_a_click_on_a_b_switches_sides_at_the_match(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    view = rig.neighbours
    at = places(view.visualRect(view.model().index(0, 0))).switch.center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.player.plays[-1] == ("Harbour Lights.mp3", 72.0)
    rig.player.advance(2.0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.player.plays[-1] == ("Glass Orchard.mp3", 47.0)
    qtbot.mouseClick(rig.find(QAbstractButton, "deckB"), Qt.MouseButton.LeftButton)
    assert rig.player.plays[-1] == ("Harbour Lights.mp3", 74.0)


def test_the_keys_play_switch_and_step(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_L)
    assert rig.player.plays[-1] == ("Harbour Lights.mp3", 72.0)
    rig.press(Qt.Key.Key_A)
    assert rig.player.plays[-1] == ("Glass Orchard.mp3", 45.0)
    rig.press(Qt.Key.Key_BracketRight)
    rig.press(Qt.Key.Key_L)
    assert rig.player.plays[-1] == ("Harbour Lights (karaoke).mp3", 83.0)
    rig.press(Qt.Key.Key_Space)
    assert not rig.player.state.is_playing
    rig.press(Qt.Key.Key_Space)
    assert rig.player.state.is_playing


def test_space_plays_the_open_song_and_presses_a_focused_button(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_Space)
    assert rig.player.plays == [("Glass Orchard.mp3", 0.0)]
    chip = rig.find(QPushButton, "duplicatesChip")
    chip.setFocus()
    rig.press(Qt.Key.Key_Space)
    assert rig.window.presenter.library.filter is Filter.DUPLICATES
    assert rig.player.state.is_playing


def test_j_and_k_move_through_the_list_that_has_the_keyboard(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.table.setFocus()
    rig.press(Qt.Key.Key_J)
    assert rig.table.currentIndex().row() == 1
    rig.press(Qt.Key.Key_K)
    assert rig.table.currentIndex().row() == 0
    rig.settle()
    rig.neighbours.setFocus()
    rig.press(Qt.Key.Key_J)
    assert rig.neighbours.currentIndex().row() == 1
    assert rig.table.currentIndex().row() == 0


def test_what_was_heard_is_written_before_the_window_closes(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_Space)
    for _ in range(30):
        rig.player.advance(0.1)
        rig.window.presenter.transport.poll()
    rig.window.close()
    assert rig.workbench.heard == [("Glass Orchard", pytest.approx(3.0))]


def test_the_covers_of_files_are_shown(qtbot: QtBot, open_window: OpenWindow) -> None:
    workbench = library()
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.magenta)
    workbench.covers[SongId("Glass Orchard")] = _encoded(image)
    rig = open_window(workbench)
    row = rig.titles().index("Glass Orchard")
    box = rig.table.visualRect(rig.table.model().index(row, 0))
    at = box.topLeft() + QPoint(20, box.height() // 2)

    def is_shown() -> bool:
        shown = rig.table.viewport().grab().toImage().pixelColor(at)
        return bool(shown == image.pixelColor(0, 0))

    qtbot.waitUntil(is_shown)


def _encoded(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())
