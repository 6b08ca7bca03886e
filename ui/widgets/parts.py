"""Small builders for the controls that several widgets have."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from ui import theme


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
        self.setText(QFontMetrics(self.font()).elidedText(self._whole, right, self.width()))
