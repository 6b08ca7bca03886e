"""Copies in the real window: compare, hear, keep, trash, undo; and what is said at a drop."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.types import Overlap, SongId, Verdict
from tests.ui.conftest import OpenWindow
from tests.ui.fake_library import FakeWorkbench, group
from tests.ui.fakes import pair, song
from tests.ui.rig import WindowRig, said
from ui import theme
from ui.presenters.answers import Tab
from ui.presenters.rows import Filter
from ui.presenters.window import View
from ui.widgets.song_table import SongTable

# The offscreen platform has no window manager to tell the size of a dialog to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton


def copies() -> FakeWorkbench:
    made = FakeWorkbench(song("Best"), song("Copy", added_at=1.0), song("Clip", duration_s=20.0))
    made.pairs = [
        replace(pair("Best", "Copy", Verdict.SAME_RECORDING), overlap=Overlap(2, 5, 200, 1.02)),
        replace(pair("Best", "Clip", Verdict.EXCERPT), overlap=Overlap(60, 0, 20)),
    ]
    return made


def sets(rig: WindowRig) -> QListView:
    return rig.find(QListView, "setsList")


def lines(rig: WindowRig) -> QListView:
    return rig.find(QListView, "copiesList")


def click(rig: WindowRig, name: str) -> None:
    rig.qtbot.mouseClick(rig.find(QPushButton, name), LEFT)


def answer(rig: WindowRig, *, yes: bool) -> str:
    """Answer the question that is asked; return its text."""
    dialog = rig.find(QDialog, "confirmDialog")
    text = rig.find(QLabel, "confirmText").text()
    rig.qtbot.mouseClick(dialog.findChild(QPushButton, "confirmYes" if yes else "confirmNo"), LEFT)
    rig.settle()
    rig.qtbot.waitUntil(rig.window.isActiveWindow)
    return text


@pytest.fixture
def rig(open_window: OpenWindow) -> WindowRig:
    opened = open_window(copies())
    click(opened, "duplicatesChip")
    opened.settle()
    return opened


def test_the_filter_opens_the_screen_with_the_first_group(rig: WindowRig) -> None:
    assert rig.window.presenter.view is View.DUPLICATES
    assert rig.find(QPushButton, "duplicatesChip").isChecked()
    assert sets(rig).isVisible()
    assert sets(rig).hasFocus()
    assert sets(rig).model().rowCount() == 2
    assert [lines(rig).model().index(row, 0).data() for row in range(2)] == [
        "Better copy: Best.mp3, mp3 192 kb/s · 44.1 kHz · stereo · up to 16.0 kHz · no clipping"
        " · 3 tags · 4:00 · 1 kB. /music",
        "Copy.mp3, mp3 192 kb/s · 44.1 kHz · stereo · up to 16.0 kHz · no clipping"
        " · 3 tags · 4:00 · 1 kB. /music",
    ]
    assert rig.find(QLabel, "proofLabel").text() == "same recording · sure"
    assert rig.find(QLabel, "proofWords").toolTip().endswith("over 3:20 · A is 2.0 % faster")


def test_an_empty_library_says_that_there_are_no_copies(open_window: OpenWindow) -> None:
    empty = open_window(FakeWorkbench(song("Best")))
    empty.press(Qt.Key.Key_D)
    empty.settle()
    shown = [label.text() for label in empty.window.findChildren(QLabel) if label.isVisible()]
    assert any(text.startswith("No copies in this library") for text in shown)


def test_keys_move_through_sets_and_copies_and_play_both(rig: WindowRig) -> None:
    rig.press(Qt.Key.Key_L)
    assert rig.player.plays == [("Copy.mp3", 5.0)]
    rig.player.advance(10.2)
    rig.press(Qt.Key.Key_A)
    assert rig.player.plays[-1] == ("Best.mp3", pytest.approx(12.0))
    rig.press(Qt.Key.Key_BracketRight)
    assert lines(rig).currentIndex().row() == 1
    rig.press(Qt.Key.Key_J)
    rig.settle()
    assert sets(rig).currentIndex().row() == 1
    assert rig.find(QLabel, "whyBetter").text() == "Clip is an excerpt of it."
    assert not rig.find(QPushButton, "keepButton").isVisible()


def test_space_plays_the_compared_copies_and_not_the_hidden_song(rig: WindowRig) -> None:
    rig.press(Qt.Key.Key_Escape)
    rig.choose("Clip")
    rig.press(Qt.Key.Key_D)
    rig.settle()
    rig.press(Qt.Key.Key_3)
    assert rig.window.presenter.page.tab is Tab.NEIGHBOURS
    rig.press(Qt.Key.Key_Space)
    assert rig.player.plays == [("Copy.mp3", 5.0)]


def test_a_click_on_a_wave_plays_that_song_there(rig: WindowRig) -> None:
    wave = rig.find(QWidget, "overlapA")
    rig.qtbot.mouseClick(wave, LEFT, pos=QPoint(wave.width() // 2, 10))
    name, at_s = rig.player.plays[-1]
    assert name == "Best.mp3"
    assert at_s == pytest.approx(120.0, abs=1.0)


def test_keep_asks_once_and_undo_brings_everything_back(rig: WindowRig) -> None:
    click(rig, "keepButton")
    assert rig.workbench.trash == {}
    text = answer(rig, yes=False)
    assert "Copy.mp3 will go to the system's trash" in text
    assert rig.workbench.trash == {}
    click(rig, "keepButton")
    answer(rig, yes=True)
    assert set(rig.workbench.trash) == {"Copy"}
    assert sets(rig).model().rowCount() == 1
    assert rig.find(QPushButton, "allChip").text() == "All 2"
    assert rig.find(QPushButton, "offerButton").text() == "Undo"
    click(rig, "offerButton")
    rig.settle()
    assert rig.workbench.trash == {}
    assert sets(rig).model().rowCount() == 2
    assert rig.find(QPushButton, "allChip").text() == "All 3"


def test_del_trashes_the_chosen_copy_after_a_question(rig: WindowRig) -> None:
    lines(rig).setFocus()
    rig.press(Qt.Key.Key_J)
    rig.press(Qt.Key.Key_Delete)
    assert "better copy" not in answer(rig, yes=True)
    assert set(rig.workbench.trash) == {"Copy"}
    rig.press(Qt.Key.Key_Z)
    rig.settle()
    assert rig.workbench.trash == {}


def test_del_on_the_groups_offers_no_copy_to_the_trash(rig: WindowRig) -> None:
    assert sets(rig).hasFocus()
    rig.press(Qt.Key.Key_Delete)
    assert rig.window.findChild(QDialog, "confirmDialog") is None
    assert said(rig).startswith("Go to one of the copies first")


def test_the_question_says_where_the_better_copy_would_go(rig: WindowRig) -> None:
    lines(rig).setFocus()
    rig.press(Qt.Key.Key_Delete)
    assert answer(rig, yes=False).startswith("This is the better copy. Best.mp3 will go")


def test_z_asks_before_it_takes_back_what_this_window_has_not_done(rig: WindowRig) -> None:
    rig.workbench.keep(SongId("Best"), others=[SongId("Copy")])
    rig.press(Qt.Key.Key_Z)
    rig.settle()
    assert ", 1 song was moved to the trash." in answer(rig, yes=False)
    assert set(rig.workbench.trash) == {"Copy"}
    rig.press(Qt.Key.Key_Z)
    rig.settle()
    answer(rig, yes=True)
    assert rig.workbench.trash == {}


def test_tags_can_be_copied_and_a_pair_parted(rig: WindowRig) -> None:
    click(rig, "copyTagsButton")
    rig.settle()
    assert rig.workbench.tagged == [("Best", ("Copy",))]
    click(rig, "notCopiesButton")
    rig.settle()
    assert said(rig) == "Copy is no duplicate of Best."
    assert sets(rig).model().rowCount() == 1
    rig.press(Qt.Key.Key_Z)
    rig.settle()
    assert sets(rig).model().rowCount() == 2


def test_a_related_pair_can_be_called_the_same_song(rig: WindowRig) -> None:
    rig.press(Qt.Key.Key_J)
    rig.settle()
    click(rig, "sameSongButton")
    rig.settle()
    assert [one.value for one in rig.workbench.decided.values()] == ["same_song"]


def test_search_filters_the_sets_and_escape_leads_back(rig: WindowRig) -> None:
    rig.window.presenter.duplicates.search("clip")
    assert sets(rig).model().rowCount() == 1
    rig.press(Qt.Key.Key_Escape)
    assert rig.window.presenter.view is View.LIBRARY
    assert rig.window.presenter.library.filter is Filter.ALL
    assert rig.table.isVisible()


def test_enter_on_a_copy_shows_it_in_the_library(rig: WindowRig) -> None:
    lines(rig).setFocus()
    rig.press(Qt.Key.Key_J)
    rig.press(Qt.Key.Key_Return)
    rig.settle()
    assert rig.window.presenter.view is View.LIBRARY
    assert rig.open_row().title == "Copy"


def test_a_dropped_copy_is_told_before_its_separation_with_a_link(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    workbench = FakeWorkbench(song("Best"))
    workbench.pairs = [pair("Best", "demo", Verdict.SAME_RECORDING)]
    workbench.may_finish.clear()
    rig = open_window(workbench)
    rig.drop([Path("/new/demo.wav")])
    qtbot.waitUntil(lambda: said(rig) == "demo is the same recording as Best (sure).")
    assert rig.steps()["demo"] in ("first_answer", "separating")
    offer = rig.find(QPushButton, "offerButton")
    assert offer.text() == "Compare"
    qtbot.mouseClick(offer, LEFT)
    qtbot.waitUntil(lambda: rig.find(QLabel, "proofLabel").text() == "same recording · sure")
    workbench.may_finish.set()
    rig.settle()


def test_compare_leads_to_the_copies_whatever_was_searched_for(rig: WindowRig) -> None:
    rig.press(Qt.Key.Key_Escape)
    search = rig.find(QLineEdit, "searchBox")
    search.setText("Clip")
    rig.window.findChild(SongTable).copies_asked.emit(SongId("Clip"))  # from the row's menu
    rig.settle()
    assert search.text() == ""
    assert rig.find(QLabel, "whyBetter").text() == "Clip is an excerpt of it."
    assert sets(rig).model().rowCount() == 2


def test_show_leads_to_the_problems_whatever_was_searched_for(open_window: OpenWindow) -> None:
    rig = open_window(FakeWorkbench(song("Best")))
    rig.drop([Path("/new/broken.wav")])
    rig.settle()
    rig.find(QLineEdit, "searchBox").setText("Best")
    offer = rig.find(QPushButton, "offerButton")
    assert offer.text() == "Show"
    click(rig, "offerButton")
    assert rig.titles() == ["broken.wav"]


def test_a_thousand_groups_are_listed_searched_and_stepped(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    names = [(f"Song {number:04}", f"Copy {number:04}") for number in range(1_000)]
    workbench = FakeWorkbench(*(song(name) for both in names for name in both))
    workbench.pairs = [pair(*both, Verdict.SAME_RECORDING) for both in names]
    workbench.made_groups = [
        group(both, proof) for both, proof in zip(names, workbench.pairs, strict=True)
    ]
    rig = open_window(workbench)
    rig.press(Qt.Key.Key_D)
    rig.settle()
    view = sets(rig)
    assert view.model().rowCount() == 1_000
    assert not view.viewport().findChildren(QWidget), "sets have no widgets of their own"
    view.scrollToBottom()
    for _ in range(20):
        rig.press(Qt.Key.Key_J)
    rig.settle()
    assert view.currentIndex().row() == 20
    rig.window.presenter.duplicates.search("copy 0777")
    assert view.model().rowCount() == 1


def test_in_the_lowest_window_the_list_gives_way_and_the_waves_stay_whole(
    open_window: OpenWindow,
) -> None:
    names = ("Best", "Copy", "Third", "Fourth")
    workbench = FakeWorkbench(*map(song, names))
    workbench.pairs = [pair("Best", name, Verdict.SAME_RECORDING) for name in names[1:]]
    workbench.made_groups = [group(names, *workbench.pairs)]
    rig = open_window(workbench)
    rig.press(Qt.Key.Key_D)
    rig.settle()
    assert lines(rig).height() == 4 * theme.COPY_HEIGHT
    rig.window.resize(*theme.SMALLEST_WINDOW)
    rig.qtbot.waitUntil(lambda: lines(rig).height() < 4 * theme.COPY_HEIGHT)
    wave = rig.find(QWidget, "overlapB")
    below = wave.mapTo(rig.window, QPoint(0, wave.height())).y()
    assert below <= rig.find(QWidget, "statusStrip").y()
    assert lines(rig).height() >= 2 * theme.COPY_HEIGHT
