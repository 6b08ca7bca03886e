"""A song's wave: the matched place drawn on it, the playhead, and a click to go there."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.types import Float32Array
from ui import theme
from ui.presenters.answers import NO_WAVE
from ui.theme import Theme
from ui.widgets import painting

KEY_STEP = 0.02  # share of the song that an arrow key jumps: five seconds of four minutes


class Waveform(QWidget):
    """Draws a wave; ``sought`` tells a share in [0, 1] of the song."""

    sought = Signal(float)

    def __init__(self, look: Theme, *, height: int, name: str) -> None:
        super().__init__()
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self._theme = look
        self._waves = painting.WaveCache(kept=1)
        self._overview = NO_WAVE
        self._duration_s = 0.0
        self._match: tuple[float, float] | None = None
        self._position_s: float | None = None

    def show_song(self, overview: Float32Array, *, duration_s: float) -> None:
        """Draw another song."""
        self._overview, self._duration_s = overview, duration_s
        self.update()

    def mark(self, start_s: float, length_s: float) -> None:
        """Draw a matched place."""
        self._match = (start_s, length_s)
        self.update()

    def unmark(self) -> None:
        """Draw no matched place."""
        self._match = None
        self.update()

    def show_position(self, position_s: float | None) -> None:
        """Draw the playhead at a moment of the song, or none."""
        if position_s != self._position_s:
            self._position_s = position_s
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Draw the wave, the match over it, the playhead over both."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, box = self._theme.tokens, QRectF(self.rect())
        if self._match:
            start_s, length_s = self._match
            place = painting.match_box(box, start_s, length_s, duration_s=self._duration_s)
            painting.match_mark(painter, place, tokens=tokens)
        if self._overview.size:
            style = painting.WaveStyle(tokens.backing)
            self._waves.draw(painter, box, self._overview, style=style)
        else:
            middle = QRectF(0, box.center().y(), box.width(), theme.LINE)
            painter.fillRect(middle, tokens.line)
        if self._position_s is not None and self._duration_s > 0:
            self._draw_playhead(painter, box, tokens.text)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(tokens.accent)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.HALF, theme.HALF)

    def _draw_playhead(self, painter: QPainter, box: QRectF, colour: QColor) -> None:
        share = min(1.0, (self._position_s or 0.0) / self._duration_s)
        x = share * box.width()
        played = QColor(self._theme.tokens.surface)
        played.setAlpha(theme.PLAYED_ALPHA)
        painter.fillRect(QRectF(0, box.top(), x, box.height()), played)
        painter.fillRect(QRectF(x - 1, box.top(), theme.WAVE_BAR, box.height()), colour)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go to the place that was clicked."""
        if event.button() is Qt.MouseButton.LeftButton and self._duration_s > 0:
            self.sought.emit(min(1.0, max(0.0, event.position().x() / self.width())))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Jump with the arrow keys."""
        steps = {Qt.Key.Key_Left: -KEY_STEP, Qt.Key.Key_Right: KEY_STEP}
        step = steps.get(Qt.Key(event.key()))
        if step is None or self._duration_s <= 0:
            super().keyPressEvent(event)
            return
        share = (self._position_s or 0.0) / self._duration_s + step
        self.sought.emit(min(1.0, max(0.0, share)))
