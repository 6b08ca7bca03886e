"""Adding songs to the real window: drop, paste, first answers, stop."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.fake_library import FakeWorkbench
from tests.ui.rig import library, said, urls
from ui.presenters.activity import Doing
from ui.presenters.answers import Tab

# The offscreen platform has no window manager to tell the size of a dialog to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_an_empty_window_says_what_to_do(open_window: OpenWindow) -> None:
    rig = open_window(FakeWorkbench())
    texts = [label.text() for label in rig.window.findChildren(QLabel) if label.isVisible()]
    first = next(text for text in texts if text.startswith("Drop songs or folders anywhere"))
    assert len(first.splitlines()) == 3
    pane = rig.find(QWidget, "libraryPane")
    buttons = [one for one in pane.findChildren(QPushButton) if one.isVisible()]
    assert [one.accessibleName() for one in buttons] == ["Add songs", "Add a folder"]
    for button, title in zip(buttons, ("Add songs", "Add a folder"), strict=True):
        button.click()
        dialog = next(one for one in rig.window.findChildren(QFileDialog) if one.isVisible())
        assert dialog.windowTitle() == title
        dialog.reject()


def test_dropped_files_become_rows_and_the_first_shows_its_neighbours(
    open_window: OpenWindow,
) -> None:
    rig = open_window(library())
    assert rig.drop([Path("/new/demo.wav"), Path("/new/broken.wav")])
    rig.settle()
    assert rig.titles()[:2] == ["demo", "broken.wav"]
    assert rig.steps()["demo"] == "ready"
    assert rig.steps()["broken.wav"] == "failed"
    assert rig.open_row().title == "demo"
    assert rig.neighbours.model().rowCount() == 3


@pytest.mark.parametrize("name", ["songTable", "songPage", "transport", "topBar", "searchBox"])
def test_files_can_be_dropped_on_every_part(open_window: OpenWindow, name: str) -> None:
    rig = open_window(FakeWorkbench())
    assert rig.drop([Path("/new/demo.wav")], rig.find(QWidget, name))
    rig.settle()
    assert rig.titles() == ["demo"]


def test_what_names_no_file_is_not_welcome(open_window: OpenWindow) -> None:
    rig = open_window(FakeWorkbench())
    words = QMimeData()
    words.setText("/new/demo.wav")
    assert not rig.drop_data(words)


def test_an_address_on_the_web_is_answered_in_words(open_window: OpenWindow) -> None:
    rig = open_window(FakeWorkbench())
    clipboard = QMimeData()
    clipboard.setUrls([QUrl("https://example.org/song.mp3")])
    QApplication.clipboard().setMimeData(clipboard)
    rig.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert said(rig).startswith("Only files and folders on this machine")


def test_copied_files_can_be_pasted(open_window: OpenWindow) -> None:
    rig = open_window(FakeWorkbench())
    QApplication.clipboard().setMimeData(urls([Path("/new/demo.wav")]))
    rig.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    rig.settle()
    assert rig.titles() == ["demo"]


def test_a_first_answer_shows_at_once_and_the_backings_comes_by_itself(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    rig = open_window(library())
    rig.workbench.may_finish.clear()
    rig.drop([Path("/new/demo.wav")])
    results = rig.window.presenter.page.lists[Tab.NEIGHBOURS]
    qtbot.waitUntil(lambda: "First answer" in results.note)
    assert results.results[0].label == "mix · backing to come"
    rig.workbench.may_finish.set()
    qtbot.waitUntil(lambda: "by the backing" in results.note)
    rig.settle()


def test_stop_cancels_at_once_and_continue_goes_on(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.workbench.may_finish.clear()
    rig.drop([Path("/new/demo.wav")])
    qtbot.waitUntil(lambda: rig.steps().get("demo") == "separating")
    stop = rig.find(QPushButton, "stopButton")
    assert stop.isVisible()
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rig.window.presenter.activity.doing is Doing.NOTHING)
    assert rig.steps()["demo"] == "first_answer"
    assert not stop.isVisible()
    rig.workbench.may_finish.set()
    offer = rig.find(QPushButton, "offerButton")
    assert offer.text() == "Continue"
    qtbot.mouseClick(offer, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rig.steps()["demo"] == "ready")
    rig.settle()
