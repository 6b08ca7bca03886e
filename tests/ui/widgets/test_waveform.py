"""The wave: peaks that are the song's, the place that is marked, and where a click goes."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from pytestqt.qtbot import QtBot

from ui.theme import Theme
from ui.widgets import painting
from ui.widgets.waveform import Waveform


def brute_force(overview: np.ndarray, bars: int) -> list[float]:
    edges = [int(index * overview.size / bars) for index in range(bars)] + [overview.size]
    pairs = pairwise(edges)
    return [float(overview[first : max(last, first + 1)].max()) for first, last in pairs]


@pytest.mark.parametrize(("slices", "bars"), [(400, 400), (400, 133), (400, 900), (1, 7), (5, 1)])
def test_every_bar_is_the_highest_peak_under_it(slices: int, bars: int) -> None:
    overview = np.random.default_rng(slices + bars).uniform(0, 1, slices).astype(np.float32)
    assert painting.peaks(overview, bars).tolist() == brute_force(overview, bars)


def test_the_matched_place_lies_where_it_is_and_can_be_found() -> None:
    box = QRectF(100, 0, 400, 50)
    place = painting.match_box(box, 60.0, 30.0, duration_s=240.0)
    assert (place.left(), place.width()) == (200.0, 50.0)
    short = painting.match_box(box, 60.0, 0.1, duration_s=240.0)
    assert short.width() == 8.0
    late = painting.match_box(box, 239.0, 60.0, duration_s=240.0)
    assert late.right() <= box.right()
    assert painting.match_box(box, 1.0, 1.0, duration_s=0.0).isEmpty()


@pytest.fixture
def wave(qtbot: QtBot) -> Waveform:
    made = Waveform(Theme(), height=40, name="Wave")
    qtbot.addWidget(made)
    made.resize(200, 40)
    made.show()
    return made


def test_a_click_goes_to_its_share_of_the_song(qtbot: QtBot, wave: Waveform) -> None:
    wave.show_song(np.ones(400, np.float32), duration_s=100.0)
    with qtbot.waitSignal(wave.sought) as sought:
        qtbot.mouseClick(wave, Qt.MouseButton.LeftButton, pos=QPoint(50, 20))
    assert sought.args == [0.25]


def test_arrow_keys_jump_from_where_it_plays(qtbot: QtBot, wave: Waveform) -> None:
    wave.show_song(np.ones(400, np.float32), duration_s=100.0)
    wave.show_position(50.0)
    with qtbot.waitSignal(wave.sought) as sought:
        qtbot.keyClick(wave, Qt.Key.Key_Right)
    assert sought.args == [pytest.approx(0.52)]


def test_without_a_song_a_click_goes_nowhere(qtbot: QtBot, wave: Waveform) -> None:
    told: list[float] = []
    wave.sought.connect(told.append)
    qtbot.mouseClick(wave, Qt.MouseButton.LeftButton, pos=QPoint(50, 20))
    qtbot.keyClick(wave, Qt.Key.Key_Right)
    assert told == []


def test_the_playhead_and_the_match_are_drawn(qtbot: QtBot, wave: Waveform) -> None:
    wave.show_song(np.full(400, 0.5, np.float32), duration_s=100.0)
    plain = wave.grab().toImage()
    wave.mark(60.0, 20.0)
    marked = wave.grab().toImage()
    assert marked.pixelColor(140, 2) != plain.pixelColor(140, 2)
    assert marked.pixelColor(20, 2) == plain.pixelColor(20, 2)
    wave.show_position(50.0)
    playing = wave.grab().toImage()
    assert playing.pixelColor(100, 2) != marked.pixelColor(100, 2)


def test_a_wave_is_drawn_once_and_again_for_another_song(qtbot: QtBot, wave: Waveform) -> None:
    loud, quiet = np.ones(400, np.float32), np.full(400, 0.1, np.float32)
    wave.show_song(loud, duration_s=100.0)
    first = wave.grab().toImage()
    assert wave.grab().toImage() == first
    wave.show_song(quiet, duration_s=100.0)
    assert wave.grab().toImage() != first
