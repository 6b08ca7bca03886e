"""The Sync panel in the real window: what travels, both lists, refusals, withdrawing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QDialog,
    QLabel,
    QListView,
    QPushButton,
    QTabBar,
    QTableView,
)

from core.cluster_types import ExplainedLine, Explanation, RowRefusal, SyncState, Withheld
from core.types import CatalogueId, SongId
from tests.ui.conftest import OpenWindow
from tests.ui.fake_sync import FakeSync
from tests.ui.rig import WindowRig, library, said

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
FAR = ExplainedLine(CatalogueId("x:1"), "Far Signal", "Someone", 0.9, 1, "", None, 0, "near")


@pytest.fixture
def rig(open_window: OpenWindow) -> WindowRig:
    sync = FakeSync(waiting=2)
    sync.refused = [RowRefusal(SongId("Glass Orchard"), "no length")]
    sync.explained = {SongId("Glass Orchard"): Explanation((FAR,), 40)}
    opened = open_window(library(), sync)
    opened.choose("Glass Orchard")
    opened.press(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    opened.settle()
    return opened


def test_the_panel_shows_what_travels_and_syncs(rig: WindowRig) -> None:
    assert rig.find(QDialog, "syncPanel").isVisible()
    assert rig.find(QLabel, "outgoingLabel").text() == "2 songs to send · about 340 kB"
    assert "Never the sound" in rig.find(QLabel, "fieldsLabel").text()
    button = rig.find(QPushButton, "panelSyncButton")
    assert button.text() == "Sync · 2 to send"
    rig.qtbot.mouseClick(button, LEFT)
    rig.settle()
    assert rig.find(QLabel, "outgoingLabel").text().startswith("Nothing waits")
    assert rig.find(QLabel, "lastSync").text().startswith("Last: Sent 2 songs.")


def test_titles_are_shared_or_not(rig: WindowRig) -> None:
    switch = rig.find(QCheckBox, "titlesSwitch")
    assert switch.isChecked()
    switch.click()
    rig.settle()
    assert not rig.sync.out.shares_titles
    assert not switch.isChecked()


def test_both_lists_stand_beside_each_other(rig: WindowRig) -> None:
    rig.find(QTabBar, "syncTabs").setCurrentIndex(1)
    table = rig.find(QTableView, "sidesTable")
    assert table.isVisible()
    cells = [table.model().index(0, column).data() for column in range(5)]
    assert cells[1:] == ["1", "Far Signal, Someone", "0.90", "near"]
    assert table.model().rowCount() == 3
    assert rig.find(QLabel, "sidesNote").toolTip().startswith("Glass Orchard: The cluster looked")


def test_refused_songs_are_listed_with_reasons(rig: WindowRig) -> None:
    tabs = rig.find(QTabBar, "syncTabs")
    assert tabs.tabText(2) == "Refused  1"
    tabs.setCurrentIndex(2)
    view = rig.find(QListView, "refusedList")
    assert view.model().index(0, 0).data() == "Glass Orchard: no length"


def test_a_song_is_withdrawn_after_a_question_and_undone(rig: WindowRig) -> None:
    rig.qtbot.mouseClick(rig.find(QPushButton, "withdrawSongButton"), LEFT)
    assert rig.sync.withdrawn == []
    rig.qtbot.mouseClick(rig.find(QPushButton, "confirmYes"), LEFT)
    rig.settle()
    assert rig.sync.withdrawn == [["Glass Orchard"]]
    assert said(rig) == "Glass Orchard leaves the cluster with the next sync."
    rig.window.presenter.notices.undo()
    rig.settle()
    assert rig.sync.held == Withheld(frozenset(), is_library=False)


def test_what_was_withdrawn_can_be_shared_again(rig: WindowRig) -> None:
    song, everything = (
        rig.find(QPushButton, name) for name in ("withdrawSongButton", "shareAllButton")
    )
    label = rig.find(QLabel, "withheldLabel")
    assert not label.isVisible()
    assert not everything.isVisible()
    rig.qtbot.mouseClick(song, LEFT)
    rig.qtbot.mouseClick(rig.find(QPushButton, "confirmYes"), LEFT)
    rig.settle()
    assert label.text() == "1 song stays here until you share it again."
    assert song.text().startswith("Share ") and "Glass Orchard" in song.text()
    rig.qtbot.mouseClick(song, LEFT)
    rig.settle()
    assert rig.sync.shared == [["Glass Orchard"]]
    assert song.text().startswith("Take ")
    rig.qtbot.mouseClick(rig.find(QPushButton, "withdrawAllButton"), LEFT)
    rig.qtbot.mouseClick(rig.find(QPushButton, "confirmYes"), LEFT)
    rig.settle()
    assert not rig.find(QPushButton, "withdrawAllButton").isVisible()
    assert everything.text() == "Share the whole library again"
    rig.qtbot.mouseClick(everything, LEFT)
    rig.settle()
    assert rig.sync.shared[-1] is None
    assert not label.isVisible()


def test_the_keyboard_comes_back_to_the_panel_after_its_question(rig: WindowRig) -> None:
    panel = rig.find(QDialog, "syncPanel")
    rig.qtbot.mouseClick(rig.find(QPushButton, "withdrawSongButton"), LEFT)
    dialog = rig.find(QDialog, "confirmDialog")
    assert dialog.parent() is panel
    rig.qtbot.mouseClick(rig.find(QPushButton, "confirmNo"), LEFT)
    rig.qtbot.waitUntil(lambda: panel.findChild(QDialog, "confirmDialog") is None)
    assert panel.isActiveWindow()
    assert not rig.window.isActiveWindow()


def test_without_a_cluster_the_panel_offers_to_sign_in(open_window: OpenWindow) -> None:
    rig = open_window(library(), FakeSync(SyncState.NOT_SET_UP))
    rig.press(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    rig.settle()
    assert not rig.find(QPushButton, "withdrawAllButton").isEnabled()
    rig.qtbot.mouseClick(rig.find(QPushButton, "panelSignInButton"), LEFT)
    assert rig.find(QDialog, "signInDialog").isVisible()


def test_every_control_of_the_new_screens_has_a_name(rig: WindowRig) -> None:
    rig.window.presenter.show_copies(None)
    rig.settle()
    rig.window.presenter.show_check()
    nameless = [
        control.objectName() or type(control).__name__
        for control in rig.window.findChildren(QAbstractButton)
        if not control.accessibleName()
        and not type(control).__name__.startswith("QT")
        and control.isVisible()
    ]
    assert nameless == []
