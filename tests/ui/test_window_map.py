"""The map in the real window: by pointer and by keyboard, with a list that it makes."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QComboBox, QFrame, QLineEdit, QPushButton, QWidget

from core.audio.sound_formats import SoundFormat
from core.errors import LibraryError, LibraryProblem
from tests.ui.rig import library, said
from ui.presenters.map_colours import Colour
from ui.presenters.map_page import MapState
from ui.presenters.window import View
from ui.widgets.map_plot import MapPlot


def show_map(rig) -> MapPlot:
    rig.press(Qt.Key.Key_M)
    rig.settle()
    assert rig.window.presenter.view is View.MAP
    plot = rig.find(MapPlot, "mapPlot")
    rig.qtbot.waitUntil(plot.isVisible)
    return plot


def on_screen(plot: MapPlot, index: int):
    """Where a song lies in the plot's viewport."""
    x, y = map(float, plot._presenter.points.at[index])
    return plot.mapFromScene(plot.box.mapViewToScene(QPointF(x, y)))


def test_a_click_opens_the_song_that_lies_there(open_window) -> None:
    rig = open_window(library())
    plot = show_map(rig)
    for index in (2, 0):
        song = plot._presenter.points.songs[index]
        rig.qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=on_screen(plot, index))
        rig.settle()
        assert rig.open_row().path == song.path
        assert song.title in plot.accessibleDescription()


def test_arrows_go_from_song_to_song_and_return_goes_on_to_its_page(open_window) -> None:
    rig = open_window(library())
    plot = show_map(rig)
    plot.setFocus()
    rig.press(Qt.Key.Key_Left)
    rig.press(Qt.Key.Key_Left)
    first = plot._presenter.chosen
    rig.press(Qt.Key.Key_Right)
    rig.settle()
    assert (first, plot._presenter.chosen) == (0, 1)
    rig.press(Qt.Key.Key_Return)
    assert rig.neighbours.hasFocus()


def test_a_line_drawn_around_songs_lists_them(open_window) -> None:
    rig = open_window(library())
    plot = show_map(rig)
    bar = rig.find(QFrame, "listBar")
    assert not bar.isVisible()
    plot.box.drawn.emit([(0.5, 0.5), (2.5, 0.5), (2.5, -2.5), (0.5, -2.5)], False)
    songs = rig.window.presenter.songs
    assert [s.song_id for s in songs.songs] == [s.song_id for s in plot._presenter.points.songs[1:]]
    assert bar.isVisible()
    assert list(plot._presenter.listed) == [False, True, True]
    rig.qtbot.mouseClick(
        next(b for b in bar.findChildren(QPushButton) if b.text() == "Clear"),
        Qt.MouseButton.LeftButton,
    )
    assert not bar.isVisible()


def test_shift_drag_draws_the_line(open_window) -> None:
    rig = open_window(library())
    plot = show_map(rig)
    middle = on_screen(plot, 1)
    around = [(-60, -60), (60, -60), (60, 60), (-60, 60), (-60, -59)]
    view, shift = plot.viewport(), Qt.KeyboardModifier.ShiftModifier
    start = middle + type(middle)(-60, -60)
    rig.qtbot.mousePress(view, Qt.MouseButton.LeftButton, shift, start)
    for dx, dy in around:
        at = middle + type(middle)(dx, dy)
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(at),
            QPointF(view.mapToGlobal(at)),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            shift,
        )
        QApplication.sendEvent(view, event)
        rig.qtbot.wait(20)  # pyqtgraph leaves out moves that follow each other faster than 100 Hz
    rig.qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, shift, start)
    ids = [song.song_id for song in rig.window.presenter.songs.songs]
    assert ids == [plot._presenter.points.songs[1].song_id]


def test_the_list_grows_by_the_keyboard(open_window) -> None:
    rig = open_window(library())
    plot = show_map(rig)
    plot.setFocus()
    rig.press(Qt.Key.Key_Left)
    rig.press(Qt.Key.Key_Left)
    rig.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    rig.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert len(rig.window.presenter.songs.ids) == 2
    rig.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(rig.window.presenter.songs.ids) == 3


def test_resting_on_a_song_plays_it_and_can_be_turned_off(open_window) -> None:
    rig = open_window(library())
    plot = show_map(rig)
    plot._moved(plot.mapToScene(on_screen(plot, 1)))
    rig.qtbot.waitUntil(lambda: rig.player.state.is_playing)
    assert rig.player.state.path == plot._presenter.points.songs[1].path
    plot._presenter.plays_on_hover = False
    plot._moved(plot.mapToScene(on_screen(plot, 2)))
    plot._rest.timeout.emit()
    assert rig.player.state.path == plot._presenter.points.songs[1].path


def test_a_search_leaves_songs_faint_and_out_of_reach(open_window) -> None:
    rig = open_window(library())
    plot = show_map(rig)
    rig.find(QLineEdit, "searchBox").setText("orchard")
    passing = plot._presenter.points.passing
    assert int(passing.sum()) == 1
    hidden = int(np.flatnonzero(~passing)[0])
    rig.qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=on_screen(plot, hidden))
    assert plot._presenter.chosen != hidden


def test_the_legend_says_in_words_what_colour_and_shape_mean(open_window) -> None:
    rig = open_window(library())
    plot = show_map(rig)
    colours = rig.find(QComboBox, "mapColours")
    at = colours.findData(Colour.FOLDER)
    colours.setCurrentIndex(at)
    colours.activated.emit(at)
    assert plot._presenter.legend.names == ("music",)
    entries = [b for b in rig.window.findChildren(QPushButton) if b.property("kind") == "legend"]
    assert any("music" in entry.accessibleName() for entry in entries)
    assert colours.findData(Colour.TEMPO) == -1


def test_a_layout_can_be_stopped_and_tried_again(open_window) -> None:
    bench = library()
    bench.may_map.clear()
    rig = open_window(bench)
    rig.press(Qt.Key.Key_M)
    presenter = rig.window.presenter.map
    assert presenter.is_busy
    rig.qtbot.mouseClick(rig.find(QPushButton, "stopMap"), Qt.MouseButton.LeftButton)
    rig.settle()
    assert presenter.state is MapState.STOPPED
    bench.may_map.set()
    presenter.arrange()
    rig.settle()
    assert presenter.state is MapState.FULL


def test_a_map_that_fails_says_why(open_window) -> None:
    bench = library()
    rig = open_window(bench)
    bench.failure = LibraryError(Path("/lib"), LibraryProblem.UNREADABLE)
    rig.press(Qt.Key.Key_M)
    rig.settle()
    assert "could not be read" in rig.window.presenter.map.note


def test_a_map_that_fails_later_forgets_its_points(open_window) -> None:
    bench = library()
    rig = open_window(bench)
    plot = show_map(rig)
    plot._presenter.choose(2)
    rig.settle()
    bench.failure = LibraryError(Path("/lib"), LibraryProblem.UNREADABLE)
    plot._presenter.arrange()
    rig.settle()
    assert plot._presenter.state is MapState.FAILED
    assert plot._presenter.chosen is None
    plot._presenter.arrange()
    rig.settle()
    assert plot._presenter.chosen == 2


def test_the_song_of_the_map_is_chosen_in_the_table_afterwards(open_window) -> None:
    rig = open_window(library())
    plot = show_map(rig)
    plot._presenter.choose(1)
    rig.settle()
    chosen = rig.open_row()
    rig.press(Qt.Key.Key_Escape)
    rig.settle()
    assert rig.window.presenter.view is View.LIBRARY
    assert rig.open_row() == chosen
    assert rig.titles()[rig.table.currentIndex().row()] == chosen.title


def test_stems_of_a_list_are_written_and_told(open_window, tmp_path: Path) -> None:
    rig = open_window(library())
    plot = show_map(rig)
    plot._presenter.list_all()
    songs = rig.window.presenter.songs
    songs.export_stems(tmp_path, songs.songs, kind=SoundFormat.FLAC)
    rig.settle()
    assert len(list(tmp_path.glob("*.flac"))) == 6
    assert said(rig) == f"Stems of 3 songs are in {tmp_path.name}."


@pytest.mark.parametrize("name", ["mapColours", "lassoButton", "arrangeButton", "hoverPlays"])
def test_every_control_has_a_name_for_a_screen_reader(open_window, name: str) -> None:
    rig = open_window(library())
    show_map(rig)
    assert rig.find(QWidget, name).accessibleName()
