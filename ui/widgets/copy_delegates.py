"""Paint the sets of the Duplicates screen, and the copies of the open one."""

from dataclasses import dataclass

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import theme
from ui.language import N_
from ui.language import gettext as _
from ui.messages import file_name
from ui.models.lines import LINE_ROLE
from ui.presenters.copy_sets import CopySet
from ui.presenters.copy_words import CopyLine
from ui.theme import Theme
from ui.widgets import painting
from ui.widgets.covers import CoverShelf

Index = QModelIndex | QPersistentModelIndex
BADGE = N_("better")


class LineDelegate(QStyledItemDelegate):
    """What both delegates share: fonts, the two lines of words, the height."""

    def __init__(self, look: Theme, covers: CoverShelf, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = look
        self._covers = covers
        self._text = theme.font()
        self._title = theme.font(weight=theme.Weight.MEDIUM)
        self._small = theme.font(theme.SMALL_PX)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002, N802 - Qt's name and arguments
        """Return the size of a line; all are the same height."""
        return QSize(0, theme.COPY_HEIGHT)

    def _two_lines(self, painter: QPainter, box: QRect, lines: tuple[str, str]) -> None:
        """Draw a fact over a smaller one, or alone in the middle."""
        self._draw(painter, box, lines, font=self._text)

    def _names(self, painter: QPainter, box: QRect, lines: tuple[str, str]) -> None:
        """Draw a name over where it is; a long folder is cut in its middle."""
        cut = QFontMetrics(self._small).elidedText(
            lines[1], Qt.TextElideMode.ElideMiddle, box.width()
        )
        self._draw(painter, box, (lines[0], cut), font=self._title)

    def _draw(self, painter: QPainter, box: QRect, lines: tuple[str, str], *, font: QFont) -> None:
        tokens = self._theme.tokens
        first = painting.Words(lines[0], font, tokens.text)
        painting.two_lines(painter, box, first, painting.Words(lines[1], self._small, tokens.muted))


class CopySetDelegate(LineDelegate):
    """One set: cover, title over how many copies, and what they are as a label."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a set."""
        opened: CopySet = index.data(LINE_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painting.row_ground(painter, option, tokens=self._theme.tokens)
        box, side = option.rect.adjusted(theme.GRID, 0, -theme.GRID, 0), theme.RESULT_COVER
        cover = QRect(box.left() + theme.HALF, box.center().y() - side // 2, side, side)
        first = opened.songs[0]
        painting.cover(painter, cover, self._covers.get(first.song_id), name=opened.title)
        width = QFontMetrics(self._small).horizontalAdvance(opened.label) + 2 * theme.HALF + 2
        at = QPointF(box.right() - width - theme.HALF + 0.5, box.center().y() + 0.5)
        colour = self._theme.tokens.duplicates_text
        painting.pill(painter, at, opened.label, font=self._small, colour=colour)
        left = cover.right() + theme.GRID + theme.HALF
        names = QRect(left, box.top(), int(at.x()) - theme.GRID - left, box.height())
        self._names(painter, names, (opened.title, opened.detail))
        painter.restore()


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of a copy lie."""

    cover: QRect
    names: QRect
    coding: QRect
    sound: QRect
    carried: QRect
    badge: QRect


def places(box: QRect) -> Places:
    """Lay the parts of a copy out, from both ends towards the middle."""
    gap, side = 2 * theme.GRID, theme.RESULT_COVER
    badge = QRect(box.right() - theme.BADGE_WIDTH - theme.GRID, box.top(), theme.BADGE_WIDTH, 0)
    badge.setHeight(box.height())
    columns = []
    right = badge.left()
    for _column in range(3):
        left = right - gap - theme.FACT_WIDTH
        columns.append(QRect(left, box.top(), theme.FACT_WIDTH, box.height()))
        right = left
    cover = QRect(box.left() + theme.GRID, box.center().y() - side // 2, side, side)
    names_left = cover.right() + theme.GRID + theme.HALF
    names = QRect(names_left, box.top(), right - gap - names_left, box.height())
    carried, sound, coding = columns
    return Places(cover, names, coding, sound, carried, badge)


class CopyDelegate(LineDelegate):
    """One copy: cover, file over folder, format, true bandwidth, tags, and which is better."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a copy."""
        line: CopyLine = index.data(LINE_ROLE)
        where = places(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painting.card_ground(painter, option, tokens=self._theme.tokens)
        painting.cover(painter, where.cover, self._covers.get(line.song_id), name=line.title)
        self._names(painter, where.names, (file_name(line.path), line.folder))
        for box, facts in (
            (where.coding, line.coding),
            (where.sound, line.sound),
            (where.carried, line.carried),
        ):
            self._two_lines(painter, box, facts)
        if line.is_best:
            at = QPointF(where.badge.left() + 0.5, where.badge.center().y() + 0.5)
            colour = self._theme.tokens.accent_text
            painting.pill(painter, at, _(BADGE), font=self._small, colour=colour)
        painter.restore()
