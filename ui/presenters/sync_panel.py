"""The Sync panel: what will travel, what the cluster refused, and its list beside the local one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from core.cluster_types import Outgoing, RowRefusal, Sharing, Withheld
from core.errors import UnknownSongError
from core.ports import SyncPort
from core.types import Song, SongId
from ui.language import N_, ngettext, number
from ui.language import gettext as _
from ui.messages import shown
from ui.presenters import told
from ui.presenters.deeds import Question
from ui.presenters.hook import Hook
from ui.presenters.notices import Deed, NoticePresenter
from ui.presenters.ports import WorkbenchPort
from ui.presenters.results import ListState
from ui.presenters.sides import NO_SONG, Sides, read_sides
from ui.presenters.sync import SyncPresenter
from ui.presenters.verbs import Lane, Lanes, Verb
from ui.presenters.words import DOT, size, songs

GONE = N_("A song that has left this library")


@dataclass(frozen=True, slots=True)
class Refused:
    """A song that the cluster did not take, and why."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Travel:
    """What would be sent, what was refused before, and what stays here until it is shared again."""

    outgoing: Outgoing
    refused: tuple[Refused, ...]
    withheld: Withheld


NO_CLUSTER = N_("No cluster is set up. Sign in, and its list of a song is shown beside yours.")
IN_STEP = N_("Nothing waits: the cluster has what this library shares.")
NOTHING_WAITS = N_("Nothing waits to be sent.")
NONE_SENT = N_("No cluster is set up. Nothing was sent, so nothing was refused.")
NONE_REFUSED = N_("The cluster has refused no song of this library so far.")
NOTHING_WITHHELD = Withheld(frozenset(), is_library=False)
NO_SIDES = Sides(ListState.NO_SONG, "")


class SyncPanelPresenter:
    """Reads what the panel shows; ``changed`` when it did, ``asks`` before songs are withdrawn."""

    def __init__(
        self,
        workbench: WorkbenchPort,
        port: SyncPort,
        *,
        sync: SyncPresenter,
        notices: NoticePresenter,
        lanes: Lanes,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.asks: Hook[Question] = Hook()
        self.sync = sync
        self._workbench = workbench
        self._port = port
        self._notices = notices
        self._lanes = lanes
        self._travel: Travel | None = None
        self._song: Song | None = None
        self._sides = NO_SIDES
        self._unread = self._undone = ""  # why the panel could not be read; why a change failed
        self._cluster = ""  # that the lists were asked of
        self._is_open = False
        sync.changed.connect(self._hear_sync)
        sync.synced.connect(lambda _told: self.refresh())

    @property
    def travel(self) -> Travel | None:
        """What would be sent; None until it is known."""
        return self._travel

    @property
    def song(self) -> Song | None:
        """The song whose lists are compared, and that could be withdrawn."""
        return self._song

    @property
    def sides(self) -> Sides:
        """The cluster's list beside the local one."""
        if self.sync.is_known and not self.sync.cluster:
            return Sides(ListState.EMPTY, _(NO_CLUSTER))
        return Sides(ListState.NO_SONG, _(NO_SONG)) if self._sides is NO_SIDES else self._sides

    @property
    def problem(self) -> str:
        """Why something that was asked for here was not done."""
        return self._undone or self._unread

    @property
    def refused_words(self) -> str:
        """What stands where no refused song is listed; empty while nothing is known."""
        if not self.sync.is_known:
            return ""
        if not self.sync.cluster:
            return _(NONE_SENT)
        return _(NONE_REFUSED) if self._travel else self._unread

    @property
    def outgoing_words(self) -> str:
        """What would be sent, in words."""
        if self._travel is None:
            return ""
        out = self._travel.outgoing
        if not out.songs and not out.withdrawals:
            return _(IN_STEP) if self.sync.cluster else _(NOTHING_WAITS)
        parts = [_("{songs} to send").format(songs=songs(out.songs))] if out.songs else []
        if out.withdrawals:
            parts.append(_("{songs} to take back").format(songs=songs(out.withdrawals)))
        parts.append(_("about {size}").format(size=size(out.bytes)))
        return DOT.join(parts)

    @property
    def fields_words(self) -> str:
        """What of a song travels."""
        fields = self._travel.outgoing.fields if self._travel else ()
        if not fields:
            return ""
        said = _("Of each song: {fields}. Never the sound.")
        return said.format(fields=", ".join(map(told.field, fields)))

    @property
    def withheld(self) -> Withheld:
        """What stays here until it is shared again."""
        return self._travel.withheld if self._travel else NOTHING_WITHHELD

    @property
    def withheld_words(self) -> str:
        """What stays here, in words; empty where everything travels."""
        count, is_library = len(self.withheld.songs), self.withheld.is_library
        if is_library:
            return _library_stays_here(count)
        return _stay_here(count) if count else ""

    @property
    def is_song_withheld(self) -> bool:
        """Whether the open song stays here."""
        return self._song is not None and self._song.song_id in self.withheld.songs

    def open(self, song: Song | None) -> None:
        """Show the panel, with the lists of a song."""
        self._is_open, self._undone = True, ""
        if song is None or self._song is None or song.song_id != self._song.song_id:
            self._sides = NO_SIDES
        self._song = song
        self.refresh()

    def close(self) -> None:
        """Ask nothing any more."""
        self._is_open = False

    def refresh(self) -> None:
        """Read everything again."""
        if not self._is_open:
            return
        travel = Verb(
            lambda _told: self._read_travel(),
            on_success=self._take_travel,
            on_failure=self._fail_travel,
        )
        self._lanes.run(travel, Lane.COMPUTE)
        if self._song and self.sync.cluster:
            if self._sides.state is not ListState.FULL:
                self._sides = Sides(ListState.LOADING, "")
            song = self._song
            verb = Verb(
                lambda _progress: read_sides(self._workbench, self._port, song),
                on_success=partial(self._take_sides, song.song_id),
                on_failure=partial(self._fail_sides, song.song_id),
            )
            self._lanes.run(verb, Lane.COMPUTE)
        self.changed.emit(None)

    def share_titles(self, *, value: bool) -> None:
        """Choose whether titles and artists travel."""
        self._change(lambda: self._port.share_titles(value))

    def withdraw_song(self) -> None:
        """Ask whether the open song should leave the cluster."""
        song = self._song
        if song is None:
            return
        title = shown(song.title)
        said = _("{title} leaves the cluster with the next sync.").format(title=title)
        self._ask_withdrawal([song.song_id], text=_song_goes(title), said=said)

    def withdraw_all(self) -> None:
        """Ask whether the whole library should leave the cluster."""
        said = _("The whole library leaves the cluster with the next sync.")
        self._ask_withdrawal(None, text=_library_goes(), said=said)

    def share_song(self) -> None:
        """Let the open song travel again."""
        if self._song:
            song_id, title = self._song.song_id, shown(self._song.title)
            said = _("{title} travels again with the next sync.").format(title=title)
            self._say(lambda: self._port.share([song_id]), said)

    def share_all(self) -> None:
        """Let travel again whatever stays here."""
        withheld, ids = self.withheld, sorted(self.withheld.songs)
        if withheld.is_library:
            said = _("The whole library travels again with the next sync.")
            self._say(lambda: self._port.share(None), said)
        elif ids:
            said = ngettext(
                "{count} song travels again with the next sync.",
                "{count} songs travel again with the next sync.",
                len(ids),
            )
            self._say(lambda: self._port.share(ids), said.format(count=number(len(ids))))

    def _ask_withdrawal(self, song_ids: Sequence[SongId] | None, *, text: str, said: str) -> None:
        def withdraw() -> None:
            self._say(lambda: self._port.withdraw(song_ids), said)

        self.asks.emit(Question(_("Take back from the cluster"), text, _("Take back"), withdraw))

    def _say(self, word: Callable[[], Sharing], said: str) -> None:
        """Say a word on sharing that can be taken back."""
        before: list[Sharing] = []  # what was said before, once the word counts
        deed = Deed(said, lambda: self._change(lambda: self._port.restore_sharing(before.pop())))
        self._change(lambda: before.append(word()), deed=deed)

    def _change(self, work: Callable[[], None], *, deed: Deed | None = None) -> None:
        """Change what is shared, then read again what would travel."""

        def take(_done: None) -> None:
            self._undone = ""
            if deed:
                self._notices.did(deed)
            self.sync.refresh()
            self.refresh()

        verb = Verb(lambda _progress: work(), on_success=take, on_failure=self._fail)
        self._lanes.run(verb, Lane.WRITE)

    def _read_travel(self) -> Travel:
        refused = tuple(_refused(self._workbench, row) for row in self._port.refusals())
        return Travel(self._port.outgoing(), refused, self._port.withheld())

    def _take_travel(self, travel: Travel) -> None:
        self._travel, self._unread = travel, ""
        self.changed.emit(None)

    def _fail_travel(self, sentence: str) -> None:
        self._unread = sentence
        self.changed.emit(None)

    def _take_sides(self, song_id: SongId, sides: Sides) -> None:
        if self._song and self._song.song_id == song_id:
            self._sides = sides
            self.changed.emit(None)

    def _fail_sides(self, song_id: SongId, sentence: str) -> None:
        self._take_sides(song_id, Sides(ListState.FAILED, sentence))

    def _fail(self, sentence: str) -> None:
        self._undone = sentence
        self.changed.emit(None)

    def _hear_sync(self, _: None) -> None:
        """Ask another cluster for its list, once it is known; else show where the sync is."""
        if self.sync.cluster == self._cluster:
            self.changed.emit(None)
            return
        self._cluster, self._sides = self.sync.cluster, NO_SIDES
        self.refresh()


def _stay_here(count: int) -> str:
    said = ngettext(
        "{count} song stays here until you share it again.",
        "{count} songs stay here until you share them again.",
        count,
    )
    return said.format(count=number(count))


def _library_stays_here(count: int) -> str:
    if not count:
        return _("Every song stays here until you share the library again.")
    said = ngettext(
        "{count} song and every song to come stay here until you share the library again.",
        "{count} songs and every song to come stay here until you share the library again.",
        count,
    )
    return said.format(count=number(count))


def _song_goes(title: str) -> str:
    said = _(
        "{title} will be taken back with the next sync: out of the catalogue, and out of "
        "everyone's lists after the cluster's next pass. Here nothing changes. It is not sent "
        "again until you share it again, in the Sync panel or with Undo (Z)."
    )
    return said.format(title=title)


def _library_goes() -> str:
    return _(
        "The whole library will be taken back with the next sync: out of the catalogue, and out "
        "of everyone's lists after the cluster's next pass. Here nothing changes. It is not sent "
        "again until you share it again, in the Sync panel or with Undo (Z)."
    )


def _refused(workbench: WorkbenchPort, row: RowRefusal) -> Refused:
    try:
        title = workbench.catalogue.song(row.song_id).title
    except UnknownSongError:  # it has left the library since
        title = ""
    return Refused(shown(title) or _(GONE), shown(row.reason))
