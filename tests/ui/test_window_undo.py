"""What the window does where a step can't be undone: it says why, and offers to forget it."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton

from core.errors import TrashError, TrashProblem
from tests.ui.conftest import OpenWindow
from tests.ui.rig import WindowRig, library, said

LEFT = Qt.MouseButton.LeftButton

# The offscreen platform says so of every dialog.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def stuck(open_window: OpenWindow) -> WindowRig:
    """A window in which two songs were taken out, and the later one can't come back."""
    rig = open_window(library())
    for title in ("Glass Orchard", "Harbour Lights"):
        rig.choose(title)
        rig.press(Qt.Key.Key_Delete)
        rig.settle()
    error = TrashError(Path("/music/Harbour Lights.mp3"), TrashProblem.EMPTIED)
    rig.workbench.deeds[-1].take_back = _raiser(error)
    rig.press(Qt.Key.Key_Z)
    rig.settle()
    return rig


def _raiser(error: TrashError):
    def raise_it() -> None:
        raise error

    return raise_it


def answer(rig: WindowRig, *, yes: bool) -> None:
    dialog = rig.find(QDialog, "confirmDialog")
    button = dialog.findChild(QPushButton, "confirmYes" if yes else "confirmNo")
    rig.qtbot.mouseClick(button, LEFT)
    rig.settle()


def test_a_step_that_cannot_be_undone_can_be_forgotten(stuck: WindowRig) -> None:
    assert "no longer in the trash" in said(stuck)
    answer(stuck, yes=True)
    assert len(stuck.workbench.deeds) == 1
    assert "Forgotten" in said(stuck)
    stuck.press(Qt.Key.Key_Z)
    stuck.settle()
    assert "Glass Orchard" in stuck.titles()


def test_cancel_forgets_nothing(stuck: WindowRig) -> None:
    answer(stuck, yes=False)
    assert len(stuck.workbench.deeds) == 2


def test_ctrl_z_undoes_as_z_does(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_Delete)
    rig.settle()
    assert "Glass Orchard" not in rig.titles()
    rig.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    rig.settle()
    assert "Glass Orchard" in rig.titles()
