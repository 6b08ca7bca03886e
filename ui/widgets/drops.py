"""What was dropped or pasted, as files and folders; and the veil that says where to let go."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.language import N_
from ui.language import gettext as _
from ui.theme import Theme

ADD_WORDS = N_("Let go to add to the library")
CHECK_WORDS = N_("Let go to check; nothing is added")
VEIL_ALPHA = 225  # of 255: what lies under it can still be guessed


def local_paths(data: QMimeData) -> list[Path]:
    """Return the files and folders on this machine that the data names, in order, once each."""
    urls = data.urls() if data.hasUrls() else []
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    if not urls and data.hasText():
        paths = [Path(line) for line in map(str.strip, data.text().splitlines()) if line]
    return list(dict.fromkeys(path for path in paths if path.is_absolute()))


class DropVeil(QWidget):
    """Covers the window while something is dragged over it."""

    def __init__(self, parent: QWidget, look: Theme) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme = look
        self._words = _(ADD_WORDS)
        self.hide()

    def rise(self, *, is_check: bool = False) -> None:
        """Cover the window, and say what letting go will do."""
        self._words = _(CHECK_WORDS) if is_check else _(ADD_WORDS)
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Draw a frame and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        veil = QColor(tokens.window)
        veil.setAlpha(VEIL_ALPHA)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(tokens.accent, 2, Qt.PenStyle.DashLine))
        margin = 3 * theme.GRID
        box = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)
        painter.setFont(theme.font(theme.TITLE_PX))
        painter.setPen(tokens.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._words)
