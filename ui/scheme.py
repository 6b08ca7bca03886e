"""Wearing the colours that the user chose."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from core.settings import Scheme
from ui.theme import DARK, LIGHT, Theme


def wear(look: Theme, scheme: Scheme) -> None:
    """Show a scheme at once; Qt is told too, so that what the system draws agrees."""
    hints = QGuiApplication.styleHints()
    if scheme is Scheme.SYSTEM:
        hints.unsetColorScheme()
        is_dark = hints.colorScheme() is not Qt.ColorScheme.Light
    else:
        is_dark = scheme is Scheme.DARK
        hints.setColorScheme(Qt.ColorScheme.Dark if is_dark else Qt.ColorScheme.Light)
    tokens = DARK if is_dark else LIGHT
    if look.tokens is not tokens:
        look.use(tokens)
