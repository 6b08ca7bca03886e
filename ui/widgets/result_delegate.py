"""Paints one result: rank, cover, names, score, wave with the match, why, play, A/B."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import theme
from ui.models.results import RESULT_ROLE
from ui.presenters.answers import Result
from ui.theme import Theme
from ui.widgets import painting
from ui.widgets.covers import CoverShelf

Index = QModelIndex | QPersistentModelIndex
WAVES_KEPT = 64  # some screens of results
TWO_LINES = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
NAMES_GIVE = 24  # what names give up so that the words under a score are whole
BUTTONS_PX = theme.AB_WIDTH + theme.BUTTON_WIDTH + 2 * theme.GRID  # of both and their gaps
THIRD_LINE = 2  # how far up the first two move to make room for it
LINE_PX = 12  # from line to line, where there are three
CENTRE = Qt.AlignmentFlag.AlignHCenter


class ResultPart(Enum):
    """A painted button of a result."""

    PLAY = "play"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of a result lie; the wave is empty where there is no room for it."""

    rank: QRect
    cover: QRect
    names: QRect
    score: QRect
    wave: QRect
    why: QRect
    play: QRect
    switch: QRect


def places(box: QRect) -> Places:
    """Lay the parts of a result out, from both ends towards the middle."""
    gap, middle = 2 * theme.GRID, box.center().y()
    height = theme.CONTROL_HEIGHT
    switch = QRect(
        box.right() - theme.GRID - theme.AB_WIDTH, middle - height // 2, theme.AB_WIDTH, height
    )
    play = QRect(
        switch.left() - theme.GRID - theme.BUTTON_WIDTH, switch.top(), theme.BUTTON_WIDTH, height
    )
    why_left = play.left() - gap - theme.WHY_WIDTH
    why = QRect(why_left, box.top(), theme.WHY_WIDTH, box.height())
    cover = QRect(
        box.left() + theme.RANK_WIDTH + theme.HALF,
        middle - theme.RESULT_COVER // 2,
        theme.RESULT_COVER,
        theme.RESULT_COVER,
    )
    names_left = cover.right() + theme.GRID + theme.HALF
    free = why.left() - names_left - theme.NAMES_LEAST - theme.SCORE_WIDTH - 3 * gap
    has_wave = free >= theme.RESULT_WAVE_LEAST
    wave_width = min(free, theme.RESULT_WAVE_MOST) if has_wave else 0
    wave = QRect(why.left() - gap - wave_width, box.top() + 12, wave_width, box.height() - 24)
    spare = free + gap  # of the place that the wave would take
    score_width = theme.SCORE_WIDTH
    if not has_wave:
        score_width = max(theme.SCORE_LEAST, theme.SCORE_WIDTH + min(0, spare + NAMES_GIVE))
    score_left = wave.left() - (gap if has_wave else 0) - score_width
    score = QRect(score_left, box.top(), score_width, box.height())
    names = QRect(names_left, box.top(), score.left() - gap - names_left, box.height())
    rank = QRect(box.left(), box.top(), theme.RANK_WIDTH, box.height())
    return Places(rank, cover, names, score, wave, why, play, switch)


class ResultDelegate(QStyledItemDelegate):
    """Draws results, and knows where their buttons are.

    A list none of whose songs can be played has no buttons, and gives their place to the names.
    """

    def __init__(
        self, look: Theme, covers: CoverShelf, parent: QWidget, *, has_buttons: bool = True
    ) -> None:
        super().__init__(parent)
        self._beyond_px = 0 if has_buttons else BUTTONS_PX
        self._theme = look
        self._covers = covers
        self._waves = painting.WaveCache(kept=WAVES_KEPT)
        self._text = theme.font()
        self._title = theme.font(weight=theme.Weight.MEDIUM)
        self._small = theme.font(theme.SMALL_PX)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002, N802 - Qt's name and arguments
        """Return the size of a result; all are the same height."""
        return QSize(0, theme.RESULT_HEIGHT)

    def result(self, index: Index) -> Result:
        """Return the result of an index."""
        found: Result = index.data(RESULT_ROLE)
        return found

    def part_at(self, box: QRect, at: QPoint, *, result: Result) -> ResultPart | None:
        """Return the button under the pointer."""
        where = places(box)
        if result.path is None:
            return None
        if where.play.contains(at):
            return ResultPart.PLAY
        return ResultPart.SWITCH if where.switch.contains(at) else None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a result."""
        result, where = self.result(index), places(option.rect.adjusted(0, 0, self._beyond_px, 0))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painting.card_ground(painter, option, tokens=self._theme.tokens)
        self._names(painter, where, result, rank=index.row() + 1)
        self._score(painter, where.score, result)
        self._wave(painter, where.wave, result)
        self._why(painter, where.why, result)
        if result.path is not None:
            self._buttons(painter, where)
        painter.restore()

    def _names(self, painter: QPainter, where: Places, result: Result, *, rank: int) -> None:
        tokens, middle = self._theme.tokens, where.names.center().y()
        painting.words(
            painter, where.rank, str(rank), font=self._text, colour=tokens.muted, align=CENTRE
        )
        image = self._covers.get(result.song_id)
        painting.cover(painter, where.cover, image, name=result.title)
        title = QRect(where.names.left(), middle - 19, where.names.width(), 20)
        artist = QRect(where.names.left(), middle + 1, where.names.width(), 17)
        painting.words(painter, title, result.title, font=self._title, colour=tokens.text)
        painting.words(painter, artist, result.artist, font=self._small, colour=tokens.muted)

    def _score(self, painter: QPainter, box: QRect, result: Result) -> None:
        tokens, middle = self._theme.tokens, box.center().y()
        line = QRectF(box.left(), middle - 19, box.width(), theme.SCORE_BAR_HEIGHT)
        painting.bar(painter, line, result.share, tokens=tokens)
        figure = QRect(box.left(), middle - 11, box.width(), 17)
        measure = QRect(box.left(), middle + 5, box.width(), 17)
        painting.words(painter, figure, result.figure, font=self._text, colour=tokens.text)
        painting.words(painter, measure, result.measure, font=self._small, colour=tokens.muted)

    def _wave(self, painter: QPainter, box: QRect, result: Result) -> None:
        if box.width() <= 0:
            return
        tokens = self._theme.tokens
        style = painting.WaveStyle(tokens.backing, theme.SMALL_WAVE_BAR, theme.SMALL_WAVE_GAP)
        if result.match:
            match = result.match
            place = painting.match_box(
                QRectF(box),
                match.song_s,
                match.duration_s * result.pace,
                duration_s=result.duration_s,
            )
            painting.match_mark(painter, place, tokens=tokens)
        self._waves.draw(painter, QRectF(box), result.overview, style=style)

    def _why(self, painter: QPainter, box: QRect, result: Result) -> None:
        tokens, middle = self._theme.tokens, box.center().y()
        colour = tokens.duplicates_text if result.verdict else tokens.accent_text
        lines = result.why.split("\n")
        is_short = len(lines) == 1 and (
            QFontMetrics(self._small).horizontalAdvance(result.why) <= box.width()
        )
        # One line stands in the middle too, and three have room.
        top = middle + (theme.GRID if is_short else -THIRD_LINE if len(lines) > 2 else 0)
        at = QPointF(box.left() + 0.5, top - 16.5)
        painting.pill(painter, at, result.label, font=self._small, colour=colour)
        painter.setPen(tokens.muted)
        if len(lines) <= 2:
            below = QRect(box.left(), top - 6, box.width(), 36)
            painter.drawText(below, TWO_LINES, self._cut(lines, box.width()))
            return
        for number, line in enumerate(lines):
            below = QRect(box.left(), top - 8 + number * LINE_PX, box.width(), LINE_PX + 3)
            painting.words(painter, below, line, font=self._small, colour=tokens.muted)

    def _cut(self, lines: list[str], width: int) -> str:
        """Let one line go on in the next; two stay two, however long they are."""
        if len(lines) == 1:
            return lines[0]
        metrics, right = QFontMetrics(self._small), Qt.TextElideMode.ElideRight
        return "\n".join(metrics.elidedText(line, right, width) for line in lines)

    def _buttons(self, painter: QPainter, where: Places) -> None:
        tokens = self._theme.tokens
        painting.button(painter, where.play, tokens=tokens)
        sign = QRectF(0, 0, 9, 11)
        sign.moveCenter(QRectF(where.play).center() + QPointF(0.5, 0))
        painting.play_sign(painter, sign, tokens.text)
        painting.button(painter, where.switch, tokens=tokens)
        painting.words(
            painter, where.switch, "A/B", font=self._text, colour=tokens.text, align=CENTRE
        )
