"""The Duplicates screen: which set is open, which copy is chosen, and how the two compare.

Side A of a comparison is the set's first song (the better copy), side B the chosen one; where the
first itself is chosen, side B is the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.types import Float32Array, Song, SongId
from ui.language import N_
from ui.language import gettext as _
from ui.messages import shown
from ui.presenters import evidence
from ui.presenters.answers import NO_WAVE
from ui.presenters.copy_sets import CopySet, read_sets
from ui.presenters.decks import Deck, Side
from ui.presenters.evidence import Evidence
from ui.presenters.hook import Hook
from ui.presenters.ports import WorkbenchPort
from ui.presenters.results import ListState
from ui.presenters.transport import TransportPresenter
from ui.presenters.verbs import Lane, Lanes, Verb
from ui.presenters.words import DOT, clock, searchable

NOTHING = N_("No copies in this library. What is added later is compared by itself.")
SAID_SO = N_("same song, you said")
NOT_COMPARED = N_("Nothing in their sound proves it.")
LEAST_SHARED = 2  # songs by which a set is known again once one of it has left
NOT_FOUND = N_("No copies fit this search.")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two songs of a set side by side; ``proof`` is None where their sound was not compared."""

    mine: Song
    other: Song
    proof: Evidence | None
    waves: tuple[Float32Array, Float32Array]

    @property
    def label(self) -> str:
        """What they are, and how sure that is."""
        return evidence.label(self.proof) if self.proof else _(SAID_SO)

    @property
    def words(self) -> str:
        """What proves it."""
        if self.proof is None:
            return _(NOT_COMPARED)
        over = _("over {length}").format(length=clock(self.proof.match.duration_s))
        parts = (self.proof.score, over, evidence.speed_of_a(self.proof.pace))
        return DOT.join(filter(None, parts))


class DuplicatesPresenter:
    """Lists the sets: ``listed`` when the list changed, ``turned`` when the open set or copy did.

    It is asked only while the screen is shown; news that come meanwhile are one question.
    """

    def __init__(
        self, workbench: WorkbenchPort, transport: TransportPresenter, *, lanes: Lanes
    ) -> None:
        self.listed: Hook[None] = Hook()
        self.turned: Hook[None] = Hook()
        self._workbench = workbench
        self._transport = transport
        self._lanes = lanes
        self._state = ListState.LOADING
        self._failure = ""
        self._all: tuple[CopySet, ...] = ()
        self._visible: tuple[CopySet, ...] = ()
        self._words: tuple[str, ...] = ()
        self._key: frozenset[SongId] | None = None  # of the open set
        self._at = 0  # where the open set is or was, so that the next one opens where it goes
        self._copy: SongId | None = None  # the chosen song; an index would slip with the order
        self._waves: dict[SongId, Float32Array] = {}
        self._is_shown = self._is_asking = self._is_stale = self._is_known = False

    @property
    def state(self) -> ListState:
        """What the list shows."""
        return self._state

    @property
    def note(self) -> str:
        """What to do where the list is empty, or what went wrong."""
        return self._failure or (_(NOT_FOUND) if self._all else _(NOTHING))

    @property
    def sets(self) -> Sequence[CopySet]:
        """The sets that fit the search."""
        return self._visible

    @property
    def index(self) -> int | None:
        """Which set is open."""
        return self._at if self._visible else None

    @property
    def open_set(self) -> CopySet | None:
        """The set that is open."""
        return self._visible[self._at] if self._visible else None

    @property
    def copy_index(self) -> int:
        """Which of its songs is chosen."""
        songs = self.open_set.songs if self.open_set else ()
        return next((at for at, song in enumerate(songs) if song.song_id == self._copy), 0)

    @property
    def copy(self) -> Song | None:
        """The song that is chosen."""
        return self.open_set.songs[self.copy_index] if self.open_set else None

    @property
    def others(self) -> tuple[Song, ...]:
        """The songs of the open set that are not chosen."""
        songs = self.open_set.songs if self.open_set else ()
        return tuple(song for song in songs if song.song_id != self._copy)

    @property
    def names(self) -> Mapping[SongId, str]:
        """What tells the open set's songs from each other."""
        return self.open_set.names if self.open_set else {}

    @property
    def comparison(self) -> Comparison | None:
        """How the chosen copy and the better one compare."""
        opened = self.open_set
        if opened is None:
            return None
        mine, other = opened.songs[0], opened.songs[self.copy_index or 1]
        proof = opened.proof(mine.song_id, other.song_id)
        first, second = (self._waves.get(s.song_id, NO_WAVE) for s in (mine, other))
        return Comparison(mine, other, proof, (first, second))

    def want(self) -> None:
        """Ask what there is, unless it is known; the screen is shown from now on."""
        self._is_shown = True
        if not self._is_asking and (self._is_stale or not self._is_known):
            self._ask()

    def hide(self) -> None:
        """Ask nothing any more until the screen is shown again."""
        self._is_shown = False

    def refresh(self) -> None:
        """Ask again, now or when the screen is shown next; the old answer shows meanwhile."""
        self._is_stale = True
        if self._is_shown and not self._is_asking:
            self._ask()

    def search(self, text: str) -> None:
        """Show the sets that hold every word of the text."""
        self._words = tuple(searchable(text).split())
        if self._state in (ListState.FULL, ListState.EMPTY):
            self._list()

    def choose(self, index: int) -> None:
        """Open a set."""
        if 0 <= index < len(self._visible) and index != self.index:
            self._copy = None
            self._open(index)

    def choose_copy(self, index: int) -> None:
        """Choose one of the open set's songs."""
        songs = self.open_set.songs if self.open_set else ()
        if 0 <= index < len(songs) and songs[index].song_id != self._copy:
            self._copy = songs[index].song_id
            self.turned.emit(None)

    def show(self, song_id: SongId) -> None:
        """Open the first set that holds a song, once the sets are known."""
        self._key, self._copy = frozenset((song_id,)), None
        # What is asked just now may know a set that the answer before does not.
        if not self._is_asking or any(song_id in one.key for one in self._visible):
            self._list()

    def step(self, by: int) -> None:
        """Open the set that is ``by`` further."""
        if self._visible:
            self.choose(min(len(self._visible) - 1, max(0, self._at + by)))

    def play(self) -> None:
        """Play the other copy where the overlap begins, with the first on side A."""
        pair = self._decks()
        if pair:
            self._transport.play_pair(*pair)

    def switch(self) -> None:
        """Switch sides; the compared songs come to the transport first."""
        pair = self._decks()
        if pair and not self._transport.holds_pair(pair[0].path, pair[1].path):
            self._transport.play_pair(*pair)
        else:
            self._transport.switch()

    def seek(self, side: Side, share: float) -> None:
        """Play one of the compared songs from a share in [0, 1] of it."""
        pair = self._decks()
        if pair is None:
            return
        if not self._transport.holds_pair(pair[0].path, pair[1].path):
            self._transport.play_pair(*pair)
        self._transport.seek_on(side, share)

    def _decks(self) -> tuple[Deck, Deck] | None:
        found = self.comparison
        if found is None:
            return None
        match = found.proof.match if found.proof else None
        pace = found.proof.pace if found.proof else 1.0
        starts = (match.query_s, match.song_s) if match else (0.0, 0.0)
        long_s = match.duration_s if match else 0.0
        mine = _deck(found.mine, found.waves[0], meeting_s=starts[0], match_s=long_s, pace=1.0)
        other = _deck(
            found.other, found.waves[1], meeting_s=starts[1], match_s=long_s * pace, pace=pace
        )
        return mine, other

    def _ask(self) -> None:
        self._is_asking, self._is_stale = True, False
        if self._state is ListState.FAILED:
            self._state = ListState.LOADING
            self.listed.emit(None)
        verb = Verb(
            lambda _progress: read_sets(self._workbench),
            on_success=self._take,
            on_failure=self._fail,
            on_end=self._asked,
        )
        self._lanes.run(verb, Lane.COMPUTE)

    def _asked(self) -> None:
        self._is_asking = False
        if self._is_stale and self._is_shown:
            self._ask()

    def _take(self, sets: tuple[CopySet, ...]) -> None:
        self._failure = ""
        is_open = self.open_set is not None and self.open_set.key == self._key
        if self._state is ListState.FULL and is_open and sets == self._all:
            return  # no list that jumps under the pointer
        self._all, self._is_known = sets, True
        self._list()

    def _fail(self, sentence: str) -> None:
        self._failure, self._all, self._visible = sentence, (), ()
        self._state, self._is_known = ListState.FAILED, False
        self.listed.emit(None)
        self.turned.emit(None)

    def _list(self) -> None:
        """List what fits, with the same set open, or the one that is now in its place."""
        if not self._is_known:
            return
        found = (s for s in self._all if all(word in s.haystack for word in self._words))
        self._visible = tuple(found)
        self._state = ListState.FULL if self._visible else ListState.EMPTY
        at = self._place_of_open()
        if at is None:
            at, self._copy = max(0, min(self._at, len(self._visible) - 1)), None
        self._at = at
        self.listed.emit(None)
        self._open(at)

    def _place_of_open(self) -> int | None:
        """Return where the open set is now: most of its songs, and two of them, are still there."""
        kept = self._key or frozenset()
        shared = [len(kept & one.key) for one in self._visible]
        most = max(shared, default=0)
        return shared.index(most) if most and most >= min(LEAST_SHARED, len(kept)) else None

    def _open(self, index: int) -> None:
        self._at = index
        opened = self.open_set
        if opened:
            self._key = opened.key
            self._copy = self._copy if self._copy in opened.key else opened.songs[0].song_id
        self._ask_waves()
        self.turned.emit(None)

    def _ask_waves(self) -> None:
        opened = self.open_set
        ids = [song.song_id for song in opened.songs] if opened else []
        missing = [song_id for song_id in ids if song_id not in self._waves]
        self._waves = {i: wave for i, wave in self._waves.items() if i in ids}
        if missing:
            verb = Verb(
                lambda _progress: {i: self._workbench.overview(i) for i in missing},
                on_success=self._take_waves,
            )
            self._lanes.run(verb, Lane.COMPUTE)

    def _take_waves(self, waves: dict[SongId, Float32Array]) -> None:
        self._waves |= waves
        self.turned.emit(None)


def _deck(song: Song, wave: Float32Array, *, meeting_s: float, match_s: float, pace: float) -> Deck:
    title = shown(song.title)
    return Deck(song.song_id, song.path, title, song.duration_s, meeting_s, match_s, wave, pace)
