"""The table model of the cluster's list beside the local one."""

from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from ui.language import N_, Words
from ui.presenters.sides import SideLine
from ui.theme import Theme

NOWHERE: Final = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns of the table."""

    HERE = 0
    THERE = 1
    SONG = 2
    SCORE = 3
    BECAME = 4


TITLES: Final = Words(
    {
        Column.HERE: N_("Here"),
        Column.THERE: N_("Cluster"),
        Column.SONG: N_("Song"),
        Column.SCORE: N_("Score"),
        Column.BECAME: N_("What became of it"),
    }
)


class SidesModel(QAbstractTableModel):
    """One row a song; dropped ones are muted, and say so in words."""

    def __init__(self, look: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = look
        self._lines: tuple[SideLine, ...] = ()

    def show(self, lines: tuple[SideLine, ...]) -> None:
        """Show other lines."""
        if lines != self._lines:
            self.beginResetModel()
            self._lines = lines
            self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        """Return how many songs there are."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt asks for anything
        """Return what a cell says, and its colour."""
        if not index.isValid():
            return None
        line, column = self._lines[index.row()], Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return _text(line, column)
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(line, column)
            case _:
                return None

    def headerData(  # noqa: N802 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:  # noqa: ANN401 - Qt asks for anything
        """Return the title of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return TITLES[Column(section)] if role == Qt.ItemDataRole.DisplayRole else None

    def _colour(self, line: SideLine, column: Column) -> QColor:
        tokens = self._theme.tokens
        is_muted = line.is_dropped or column is not Column.SONG
        return tokens.muted if is_muted else tokens.text


def _text(line: SideLine, column: Column) -> str:
    match column:
        case Column.HERE:
            return line.here
        case Column.THERE:
            return line.there
        case Column.SONG:
            return f"{line.title}, {line.artist}"
        case Column.SCORE:
            return line.score
        case Column.BECAME:
            return line.became
