"""A list model over what a presenter holds: the line itself for the delegate, its words for all."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

LINE_ROLE: Final = Qt.ItemDataRole.UserRole
NOWHERE: Final = QModelIndex()
Index = QModelIndex | QPersistentModelIndex
T = TypeVar("T")


class LinesModel(QAbstractListModel, Generic[T]):
    """One row a line; ``read`` gives the lines, ``say`` a line in one breath."""

    def __init__(
        self,
        read: Callable[[], Sequence[T]],
        say: Callable[[T], str],
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._read = read
        self._say = say
        self._lines = tuple(read())

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        """Return how many lines there are."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt asks for anything
        """Return a line for the delegate, or its words."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return line
            case (
                Qt.ItemDataRole.DisplayRole
                | Qt.ItemDataRole.AccessibleTextRole
                | Qt.ItemDataRole.ToolTipRole
            ):
                return self._say(line)
            case _:
                return None

    def renew(self) -> bool:
        """Read the lines again; return whether they are other ones."""
        lines = tuple(self._read())
        if lines == self._lines:
            return False
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()
        return True
