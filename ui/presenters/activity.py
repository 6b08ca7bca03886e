"""What runs: adding files, then their separation; how far it is, and how to stop it.

First answers come before any separation: files that are dropped while voices are being separated
interrupt that (it goes on afterwards, where it was). Last of all, songs that an older version heard
less of are heard again; whatever comes interrupts that too.
"""

import gc
import time
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path

from core.errors import UnknownSongError
from core.progress import Progress
from core.types import Song, SongEvent, SongId
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.presenters.arrivals import ANSWERED, ArrivalsPresenter
from ui.presenters.hook import Hook
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import NoticePresenter, Offer
from ui.presenters.ports import WorkbenchPort
from ui.presenters.rows import RowChange, Snapshot, read_snapshot
from ui.presenters.tally import Tally
from ui.presenters.verbs import Lane, Lanes, Mailbox, Verb


class Doing(Enum):
    """What runs."""

    NOTHING = "nothing"
    ADDING = "adding"  # up to the first answers
    FINISHING = "finishing"  # voices are separated
    FILLING = "filling"  # songs of an older version are heard again
    STOPPING = "stopping"


class ActivityPresenter:
    """Runs the analysis: ``changed`` when its state did, ``answered`` when songs have news.

    ``arrivals`` says what was recognised among what the user has just added.
    """

    def __init__(
        self,
        workbench: WorkbenchPort,
        library: LibraryPresenter,
        *,
        lanes: Lanes,
        notices: NoticePresenter,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.answered: Hook[frozenset[SongId]] = Hook()
        self._workbench = workbench
        self._library = library
        self._lanes = lanes
        self._notices = notices
        self.arrivals = ArrivalsPresenter(library, notices)
        self._mailbox: Mailbox[RowChange] = Mailbox(lanes, self._hear)
        self._tally = Tally(now)
        self._doing = Doing.NOTHING
        self._progress: Progress | None = None
        self._pending: list[Path] = []
        self._has_failed = False
        self._is_read = False  # the library's songs are listed
        self._has_old = False  # songs that an older version heard less of
        self._was_asked = False  # by the user, who wants to know where nothing comes of it

    @property
    def doing(self) -> Doing:
        """What runs."""
        return self._doing

    @property
    def tally(self) -> Tally:
        """How far it is."""
        return self._tally

    @property
    def words(self) -> str:
        """What runs and how far it is, in words."""
        match self._doing:
            case Doing.NOTHING:
                return ""
            case Doing.STOPPING:
                return _("Stopping")
            case Doing.ADDING:
                return (
                    self._far(_("Listening to {done} of {total}"))
                    if self._tally.total
                    else _("Looking")
                )
            case Doing.FINISHING:
                return self._far(_("Separating voices: {done} of {total}"))
            case Doing.FILLING:
                return self._far(_("Hearing older songs again: {done} of {total}"))

    def _far(self, said: str) -> str:
        """Put into words how far what runs is."""
        return said.format(done=number(self._tally.done), total=number(self._tally.total))

    def open_library(self) -> None:
        """Read the library, then go on with what was queued when it was closed."""
        verb = Verb(
            lambda _progress: read_snapshot(self._workbench),
            on_success=self._opened,
            on_failure=self._library.fail,
        )
        self._lanes.run(verb, Lane.COMPUTE)
        warm_up = Verb(
            lambda _progress: self._warm_up(),
            on_success=self._warmed,
            on_failure=self._notices.warn,
        )
        self._lanes.run(warm_up, Lane.COMPUTE)

    def add(self, paths: Sequence[Path]) -> None:
        """Add files and folders."""
        if not paths:
            return
        self._pending += paths
        self._was_asked = True
        self._notices.clear()
        if self._doing in (Doing.FINISHING, Doing.FILLING) and self._progress:
            self._progress.cancel()
        if self._doing is Doing.NOTHING:
            self._next()

    def go_on(self) -> None:
        """Do what waits."""
        self._notices.clear()
        if self._doing is Doing.NOTHING:
            self._start_adding([])

    def stop(self) -> None:
        """Stop at once; what is done stays, the rest waits."""
        self._pending.clear()
        if self._progress:
            self._doing = Doing.STOPPING
            self._progress.cancel()
            self.changed.emit(None)

    def _opened(self, snapshot: Snapshot) -> None:
        self._library.load(snapshot)
        self._is_read = True
        _let_lie()
        if self._library.waiting():
            self.go_on()
        elif self._has_old and self._doing is Doing.NOTHING:
            self._start_filling()

    def _warm_up(self) -> list[Song]:
        """Load the models, which tell which songs are of older ones; runs in a lane."""
        self._workbench.warm_up()
        return self._workbench.half_heard()

    def _warmed(self, old: Sequence[Song]) -> None:
        _let_lie()
        self._has_old = bool(old)
        is_free = self._is_read and self._doing is Doing.NOTHING
        if self._has_old and is_free and not self._library.waiting():
            self._start_filling()

    def _next(self) -> None:
        """Start what comes after what has just ended."""
        was, self._progress = self._doing, None
        if was is Doing.STOPPING or self._has_failed:
            self._rest()
        elif self._pending:
            paths, self._pending = self._pending, []
            self._library.begin_batch()
            self.arrivals.begin()
            self._start_adding(paths)
        elif was is Doing.ADDING:
            self._say_what_came()
            self._start_finishing()
        elif was is Doing.FINISHING and self._has_old:
            self._start_filling()
        else:
            self._has_old = False  # what could be heard again has been
            self._rest()

    def _say_what_came(self) -> None:
        """Say where a drop brought nothing new, since no row shows it."""
        was_asked, self._was_asked = self._was_asked, False
        if not was_asked:
            return
        if not self._tally.total:
            self._notices.say(_("No audio files were found in what was added."))
        elif self._tally.skipped == self._tally.total:
            self.arrivals.say_nothing_new(self._tally.skipped)

    def _rest(self) -> None:
        was_stopped = self._doing is Doing.STOPPING
        self._doing, self._has_failed = Doing.NOTHING, False
        self._pending.clear()
        self._library.settle()
        left = self._library.waiting()
        if was_stopped and left:
            said = ngettext("Stopped. {count} song waits.", "Stopped. {count} songs wait.", left)
            self._notices.say(said.format(count=number(left)), Offer.CONTINUE)
        self.changed.emit(None)

    def _start_adding(self, paths: Sequence[Path]) -> None:
        def work(progress: Progress) -> None:
            waiting = self._workbench.catalogue.queued()
            self._workbench.add(
                [*paths, *waiting], quick=True, progress=progress, on_event=self._tell
            )

        self._start(Doing.ADDING, work)

    def _start_finishing(self) -> None:
        def work(progress: Progress) -> None:
            unfinished = frozenset(song.path for song in self._workbench.catalogue.unfinished())
            self._lanes.post(lambda: self._tally.expect(unfinished))
            self._workbench.finish(progress=progress, on_event=self._tell)

        self._start(Doing.FINISHING, work)

    def _start_filling(self) -> None:
        def work(progress: Progress) -> None:
            old = frozenset(song.path for song in self._workbench.half_heard())
            self._lanes.post(lambda: self._tally.expect(old))
            self._workbench.fill_in(progress=progress, on_event=self._tell)

        self._start(Doing.FILLING, work)

    def _start(self, doing: Doing, work: Callable[[Progress], None]) -> None:
        self._doing = doing
        self._tally.start()
        verb = Verb(work, on_failure=self._fail, on_end=self._next)
        self._progress = self._lanes.run(verb, Lane.COMPUTE)
        self.changed.emit(None)

    def _fail(self, sentence: str) -> None:
        self._has_failed = True
        self._notices.warn(sentence)

    def _tell(self, event: SongEvent) -> None:
        """Bring what is new about a file to the main thread; runs in a lane."""
        self._mailbox.put(self._with_news(event))

    def _with_news(self, event: SongEvent) -> RowChange:
        song_id = event.song_id
        if song_id is None:
            return RowChange(event)
        try:
            song = self._workbench.catalogue.song(song_id)
        except UnknownSongError:  # taken out while it was being worked on
            return RowChange(event)
        if event.step not in ANSWERED:
            return RowChange(event, song)
        return RowChange(event, song, tuple(self._workbench.duplicates(song_id)))

    def _hear(self, changes: list[RowChange]) -> None:
        self._library.hear(changes)
        for change in changes:
            self._tally.hear(change.event, is_quick=self._doing is not Doing.FINISHING)
        if self._doing is not Doing.FILLING:  # those did not arrive just now
            self.arrivals.hear(changes)
        news = {c.event.song_id for c in changes if c.event.step in ANSWERED}
        song_ids = frozenset(song_id for song_id in news if song_id)
        self.changed.emit(None)
        if song_ids:
            self.answered.emit(song_ids)


def _let_lie() -> None:
    """Spare the collector what is loaded by now, and stays so while the window is open.

    It is some hundred thousand objects of the models' libraries and the table's rows; walking them
    held every thread, and the window, for up to a second on a busy machine.
    """
    gc.freeze()
