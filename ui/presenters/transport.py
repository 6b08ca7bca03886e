"""The transport: what plays, its two sides, and how much of a song was heard.

Side A is the open song, side B a result; ``meeting_s`` of a side is its moment of the match, so
that switching sides keeps the music in place.
"""

from pathlib import Path

from core.audio.moments import SAME_MOMENT, Loop, Meeting
from core.types import Float32Array, Match, Song, SongId, Stem
from ui.language import gettext as _
from ui.messages import shown
from ui.presenters.answers import NO_WAVE, Result
from ui.presenters.decks import Deck, Levels, Side, Stems
from ui.presenters.hook import Hook
from ui.presenters.listens import ListenMeter
from ui.presenters.notices import NoticePresenter
from ui.presenters.ports import PlayerPort, WorkbenchPort
from ui.presenters.sound import SoundPresenter
from ui.presenters.verbs import Lane, Lanes, Verb

END_S = 0.3  # a song that is as near to its end as this has been heard


class TransportPresenter:
    """Plays songs and results; ``changed`` when the sides did, ``moved`` at every poll."""

    def __init__(
        self,
        player: PlayerPort,
        workbench: WorkbenchPort,
        *,
        lanes: Lanes,
        notices: NoticePresenter,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.moved: Hook[None] = Hook()
        self.sound = SoundPresenter(player, workbench, lanes=lanes, notices=notices)
        self.levels = Levels(workbench, lanes)
        self.stems = Stems(workbench, lanes, notices=notices)
        self._player = player
        self._lanes = lanes
        self._notices = notices
        self._listens = ListenMeter(workbench, lanes, notices=notices)
        self._decks: dict[Side, Deck] = {}
        self._source: Path | None = None  # the file that is played: a song's, or its stem's
        self._is_looping = False
        self._side = Side.A
        self._position_s = 0.0
        self._is_playing = False
        self.sound.changed.connect(lambda _: self._match_levels())
        self.levels.changed.connect(lambda _: self._match_levels())
        self.stems.changed.connect(lambda _: self._take_stem())

    @property
    def side(self) -> Side:
        """Which side is heard."""
        return self._side

    @property
    def deck(self) -> Deck | None:
        """The song that is heard."""
        return self._decks.get(self._side)

    @property
    def is_playing(self) -> bool:
        """Whether sound comes out."""
        return self._is_playing

    @property
    def position_s(self) -> float:
        """Where the song is."""
        return self._position_s

    @property
    def is_looping(self) -> bool:
        """Whether the match, or the whole song, is played again and again."""
        return self._is_looping

    @property
    def gain_db(self) -> float | None:
        """How much the song that is heard is lowered; None where levels aren't matched, or yet."""
        deck = self.deck
        if deck is None or not self.sound.choices.is_level_matched:
            return None
        return self.levels.gain_db(deck, self._decks.get(_other(self._side)))

    @property
    def _loop(self) -> Loop | None:
        deck = self._decks[self._side]
        return _loop_of(deck) if self._is_looping else None

    def on(self, side: Side) -> Deck | None:
        """Return the song of a side."""
        return self._decks.get(side)

    def play_song(self, song: Song, overview: Float32Array = NO_WAVE, *, at_s: float = 0.0) -> None:
        """Play a song of the library."""
        self.play_alone(deck_of(song, overview, meeting_s=at_s))

    def play_alone(self, deck: Deck) -> None:
        """Play a song from its moment on, with nothing on the other side."""
        self._decks = {Side.A: deck}
        self._start(Side.A, deck.meeting_s)

    def play_match(self, song: Song, result: Result, *, overview: Float32Array = NO_WAVE) -> None:
        """Play a result at the match, with the open song on the other side."""
        match = result.match or Match(0.0, 0.0, 0.0)
        mine = deck_of(song, overview, meeting_s=match.query_s, match_s=match.duration_s)
        self.play_beside(mine, result)

    def play_beside(self, mine: Deck, result: Result) -> None:
        """Play a result at its match, with the song that it matches on side A."""
        other = _deck_of_result(result)
        if other is None:
            said = _("{title} is not in this library, so it can't be played here.")
            self._notices.say(said.format(title=result.title))
        else:
            self.play_pair(mine, other)

    def play_pair(self, mine: Deck, other: Deck) -> None:
        """Play a song where it meets another, which lies on side A."""
        self._decks = {Side.A: mine, Side.B: other}
        self._start(Side.B, other.meeting_s)

    def holds_pair(self, mine: Path, other: Path) -> bool:
        """Return whether two files lie on the two sides."""
        paths = [deck.path for deck in map(self.on, Side) if deck]
        return paths == [mine, other]

    def switch(self) -> None:
        """Hear the other side at the same moment of the match, without a gap."""
        here, there = self.deck, self._decks.get(_other(self._side))
        if here is None or there is None:
            return
        self._listens.note(here)
        self._side = _other(self._side)
        self._cross(Meeting(here.meeting_s, there.meeting_s, there.pace / here.pace))
        self._player.resume()
        self._position_s = self._player.state.position_s
        self._is_playing = True
        self.stems.want([there, here])
        self.changed.emit(None)
        self.moved.emit(None)

    def toggle_loop(self) -> None:
        """Play the match again and again, or the whole song where there is none; or no longer."""
        self._is_looping = not self._is_looping
        if self.deck:
            self._cross()
        self.changed.emit(None)

    def choose_stem(self, stem: Stem) -> None:
        """Hear the mix, the backing or the voice, from the same moment on."""
        self.stems.choose(stem, self._in_order())

    def toggle(self) -> None:
        """Play or pause; a song that came to its end, or could not play, begins again."""
        state, deck = self._player.state, self.deck
        if state.is_playing:
            self._player.pause()
        elif deck is None:
            return
        elif state.path != self._source or state.problem is not None:
            self._start(self._side, self._position_s)
        elif state.position_s >= deck.duration_s - END_S:
            self._start(self._side, 0.0)
        else:
            self._player.resume()
        self.poll()

    def seek(self, share: float) -> None:
        """Jump to a share in [0, 1] of the song."""
        deck = self.deck
        if deck is None:
            return
        at_s = share * deck.duration_s
        if self._player.state.path == self._source:
            self._player.seek(at_s)
        else:
            self._start(self._side, at_s)
        self._position_s = at_s
        self.moved.emit(None)

    def seek_on(self, side: Side, share: float) -> None:
        """Hear a side from a share in [0, 1] of its song."""
        deck = self._decks.get(side)
        if deck and side is not self._side:
            self._start(side, share * deck.duration_s)
        else:
            self.seek(share)

    def poll(self) -> None:
        """Look at the player; called while something moves."""
        state = self._player.state
        if self._is_playing:
            self._listens.step(state.position_s - self._position_s)
        was_playing, self._is_playing = self._is_playing, state.is_playing
        if state.path is not None:
            self._position_s = state.position_s
        self.sound.tell(state)
        if was_playing != self._is_playing:
            self.changed.emit(None)
        self.moved.emit(None)

    def release(self, song_id: SongId) -> None:
        """Fall silent where a song that plays is taken away."""
        if all(deck.song_id != song_id for deck in self._decks.values()):
            return
        self._player.pause()
        # Letting go can take a moment. In the write lane it comes before the deed that moves the
        # file, which some systems refuse while it is open.
        self._lanes.run(Verb(lambda _: self._let_go()), Lane.WRITE)
        self._decks = {}
        self._listens.forget()
        self._is_playing = False
        self.changed.emit(None)

    def _let_go(self) -> None:
        """Let go of file and device, unless another song plays by now; runs in a lane."""
        if not self._decks:
            self._player.stop()

    def stop(self) -> None:
        """Fall silent for good, when the window closes."""
        self._listens.note(self.deck)
        self._player.stop()
        self._is_playing = False

    def _start(self, side: Side, at_s: float) -> None:
        self._listens.note(self.deck if self._source else None)
        self._side = side
        deck = self._decks[side]
        self.sound.forget_problem()
        self._source = self.stems.source(deck)
        gain_db = self.gain_db or 0.0
        self._player.play(self._source, start_s=at_s, gain_db=gain_db, loop=self._loop)
        self._position_s = at_s
        self._is_playing = True
        if len(self._decks) > 1:
            self.levels.want(self._decks.values())
        self.stems.want(self._in_order())
        self.changed.emit(None)
        self.moved.emit(None)

    def _cross(self, meeting: Meeting = SAME_MOMENT) -> None:
        """Go over to what is to be heard by now, without a gap."""
        deck = self._decks[self._side]
        source = self.stems.source(deck)
        if self._player.state.path is None:
            return
        self._source = source
        gain_db = self.gain_db or 0.0
        self._player.cross(source, meeting=meeting, gain_db=gain_db, loop=self._loop)

    def _in_order(self) -> list[Deck]:
        """Return the decks, the one that is heard first."""
        both = (self.deck, self._decks.get(_other(self._side)))
        return [deck for deck in both if deck]

    def _match_levels(self) -> None:
        self._player.set_gain(self.gain_db or 0.0)
        self.changed.emit(None)

    def _take_stem(self) -> None:
        deck = self.deck
        if deck and self._source != self.stems.source(deck):
            self._cross()
        self.changed.emit(None)


def _other(side: Side) -> Side:
    return Side.B if side is Side.A else Side.A


def _loop_of(deck: Deck) -> Loop:
    """Return the match, or the whole song where there is none."""
    if deck.match_s:
        return Loop(deck.meeting_s, deck.meeting_s + deck.match_s)
    return Loop()


def deck_of(song: Song, overview: Float32Array, *, meeting_s: float, match_s: float = 0.0) -> Deck:
    """Return a song of the library as a side of the transport."""
    title = shown(song.title)
    return Deck(song.song_id, song.path, title, song.duration_s, meeting_s, match_s, overview)


def _deck_of_result(result: Result) -> Deck | None:
    if result.path is None:
        return None
    match = result.match or Match(0.0, 0.0, 0.0)
    return Deck(
        result.song_id,
        result.path,
        result.title,
        result.duration_s,
        match.song_s,
        match.duration_s * result.pace,
        result.overview,
        result.pace,
    )
