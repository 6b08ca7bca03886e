"""Deeds that the library remembers: each asks where it should, is said, and can be taken back.

They run in the write lane, one after the other, so that the last one that the library remembers is
the last one that was said here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from core.copy_types import ActionKind, DoneAction
from core.errors import UnknownSongError
from core.progress import Progress
from core.types import PairVerdict, Song, SongEvent, SongId
from ui.language import N_, ngettext
from ui.language import gettext as _
from ui.messages import file_name, shown
from ui.presenters import words
from ui.presenters.hook import Hook
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import Deed, NoticePresenter
from ui.presenters.ports import WorkbenchPort
from ui.presenters.rows import STEP_OF_STAGE, RowChange, Snapshot, song_row, with_haystack
from ui.presenters.verbs import Lane, Lanes, Verb

NOTHING_LEFT = N_("Nothing to undo.")
MOST_NAMED = 2  # songs named in a question; more are counted


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked once before something is done: what will happen, and the two answers."""

    title: str
    text: str
    yes: str
    act: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Touched:
    """Songs as they are after a deed or its way back; those that are gone are not among them."""

    asked: tuple[SongId, ...]
    songs: tuple[tuple[Song, tuple[PairVerdict, ...]], ...]
    undone: ActionKind | None = None


class Deeds:
    """Does and undoes; ``changed`` when songs or pairs of the library did.

    ``asks`` before a deed is taken back that was not done since the window opened.
    """

    def __init__(
        self,
        workbench: WorkbenchPort,
        library: LibraryPresenter,
        *,
        notices: NoticePresenter,
        lanes: Lanes,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.asks: Hook[Question] = Hook()
        self._workbench = workbench
        self._library = library
        self._notices = notices
        self._lanes = lanes
        notices.asks_earlier.connect(lambda _told: self._look_back())

    def do(self, work: Callable[[], object], *, songs: Sequence[SongId], said: str) -> None:
        """Do what the library can take back to some songs, then say it and offer the way back."""

        def deed(_progress: Progress) -> Touched:
            work()
            return self._look(songs)

        def take(touched: Touched) -> None:
            self._take(touched)
            self._notices.did(Deed(said, self._undo))

        verb = Verb(deed, on_success=take, on_failure=self._failed)
        self._lanes.run(verb, Lane.WRITE)

    def _look_back(self) -> None:
        """Ask whether what was done before the window was opened should be taken back."""
        verb = Verb(
            lambda _progress: self._earlier(), on_success=self._ask_earlier, on_failure=self._failed
        )
        self._lanes.run(verb, Lane.WRITE)  # after what is being done

    def _earlier(self) -> str:
        """Say what the library did last; empty where that is nothing; runs in a lane."""
        action = self._workbench.last_action()
        if action is None:
            return ""
        there = [song for song, _verdicts in self._look(action.songs).songs]
        named = [shown(song.title) or file_name(song.path) for song in there]
        is_named = len(named) == len(action.songs) <= MOST_NAMED
        what = words.together(named) if is_named else words.songs(len(action.songs))
        said = done_outside(action.kind, len(action.songs))
        return said.format(moment=words.moment(action.at), songs=what)

    def _ask_earlier(self, said: str) -> None:
        if not said:
            self._notices.say(_(NOTHING_LEFT))
            return
        text = _("{done} Should that be taken back?").format(done=said)
        self.asks.emit(Question(_("Undo what was done earlier"), text, _("Undo it"), self._undo))

    def _undo(self) -> None:
        """Take back the library's last deed, whether of this window or of an earlier one."""

        def work(_progress: Progress) -> Touched | None:
            action = self._workbench.undo()
            return self._look(action.songs, undone=action.kind) if action else None

        verb = Verb(work, on_success=self._undone, on_failure=self._not_undone)
        self._lanes.run(verb, Lane.WRITE)

    def _not_undone(self, sentence: str) -> None:
        """Say why a deed stays done, and offer to give it up: older ones wait behind it."""
        self._failed(sentence)

        def ask(action: DoneAction | None) -> None:
            if action:
                text = _(
                    "{sentence} Songkin can forget this step instead. Then what was done before it "
                    "can be undone; files stay where they are."
                )
                act = partial(self._give_up, action)
                title, yes = _("This step can't be undone"), _("Forget it")
                self.asks.emit(Question(title, text.format(sentence=sentence), yes, act))

        verb = Verb(lambda _progress: self._workbench.last_action(), on_success=ask)
        self._lanes.run(verb, Lane.WRITE)

    def _give_up(self, action: DoneAction) -> None:
        """Forget a deed that can't be taken back."""

        def take(is_forgotten: bool) -> None:
            if is_forgotten:
                self._notices.say(_("Forgotten. What was done before it can be undone now."))
            else:
                self._notices.say(_("Something else was done since, so nothing was forgotten."))

        work = Verb(
            lambda _progress: self._workbench.give_up(action),
            on_success=take,
            on_failure=self._failed,
        )
        self._lanes.run(work, Lane.WRITE)

    def _look(self, song_ids: Sequence[SongId], *, undone: ActionKind | None = None) -> Touched:
        """Read songs again; runs in a lane."""
        found = []
        for song_id in song_ids:
            try:
                song = self._workbench.catalogue.song(song_id)
            except UnknownSongError:  # it has left the library
                continue
            found.append((song, tuple(self._workbench.duplicates(song_id))))
        return Touched(tuple(song_ids), tuple(found), undone)

    def _undone(self, touched: Touched | None) -> None:
        if touched is None:
            self._notices.say(_(NOTHING_LEFT))
            return
        self._take(touched)
        self._notices.say(_taken_back(touched))

    def _take(self, touched: Touched) -> None:
        """Show the songs as they are now."""
        there = {song.song_id for song, _verdicts in touched.songs}
        for song_id in touched.asked:
            row = self._library.row_of_song(song_id)
            if row and song_id not in there:
                self._library.remove(row.path)
        new = [s for s, _verdicts in touched.songs if self._library.row_of_song(s.song_id) is None]
        if new:  # they are listed as songs that were read, not as songs that have just come
            self._library.load(Snapshot(tuple(with_haystack(song_row(song)) for song in new), ()))
        self._library.hear([_news(song, verdicts) for song, verdicts in touched.songs])
        self.changed.emit(None)

    def _failed(self, sentence: str) -> None:
        self._notices.warn(sentence)
        self.changed.emit(None)


def _news(song: Song, verdicts: Sequence[PairVerdict]) -> RowChange:
    event = SongEvent(song.path, song.song_id, STEP_OF_STAGE[song.stage])
    return RowChange(event, song, tuple(verdicts))


def done_outside(kind: ActionKind, count: int) -> str:
    """Return the words for a deed of another window, to be filled with its moment and songs."""
    match kind:
        case ActionKind.TRASHED:
            return ngettext(
                "Outside this window, on {moment}, {songs} was moved to the trash.",
                "Outside this window, on {moment}, {songs} were moved to the trash.",
                count,
            )
        case ActionKind.REMOVED:
            return ngettext(
                "Outside this window, on {moment}, {songs} was taken out of the library.",
                "Outside this window, on {moment}, {songs} were taken out of the library.",
                count,
            )
        case ActionKind.TAGGED:
            return ngettext(
                "Outside this window, on {moment}, {songs} was given other tags.",
                "Outside this window, on {moment}, {songs} were given other tags.",
                count,
            )
        case ActionKind.DECIDED:
            return ngettext(
                "Outside this window, on {moment}, {songs} was judged by hand.",
                "Outside this window, on {moment}, {songs} were judged by hand.",
                count,
            )


def _taken_back(touched: Touched) -> str:
    names = [song for song, _verdicts in touched.songs]
    what = shown(names[0].title) if len(names) == 1 else words.songs(len(names))
    match touched.undone:
        case ActionKind.TRASHED:
            return _("{songs}: out of the trash, and in place again.").format(songs=what)
        case ActionKind.REMOVED:
            return _("{songs}: in the library again.").format(songs=what)
        case ActionKind.TAGGED:
            return _("{songs}: tagged as before.").format(songs=what)
        case _:
            return _("Undone: these songs are judged as before.")
