"""The list model of the results: it hands out what one list of the song page holds."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from ui.models.dragged import files_data
from ui.presenters.answers import Result
from ui.presenters.hook import Hook
from ui.presenters.song_page import describe

RESULT_ROLE: Final = Qt.ItemDataRole.UserRole
NOWHERE: Final = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class HasResults(Protocol):
    """A presenter that holds results."""

    @property
    def changed(self) -> Hook[None]:
        """Told when there are other results."""
        ...

    @property
    def results(self) -> Sequence[Result]:
        """The results, best first."""
        ...


class ResultListModel(QAbstractListModel):
    """One row a result, best first."""

    def __init__(self, results: HasResults, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._presenter = results
        self._results = list(results.results)
        results.changed.connect(self._reset)

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        """Return how many results there are."""
        return 0 if parent.isValid() else len(self._results)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt asks for anything
        """Return what a result says, or the result itself for the delegate."""
        if not index.isValid():
            return None
        result = self._results[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return result
            case Qt.ItemDataRole.DisplayRole:
                return result.title
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return describe(index.row() + 1, result)
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let every line be dragged out."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def supportedDragActions(self) -> Qt.DropAction:  # noqa: N802 - Qt's name
        """Copy only: no other program may move the songs away."""
        return Qt.DropAction.CopyAction

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802 - Qt's name
        """Return the files of the dragged lines."""
        paths = (self._results[index.row()].path for index in indexes)
        return files_data(path for path in paths if path is not None)

    def result(self, index: Index) -> Result | None:
        """Return the result of an index."""
        return self._results[index.row()] if index.isValid() else None

    def _reset(self, _: None) -> None:
        self.beginResetModel()
        self._results = list(self._presenter.results)
        self.endResetModel()
