"""Small builders for the controls that several widgets have."""

from typing import ClassVar, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from ui import theme
from ui.theme import Theme

TICK: Final = ((0.25, 0.52), (0.44, 0.7), (0.76, 0.3))  # shares of its box
TICK_PX: Final = 2.0


def label(text: str = "", *, tone: str = "", size_px: float = theme.TEXT_PX) -> QLabel:
    """Make a label in one of the tones of the style sheet."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)  # names of files and songs are no markup
    made.setFont(theme.font(size_px))
    made.setProperty("tone", tone)
    return made


def button(
    text: str, *, name: str = "", kind: str = "", height: int = theme.CONTROL_HEIGHT
) -> QPushButton:
    """Make a button; ``name`` is what a screen reader says where the text is not enough."""
    made = QPushButton(text)
    made.setFixedHeight(height)
    made.setAccessibleName(name or text)
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    return made


def restyle(widget: QWidget) -> None:
    """Let the style sheet see that a property has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class TickBox(QCheckBox):
    """A check box with a tick of our own: a style sheet alone would tell by colour only."""

    def __init__(self, text: str, look: Theme) -> None:
        super().__init__(text)
        self.setAccessibleName(text)
        self._theme = look

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the tick over what the style draws."""
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        part = QStyle.SubElement.SE_CheckBoxIndicator
        box = QRectF(self.style().subElementRect(part, option, self))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.tokens.on_accent, TICK_PX))
        painter.drawPolyline([box.topLeft() + self._at(box, *at) for at in TICK])

    def _at(self, box: QRectF, across: float, down: float) -> QPointF:
        return QPointF(across * box.width(), down * box.height())


class CutLabel(QLabel):
    """A label of one line that is cut with an ellipsis; the whole text is in its tool tip."""

    def __init__(self, *, tone: str = "", size_px: float = theme.TEXT_PX) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size_px))
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._whole = ""

    @property
    def whole(self) -> str:
        """The text, uncut."""
        return self._whole

    def say(self, text: str) -> None:
        """Show another text."""
        if text != self._whole:
            self._whole = text
            self.setToolTip(text)
            self.setAccessibleName(text)
            self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Cut anew for another width."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        right = Qt.TextElideMode.ElideRight
        self.setText(QFontMetrics(self.font()).elidedText(self._whole, right, self._text_width()))

    def _text_width(self) -> int:
        return self.width()


class Chip(CutLabel):
    """A fact on a ground of its own: as wide as its text, and cut only where that is too much."""

    PADDING_PX: ClassVar = theme.GRID  # as the style sheet pads it, left and right

    def __init__(self, text: str) -> None:
        super().__init__(tone="chip", size_px=theme.SMALL_PX)
        self.setIndent(0)  # else a label with a ground of its own keeps half a letter free
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.say(text)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the whole text."""
        width = QFontMetrics(self.font()).horizontalAdvance(self.whole) + 1
        return QSize(width + 2 * self.PADDING_PX, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of an ellipsis."""
        width = QFontMetrics(self.font()).horizontalAdvance("…")
        return QSize(width + 2 * self.PADDING_PX, super().minimumSizeHint().height())

    def _text_width(self) -> int:
        return self.width() - 2 * self.PADDING_PX
