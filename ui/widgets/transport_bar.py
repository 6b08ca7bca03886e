"""The transport: play and pause, the two sides with their moments, a wave to seek in."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout

from ui import theme
from ui.language import gettext as _
from ui.presenters.decks import Side
from ui.presenters.transport import TransportPresenter
from ui.presenters.words import clock
from ui.theme import Theme
from ui.widgets import painting, parts
from ui.widgets.covers import CoverShelf
from ui.widgets.transport_controls import (
    DeviceButton,
    LevelButton,
    LoopButton,
    StemSwitch,
    VolumeControl,
)
from ui.widgets.waveform import Waveform

PLAYING_POLL_MS = 50  # a playhead that moves twenty times a second looks smooth
QUIET_POLL_MS = 250  # soon enough to see that a song began, or that a device is gone


class PlayButton(QAbstractButton):
    """The round button that plays and pauses."""

    def __init__(self, look: Theme) -> None:
        super().__init__()
        self.setObjectName("playButton")
        self.setFixedSize(theme.PLAY_SIZE, theme.PLAY_SIZE)
        self.setCheckable(False)
        self._theme = look
        self._is_playing = False
        self.show_playing(is_playing=False)

    def show_playing(self, *, is_playing: bool) -> None:
        """Show what a press will do."""
        self._is_playing = is_playing
        self.setAccessibleName(_("Pause") if is_playing else _("Play"))
        self.setToolTip(_("Pause (Space)") if is_playing else _("Play (Space)"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Draw the button with its sign."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, box = self._theme.tokens, QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(tokens.text if self.hasFocus() else tokens.accent)
        painter.setBrush(tokens.accent)
        painter.drawEllipse(box)
        sign = QRectF(0, 0, 12, 14)
        sign.moveCenter(box.center())
        if self._is_playing:
            painting.pause_sign(painter, sign, tokens.on_accent)
        else:
            painting.play_sign(painter, sign.translated(1.5, 0), tokens.on_accent)


class DeckButton(QAbstractButton):
    """One side of the transport: its letter, song and moment; a press hears this side."""

    def __init__(self, side: Side, covers: CoverShelf, *, look: Theme) -> None:
        super().__init__()
        self.setObjectName(f"deck{side.value}")
        self.setFixedSize(theme.DECK_WIDTH, theme.DECK_HEIGHT)
        self._side = side
        self._covers = covers
        self._theme = look
        self._transport: TransportPresenter | None = None
        covers.arrived.connect(self.update)

    def show_transport(self, transport: TransportPresenter) -> None:
        """Show the song of this side."""
        self._transport = transport
        deck = transport.on(self._side)
        self.setEnabled(deck is not None)
        self.setAccessibleName(self._spoken())
        self.setToolTip(self.accessibleName())
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size, which is fixed."""
        return QSize(theme.DECK_WIDTH, theme.DECK_HEIGHT)

    def _spoken(self) -> str:
        deck = self._transport.on(self._side) if self._transport else None
        side = self._side.value
        if deck is None:
            return _("Side {side}: empty").format(side=side)
        said = _("Side {side}: {title}, {moment}")
        return said.format(side=side, title=deck.title, moment=self._moment())

    def _moment(self) -> str:
        deck = self._transport.on(self._side) if self._transport else None
        if deck is None:
            return ""
        moment = clock(deck.meeting_s)
        return _("{moment}, at the match").format(moment=moment) if deck.match_s else moment

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Draw the side; the one that is heard has a coloured ground and a bold letter."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, transport = self._theme.tokens, self._transport
        deck = transport.on(self._side) if transport else None
        is_heard = deck is not None and transport is not None and transport.side is self._side
        if is_heard or self.hasFocus():
            ground = theme.mix(tokens.accent, tokens.surface, theme.TINT)
            painter.setPen(tokens.accent if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(ground if is_heard else Qt.BrushStyle.NoBrush)
            box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
            painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        cover = QRect(theme.GRID, (self.height() - theme.DECK_COVER) // 2, *(theme.DECK_COVER,) * 2)
        letter = theme.font(weight=theme.Weight.BOLD)
        left = cover.right() + theme.GRID + 2
        title = QRect(left, 5, self.width() - left - theme.GRID, 19)
        if deck is None:
            colour = tokens.muted
            painting.words(painter, title, self._side.value, font=letter, colour=colour)
            return
        painting.cover(painter, cover, self._covers.get(deck.song_id), name=deck.title)
        painting.words(painter, title, self._side.value, font=letter, colour=tokens.text)
        name = title.adjusted(14, 0, 0, 0)
        painting.words(painter, name, deck.title, font=theme.font(), colour=tokens.text)
        below = QRect(left, 23, title.width(), 17)
        small = theme.font(theme.SMALL_PX)
        painting.words(painter, below, self._moment(), font=small, colour=tokens.muted)


class TransportBar(QFrame):
    """Shows what plays; forwards play, seek and A/B."""

    def __init__(self, transport: TransportPresenter, covers: CoverShelf, *, look: Theme) -> None:
        super().__init__()
        self.setObjectName("transport")
        self.setFixedHeight(theme.TRANSPORT_HEIGHT)
        self._transport = transport
        self.play = PlayButton(look)
        self._decks = {side: DeckButton(side, covers, look=look) for side in Side}
        self._frame = QFrame()
        self._nothing = parts.CutLabel(tone="muted")
        self._nothing.setObjectName("nothingPlays")
        self._loop = LoopButton(transport)
        self._stems = StemSwitch(transport)
        self._level = LevelButton(transport)
        self._volume = VolumeControl(transport.sound)
        self._device = DeviceButton(transport.sound)
        self._wave = Waveform(
            look, height=theme.TRANSPORT_WAVE_HEIGHT, name=_("Seek in what plays")
        )
        self._time = parts.label(tone="muted")
        self._timer = QTimer(self)
        self._lay_out()
        self._connect()
        self._show(None)
        self._move(None)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        row.setSpacing(theme.GRID + theme.HALF)
        self._frame.setObjectName("deckFrame")
        self._frame.setFixedHeight(theme.DECK_HEIGHT + 2 * theme.LINE)
        decks = QHBoxLayout(self._frame)
        decks.setContentsMargins(0, 0, 0, 0)
        decks.setSpacing(0)
        for deck in self._decks.values():
            decks.addWidget(deck)
        row.addWidget(self.play)
        row.addWidget(self._frame)
        row.addWidget(self._nothing, 1)
        row.addWidget(self._wave, 1)
        row.addWidget(self._time)
        for part in (self._loop, self._stems, self._level, self._volume, self._device):
            row.addWidget(part)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Use fewer words where there is little room."""
        super().resizeEvent(event)
        is_narrow = self.width() < theme.WIDE_TRANSPORT
        for part in (self._level, self._volume, self._device):
            part.narrow(is_narrow=is_narrow)

    def _connect(self) -> None:
        transport = self._transport
        self._wave.sought.connect(transport.seek)
        self._timer.timeout.connect(transport.poll)
        for side, deck in self._decks.items():
            deck.clicked.connect(lambda _=False, side=side: self._hear(side))
        transport.changed.connect(self._show)
        transport.moved.connect(self._move)

    def _hear(self, side: Side) -> None:
        if self._transport.side is not side:
            self._transport.switch()

    def _show(self, _told: None) -> None:
        transport = self._transport
        self.play.show_playing(is_playing=transport.is_playing)
        for deck_button in self._decks.values():
            deck_button.show_transport(transport)
        deck = transport.deck
        if deck is None:
            self._wave.unmark()
        else:
            self._wave.show_song(deck.overview, duration_s=deck.duration_s)
            self._mark(deck.meeting_s, deck.match_s)
        for part in (self._frame, self._wave, self._time):
            part.setVisible(deck is not None)
        self._nothing.setVisible(deck is None)
        if deck is None:
            self._nothing.say(_("Nothing plays yet. Space plays the chosen song."))
            self._timer.stop()
        else:
            self._timer.start(PLAYING_POLL_MS if transport.is_playing else QUIET_POLL_MS)

    def _mark(self, start_s: float, length_s: float) -> None:
        if length_s:
            self._wave.mark(start_s, length_s)
        else:
            self._wave.unmark()

    def _move(self, _: None) -> None:
        deck = self._transport.deck
        self._wave.show_position(self._transport.position_s if deck else None)
        if deck:
            now = clock(self._transport.position_s)
            self._time.setText(f"{now} / {clock(deck.duration_s)}")
