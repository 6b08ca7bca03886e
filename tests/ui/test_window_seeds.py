"""More like these, less like this: several songs as one question, in the real window."""

import csv

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QFrame,
    QMenu,
    QPushButton,
    QTabBar,
)
from pytestqt.qtbot import QtBot

from core.errors import SettingsError
from core.types import SongId, Stage, Verdict
from tests.ui.conftest import OpenWindow
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fakes import pair, song
from tests.ui.rig import WindowRig, said
from ui.presenters.answers import Tab
from ui.presenters.decks import Side
from ui.presenters.results import ListState, ResultsPresenter
from ui.widgets.seeds_row import CROSS

SHIFT = Qt.KeyboardModifier.ShiftModifier


def songs() -> FakeWorkbench:
    names = ("Amber", "Birch", "Coast", "Dune", "Ember")
    return FakeWorkbench(*(song(name, added_at=9.0 - at) for at, name in enumerate(names)))


def pick(rig: WindowRig, *titles: str) -> None:
    """Choose rows, whatever keys the platform believes to be held."""
    flag, model = QItemSelectionModel.SelectionFlag, rig.table.model()
    first, *others = (model.index(rig.titles().index(title), 0) for title in titles)
    chosen = rig.table.selectionModel()
    chosen.setCurrentIndex(first, flag.ClearAndSelect | flag.Rows)
    for index in others:
        chosen.select(index, flag.Select | flag.Rows)
    rig.table.setFocus()
    rig.settle()


def ask(rig: WindowRig, *titles: str) -> None:
    pick(rig, *titles)
    rig.press(Qt.Key.Key_N)
    rig.settle()


def listed(rig: WindowRig) -> ResultsPresenter:
    return rig.window.presenter.page.lists[Tab.NEIGHBOURS]


def titles(rig: WindowRig) -> list[str]:
    return [result.title for result in listed(rig).results]


def row(rig: WindowRig) -> QFrame:
    return rig.find(QFrame, "seedsRow")


def chips(rig: WindowRig) -> list[QPushButton]:
    found = row(rig).findChildren(QPushButton, "seedChip")
    return [chip for chip in found if chip.isVisible()]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[QMenu]:
    """The context menus that were opened; the platform of the tests has no popups."""
    menus: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _at: menus.append(menu))
    return menus


def menu_of(opened: list[QMenu], view: QAbstractItemView, row: int) -> dict[str, QAction]:
    """Open the context menu of a row, and return its actions by their words."""
    at = view.visualRect(view.model().index(row, 0)).center()
    view.customContextMenuRequested.emit(at)
    return {action.text(): action for action in opened[-1].actions()}


def test_several_songs_are_asked_by_the_menu_and_said_in_words(
    open_window: OpenWindow, opened: list[QMenu]
) -> None:
    rig = open_window(songs())
    rig.press(Qt.Key.Key_2)
    pick(rig, "Amber", "Birch")
    assert not row(rig).isVisible()
    menu_of(opened, rig.table, rig.titles().index("Birch"))["More like these 2"].trigger()
    rig.settle()
    assert rig.window.presenter.page.tab is Tab.NEIGHBOURS
    assert titles(rig) == ["Coast", "Dune", "Ember"]
    assert row(rig).isVisible()
    assert row(rig).accessibleName() == "More like Amber, Birch"
    assert [chip.text() for chip in chips(rig)] == [f"Amber {CROSS}", f"Birch {CROSS}"]
    assert rig.workbench.log[-1] == "more Amber Birch less "


def test_the_question_stays_while_other_songs_are_opened(open_window: OpenWindow) -> None:
    rig = open_window(songs())
    ask(rig, "Amber", "Birch")
    asked = len(rig.workbench.log)
    pick(rig, "Dune")
    assert titles(rig) == ["Coast", "Dune", "Ember"]
    assert len(rig.workbench.log) == asked  # nor was it asked again
    rig.find(QPushButton, "clearSeeds").click()
    rig.settle()
    assert not row(rig).isVisible()
    assert titles(rig) == ["Amber", "Birch", "Coast", "Ember"]  # of the song that is open by now


def test_less_like_this_adds_and_removes(open_window: OpenWindow, opened: list[QMenu]) -> None:
    rig = open_window(songs())
    ask(rig, "Amber", "Birch")
    pick(rig, "Coast")
    less = menu_of(opened, rig.table, rig.titles().index("Coast"))["Less like this"]
    assert not less.isChecked()
    less.trigger()
    rig.settle()
    assert row(rig).accessibleName() == "More like Amber, Birch; less like Coast"
    assert titles(rig) == ["Dune", "Ember"]
    assert menu_of(opened, rig.table, rig.titles().index("Coast"))["Less like this"].isChecked()
    rig.press(Qt.Key.Key_N, SHIFT)
    rig.settle()
    assert row(rig).accessibleName() == "More like Amber, Birch"
    pick(rig, "Dune")
    rig.press(Qt.Key.Key_N)
    rig.settle()
    assert row(rig).accessibleName() == "More like Amber, Birch, Dune"


def test_a_result_joins_what_is_asked_of_the_open_song(
    open_window: OpenWindow, opened: list[QMenu]
) -> None:
    rig = open_window(songs())
    pick(rig, "Amber")
    rig.neighbours.setFocus()
    rig.press(Qt.Key.Key_N, SHIFT)
    rig.settle()
    assert row(rig).accessibleName() == "More like Amber; less like Birch"
    menu_of(opened, rig.neighbours, 0)["More like this too"].trigger()
    rig.settle()
    assert row(rig).accessibleName() == "More like Amber, Coast; less like Birch"


def test_names_are_taken_out_by_keyboard_to_the_last(open_window: OpenWindow) -> None:
    rig = open_window(songs())
    ask(rig, "Amber", "Birch")
    first, _second = chips(rig)
    first.setFocus()
    rig.press(Qt.Key.Key_Space)
    rig.qtbot.waitUntil(lambda: row(rig).accessibleName() == "More like Birch")
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.objectName() == "clearSeeds"
    (last,) = chips(rig)
    last.setFocus()
    rig.press(Qt.Key.Key_Space)
    rig.qtbot.waitUntil(lambda: not row(rig).isVisible())
    rig.settle()
    assert QApplication.focusWidget() is rig.find(QTabBar, "tabs")


def test_the_match_is_with_the_nearest_seed_and_heard_beside_it(open_window: OpenWindow) -> None:
    rig = open_window(songs())
    ask(rig, "Amber", "Birch")
    page = rig.window.presenter.page
    listed(rig).choose(1)
    assert page.shown_list.current is not None
    assert page.shown_list.current.why == "their 1:01 ↔ 0:31 of Birch"
    assert page.drawn is not None
    assert page.drawn.song.title == "Birch"
    assert page.mark is not None
    assert page.mark.words == "Birch. Shaded: match with Dune, 0:31"
    rig.press(Qt.Key.Key_L)
    transport = rig.window.presenter.transport
    sides = {side: deck.title for side in Side if (deck := transport.on(side))}
    assert sides == {Side.A: "Birch", Side.B: "Dune"}
    assert rig.player.plays[-1] == ("Dune.mp3", 61.0)
    rig.press(Qt.Key.Key_A)
    assert rig.player.plays[-1] == ("Birch.mp3", 31.0)
    listed(rig).choose(0)  # near Amber, which is not on the transport
    rig.press(Qt.Key.Key_A)
    assert rig.player.plays[-1] == ("Coast.mp3", 60.0)
    rig.window.presenter.play_from(0.5)
    assert rig.player.plays[-1] == ("Amber.mp3", 120.0)


def test_the_list_is_saved_under_what_was_asked(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    dialogs: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda self: dialogs.append(self))
    rig = open_window(songs())
    ask(rig, "Amber", "Birch")
    rig.press(Qt.Key.Key_E, SHIFT)
    assert "More like Amber, Birch" in dialogs[0].selectedFiles()[0]
    dialogs[0].filesSelected.emit([str(tmp_path / "like.csv")])
    rig.settle()
    with (tmp_path / "like.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [line["title"] for line in rows] == ["Coast", "Dune", "Ember"]
    assert rows[0]["why"] == "their 1:00 ↔ 0:30 of Amber"


def test_copies_of_the_seeds_are_hidden_as_copies_of_a_song_are(open_window: OpenWindow) -> None:
    workbench = songs()
    workbench.pairs = [pair("Birch", "Dune", Verdict.SAME_RECORDING)]
    rig = open_window(workbench)
    ask(rig, "Amber", "Birch")
    assert "Dune" in titles(rig)
    assert not rig.find(QPushButton, "weightsButton").isVisible()
    listed(rig).hide_copies(True)
    rig.settle()
    assert titles(rig) == ["Coast", "Ember"]


def test_empty_failed_and_first_answers_are_said(open_window: OpenWindow) -> None:
    workbench = FakeWorkbench(song("One", added_at=2.0), song("Two", stage=Stage.FIRST_ANSWER))
    rig = open_window(workbench)
    ask(rig, "One", "Two")
    assert (listed(rig).state, listed(rig).note) == (
        ListState.EMPTY,
        "Nothing to compare with yet. Add more songs.",
    )
    workbench.catalogue.songs[SongId("Three")] = song("Three")
    listed(rig).refresh()
    rig.settle()
    assert listed(rig).state is ListState.FULL
    workbench.catalogue.songs[SongId("One")] = song("One", stage=Stage.FIRST_ANSWER)
    listed(rig).refresh()
    rig.settle()
    assert listed(rig).note == "First answer, by the whole mix. The backing's is to come."
    workbench.failure = SettingsError("settings.json", detail="disk full")
    listed(rig).refresh()
    rig.settle()
    assert listed(rig).state is ListState.FAILED


def test_a_song_that_leaves_the_library_leaves_the_question(open_window: OpenWindow) -> None:
    rig = open_window(songs())
    ask(rig, "Amber", "Birch")
    pick(rig, "Birch")
    rig.press(Qt.Key.Key_Delete)
    rig.settle()
    assert row(rig).accessibleName() == "More like Amber"
    assert titles(rig) == ["Coast", "Dune", "Ember"]


def test_a_key_that_has_nothing_to_ask_says_what_to_do(
    open_window: OpenWindow, opened: list[QMenu]
) -> None:
    rig = open_window(songs())
    pick(rig, "Amber")
    rig.table.setFocus()
    rig.press(Qt.Key.Key_N)
    assert said(rig) == "Choose two songs or more to find what is like all of them."
    rig.press(Qt.Key.Key_N, SHIFT)
    assert said(rig) == "Ask for more like some songs first, then for less like others."
    assert "More like this too" not in menu_of(opened, rig.table, rig.titles().index("Amber"))


def test_many_songs_are_counted_and_stand_in_lines(qtbot: QtBot, open_window: OpenWindow) -> None:
    names = [f"A song of many words {n:02}" for n in range(14)]
    many = FakeWorkbench(*(song(name, added_at=99.0 - n) for n, name in enumerate(names)))
    rig = open_window(many)
    ask(rig, *names[:11])
    assert row(rig).accessibleName().endswith("words 05 and 5 more")
    assert len(chips(rig)) == 8
    qtbot.waitUntil(lambda: len({chip.y() for chip in chips(rig)}) > 1)
    clear = rig.find(QPushButton, "clearSeeds")
    assert clear.geometry().bottom() <= row(rig).height()
    assert all(chip.geometry().right() <= row(rig).width() for chip in chips(rig))
    assert row(rig).childAt(QPoint(chips(rig)[0].geometry().center())) is chips(rig)[0]
