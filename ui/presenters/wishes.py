"""More like these, less like this: what is chosen becomes a question to the list of neighbours."""

from collections.abc import Sequence

from core.types import Song, SongId
from ui.language import gettext as _
from ui.presenters.answers import Result, Tab
from ui.presenters.hook import Hook
from ui.presenters.library import LibraryPresenter
from ui.presenters.neighbours import NeighboursPresenter
from ui.presenters.notices import NoticePresenter
from ui.presenters.seeds import NOTHING_ASKED, SeedQuestion
from ui.presenters.song_list import SongListPresenter
from ui.presenters.song_page import SongPagePresenter

LEAST_CHOSEN = 2  # songs that have something in common


class Wishes:
    """Asks and takes back; ``changed`` when the question did."""

    def __init__(
        self,
        page: SongPagePresenter,
        neighbours: NeighboursPresenter,
        *,
        library: LibraryPresenter,
        songs: SongListPresenter,
        notices: NoticePresenter,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.neighbours = neighbours
        self._page = page
        self._library = library
        self._songs = songs
        self._notices = notices

    @property
    def question(self) -> SeedQuestion:
        """What is asked."""
        return self.neighbours.question

    @property
    def chosen(self) -> tuple[Song, ...]:
        """The songs of the list, where they are several; else the open one."""
        if len(self._songs.songs) >= LEAST_CHOSEN:
            return self._songs.songs
        return (self._page.song,) if self._page.song else ()

    def more(self, songs: Sequence[Song]) -> None:
        """Ask for more like several songs; one alone joins what is asked already."""
        if len(songs) >= LEAST_CHOSEN:
            self._ask(SeedQuestion(tuple(songs)))
        elif songs and self.question.is_asked:
            self._ask(self.question.also_like(songs))
        else:
            self._notices.say(_("Choose two songs or more to find what is like all of them."))

    def less(self, songs: Sequence[Song]) -> None:
        """Ask for less like some songs, or no longer for less."""
        if songs and self.question.is_asked:
            self._ask(self.question.toggle_disliked(songs))
        else:
            self._notices.say(_("Ask for more like some songs first, then for less like others."))

    def more_like(self, result: Result) -> None:
        """Ask for more like the open song, or what is asked already, and a result."""
        if found := self._song(result):
            self._ask(self._begun().also_like([found]))

    def less_like(self, result: Result) -> None:
        """Ask for less like a result, or no longer for less."""
        if found := self._song(result):
            self._ask(self._begun().toggle_disliked([found]))

    def take_out(self, song_id: SongId) -> None:
        """Ask without one of the songs."""
        self._ask(self.question.without([song_id]))

    def clear(self) -> None:
        """Ask nothing, and list the neighbours of the open song again."""
        self._ask(NOTHING_ASKED)

    def prune(self) -> None:
        """Ask without the songs that have left the library."""
        asked = (*self.question.liked, *self.question.disliked)
        gone = [s.song_id for s in asked if self._library.row_of_song(s.song_id) is None]
        if gone:
            self._ask(self.question.without(gone))

    def _begun(self) -> SeedQuestion:
        if self.question.is_asked or self._page.song is None:
            return self.question
        return SeedQuestion((self._page.song,))

    def _song(self, result: Result) -> Song | None:
        row = self._library.row_of_song(result.song_id) if result.song_id else None
        return row.song if row else None

    def _ask(self, question: SeedQuestion) -> None:
        if not question.is_asked:
            question = NOTHING_ASKED  # what is disliked alone has no neighbours
        if question == self.question:
            return
        self.neighbours.ask_for(question)
        if question.is_asked:
            self._page.turn(Tab.NEIGHBOURS)
        self.changed.emit(None)
