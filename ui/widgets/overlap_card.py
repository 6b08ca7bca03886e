"""Two songs over each other with the place that both hold, what proves it, and A/B."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.types import Float32Array, Song
from ui import theme
from ui.language import gettext as _
from ui.messages import file_name
from ui.presenters.decks import Side
from ui.presenters.duplicates import Comparison
from ui.presenters.transport import TransportPresenter
from ui.presenters.words import clock
from ui.theme import Theme
from ui.widgets import parts
from ui.widgets.waveform import Waveform


class OverlapWave(QWidget):
    """One of the two songs: its side, its file, its wave with the overlap, from when to when."""

    sought = Signal(object, float)  # Side, a share in [0, 1] of its song

    def __init__(self, side: Side, look: Theme) -> None:
        super().__init__()
        self._side = side
        name = _("Waveform of song {side}, with the overlap").format(side=side.value)
        self.wave = Waveform(look, height=theme.OVERLAP_WAVE_HEIGHT, name=name)
        self.wave.setObjectName(f"overlap{side.value}")
        self._song: Song | None = None
        letter = parts.label(side.value)
        letter.setFixedWidth(theme.GRID + theme.HALF)
        letter.setFont(theme.font(weight=theme.Weight.BOLD))
        self._name = parts.CutLabel(size_px=theme.SMALL_PX)
        self._place = parts.label(tone="muted", size_px=theme.SMALL_PX)
        above = QHBoxLayout()
        above.setSpacing(theme.GRID)
        above.addWidget(letter)
        above.addWidget(self._name, 1)
        above.addWidget(self._place)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        column.addLayout(above)
        column.addWidget(self.wave)
        self.wave.sought.connect(lambda share: self.sought.emit(side, share))

    def show_song(self, song: Song, overview: Float32Array, *, place: str) -> None:
        """Show a song and where it holds what the other one holds."""
        self._song = song
        self._name.say(file_name(song.path))
        said = _("{place} of {length}").format(place=place, length=clock(song.duration_s))
        self._place.setText(said if place else "")
        self.wave.show_song(overview, duration_s=song.duration_s)

    def follow(self, transport: TransportPresenter) -> None:
        """Draw the playhead, where this song plays."""
        deck, song = transport.deck, self._song
        plays = deck is not None and song is not None and deck.path == song.path
        is_here = plays and transport.side is self._side
        self.wave.show_position(transport.position_s if is_here else None)


class OverlapCard(QFrame):
    """Shows a comparison; forwards play, A/B and the places that are clicked."""

    play_asked = Signal()
    switch_asked = Signal()
    sought = Signal(object, float)  # Side, a share in [0, 1] of its song

    def __init__(self, transport: TransportPresenter, look: Theme) -> None:
        super().__init__()
        self.setObjectName("waveCard")
        self._waves = {side: OverlapWave(side, look) for side in Side}
        self._label = parts.label(tone="found", size_px=theme.SMALL_PX)
        self._label.setObjectName("proofLabel")
        self._proof = parts.CutLabel(tone="muted", size_px=theme.SMALL_PX)
        self._proof.setObjectName("proofWords")
        self._play = parts.button(_("Play the overlap"), height=theme.SMALL_CONTROL_HEIGHT)
        self._play.setToolTip(_("Play song B where the overlap begins (L)"))
        self._switch = parts.button(
            "A/B", name=_("Switch between the two songs (A)"), height=theme.SMALL_CONTROL_HEIGHT
        )
        self._switch.setToolTip(_("Hear the other song at the same moment (A)"))
        self._lay_out()
        self._play.clicked.connect(self.play_asked)
        self._switch.clicked.connect(self.switch_asked)
        for wave in self._waves.values():
            wave.sought.connect(self.sought)
        transport.moved.connect(lambda _told: self._follow(transport))

    def _lay_out(self) -> None:
        proof = QHBoxLayout()
        proof.setSpacing(theme.GRID)
        proof.addWidget(self._label, alignment=Qt.AlignmentFlag.AlignVCenter)
        proof.addWidget(self._proof, 1)
        proof.addWidget(self._play)
        proof.addWidget(self._switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(theme.GRID)
        column.addLayout(proof)
        for wave in self._waves.values():
            column.addWidget(wave)

    def _follow(self, transport: TransportPresenter) -> None:
        for wave in self._waves.values():
            wave.follow(transport)

    def show_comparison(self, found: Comparison) -> None:
        """Show two songs and what is known of them."""
        proof = found.proof
        self._label.setText(found.label)
        self._proof.say(found.words)
        songs = ((Side.A, found.mine, found.waves[0]), (Side.B, found.other, found.waves[1]))
        places = (proof.yours, proof.theirs) if proof else ("", "")
        for (side, song, overview), place in zip(songs, places, strict=True):
            self._waves[side].show_song(song, overview, place=place)
        a_wave, b_wave = (self._waves[side].wave for side in Side)
        if proof is None:
            a_wave.unmark()
            b_wave.unmark()
        else:
            a_wave.mark(proof.match.query_s, proof.match.duration_s)
            b_wave.mark(proof.match.song_s, proof.match.duration_s * proof.pace)
