"""The transport: what plays, its two sides, and how much of a song was heard.

Side A is the open song, side B a result; ``meeting_s`` of a side is its moment of the match, so
that switching sides keeps the music in place.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from core.types import Float32Array, Match, Song, SongId
from ui.messages import sentence, shown
from ui.presenters.answers import NO_WAVE, Result
from ui.presenters.hook import Hook
from ui.presenters.notices import NoticePresenter
from ui.presenters.ports import PlayerPort, WorkbenchPort
from ui.presenters.verbs import Lane, Lanes, Verb

# A step between two polls that is longer than this was a jump, not listening.
LONGEST_STEP_S = 1.0
END_S = 0.3  # a song that is as near to its end as this has been heard
LEAST_LISTEN_S = 1.0  # shorter plays are slips of the finger


class Side(Enum):
    """Which of the two is heard."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class Deck:
    """A song on one side of the transport; ``pace`` is its seconds in one second of side A."""

    song_id: SongId | None  # None where it is not of this library
    path: Path
    title: str
    duration_s: float
    meeting_s: float
    match_s: float  # how long the match is; 0 where there is none
    overview: Float32Array
    pace: float = 1.0


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
        self._player = player
        self._workbench = workbench
        self._lanes = lanes
        self._notices = notices
        self._decks: dict[Side, Deck] = {}
        self._side = Side.A
        self._position_s = 0.0
        self._is_playing = False
        self._heard_s = 0.0
        self._told = ""

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
            self._notices.say(f"{result.title} is not in this library, so it can't be played here.")
        else:
            self.play_pair(mine, other)

    def play_pair(self, mine: Deck, other: Deck) -> None:
        """Play a song where it meets another, which lies on side A."""
        self._decks = {Side.A: mine, Side.B: other}
        self._start(Side.B, other.meeting_s)

    def holds(self, result: Result) -> bool:
        """Return whether a result lies on side B."""
        deck = self._decks.get(Side.B)
        return deck is not None and deck.path == result.path

    def holds_pair(self, mine: Path, other: Path) -> bool:
        """Return whether two files lie on the two sides."""
        paths = [deck.path for deck in map(self.on, Side) if deck]
        return paths == [mine, other]

    def switch(self) -> None:
        """Hear the other side at the same moment of the match."""
        other = Side.B if self._side is Side.A else Side.A
        here, there = self.deck, self._decks.get(other)
        if here is None or there is None:
            return
        since_s = self._player.state.position_s - here.meeting_s
        at_s = there.meeting_s + since_s * there.pace / here.pace
        self._start(other, min(max(0.0, at_s), there.duration_s))

    def toggle(self) -> None:
        """Play or pause; a song that came to its end, or could not play, begins again."""
        state, deck = self._player.state, self.deck
        if state.is_playing:
            self._player.pause()
        elif deck is None:
            return
        elif state.path != deck.path or state.problem is not None:
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
        if self._player.state.path == deck.path:
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
        self._count(state.position_s)
        was_playing, self._is_playing = self._is_playing, state.is_playing
        if state.path is not None:
            self._position_s = state.position_s
        self._tell_problem()
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
        self._heard_s = 0.0
        self._is_playing = False
        self.changed.emit(None)

    def _let_go(self) -> None:
        """Let go of file and device, unless another song plays by now; runs in a lane."""
        if not self._decks:
            self._player.stop()

    def stop(self) -> None:
        """Fall silent for good, when the window closes."""
        self._note_listen()
        self._player.stop()
        self._is_playing = False

    def _start(self, side: Side, at_s: float) -> None:
        self._note_listen()
        self._side = side
        deck = self._decks[side]
        self._told = ""
        self._player.play(deck.path, start_s=at_s)
        self._position_s = at_s
        self._is_playing = True
        self.changed.emit(None)
        self.moved.emit(None)

    def _count(self, position_s: float) -> None:
        step_s = position_s - self._position_s
        if self._is_playing and 0.0 < step_s <= LONGEST_STEP_S:
            self._heard_s += step_s

    def _note_listen(self) -> None:
        """Tell the library how much of the song on this side was heard."""
        deck, heard_s = self.deck, self._heard_s
        self._heard_s = 0.0
        if deck is None or heard_s < LEAST_LISTEN_S:
            return
        song_id = deck.song_id
        if song_id is None:
            return
        self._lanes.run(
            Verb(
                lambda _: self._workbench.listened(song_id, heard_s=heard_s),
                on_failure=self._notices.warn,
            ),
            Lane.WRITE,
        )

    def _tell_problem(self) -> None:
        problem = self._player.state.problem
        said = sentence(problem) if problem else ""
        if said and said != self._told:
            self._notices.warn(said)
        self._told = said


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
