"""Small shapes that several widgets and delegates draw: pills, steps, bars, waves, covers."""

import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from core.types import AnalysisStep, Float32Array
from ui import theme
from ui.theme import Tokens

# How much of the ring of a step is filled.
FILLED = {
    AnalysisStep.WAITING: 0.0,
    AnalysisStep.READING: 0.25,
    AnalysisStep.FIRST_ANSWER: 0.5,
    AnalysisStep.SEPARATING: 0.75,
    AnalysisStep.READY: 1.0,
    AnalysisStep.SKIPPED: 1.0,
}
TOP = 90 * 16  # twelve o'clock, in Qt's sixteenths of a degree
FULL_TURN = 360 * 16
# A peak that is lower than this share of the height is drawn as a dash, so that silence shows.
LEAST_PEAK = 0.03
FIRST_LINE_PX, SECOND_LINE_PX = 19, 16  # of two lines of words, over and under the middle
LINE_SHARE = 0.6  # of the line's colour between rows: it parts them, and is not a frame
SPEAKER_PX = 1.5  # the pen of its waves


def words(
    painter: QPainter,
    box: QRect,
    text: str,
    *,
    font: QFont,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Draw one line of text, cut with an ellipsis where it is too long."""
    painter.setFont(font)
    painter.setPen(colour)
    cut = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, cut)


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text as it is drawn."""

    text: str
    font: QFont
    colour: QColor


def two_lines(painter: QPainter, box: QRect, first: Words, below: Words) -> None:
    """Draw a line over a smaller one, or alone in the middle where that is empty."""
    middle = box.center().y()
    top = middle - FIRST_LINE_PX + 1 if below.text else middle - FIRST_LINE_PX // 2
    upper = QRect(box.left(), top, box.width(), FIRST_LINE_PX)
    lower = QRect(box.left(), middle + 1, box.width(), SECOND_LINE_PX)
    words(painter, upper, first.text, font=first.font, colour=first.colour)
    words(painter, lower, below.text, font=below.font, colour=below.colour)


def row_ground(
    painter: QPainter, option: QStyleOptionViewItem, *, tokens: Tokens, has_edge: bool = True
) -> None:
    """Draw what lies under a row: its tint and edge where it is chosen, and the line below."""
    box = option.rect
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(box, theme.mix(tokens.accent, tokens.surface, theme.TINT))
        if has_edge:
            edge = QRect(box.left(), box.top(), theme.EDGE, box.height())
            painter.fillRect(edge, tokens.accent)
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(box, tokens.raised)
    line = QRect(box.left(), box.bottom(), box.width(), theme.LINE)
    painter.fillRect(line, theme.mix(tokens.line, tokens.surface, LINE_SHARE))


def card_ground(painter: QPainter, option: QStyleOptionViewItem, *, tokens: Tokens) -> None:
    """Draw the card under a line that is chosen or hovered, framed where the keyboard is."""
    is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    if not is_chosen and not option.state & QStyle.StateFlag.State_MouseOver:
        return
    has_focus = is_chosen and bool(option.state & QStyle.StateFlag.State_HasFocus)
    painter.setPen(QPen(tokens.accent if has_focus else tokens.line, theme.LINE))
    painter.setBrush(tokens.surface)
    box = QRectF(option.rect).adjusted(0.5, 1.5, -0.5, -1.5)
    painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)


def pill(painter: QPainter, at: QPointF, text: str, *, font: QFont, colour: QColor) -> int:
    """Draw a label in a rounded frame, its left middle at ``at``; return its width."""
    metrics = QFontMetrics(font)
    width, height = metrics.horizontalAdvance(text) + 2 * theme.HALF + 2, metrics.height() + 2
    box = QRectF(at.x(), at.y() - height / 2, width, height)
    painter.setPen(QPen(colour, theme.LINE))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, theme.HALF, theme.HALF)
    painter.setFont(font)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return width


def step_mark(painter: QPainter, box: QRectF, step: AnalysisStep, *, tokens: Tokens) -> None:
    """Draw how far a song is: an empty ring fills up to a dot; a triangle is trouble."""
    if step is AnalysisStep.FAILED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.trouble)
        painter.drawPolygon(QPolygonF([_top(box), box.bottomRight(), box.bottomLeft()]))
        return
    share = FILLED[step]
    painter.setPen(QPen(tokens.muted if share == 0.0 else tokens.accent, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(box)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.accent)
    painter.drawPie(box, TOP, -round(share * FULL_TURN))


def _top(box: QRectF) -> QPointF:
    return QPointF(box.center().x(), box.top())


def bar(painter: QPainter, box: QRectF, share: float, *, tokens: Tokens) -> None:
    """Draw a score in [0, 1] as a bar."""
    radius = box.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.line)
    painter.drawRoundedRect(box, radius, radius)
    filled = QRectF(box)
    filled.setWidth(max(box.height(), box.width() * share))
    painter.setBrush(tokens.accent)
    painter.drawRoundedRect(filled, radius, radius)


@dataclass(frozen=True, slots=True)
class WaveStyle:
    """How a wave is drawn: bars and gaps in pixels."""

    colour: QColor
    bar: float = theme.WAVE_BAR
    gap: float = theme.WAVE_GAP


class WaveCache:
    """Draws waves, each once: a wave is some hundred bars, and is painted again with every frame.

    A wave is known by its array, which must not be changed after it was drawn.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._drawn: OrderedDict[tuple[object, ...], tuple[Float32Array, QPixmap]] = OrderedDict()

    def draw(
        self, painter: QPainter, box: QRectF, overview: Float32Array, *, style: WaveStyle
    ) -> None:
        """Draw the peaks of a song, float32 [n] in [0, 1], as bars around the middle."""
        if not overview.size or box.isEmpty():
            return
        device = painter.device()
        scale = device.devicePixelRatioF() if device is not None else 1.0
        key = (id(overview), box.width(), box.height(), style.colour.rgba(), scale)
        if key not in self._drawn:
            self._drawn[key] = (overview, wave_picture(box, overview, style=style, scale=scale))
        self._drawn.move_to_end(key)
        if len(self._drawn) > self._kept:
            self._drawn.popitem(last=False)
        painter.drawPixmap(box.topLeft(), self._drawn[key][1])


def wave_picture(box: QRectF, overview: Float32Array, *, style: WaveStyle, scale: float) -> QPixmap:
    """Return the wave as a picture of the size of ``box``."""
    picture = QPixmap(math.ceil(box.width() * scale), math.ceil(box.height() * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.colour)
    middle, step = box.height() / 2, style.bar + style.gap
    bars = max(1, int(box.width() // step))
    for index, peak in enumerate(peaks(overview, bars)):
        tall = max(LEAST_PEAK, float(peak)) * middle
        painter.drawRect(QRectF(index * step, middle - tall, style.bar, 2 * tall))
    painter.end()
    return picture


def peaks(overview: Float32Array, bars: int) -> Float32Array:
    """Return the highest peak under each bar, float32 [bars]."""
    starts = np.linspace(0, overview.size, bars, endpoint=False).astype(int)
    return np.maximum.reduceat(overview, starts)


def match_box(box: QRectF, start_s: float, length_s: float, *, duration_s: float) -> QRectF:
    """Return where a place of a song lies on its wave; at least as wide as an eye can find."""
    if duration_s <= 0:
        return QRectF()
    left = box.left() + box.width() * min(1.0, max(0.0, start_s / duration_s))
    width = max(float(theme.GRID), box.width() * length_s / duration_s)
    return QRectF(left, box.top(), min(width, box.right() - left), box.height())


def match_mark(painter: QPainter, box: QRectF, *, tokens: Tokens) -> None:
    """Draw the matched place over a wave."""
    if box.isEmpty():
        return
    colour = QColor(tokens.accent)
    colour.setAlpha(theme.MATCH_ALPHA)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(box, theme.HALF, theme.HALF)


def cover(painter: QPainter, box: QRect, image: QPixmap | None, *, name: str) -> None:
    """Draw a song's cover, or colours of its own where it has none."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(box), theme.HALF, theme.HALF)
    painter.save()
    painter.setClipPath(path)
    if image is None:
        first, second = theme.cover_colours(name)
        gradient = QLinearGradient(QPointF(box.topLeft()), QPointF(box.bottomRight()))
        gradient.setColorAt(0.0, first)
        gradient.setColorAt(1.0, second)
        painter.fillPath(path, gradient)
    else:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)  # most are drawn smaller
        painter.drawPixmap(box, image)
    painter.restore()


def button(painter: QPainter, box: QRect, *, tokens: Tokens, is_on: bool = False) -> None:
    """Draw the frame of a button."""
    painter.setPen(QPen(tokens.accent if is_on else tokens.line, theme.LINE))
    painter.setBrush(
        theme.mix(tokens.accent, tokens.raised, theme.TINT) if is_on else tokens.raised
    )
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)


def play_sign(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Draw the triangle of "play"."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    right = QPointF(box.right(), box.center().y())
    painter.drawPolygon(QPolygonF([box.topLeft(), right, box.bottomLeft()]))


def pause_sign(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Draw the two bars of "pause"."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    width = box.width() / 3
    painter.drawRect(QRectF(box.left(), box.top(), width, box.height()))
    painter.drawRect(QRectF(box.right() - width, box.top(), width, box.height()))


def speaker_sign(painter: QPainter, box: QRect, colour: QColor, *, is_muted: bool) -> None:
    """Draw a speaker, with waves beside it, or with a cross where it is mute."""
    middle = QPointF(box.center())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    shape = ((-8, -3), (-5, -3), (-1, -6), (-1, 6), (-5, 3), (-8, 3))
    painter.drawPolygon(QPolygonF([middle + QPointF(x, y) for x, y in shape]))
    painter.setPen(QPen(colour, SPEAKER_PX))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if is_muted:
        for rise in (3, -3):
            painter.drawLine(middle + QPointF(2, -rise), middle + QPointF(8, rise))
        return
    for size in (5.0, 9.0):
        wave = QRectF(0, 0, size, size * 1.4)
        wave.moveCenter(middle + QPointF(1, 0))
        painter.drawArc(wave, -60 * 16, 120 * 16)  # Qt counts sixteenths of a degree
