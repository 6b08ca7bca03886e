"""Paints a song that the cluster did not take: its title over the reason."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

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
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, theme.mix(tokens.accent, tokens.surface, theme.TINT))
        middle, medium = box.center().y(), theme.font(weight=theme.Weight.MEDIUM)
        title = QRect(box.left(), middle - 18, box.width(), 19)
        reason = QRect(box.left(), middle + 1, box.width(), 16)
        small = theme.font(theme.SMALL_PX)
        painting.words(painter, title, line.title, font=medium, colour=tokens.text)
        painting.words(painter, reason, line.reason, font=small, colour=tokens.trouble_text)
