"""The real window, offscreen, over invented songs: what holds for all of it."""

import threading

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from core.cluster_types import SyncState
from core.types import SongId, Stage
from tests.ui.conftest import OpenWindow
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import song
from tests.ui.rig import library
from ui.theme import DARK, LIGHT
from ui.widgets.strip import StatusStrip

# The offscreen platform has no window manager to tell the size of a dialog to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_every_control_has_a_name_for_screen_readers(open_window: OpenWindow) -> None:
    rig = open_window(library(), FakeSync(SyncState.NOT_SET_UP))
    rig.choose("Harbour Lights")
    rig.press(Qt.Key.Key_S)
    kinds = (QAbstractButton, QLineEdit, QListView)
    nameless = [
        control.objectName() or type(control).__name__
        for kind in kinds
        for control in rig.window.findChildren(kind)
        if control.isVisible()
        and not control.accessibleName()
        # Qt's own parts of a header or tab bar
        and not type(control).__name__.startswith("QT")
    ]
    assert nameless == []


def test_tab_visits_the_controls_in_reading_order(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Harbour Lights")
    rig.press(Qt.Key.Key_L)
    rig.find(QLineEdit, "searchBox").setFocus()
    order = []
    for _ in range(30):
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus.objectName():
            order.append(focus.objectName())
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    expected = ["searchBox", "allChip", "syncButton", "songTable", "neighboursList", "playButton"]
    assert [order.index(name) for name in expected] == sorted(map(order.index, expected))


def test_the_sheet_of_keys_opens_and_closes(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.press(Qt.Key.Key_Slash)
    sheet = rig.find(QDialog, "keySheet")
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    assert "Play or pause" in texts
    sheet.accept()


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_the_window_is_painted_in_both_schemes(open_window: OpenWindow, tokens: object) -> None:
    rig = open_window(library())
    rig.choose("Harbour Lights")
    rig.window.theme.use(tokens)  # type: ignore[arg-type]  # parametrized
    image = rig.window.grab().toImage()
    middle = QPoint(image.width() - 40, image.height() - 140)
    assert image.pixelColor(middle) == rig.window.theme.tokens.window


def test_closing_while_songs_are_added_and_synced_leaves_nothing(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    sync = FakeSync()
    workbench = library()
    workbench.catalogue.songs[SongId("slow")] = song("slow", stage=Stage.FIRST_ANSWER)
    workbench.may_finish.clear()
    sync.may_end.clear()
    rig = open_window(workbench, sync, settles=False)
    qtbot.waitUntil(lambda: "finish" in workbench.log)
    rig.press(Qt.Key.Key_S)
    qtbot.waitUntil(lambda: rig.window.presenter.sync.is_running)
    rig.window.close()
    assert rig.window.lanes.is_idle
    assert not [t for t in threading.enumerate() if t.name.startswith("songkin-")]


def test_enter_goes_on_to_the_page_and_plays_there(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_Return)
    assert rig.neighbours.hasFocus()
    rig.press(Qt.Key.Key_Return)
    assert rig.player.plays == [("Harbour Lights.mp3", 72.0)]


def test_a_sentence_goes_by_itself_and_trouble_stays(open_window: OpenWindow) -> None:
    rig = open_window(library())
    strip = rig.find(StatusStrip, "statusStrip")
    rig.window.presenter.notices.say("Done.")
    assert strip.said == "Done."
    strip.read_out()
    assert strip.said == ""
    rig.window.presenter.notices.warn("The disk is full. Make room.")
    strip.read_out()
    assert strip.said == "The disk is full. Make room."
    rig.find(QPushButton, "offerButton").click()
    assert strip.said == ""
