"""The look: contrast of every text on every ground, the system's scheme, one place for colours."""

import re
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import ui
from ui.theme import DARK, LIGHT, TINT, Theme, Tokens, cover_colours, font, mix

LEAST_CONTRAST = 4.5  # of text on its ground: WCAG 2, level AA
UI = Path(ui.__file__).parent


def luminance(colour: QColor) -> float:
    """Return the relative luminance of WCAG 2."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: QColor, second: QColor) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize(
    "text", ["text", "muted", "accent_text", "duplicates_text", "cluster_text", "trouble_text"]
)
def test_every_text_can_be_read_on_every_ground(tokens: Tokens, text: str) -> None:
    chosen = mix(tokens.accent, tokens.surface, TINT)
    for ground in (tokens.window, tokens.surface, tokens.raised, chosen):
        assert contrast(getattr(tokens, text), ground) >= LEAST_CONTRAST, ground.name()


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_text_on_coloured_buttons_can_be_read(tokens: Tokens) -> None:
    assert contrast(tokens.on_cluster, tokens.cluster) >= LEAST_CONTRAST
    assert contrast(tokens.on_accent, tokens.accent_text) >= LEAST_CONTRAST


def test_no_other_file_names_a_colour() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|QColor\(\s*[\"'\d]|(?<!\.)\brgba?\(")
    for path in UI.rglob("*.py"):
        if path.name != "theme.py":
            assert not colour.search(path.read_text("utf-8")), path


def test_the_window_follows_the_system(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme()
    # The offscreen platform has no scheme of its own to change.
    for scheme, tokens in ((Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK)):
        with qtbot.waitSignal(theme.changed):
            qapp.styleHints().colorSchemeChanged.emit(scheme)
        assert theme.tokens is tokens


def test_fonts_have_the_size_that_was_asked_for(qapp: QApplication) -> None:
    per_inch = qapp.primaryScreen().logicalDotsPerInchY()
    for size_px in (11.5, 13.0, 20.0):
        assert font(size_px).pointSizeF() * per_inch / 72 == pytest.approx(size_px)


def test_songs_without_a_cover_have_colours_of_their_own() -> None:
    assert cover_colours("a") == cover_colours("a")
    assert len({cover_colours(str(i))[0].name() for i in range(50)}) > 30


def test_the_bindings_keep_the_count_of_none(qapp: QApplication) -> None:
    """PySide6 6.12.0 loses a reference to None at every call that returns nothing, which kills
    a Python whose None can die (before 3.12) within seconds of painting."""
    picture = QPixmap(8, 8)
    painter = QPainter(picture)
    before = sys.getrefcount(None)
    for _ in range(1000):
        painter.drawRect(QRectF(0, 0, 1, 1))
    lost = before - sys.getrefcount(None)
    painter.end()
    assert lost < 500
