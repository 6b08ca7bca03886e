"""The song's page of the real window: its lists, and what is said of a pair."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLabel,
    QListView,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from core.types import Decision
from tests.ui.conftest import OpenWindow
from tests.ui.rig import library

# The offscreen platform has no window manager to tell the size of a dialog to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_tabs_count_and_keys_turn_them(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Harbour Lights")
    names = {Qt.Key.Key_1: "neighbours", Qt.Key.Key_3: "duplicates", Qt.Key.Key_2: "versions"}
    for key, name in names.items():
        rig.press(key)
        assert rig.find(QListView, f"{name}List").isVisible()
    rig.press(Qt.Key.Key_3)
    assert rig.find(QListView, "duplicatesList").model().rowCount() == 1


def test_not_a_duplicate_is_remembered_and_can_be_taken_back(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    rig = open_window(library())
    rig.choose("Harbour Lights")
    rig.press(Qt.Key.Key_3)
    qtbot.mouseClick(rig.find(QPushButton, "notDuplicateButton"), Qt.MouseButton.LeftButton)
    rig.settle()
    assert list(rig.workbench.decided.values()) == [Decision.NOT_DUPLICATE]
    assert rig.find(QListView, "duplicatesList").model().rowCount() == 0
    assert rig.find(QPushButton, "duplicatesChip").text() == "Duplicates 0"
    rig.press(Qt.Key.Key_Z)
    rig.settle()
    assert rig.workbench.decided == {}
    assert rig.find(QListView, "duplicatesList").model().rowCount() == 1
    assert rig.find(QPushButton, "duplicatesChip").text() == "Duplicates 1"


def test_a_failed_file_is_shown_with_what_to_do(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.drop([Path("/new/broken.wav")])
    rig.settle()
    texts = [label.text() for label in rig.window.findChildren(QLabel) if label.isVisible()]
    assert "broken.wav is damaged or cut short. Export or copy it again." in texts
