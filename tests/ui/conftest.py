"""Windows without a screen, and lanes that are joined at the end of a test."""

import os
from collections.abc import Callable, Iterator

# Before the first import of Qt: the tests need no screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.fake_library import FakeWorkbench
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import FakePlayer
from tests.ui.rig import WindowRig
from ui.tasks import TaskLanes


@pytest.fixture
def lanes(qapp: QApplication) -> Iterator[TaskLanes]:
    lanes = TaskLanes()
    yield lanes
    lanes.close()


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """Take what a test copied off the clipboard.

    The offscreen clipboard outlives Python: an object of ours left there crashes the exit.
    """
    yield
    QApplication.clipboard().clear()


OpenWindow = Callable[..., WindowRig]


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[OpenWindow]:
    """Open the real window over an invented library."""
    rigs: list[WindowRig] = []

    def open_one(
        workbench: FakeWorkbench, sync: FakeSync | None = None, *, settles: bool = True
    ) -> WindowRig:
        rig = WindowRig(qtbot, workbench, sync or FakeSync(), player=FakePlayer())
        rigs.append(rig)
        if settles:
            rig.settle()
        return rig

    yield open_one
    for rig in rigs:
        rig.workbench.may_finish.set()
        rig.sync.may_end.set()
        rig.window.close()
        rig.window.deleteLater()
