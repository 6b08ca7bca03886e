"""The table model of the library: it hands out what the presenter lists."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from ui.language import N_, Words
from ui.models.dragged import files_data
from ui.presenters.library import LibraryPresenter, Order
from ui.presenters.music_words import bpm_cell, key_cell
from ui.presenters.rows import SongRow
from ui.presenters.words import NO_VALUE, STEPS, VERDICTS, clock, day

ROW_ROLE: Final = Qt.ItemDataRole.UserRole
NOWHERE: Final = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns of the table."""

    SONG = 0
    ARTIST = 1
    TIME = 2
    BPM = 3
    KEY = 4
    ADDED = 5
    STAGE = 6


TITLES: Final = Words(
    {
        Column.SONG: N_("Song"),
        Column.ARTIST: N_("Artist"),
        Column.TIME: N_("Time"),
        Column.BPM: N_("BPM"),
        Column.KEY: N_("Key"),
        Column.ADDED: N_("Added"),
        Column.STAGE: N_("Stage"),
    }
)
ORDERS: Final = {
    Column.SONG: Order.TITLE,
    Column.ARTIST: Order.ARTIST,
    Column.TIME: Order.TIME,
    Column.BPM: Order.BPM,
    Column.KEY: Order.KEY,
    Column.ADDED: Order.ADDED,
    Column.STAGE: Order.STAGE,
}


class SongTableModel(QAbstractTableModel):
    """One row a file, whether it is a song already or not."""

    def __init__(self, library: LibraryPresenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._rows = list(library.rows)
        library.listed.connect(self._reset)
        library.changed.connect(self._change)

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt asks for anything
        """Return what a cell says, or the row itself for the delegate."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return row
            case Qt.ItemDataRole.DisplayRole:
                return cell_text(row, Column(index.column()))
            case Qt.ItemDataRole.ToolTipRole:
                return row.reason or self._library.relation(row) or str(row.path)
            case Qt.ItemDataRole.AccessibleTextRole:
                return _spoken(row, Column(index.column()), relation=self._library.relation(row))
            case _:
                return None

    def headerData(  # noqa: N802 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:  # noqa: ANN401 - Qt asks for anything
        """Return the title of a column."""
        is_title = role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal
        if is_title:
            return TITLES[Column(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
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
        return files_data(self._rows[index.row()].path for index in indexes)

    def row(self, index: Index) -> SongRow | None:
        """Return the row of an index."""
        return self._rows[index.row()] if index.isValid() else None

    def _reset(self, _: None) -> None:
        self.beginResetModel()
        self._rows = list(self._library.rows)
        self.endResetModel()

    def _change(self, indices: list[int]) -> None:
        for index in indices:
            self._rows[index] = self._library.rows[index]
        first, last = self.index(indices[0], 0), self.index(indices[-1], Column.STAGE)
        self.dataChanged.emit(first, last)


def cell_text(row: SongRow, column: Column) -> str:
    """Return what a cell says."""
    match column:
        case Column.SONG:
            return row.title
        case Column.ARTIST:
            return row.artist
        case Column.TIME:
            return clock(row.duration_s)
        case Column.BPM:
            return bpm_cell(row.music)
        case Column.KEY:
            return key_cell(row.music)
        case Column.ADDED:
            return day(row.song.added_at) if row.song else NO_VALUE
        case Column.STAGE:
            parts = (STEPS[row.step], VERDICTS[row.verdict] if row.verdict else "")
            return ", ".join(filter(None, parts))


def _spoken(row: SongRow, column: Column, *, relation: str) -> str:
    match column:
        case Column.SONG:
            return f"{row.title}, {row.artist}"
        case Column.STAGE if relation:
            return f"{STEPS[row.step]}, {relation}"
        case _:
            return cell_text(row, column)
