"""One list of a song's page: its state, its lines, and the line that is chosen."""

from collections.abc import Sequence
from enum import Enum
from functools import partial

from core.progress import Progress
from core.types import Song, SongId
from ui.language import gettext as _
from ui.presenters.answers import Answer, Ask, Result, Tab
from ui.presenters.hook import Hook
from ui.presenters.verbs import Lane, Lanes, Verb


class ListState(Enum):
    """What a list shows."""

    NO_SONG = "no_song"
    TO_COME = "to_come"  # the song was not listened to yet
    LOADING = "loading"
    EMPTY = "empty"
    FULL = "full"
    FAILED = "failed"


class ResultsPresenter:
    """Asks one question about the open song, and keeps the answer fresh.

    At most one question is under way; news that come meanwhile make it ask once more.
    """

    def __init__(self, tab: Tab, ask: Ask, *, lanes: Lanes) -> None:
        self.changed: Hook[None] = Hook()
        self.chosen: Hook[None] = Hook()
        self.tab = tab
        self._ask = ask
        self._lanes = lanes
        self._song: Song | None = None
        self._asking: Progress | None = None
        self._number = 0  # of the question that was asked last
        self._is_stale = False
        self._answer = Answer((), "")
        self._current: int | None = None
        self._is_users_choice = False  # the first line is chosen until the user chooses
        self._state = ListState.NO_SONG

    @property
    def state(self) -> ListState:
        """What the list shows."""
        return self._state

    @property
    def results(self) -> Sequence[Result]:
        """The lines, best first."""
        return self._answer.results

    @property
    def note(self) -> str:
        """What the figures mean, what to do, or what went wrong."""
        return self._answer.note

    @property
    def index(self) -> int | None:
        """Which line is chosen."""
        return self._current

    @property
    def current(self) -> Result | None:
        """The chosen line."""
        return None if self._current is None else self._answer.results[self._current]

    def open(self, song: Song | None, *, to_come: bool = False) -> None:
        """Show the list of another song."""
        if self._asking:
            self._asking.cancel()
        self._asking, self._is_stale, self._song, self._current = None, False, song, None
        self._is_users_choice = False
        if song is None:
            note = _("This song was not listened to yet. Its answers come by themselves.")
            self._show(
                ListState.TO_COME if to_come else ListState.NO_SONG,
                Answer((), note if to_come else ""),
            )
            return
        self._show(ListState.LOADING, Answer((), ""))
        self._start(song)

    def refresh(self, song: Song | None = None) -> None:
        """Ask again, showing the old answer meanwhile."""
        self._song = song or self._song
        if self._asking:
            self._is_stale = True
        elif self._song:
            self._start(self._song)

    def choose(self, index: int) -> None:
        """Choose a line."""
        if 0 <= index < len(self.results) and index != self._current:
            self._current, self._is_users_choice = index, True
            self.chosen.emit(None)

    def confirm(self, index: int) -> None:
        """Take a line as the user's choice, also where it is chosen already."""
        self.choose(index)
        self._is_users_choice = self._is_users_choice or index == self._current

    def step(self, by: int) -> None:
        """Choose the line that is ``by`` lines further."""
        last = len(self.results) - 1
        if last >= 0:
            at = -1 if self._current is None and by > 0 else (self._current or 0)
            self.choose(min(last, max(0, at + by)))

    def drop(self, song_id: SongId) -> None:
        """Take a song's lines out at once, before the library has forgotten them."""
        kept = tuple(result for result in self.results if result.song_id != song_id)
        if len(kept) < len(self.results):
            self._take(Answer(kept, self.note))

    def _start(self, song: Song) -> None:
        self._is_stale = False
        self._number += 1
        verb = Verb(
            lambda _progress: self._ask(song),
            on_success=self._take,
            on_failure=self._fail,
            on_end=partial(self._ended, self._number),
        )
        self._asking = self._lanes.run(verb, Lane.COMPUTE)

    def _ended(self, number: int) -> None:
        if number != self._number:
            return  # another song was opened meanwhile, and its question is under way
        self._asking = None
        if self._is_stale and self._song:
            self._start(self._song)

    def _take(self, answer: Answer) -> None:
        if self._state is ListState.FULL and _is_same(answer, self._answer):
            return  # nothing to draw anew, and no list that jumps under the pointer
        chosen = self.current if self._is_users_choice else None
        self._current = None
        for index, result in enumerate(answer.results):
            if chosen and result.song_id and result.song_id == chosen.song_id:
                self._current = index
        if self._current is None:
            self._current, self._is_users_choice = (0 if answer.results else None), False
        self._show(ListState.FULL if answer.results else ListState.EMPTY, answer)

    def _fail(self, sentence: str) -> None:
        self._current = None
        self._show(ListState.FAILED, Answer((), sentence))

    def _show(self, state: ListState, answer: Answer) -> None:
        self._state, self._answer = state, answer
        self.changed.emit(None)
        self.chosen.emit(None)


def _is_same(answer: Answer, shown: Answer) -> bool:
    def words(of: Answer) -> list[tuple[object, ...]]:
        return [(r.song_id, r.title, r.artist, r.figure, r.label, r.why) for r in of.results]

    return answer.note == shown.note and words(answer) == words(shown)
