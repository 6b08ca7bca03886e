"""Windows without a screen, and lanes that are joined at the end of a test."""

import os
from collections.abc import Iterator

# Before the first import of Qt: the tests need no screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtWidgets import QApplication

from ui.tasks import TaskLanes


@pytest.fixture
def lanes(qapp: QApplication) -> Iterator[TaskLanes]:
    lanes = TaskLanes()
    yield lanes
    lanes.close()
