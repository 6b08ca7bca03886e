"""The check before release in the real window: drop, progress, stop, what was found."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QListView, QPushButton
from pytestqt.qtbot import QtBot

from core.cluster_types import CatalogueVerdict, SyncState
from core.copy_types import CheckReport
from core.types import CatalogueId, Confidence, Overlap, PairVerdict, SongId, Verdict
from tests.ui.conftest import OpenWindow
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import song
from tests.ui.rig import WindowRig, said
from ui.presenters.window import View

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

DEMO = Path("/new/demo.wav")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def rig(open_window: OpenWindow) -> WindowRig:
    workbench = FakeWorkbench(song("Near"), song("Far"), song("Farther"))
    close = PairVerdict(
        SongId("file"), SongId("Near"), Verdict.SAME_BACKING, 0.8, Overlap(3, 12, 90)
    )
    near = tuple(workbench.similar(SongId("Near")))
    workbench.checks[DEMO] = CheckReport(DEMO, (close,), near, (), (), (), 200.0)
    return open_window(workbench, FakeSync(SyncState.IN_STEP, waiting=0))


def elsewhere(title: str) -> CatalogueVerdict:
    verdict, overlap = Verdict.SAME_RECORDING, Overlap(0.0, 0.0, 200.0)
    return CatalogueVerdict(
        CatalogueId(f"other:{title}"), title, "", verdict, 0.97, overlap, Confidence.SURE
    )


def shown(rig: WindowRig) -> list[str]:
    return [label.text() for label in rig.window.findChildren(QLabel) if label.isVisible()]


def test_the_screen_invites_and_a_drop_is_checked_not_added(rig: WindowRig) -> None:
    rig.press(Qt.Key.Key_C)
    assert rig.window.presenter.view is View.CHECK
    assert rig.find(QPushButton, "checkButton").isChecked()
    assert any(text.startswith("Drop a demo anywhere") for text in shown(rig))
    rig.drop([DEMO])
    rig.settle()
    found = rig.find(QListView, "hereFound")
    assert found.model().rowCount() == 3
    assert rig.find(QLabel, "hereHeadline").text().startswith("Close: the same backing as 1 song.")
    assert "sent" not in rig.find(QLabel, "checkNote").toolTip()
    ask = next(b for b in rig.window.findChildren(QPushButton) if b.text() == "Ask the catalogue")
    rig.qtbot.mouseClick(ask, LEFT)
    rig.settle()
    assert "One vector was sent to PROD." in rig.find(QLabel, "checkNote").toolTip()
    assert rig.find(QPushButton, "allChip").text() == "All 3", "nothing was added"
    assert rig.workbench.log == ["warm_up"]


def test_of_several_demos_one_is_checked_and_a_folder_is_none(
    rig: WindowRig, tmp_path: Path
) -> None:
    rig.press(Qt.Key.Key_C)
    rig.drop([tmp_path])
    assert said(rig) == f"{tmp_path.name} is a folder. Drop one demo to check it."
    assert rig.window.presenter.check.name == ""
    rig.drop([tmp_path, DEMO, Path("/new/second.wav")])
    rig.settle()
    assert said(rig) == "One demo at a time: demo.wav is checked."
    assert rig.window.presenter.check.name == "demo.wav"


def test_without_a_cluster_the_page_leads_to_one_and_then_asks_it(
    open_window: OpenWindow,
) -> None:
    workbench = FakeWorkbench(song("Near"))
    workbench.checks[DEMO] = CheckReport(DEMO, (), (), (), (), (), 200.0)
    rig = open_window(workbench, FakeSync(SyncState.NOT_SET_UP, waiting=0))
    rig.press(Qt.Key.Key_C)
    rig.drop([DEMO])
    rig.settle()
    view = rig.find(QListView, "catalogueFound").parent().parent()
    button = next(b for b in view.findChildren(QPushButton) if b.isVisible())
    assert button.text() == "Set up Sync"
    rig.qtbot.mouseClick(button, LEFT)
    assert rig.find(QDialog, "signInDialog").isVisible()
    rig.window.presenter.sync.sign_in("https://host:19530", user="ines", password="x")
    rig.settle()
    assert button.text() == "Ask the catalogue"
    rig.window.presenter.ask_catalogue()
    rig.settle()
    assert rig.sync.checked == [200.0]


def test_the_page_never_calls_a_demo_different(rig: WindowRig) -> None:
    rig.workbench.checks[DEMO] = replace(rig.workbench.checks[DEMO], verdicts=())
    rig.press(Qt.Key.Key_C)
    rig.drop([DEMO])
    rig.settle()
    rig.window.presenter.check.ask_catalogue()
    rig.settle()
    said_there = " ".join(shown(rig)).casefold()
    assert said_there.count("can't tell: nothing was recognised") == 2, "here and there"
    for word in ("different", "original", "unique", "no copy", "safe"):
        assert word not in said_there


def test_progress_shows_and_stop_ends_it(qtbot: QtBot, rig: WindowRig) -> None:
    rig.press(Qt.Key.Key_C)
    rig.workbench.may_check.clear()
    rig.drop([DEMO])
    stop = rig.find(QPushButton, "stopCheckButton")
    qtbot.waitUntil(lambda: stop.isVisible() and "Listening" in shown(rig))
    qtbot.mouseClick(stop, LEFT)
    rig.settle()
    assert not stop.isVisible()
    assert any(text.startswith("Drop a demo anywhere") for text in shown(rig))


def test_what_is_found_is_heard_beside_the_demo(rig: WindowRig) -> None:
    rig.press(Qt.Key.Key_C)
    rig.drop([DEMO])
    rig.settle()
    rig.press(Qt.Key.Key_L)
    assert rig.player.plays == [("Near.mp3", 12.0)]
    rig.press(Qt.Key.Key_A)
    assert rig.player.plays[-1][0] == "demo.wav"
    rig.press(Qt.Key.Key_J)
    rig.press(Qt.Key.Key_L)
    assert rig.player.plays[-1][0] == "Far.mp3"


def test_keys_are_about_the_lines_that_the_keyboard_is_on(rig: WindowRig) -> None:
    rig.sync.found = [elsewhere("one"), elsewhere("two")]
    rig.press(Qt.Key.Key_C)
    rig.drop([DEMO])
    rig.settle()
    rig.window.presenter.check.ask_catalogue()
    rig.settle()
    here, there = (rig.find(QListView, name) for name in ("hereFound", "catalogueFound"))
    there.setFocus()
    rig.press(Qt.Key.Key_BracketRight)
    assert (here.currentIndex().row(), there.currentIndex().row()) == (0, 1)
    rig.press(Qt.Key.Key_L)
    assert said(rig) == "two is not in this library, so it can't be played here."
    here.setFocus()
    rig.press(Qt.Key.Key_J)
    assert (here.currentIndex().row(), there.currentIndex().row()) == (1, 1)


def test_keys_leave_the_hidden_screens_alone(rig: WindowRig) -> None:
    page = rig.window.presenter.page
    rig.choose("Far")
    tab, line = page.tab, page.shown_list.index
    rig.press(Qt.Key.Key_C)
    rig.press(Qt.Key.Key_2)
    rig.press(Qt.Key.Key_BracketRight)
    rig.window.presenter.play_or_pause()
    assert (page.tab, page.shown_list.index) == (tab, line)
    assert rig.player.plays == [], "the page's song is hidden, and no demo was chosen"
    rig.drop([DEMO])
    rig.settle()
    assert rig.find(QListView, "hereFound").hasFocus(), "no button is pressed by a Space"
    rig.press(Qt.Key.Key_Space)
    assert rig.player.plays == [("demo.wav", 0.0)]


def test_the_library_is_one_key_away_and_drops_are_added_again(rig: WindowRig) -> None:
    rig.press(Qt.Key.Key_C)
    rig.press(Qt.Key.Key_Escape)
    assert rig.window.presenter.view is View.LIBRARY
    assert not rig.find(QPushButton, "checkButton").isChecked()
    rig.drop([Path("/new/other.wav")])
    rig.settle()
    assert "other" in rig.titles()
