"""Paints a song that the cluster did not take: its title over the reason."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import theme
from ui.models.lines import LINE_ROLE
from ui.presenters.sync_panel import Refused
from ui.theme import Theme
from ui.widgets import painting

Index = QModelIndex | QPersistentModelIndex


class RefusedDelegate(QStyledItemDelegate):
    """Draws the songs of the list."""

    def __init__(self, look: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002, N802 - Qt's name and arguments
        """Return the size of a line; all are the same height."""
        return QSize(0, theme.ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a song."""
        line: Refused = index.data(LINE_ROLE)
        tokens, box = self._theme.tokens, option.rect.adjusted(theme.GRID, 0, -theme.GRID, 0)
        painting.row_ground(painter, option, tokens=tokens)
        medium, small = theme.font(weight=theme.Weight.MEDIUM), theme.font(theme.SMALL_PX)
        title = painting.Words(line.title, medium, tokens.text)
        reason = painting.Words(line.reason, small, tokens.trouble_text)
        painting.two_lines(painter, box, title, reason)
