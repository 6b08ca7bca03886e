"""The look: the only file that names a colour or a size.

Sizes are device-independent pixels on a grid of eight. ``*_text`` colours are for words: they
keep a contrast of at least 4.5:1 on every ground, which the colours of shapes need not.
"""

from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

GRID: Final = 8
HALF: Final = 4
RADIUS: Final = 6
CARD_RADIUS: Final = 8
LINE: Final = 1

TEXT_PX: Final = 13.0
SMALL_PX: Final = 11.5
HEADING_PX: Final = 15.0
TITLE_PX: Final = 20.0

WINDOW_SIZE: Final = (1440, 900)
SMALLEST_WINDOW: Final = (1120, 640)
LIBRARY_WIDTH: Final = 600
LIBRARY_LEAST: Final = 440
PAGE_LEAST: Final = 660
BAR_HEIGHT: Final = 48
STRIP_HEIGHT: Final = 36
TRANSPORT_HEIGHT: Final = 72
CONTROL_HEIGHT: Final = 32
SMALL_CONTROL_HEIGHT: Final = 24
SEARCH_WIDTH: Final = (160, 300)
ROW_HEIGHT: Final = 44
RESULT_HEIGHT: Final = 64
TIME_WIDTH: Final = 64
BPM_WIDTH: Final = 48
KEY_WIDTH: Final = 52
ARTIST_WIDTH, ADDED_WIDTH = 140, 92
SONG_LEAST: Final = 168  # of titles: narrower, other columns give them their room
STAGE_WIDTH: Final = 208
ROW_COVER: Final = 32
RESULT_COVER: Final = 40
PAGE_COVER: Final = 60
DECK_COVER: Final = 30
DECK_WIDTH: Final = 160
VOLUME_WIDTH: Final = 72
VOLUME_LEAST: Final = 48
DEVICE_WIDTH: Final = 140
DEVICE_LEAST: Final = 88
WIDE_TRANSPORT: Final = 1320  # below it, the transport says the level in fewer words
DECK_HEIGHT: Final = 46
PLAY_SIZE: Final = 40
WAVE_HEIGHT: Final = 92
TRANSPORT_WAVE_HEIGHT: Final = 48
WAVE_BAR: Final = 2
WAVE_GAP: Final = 1.5
SMALL_WAVE_BAR: Final = 1.5
SMALL_WAVE_GAP: Final = 1.0
STEP_SIZE: Final = 10
SCORE_BAR_HEIGHT: Final = 5
PROGRESS_WIDTH: Final = 260
PROGRESS_HEIGHT: Final = 5
EDGE: Final = 3  # the mark at the edge of the selected row
RANK_WIDTH: Final = 28
SCORE_WIDTH: Final = 140
SCORE_LEAST: Final = 100
WHY_WIDTH: Final = 156
NAMES_LEAST: Final = 160
RESULT_WAVE_LEAST: Final = 72
RESULT_WAVE_MOST: Final = 200
BUTTON_WIDTH: Final = 36
AB_WIDTH: Final = 44
COPY_HEIGHT: Final = 56
COPIES_SHOWN: Final = 4  # of a group before its list scrolls
FACT_WIDTH: Final = 112
BADGE_WIDTH: Final = 48
OVERLAP_WAVE_HEIGHT: Final = 56
DIALOG_WIDTH: Final = 440
PLACE_WIDTH: Final = 64
PANEL_SIZE: Final = (840, 600)
TINT: Final = 0.14  # how much of a colour lies on its ground where something is selected
MATCH_ALPHA: Final = 90  # of 255, of the matched place drawn over a waveform
PLAYED_ALPHA: Final = 110  # of 255, of what was played already


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one scheme."""

    window: QColor
    surface: QColor
    raised: QColor
    line: QColor
    text: QColor
    muted: QColor
    accent: QColor
    accent_text: QColor
    on_accent: QColor
    backing: QColor
    voice: QColor
    duplicates: QColor
    duplicates_text: QColor
    cluster: QColor
    cluster_text: QColor
    on_cluster: QColor
    trouble: QColor
    trouble_text: QColor


DARK: Final = Tokens(
    window=QColor("#111417"),
    surface=QColor("#171B1F"),
    raised=QColor("#1E2328"),
    line=QColor("#2A3036"),
    text=QColor("#E8ECEF"),
    muted=QColor("#8D97A1"),
    accent=QColor("#2FBFA7"),
    accent_text=QColor("#2FBFA7"),
    on_accent=QColor("#111417"),
    backing=QColor("#3AA99A"),
    voice=QColor("#FF8A73"),
    duplicates=QColor("#F2B84B"),
    duplicates_text=QColor("#F2B84B"),
    cluster=QColor("#9A8CFF"),
    cluster_text=QColor("#9A8CFF"),
    on_cluster=QColor("#111417"),
    trouble=QColor("#FF6B6B"),
    trouble_text=QColor("#FF6B6B"),
)

LIGHT: Final = Tokens(
    window=QColor("#F4F5F6"),
    surface=QColor("#FFFFFF"),
    raised=QColor("#EEF0F2"),
    line=QColor("#DDE1E5"),
    text=QColor("#1B2126"),
    muted=QColor("#5C6670"),  # a little darker than the drawing's, for contrast on raised ground
    accent=QColor("#0F8F7C"),
    accent_text=QColor("#0B6F60"),
    on_accent=QColor("#FFFFFF"),
    backing=QColor("#2D9C8C"),
    voice=QColor("#E8644A"),
    duplicates=QColor("#B97A00"),
    duplicates_text=QColor("#835600"),
    cluster=QColor("#6353D6"),
    cluster_text=QColor("#5646C8"),
    on_cluster=QColor("#FFFFFF"),
    trouble=QColor("#CC3B3B"),
    trouble_text=QColor("#B32D2D"),
)

# What tells categories of the map apart, beside their shapes; by the scheme's window colour.
_MAP_DARK: Final = "#2FBFA7 #FF8A73 #F2B84B #9A8CFF #5AB0FF #E77FC1 #A5D65C #C9A27A"
_MAP_LIGHT: Final = "#0F8F7C #D9553B #B97A00 #6353D6 #1F78C8 #B83C8C #5E8A12 #8A6238"
MAP_POINT: Final = 8
MAP_LISTED: Final = 13
MAP_CHOSEN: Final = 20
MAP_HIT: Final = 14  # how near to a point the pointer must be
MAP_FAINT: Final = 0.28  # of the colour of songs that the search leaves out
MAP_LINE: Final = 1.6
MAP_LEGEND_ICON: Final = 14

# Covers of songs that carry none: two hues, so far apart that they read as a picture.
COVER_HUE_STEP: Final = 48
COVER_SATURATION: Final = 120
COVER_VALUE: Final = (110, 185)


# What Qt falls back to where no desktop names a font; a better face is used then, if it is there.
FALLBACK_FAMILIES: Final = frozenset({"DejaVu Sans", "Sans", "Sans Serif", ""})
BETTER_FAMILY: Final = "Inter"


class Weight(Enum):
    """How heavy words are."""

    NORMAL = QFont.Weight.Normal
    MEDIUM = QFont.Weight.Medium
    BOLD = QFont.Weight.DemiBold


class Theme(QObject):
    """The scheme in use; follows the system's, and tells when it turned."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        hints = QGuiApplication.styleHints()
        self._tokens = _tokens_of(hints.colorScheme())
        QApplication.setFont(font())
        hints.colorSchemeChanged.connect(self._follow)

    @property
    def tokens(self) -> Tokens:
        """The colours."""
        return self._tokens

    def use(self, tokens: Tokens) -> None:
        """Change the colours."""
        self._tokens = tokens
        self.changed.emit()

    def dress(self, window: QWidget) -> None:
        """Give a window and all in it the look."""
        window.setFont(font())
        window.setPalette(palette(self._tokens))
        window.setStyleSheet(style_sheet(self._tokens))

    def _follow(self, scheme: Qt.ColorScheme) -> None:
        self.use(_tokens_of(scheme))


def _tokens_of(scheme: Qt.ColorScheme) -> Tokens:
    return LIGHT if scheme is Qt.ColorScheme.Light else DARK


def font(size_px: float = TEXT_PX, weight: Weight = Weight.NORMAL) -> QFont:
    """Return the system's font in a size, which may be a fraction of a pixel."""
    made = QFont(QApplication.font())
    if made.family() in FALLBACK_FAMILIES and QFontDatabase.hasFamily(BETTER_FAMILY):
        made.setFamily(BETTER_FAMILY)
    screen = QGuiApplication.primaryScreen()
    points_per_inch = 72
    made.setPointSizeF(size_px * points_per_inch / screen.logicalDotsPerInchY())
    made.setWeight(weight.value)
    return made


def mix(colour: QColor, ground: QColor, share: float) -> QColor:
    """Return ``share`` of a colour laid over a ground."""
    pairs = (
        (colour.redF(), ground.redF()),
        (colour.greenF(), ground.greenF()),
        (colour.blueF(), ground.blueF()),
    )
    return QColor.fromRgbF(*(share * over + (1 - share) * under for over, under in pairs))


def map_colours(tokens: Tokens) -> tuple[QColor, ...]:
    """Return the colours of the map's categories, in order."""
    names = _MAP_DARK if tokens is DARK else _MAP_LIGHT
    return tuple(QColor(name) for name in names.split())


def cover_colours(name: str) -> tuple[QColor, QColor]:
    """Return the two colours of the cover of a song that carries none; the same for a name."""
    digest = blake2b(name.encode("utf-8", "replace"), digest_size=2).digest()
    hue = int.from_bytes(digest) % 360
    first = QColor.fromHsv(hue, COVER_SATURATION, COVER_VALUE[0])
    return first, QColor.fromHsv((hue + COVER_HUE_STEP) % 360, COVER_SATURATION, COVER_VALUE[1])


def palette(tokens: Tokens) -> QPalette:
    """Return the colours as Qt's own roles, for what no style sheet reaches."""
    made = QPalette(tokens.raised, tokens.window)
    for role, colour in (
        (QPalette.ColorRole.WindowText, tokens.text),
        (QPalette.ColorRole.Text, tokens.text),
        (QPalette.ColorRole.ButtonText, tokens.text),
        (QPalette.ColorRole.Base, tokens.surface),
        (QPalette.ColorRole.AlternateBase, tokens.raised),
        (QPalette.ColorRole.ToolTipBase, tokens.raised),
        (QPalette.ColorRole.ToolTipText, tokens.text),
        (QPalette.ColorRole.PlaceholderText, tokens.muted),
        (QPalette.ColorRole.Highlight, tokens.accent),
        (QPalette.ColorRole.HighlightedText, tokens.on_accent),
        (QPalette.ColorRole.Link, tokens.accent_text),
    ):
        made.setColor(role, colour)
    return made


def style_sheet(tokens: Tokens) -> str:
    """Return the style sheet of a window and all in it."""
    names = {name: getattr(tokens, name).name() for name in Tokens.__slots__}
    chosen = mix(tokens.accent, tokens.surface, TINT).name()
    return _STYLE.format(
        **names, chosen=chosen, radius=RADIUS, card=CARD_RADIUS, grid=GRID, half=HALF
    )


_STYLE: Final = """
QWidget {{ color: {text}; }}
QMainWindow, QDialog, #songPage, #copiesPage, #checkPage {{ background: {window}; }}
#topBar, #transport, #libraryPane, #songTable, #setsPane, #mapPane {{ background: {surface}; }}
#topBar {{ border: 0; border-bottom: 1px solid {line}; }}
#transport {{ border: 0; border-top: 1px solid {line}; }}
#listBar {{ background: {raised}; border: 0; border-top: 1px solid {line}; }}
#statusStrip {{ background: {raised}; border: 0; border-top: 1px solid {line}; }}
QLabel {{ background: transparent; }}
QLabel[tone="muted"] {{ color: {muted}; }}
QLabel[tone="trouble"] {{ color: {trouble_text}; }}
QLabel[tone="found"] {{ color: {duplicates_text}; border: 1px solid {duplicates_text};
    border-radius: 4px; padding: 1px {half}px; }}
QLabel[tone="close"] {{ color: {duplicates_text}; }}
QLabel[tone="chip"] {{ color: {muted}; background: {raised}; border-radius: 4px;
    padding: 2px {grid}px; }}
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {line}; padding: {half}px; }}
QSplitter::handle {{ background: {line}; }}

QLineEdit {{ background: {raised}; border: 1px solid {line}; border-radius: {radius}px;
    padding: 0 {grid}px; selection-background-color: {accent};
    selection-color: {on_accent}; }}
QPlainTextEdit {{ background: {surface}; border: 1px solid {line}; padding: {grid}px; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {accent}; }}

QPushButton {{ background: {raised}; border: 1px solid {line}; border-radius: {radius}px;
    padding: 0 10px; }}
QPushButton:hover {{ border-color: {muted}; }}
QPushButton:pressed, QPushButton:checked {{ background: {line}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {muted}; }}
QPushButton::menu-indicator {{ width: 0; }}
QPushButton[kind="chip"] {{ background: transparent; border-radius: 14px; padding: 0 12px;
    color: {muted}; }}
QPushButton[kind="chip"]:checked {{ background: {raised}; color: {text}; }}
QPushButton[kind="chip"]:focus {{ border-color: {accent}; }}
QPushButton[kind="chip"][hue="duplicates"] {{ color: {duplicates_text}; }}
QPushButton[kind="chip"][hue="trouble"] {{ color: {trouble_text}; }}
QPushButton[kind="sync"] {{ background: {cluster}; color: {on_cluster};
    border-color: {cluster}; }}
QPushButton[kind="sync"]:focus, QPushButton[kind="sync"]:hover {{ border-color: {text}; }}
QPushButton[kind="primary"] {{ background: {accent_text}; color: {on_accent};
    border-color: {accent_text}; }}
QPushButton[kind="primary"]:focus, QPushButton[kind="primary"]:hover {{
    border-color: {text}; }}
QPushButton[kind="link"] {{ background: transparent; border-color: transparent;
    text-decoration: underline; padding: 0 {half}px; }}
QPushButton[kind="link"]:focus {{ border-color: {accent}; }}

QPushButton[kind="legend"] {{ background: transparent; border-color: transparent;
    color: {muted}; text-align: left; padding: 0 {half}px; }}
QPushButton[kind="legend"]:hover {{ color: {text}; }}
QPushButton[kind="legend"]:focus {{ border-color: {accent}; }}

QComboBox {{ background: {raised}; border: 1px solid {line}; border-radius: {radius}px;
    padding: 0 10px; }}
QComboBox:focus {{ border-color: {accent}; }}
QComboBox::drop-down {{ border: 0; width: 16px; }}
QComboBox QAbstractItemView {{ background: {raised}; border: 1px solid {line};
    selection-background-color: {chosen}; selection-color: {text}; }}

QCheckBox {{ spacing: {grid}px; }}
QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {muted};
    border-radius: {half}px; background: {raised}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; }}
QCheckBox:focus {{ color: {accent_text}; }}

QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: transparent; color: {muted}; padding: {grid}px 0;
    margin-right: 22px; border: 0; border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:focus {{ color: {accent_text}; }}

#sidesTable::item {{ padding-left: 5px; }}
QTableView, QListView {{ border: 0; outline: 0; background: transparent; }}
QHeaderView {{ background: {surface}; border: 0; }}
QHeaderView::section {{ background: {surface}; color: {muted}; border: 0;
    border-bottom: 1px solid {line}; padding: 0 {grid}px; }}
QHeaderView::section:hover {{ color: {text}; }}

QProgressBar {{ background: {line}; border: 0; border-radius: 2px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 2px; }}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {line}; border-radius: 4px; min-height: 32px;
    margin: 1px; }}
QScrollBar::handle:vertical:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QMenu {{ background: {raised}; border: 1px solid {line}; padding: {half}px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {chosen}; }}
QMenu::item:disabled {{ color: {muted}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: {half}px; }}
#waveCard {{ background: {surface}; border: 1px solid {line}; border-radius: {card}px; }}
#stemSwitch {{ border: 1px solid {line}; border-radius: {radius}px; }}
QPushButton[kind="segment"] {{ background: transparent; border-color: transparent;
    color: {muted}; padding: 0 {grid}px; }}
QPushButton[kind="segment"]:checked {{ background: {line}; color: {text}; }}
QPushButton[kind="segment"]:focus {{ border-color: {accent}; }}
QPushButton[kind="level"] {{ background: transparent; border-color: transparent;
    color: {muted}; padding: 0 {half}px; }}
QPushButton[kind="level"]:checked {{ background: transparent; color: {text}; }}
QPushButton[kind="level"]:focus {{ border-color: {accent}; }}
QSlider::groove:horizontal {{ background: {line}; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; height: 4px; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {text}; width: 12px; margin: -4px 0;
    border-radius: 6px; }}
QSlider::handle:horizontal:focus {{ background: {accent}; }}
#deckFrame {{ border: 1px solid {line}; border-radius: {card}px; }}
"""
