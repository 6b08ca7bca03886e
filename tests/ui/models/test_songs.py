"""The table model keeps Qt's rules while the list changes under it."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.types import AnalysisStep, SongEvent, Verdict
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fakes import pair, song
from ui.models.songs import Column, SongTableModel
from ui.presenters.library import LibraryPresenter, Order
from ui.presenters.rows import Filter, RowChange, read_snapshot


def test_the_model_keeps_qts_rules_through_every_change(qtbot: QtBot) -> None:
    library = LibraryPresenter()
    model = SongTableModel(library)
    # Fails the test through a Qt warning wherever the model breaks a rule.
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    library.load(read_snapshot(FakeWorkbench(*(song(str(i)) for i in range(9)))))
    assert model.rowCount() == 9
    path = Path("/new/a.wav")
    for step in (AnalysisStep.WAITING, AnalysisStep.READING, AnalysisStep.FAILED):
        library.hear([RowChange(SongEvent(path, None, step, "It is empty."))])
    library.sort(Order.TITLE, descending=True)
    library.search("a.wav")
    assert model.rowCount() == 1
    library.show(Filter.PROBLEMS)
    library.remove(path)
    assert model.rowCount() == 0


def test_cells_say_everything_in_words(qtbot: QtBot) -> None:
    workbench = FakeWorkbench(song("a", "Ines", added_at=2.0), song("b", added_at=1.0))
    workbench.pairs = [pair("a", "b", Verdict.EXACT_FILE)]
    library = LibraryPresenter()
    model = SongTableModel(library)
    library.load(read_snapshot(workbench))
    cells = [model.index(0, column).data() for column in Column]
    added = f"{datetime.fromtimestamp(2.0):%Y-%m-%d}"
    dash = "\N{EN DASH}"
    assert cells == ["a", "Ines", "4:00", dash, dash, added, "ready, exact file"]
    spoken = model.index(0, Column.SONG).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "a, Ines"
    headers = [model.headerData(c, Qt.Orientation.Horizontal) for c in Column]
    assert headers == ["Song", "Artist", "Time", "BPM", "Key", "Added", "Stage"]
    assert model.data(QModelIndex()) is None


def test_the_tool_tip_of_a_failed_file_says_why(qtbot: QtBot) -> None:
    library = LibraryPresenter()
    model = SongTableModel(library)
    event = SongEvent(Path("/a.wav"), None, AnalysisStep.FAILED, "a.wav is empty. Export it again.")
    library.hear([RowChange(event)])
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == event.reason
