"""The list model of the results keeps Qt's rules and reads well aloud."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.ui.fake_library import FakeWorkbench
from tests.ui.fakes import HandLanes, song
from ui.models.results import RESULT_ROLE, ResultListModel
from ui.presenters import answers
from ui.presenters.answers import Tab
from ui.presenters.results import ResultsPresenter


def test_the_model_follows_its_presenter(qtbot: QtBot) -> None:
    workbench, lanes = FakeWorkbench(*map(song, ("mine", "x", "y"))), HandLanes()
    ask = partial(answers.neighbours, workbench)
    results = ResultsPresenter(Tab.NEIGHBOURS, ask, lanes=lanes)
    model = ResultListModel(results)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    results.open(song("mine"))
    assert model.rowCount() == 0
    lanes.turn()
    assert [model.index(row).data() for row in range(2)] == ["x", "y"]
    assert model.index(1).data(RESULT_ROLE).title == "y"
    spoken = model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    expected = "1. x, \N{EM DASH}. 0.97 alike in sound. backing. their 1:12 ↔ your 0:45."
    assert spoken == expected
    results.open(None)
    assert model.rowCount() == 0
