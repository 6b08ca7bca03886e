"""What stands where a list would be: words with a button or two, or the shape of what comes."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui import theme
from ui.language import gettext as _
from ui.theme import Theme

# Where the grey shapes of a row lie, as shares of its width: names, times, words.
SHAPES = ((0.02, 0.30), (0.46, 0.06), (0.62, 0.14))
TALL = 0.28  # of the height of a row
FADE_ROWS = 8  # further rows are too faint to see


class Placeholder(QWidget):
    """A sentence or a few, and buttons for what can be done."""

    pressed = Signal()
    other_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._label = QLabel()
        self._label.setProperty("tone", "muted")
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setWordWrap(True)
        self._button, self._other = QPushButton(), QPushButton()
        for button, signal in ((self._button, self.pressed), (self._other, self.other_pressed)):
            button.setFixedHeight(theme.CONTROL_HEIGHT)
            button.clicked.connect(signal)
        self.setFocusProxy(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(4 * theme.GRID,) * 4)
        column.setSpacing(2 * theme.GRID)
        column.addStretch(2)
        column.addWidget(self._label)
        column.addLayout(self._buttons())
        column.addStretch(3)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        row.addStretch(1)
        row.addWidget(self._button)
        row.addWidget(self._other)
        row.addStretch(1)
        return row

    @property
    def text(self) -> str:
        """The sentence."""
        return self._label.text()

    def say(self, text: str, *, button: str = "", other: str = "") -> None:
        """Show a sentence, and each button that has words."""
        self._label.setText(text)
        for one, said in ((self._button, button), (self._other, other)):
            one.setText(said)
            one.setAccessibleName(said)
            one.setVisible(bool(said))


class Skeleton(QWidget):
    """The shape of rows that are on their way; it does not move."""

    def __init__(self, look: Theme, row_height: int) -> None:
        super().__init__()
        self.setAccessibleName(_("Loading"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # it holds the keyboard's place
        self._theme = look
        self._row_height = row_height

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Draw fainter and fainter rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.tokens.line)
        for row in range(FADE_ROWS):
            painter.setOpacity(1.0 - row / FADE_ROWS)
            for left, width in SHAPES:
                painter.drawRoundedRect(self._shape(row, left, width), theme.HALF, theme.HALF)

    def _shape(self, row: int, left: float, width: float) -> QRectF:
        tall = TALL * self._row_height
        top = theme.CONTROL_HEIGHT + row * self._row_height + (self._row_height - tall) / 2
        return QRectF(left * self.width(), top, width * self.width(), tall)
