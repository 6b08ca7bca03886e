"""Sync in the real window: sending, signing in, what comes back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from core.cluster_types import SyncState
from core.errors import ClusterError, ClusterProblem
from core.types import SongId
from tests.ui.conftest import OpenWindow
from tests.ui.fake_sync import FakeSync, recommendation
from tests.ui.rig import library, said

# The offscreen platform has no window manager to tell the size of a dialog to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_sync_sends_and_the_recommendations_appear(qtbot: QtBot, open_window: OpenWindow) -> None:
    sync = FakeSync(waiting=2)
    rig = open_window(library(), sync)
    rig.choose("Glass Orchard")
    button = rig.find(QPushButton, "syncButton")
    assert button.text() == "Sync · 2 to send"
    sync.lists[SongId("Glass Orchard")] = [recommendation(1, "Far Signal")]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    rig.settle()
    assert button.text() == "Sync"
    assert rig.find(QListView, "recommendedList").model().rowCount() == 1
    assert said(rig).startswith("Sent 2 songs.")


def test_without_a_cluster_the_dialog_signs_in_and_says_what_went_wrong(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    sync = FakeSync(SyncState.NOT_SET_UP, waiting=3)
    rig = open_window(library(), sync)
    rig.press(Qt.Key.Key_S)
    rig.find(QLineEdit, "addressField").setText("http://127.0.0.1:19530")
    rig.find(QLineEdit, "userField").setText("ines")
    password = rig.find(QLineEdit, "passwordField")
    assert password.echoMode() is QLineEdit.EchoMode.Password
    password.setText("wrong")
    sync.failure = ClusterError("http://127.0.0.1:19530", ClusterProblem.SIGN_IN)
    go = rig.find(QPushButton, "signInButton")
    qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    rig.settle()
    problem = rig.find(QLabel, "signInProblem")
    assert problem.text().startswith("127.0.0.1:19530 did not accept")
    dialog = rig.find(QDialog, "signInDialog")
    assert dialog.isVisible()
    sync.failure = None
    password.setText("right")
    qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    rig.settle()
    assert not dialog.isVisible()
    assert sync.signed_in == [("http://127.0.0.1:19530", "ines:right")]
    assert rig.find(QDialog, "syncPanel").isVisible(), "what will travel is shown first"
    assert rig.find(QLabel, "outgoingLabel").text() == "3 songs to send · about 340 kB"
    assert rig.find(QPushButton, "syncButton").text() == "Sync · 3 to send"
    qtbot.mouseClick(rig.find(QPushButton, "panelSyncButton"), Qt.MouseButton.LeftButton)
    rig.settle()
    assert rig.find(QPushButton, "syncButton").text() == "Sync"
