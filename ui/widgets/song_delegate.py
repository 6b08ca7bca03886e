"""Paints the rows of the library; no row has a widget of its own, so 10,000 stay fluid."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from core.types import AnalysisStep
from ui import theme
from ui.models.songs import ROW_ROLE, Column, cell_text
from ui.presenters.rows import SongRow
from ui.presenters.words import STEPS, VERDICTS
from ui.theme import Theme
from ui.widgets import painting
from ui.widgets.covers import CoverShelf

Index = QModelIndex | QPersistentModelIndex


class SongDelegate(QStyledItemDelegate):
    """Title over artist with the cover, time, stage in words with its ring, verdict label."""

    def __init__(self, look: Theme, covers: CoverShelf, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = look
        self._covers = covers
        self._text = theme.font()
        self._title = theme.font(weight=theme.Weight.MEDIUM)
        self._small = theme.font(theme.SMALL_PX)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002, N802 - Qt's name and arguments
        """Return the size of a cell; all rows are the same height."""
        return QSize(theme.TIME_WIDTH, theme.ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell."""
        row: SongRow = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_edge = index.column() == Column.SONG
        painting.row_ground(painter, option, tokens=self._theme.tokens, has_edge=has_edge)
        box = option.rect.adjusted(theme.GRID, 0, -theme.GRID, 0)
        match Column(index.column()):
            case Column.SONG:
                self._song(painter, box, row)
            case Column.STAGE:
                self._stage(painter, box, row)
            case column:
                self._words(painter, box, cell_text(row, column), font=self._text)
        painter.restore()

    def _song(self, painter: QPainter, box: QRect, row: SongRow) -> None:
        tokens, side = self._theme.tokens, theme.ROW_COVER
        cover = QRect(box.left(), box.center().y() - side // 2, side, side)
        song_id = row.song.song_id if row.song else None
        painting.cover(painter, cover, self._covers.get(song_id), name=row.title)
        left = cover.right() + theme.GRID + 2
        names = QRect(left, box.top(), box.right() - left, box.height())
        title = painting.Words(row.title, self._title, tokens.text)
        artist = painting.Words(row.artist, self._small, tokens.muted)
        painting.two_lines(painter, names, title, artist)

    def _stage(self, painter: QPainter, box: QRect, row: SongRow) -> None:
        tokens, side = self._theme.tokens, theme.STEP_SIZE
        mark = QRectF(box.left(), box.center().y() - side / 2 + 1, side, side)
        painting.step_mark(painter, mark, row.step, tokens=tokens)
        said = QRect(box)
        said.setLeft(box.left() + side + theme.GRID)
        self._words(painter, said, STEPS[row.step], font=self._text, row=row)
        if row.verdict is None:
            return
        at_x = said.left() + QFontMetrics(self._text).horizontalAdvance(STEPS[row.step])
        at = QPointF(at_x + theme.GRID + theme.HALF + 0.5, box.center().y() + 0.5)
        colour = tokens.duplicates_text
        painting.pill(painter, at, VERDICTS[row.verdict], font=self._small, colour=colour)

    def _words(
        self, painter: QPainter, box: QRect, text: str, *, font: QFont, row: SongRow | None = None
    ) -> None:
        tokens = self._theme.tokens
        is_trouble = row is not None and row.step is AnalysisStep.FAILED
        colour = tokens.trouble_text if is_trouble else tokens.muted
        painting.words(painter, box, text, font=font, colour=colour)
