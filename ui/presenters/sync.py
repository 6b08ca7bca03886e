"""The Sync button: where the library stands with its cluster, in words, and what can be done."""

from dataclasses import dataclass
from typing import Final

from core.cluster_types import SyncReport, SyncState
from core.ports import SyncPort
from core.progress import Progress, ProgressReport
from ui.language import N_, Words, ngettext, number
from ui.language import gettext as _
from ui.messages import shown
from ui.presenters.hook import Hook
from ui.presenters.notices import NoticePresenter
from ui.presenters.verbs import Lane, Lanes, Verb
from ui.presenters.words import songs

STATES: Final = Words(
    {
        SyncState.NOT_SET_UP: N_("no cluster set up"),
        SyncState.BEHIND: N_("changes to send"),
        SyncState.IN_STEP: N_("in step"),
        SyncState.SYNCING: N_("syncing"),
        SyncState.OFFLINE: N_("offline; everything here still works"),
        SyncState.REFUSED: N_("the cluster said no"),
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the library stands with its cluster."""

    state: SyncState
    cluster: str
    waiting: int


def read_standing(sync: SyncPort) -> Standing:
    """Ask where the library stands; runs in a lane."""
    return Standing(sync.state, sync.cluster_name, sync.waiting())


class SyncPresenter:
    """Signs in and syncs; ``synced`` when lists may have come back.

    ``asks_first`` once a cluster was signed in to: what will travel should be shown.
    """

    def __init__(
        self, sync: SyncPort, *, lanes: Lanes, notices: NoticePresenter, cluster_note: str = ""
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.synced: Hook[None] = Hook()
        self.asks_sign_in: Hook[None] = Hook()
        self.asks_first: Hook[None] = Hook()
        self.signed_in: Hook[str] = Hook()  # with a sentence where it failed, else empty
        self.cluster_note = cluster_note
        self.last = ""  # how the last sync of this window ended, in words
        self._sync = sync
        self._lanes = lanes
        self._notices = notices
        self._standing: Standing | None = None  # until it was read
        self._is_pressed = False
        self._running: Progress | None = None
        self._report: ProgressReport | None = None
        self._is_reading = False
        self._is_stale = False

    @property
    def is_running(self) -> bool:
        """Whether a sync is under way."""
        return self._running is not None

    @property
    def state(self) -> SyncState:
        """Where the library stands."""
        if self._running:
            return SyncState.SYNCING
        return self._standing.state if self._standing else SyncState.IN_STEP

    @property
    def is_known(self) -> bool:
        """Whether it was read where the library stands."""
        return self._standing is not None

    @property
    def cluster(self) -> str:
        """The cluster's name; empty where none is set up."""
        return shown(self._standing.cluster) if self._standing else ""

    @property
    def report(self) -> ProgressReport | None:
        """How far the sync is."""
        return self._report

    @property
    def words(self) -> str:
        """The cluster's name and state."""
        if self._standing is None:
            return ""
        said = STATES[self.state]
        cluster = shown(self._standing.cluster)
        return f"{cluster}: {said}" if cluster else self.state_words

    @property
    def state_words(self) -> str:
        """The state alone, as a sentence begins."""
        said = STATES[self.state]
        return said[0].upper() + said[1:]

    @property
    def button(self) -> str:
        """What the button says."""
        if self._running:
            return _("Stop syncing")
        if self.state is SyncState.NOT_SET_UP:
            return _("Set up Sync")
        waiting = self._standing.waiting if self._standing else 0
        if not waiting:
            return _("Sync")
        return _("Sync · {count} to send").format(count=number(waiting))

    def refresh(self) -> None:
        """Read the standing again; questions that come meanwhile are one question."""
        if self._is_reading:
            self._is_stale = True
            return
        self._is_reading, self._is_stale = True, False
        verb = Verb(
            lambda _: read_standing(self._sync),
            on_success=self._take,
            on_failure=self._notices.warn,
            on_end=self._read,
        )
        self._lanes.run(verb, Lane.COMPUTE)

    def press(self) -> None:
        """Sync, stop the sync, or ask for the cluster's address."""
        if self._running:
            self._running.cancel()
        elif self._standing is None:
            self._is_pressed = True  # and done once it is known what to do
        elif self._standing.state is SyncState.NOT_SET_UP:
            self.asks_sign_in.emit(None)
        else:
            self._start()

    def sign_in(self, uri: str, *, user: str, password: str) -> None:
        """Remember the cluster; what will travel is shown before anything is sent."""
        address = uri.strip()
        if not address:
            self.signed_in.emit(_("Type the address of the cluster, such as https://host:19530."))
            return
        token = f"{user.strip()}:{password}" if user.strip() else ""
        verb = Verb(
            lambda _: self._sign_in(address, token),
            on_success=self._signed_in,
            on_failure=self.signed_in.emit,
        )
        self._lanes.run(verb, Lane.COMPUTE)

    def _sign_in(self, address: str, token: str) -> Standing:
        self._sync.sign_in(address, token=token)
        return read_standing(self._sync)

    def _signed_in(self, standing: Standing) -> None:
        self._is_pressed = False  # what will travel is shown before anything is sent
        self._take(standing)
        self.signed_in.emit("")
        self.asks_first.emit(None)

    def _start(self) -> None:
        if self._running:
            return
        verb = Verb(
            lambda progress: self._sync.sync(progress=progress),
            on_success=self._done,
            on_failure=self._failed,
            on_progress=self._hear,
            on_end=self._ended,
        )
        self._notices.clear()
        self._running = self._lanes.run(verb, Lane.COMPUTE)
        self.changed.emit(None)

    def _hear(self, report: ProgressReport) -> None:
        self._report = report
        self.changed.emit(None)

    def _done(self, report: SyncReport) -> None:
        self.last = f"{_sent(report)} {_came_back(report.pulled)}"
        self._notices.say(self.last)
        self.synced.emit(None)

    def _failed(self, sentence: str) -> None:
        self.last = sentence
        self._notices.warn(sentence)

    def _ended(self) -> None:
        self._running, self._report = None, None
        self.changed.emit(None)
        self.refresh()

    def _take(self, standing: Standing) -> None:
        self._standing = standing
        self.changed.emit(None)
        if self._is_pressed:
            self._is_pressed = False
            self.press()

    def _read(self) -> None:
        self._is_reading = False
        if self._is_stale:
            self.refresh()


def _sent(report: SyncReport) -> str:
    sent = songs(report.pushed)
    if not report.deleted:
        return _("Sent {sent}.").format(sent=sent)
    return _("Sent {sent}, took back {gone}.").format(sent=sent, gone=songs(report.deleted))


def _came_back(count: int) -> str:
    said = ngettext(
        "{count} recommendation came back.", "{count} recommendations came back.", count
    )
    return said.format(count=number(count))
