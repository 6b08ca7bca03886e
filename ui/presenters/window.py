"""The presenters of the window, made and joined: what happens in one is told to the others."""

from collections.abc import Callable
from enum import Enum
from functools import partial
from pathlib import Path

from core.ports import SyncPort
from core.types import SongId
from ui.presenters import answers
from ui.presenters.actions import SongActions
from ui.presenters.activity import ActivityPresenter
from ui.presenters.answers import Ask, Result, Tab
from ui.presenters.check import CheckPresenter, one_demo
from ui.presenters.deeds import Deeds
from ui.presenters.duplicate_actions import DuplicateActions
from ui.presenters.duplicates import DuplicatesPresenter
from ui.presenters.hook import Hook
from ui.presenters.library import LibraryPresenter
from ui.presenters.map_page import MapPresenter
from ui.presenters.neighbours import NeighboursPresenter
from ui.presenters.notices import NoticePresenter
from ui.presenters.ports import PlayerPort, WorkbenchPort
from ui.presenters.results import ResultsPresenter
from ui.presenters.rows import Filter
from ui.presenters.song_list import SongListPresenter
from ui.presenters.song_page import SongPagePresenter
from ui.presenters.sync import SyncPresenter
from ui.presenters.sync_panel import SyncPanelPresenter
from ui.presenters.transport import TransportPresenter
from ui.presenters.verbs import Lanes
from ui.presenters.watching import WatchingPresenter
from ui.presenters.wishes import Wishes


class View(Enum):
    """What fills the window."""

    LIBRARY = "library"
    DUPLICATES = "duplicates"
    CHECK = "check"
    MAP = "map"  # of the songs, beside the open song's page


class WindowPresenter:
    """All that the window shows and does, without the window; ``viewed`` when the view changed."""

    def __init__(
        self,
        workbench: WorkbenchPort,
        sync: SyncPort,
        *,
        player: PlayerPort,
        lanes: Lanes,
        cluster_note: str,
    ) -> None:
        self.notices = NoticePresenter()
        self.library = LibraryPresenter()
        self.activity = ActivityPresenter(
            workbench, self.library, lanes=lanes, notices=self.notices
        )
        neighbours = NeighboursPresenter(workbench, lanes=lanes)
        lists = {Tab.NEIGHBOURS: neighbours, **_lists(workbench, sync, lanes=lanes)}
        self.page = SongPagePresenter(workbench, lists, lanes=lanes)
        self.transport = TransportPresenter(player, workbench, lanes=lanes, notices=self.notices)
        self.sync = SyncPresenter(
            sync, lanes=lanes, notices=self.notices, cluster_note=cluster_note
        )
        self.deeds = Deeds(workbench, self.library, notices=self.notices, lanes=lanes)
        self.actions = SongActions(
            workbench,
            self.activity,
            library=self.library,
            page=self.page,
            transport=self.transport,
            notices=self.notices,
            deeds=self.deeds,
            lanes=lanes,
        )
        self.watching = WatchingPresenter(
            workbench, self.activity, notices=self.notices, lanes=lanes
        )
        self._make_screens(workbench, sync, lanes=lanes)
        self.wishes = Wishes(
            self.page, neighbours, library=self.library, songs=self.songs, notices=self.notices
        )
        self._join()

    def _make_screens(self, workbench: WorkbenchPort, sync: SyncPort, *, lanes: Lanes) -> None:
        self.viewed: Hook[None] = Hook()
        self._view = View.LIBRARY
        self.duplicates = DuplicatesPresenter(workbench, self.transport, lanes=lanes)
        self.duplicate_actions = DuplicateActions(
            workbench, self.duplicates, deeds=self.deeds, transport=self.transport
        )
        self.songs = SongListPresenter(workbench, notices=self.notices, lanes=lanes)
        self.map = MapPresenter(
            workbench, self.library, songs=self.songs, transport=self.transport, lanes=lanes
        )
        self.check = CheckPresenter(workbench, sync, transport=self.transport, lanes=lanes)
        self.sync_panel = SyncPanelPresenter(
            workbench, sync, sync=self.sync, notices=self.notices, lanes=lanes
        )

    @property
    def view(self) -> View:
        """What fills the window."""
        return self._view

    def show(self, which: Filter) -> None:
        """Show the songs that a filter lets through, or the screen of duplicates."""
        self.library.show(which)
        self._turn(View.DUPLICATES if which is Filter.DUPLICATES else View.LIBRARY)

    def show_check(self) -> None:
        """Show the screen of the check before release."""
        self._turn(View.CHECK)

    def show_map(self) -> None:
        """Show the songs as points on a map."""
        if self.library.filter is Filter.DUPLICATES:
            self.library.show(Filter.ALL)
        self._turn(View.MAP)

    def show_library(self) -> None:
        """Show the songs, all of them where the duplicates were shown."""
        which = self.library.filter
        self.show(Filter.ALL if which is Filter.DUPLICATES else which)

    def show_copies(self, song_id: SongId | None) -> None:
        """Show what a song is a copy of."""
        self.show(Filter.DUPLICATES)
        if song_id:
            self.duplicates.show(song_id)

    def show_row(self, path: Path) -> None:
        """Show a song in the library."""
        self.show(Filter.ALL)
        self.library.reveal(path)

    def ask_catalogue(self) -> None:
        """Ask the catalogue about the demo, or first for a cluster."""
        if self.check.needs_cluster:
            self.sync.press()
        else:
            self.check.ask_catalogue()

    def take(self, paths: list[Path]) -> None:
        """Add what was dropped; where a check is open, check the first file instead."""
        if self._view is View.CHECK:
            self._take_demo(paths)
        else:
            self.activity.add(paths)

    def _take_demo(self, paths: list[Path]) -> None:
        """Check one file, and say so where it was not all that was dropped."""
        demo, said = one_demo(paths)
        if said:
            self.notices.say(said)
        if demo:
            self.check.check(demo)

    def _turn(self, view: View) -> None:
        was, self._view = self._view, view
        if view is View.MAP:
            self.map.want(self.page.song.song_id if self.page.song else None)
        else:
            self.map.hide()
        if was is View.MAP and view is View.LIBRARY and self.page.row:
            self.library.reveal(self.page.row.path)
        if view is View.DUPLICATES:
            self.duplicates.want()
        else:
            self.duplicates.hide()
        self.viewed.emit(None)

    def open(self) -> None:
        """Read the library and where it stands with its cluster."""
        self.activity.open_library()
        self.watching.open()
        self.transport.sound.open()
        self.sync.refresh()

    def play_or_pause(self) -> None:
        """Play or pause what is on the transport, else play what the screen is about."""
        if self.transport.deck:
            self.transport.toggle()
            return
        match self._view:
            case View.DUPLICATES:
                self.duplicates.play()
            case View.CHECK:
                self.check.play_demo()
            case View.LIBRARY | View.MAP:
                self.play_open_song()

    def play_open_song(self) -> None:
        """Play the open song from its beginning."""
        if self.page.song:
            self.transport.play_song(self.page.song, self.page.overview)

    def play_from(self, at_share: float) -> None:
        """Play the song whose wave is shown from a share in [0, 1] of it."""
        drawn, deck = self.page.drawn, self.transport.deck
        if drawn and deck and deck.song_id == drawn.song.song_id and at_share:
            self.transport.seek(at_share)
        elif drawn:
            at_s = at_share * drawn.song.duration_s
            self.transport.play_song(drawn.song, drawn.overview, at_s=at_s)

    def play_match(self) -> None:
        """Play the chosen song where it matches the one it is compared with."""
        match self._view:
            case View.DUPLICATES:
                self.duplicates.play()
            case View.CHECK:
                self._with_found(self.check.play)
            case View.LIBRARY | View.MAP:
                drawn, result = self.page.drawn, self.page.shown_list.current
                if drawn and result:
                    self.transport.play_match(drawn.song, result, overview=drawn.overview)

    def step_result(self, by: int) -> None:
        """Choose the next result, copy or finding of the screen that is shown."""
        match self._view:
            case View.DUPLICATES:
                self.duplicates.choose_copy(self.duplicates.copy_index + by)
            case View.CHECK:
                self.check.finding.step(by)
            case View.LIBRARY | View.MAP:
                self.page.shown_list.step(by)

    def turn_tab(self, tab: Tab) -> None:
        """Turn to another list of the open song, where its page is shown."""
        if self._view in (View.LIBRARY, View.MAP):
            self.page.turn(tab)

    def switch(self) -> None:
        """Switch sides; what is compared comes to the transport first, where it is not there."""
        match self._view:
            case View.DUPLICATES:
                self.duplicates.switch()
            case View.CHECK:
                self._with_found(self.check.switch)
            case View.LIBRARY | View.MAP:
                self._switch_result()

    def _switch_result(self) -> None:
        drawn, result = self.page.drawn, self.page.shown_list.current
        other = result.path if result else None
        if drawn and other and not self.transport.holds_pair(drawn.song.path, other):
            self.play_match()
        else:
            self.transport.switch()

    def _with_found(self, act: Callable[[Result], None]) -> None:
        found = self.check.finding.current
        if found:
            act(found)

    def _open_path(self, path: Path) -> None:
        """Open the page of a song that was chosen on the map."""
        row = self.library.row(path)
        if row:
            self.page.open(row)

    def _join(self) -> None:
        self.map.opened.connect(self._open_path)
        self.activity.answered.connect(lambda _: self._refresh())
        self.library.changed.connect(self._follow_row)
        self.library.listed.connect(self._follow_row)
        self.deeds.changed.connect(lambda _: self._take_deed())
        self.sync.changed.connect(lambda _: self.check.meet(self.sync.cluster))
        self.sync.synced.connect(lambda _: self.page.lists[Tab.RECOMMENDED].refresh())

    def _refresh(self) -> None:
        """Ask again: every new answer may be a neighbour of the open song."""
        self.page.refresh()
        self.map.refresh()
        self.duplicates.refresh()
        self.sync.refresh()

    def _take_deed(self) -> None:
        """Show the songs and pairs as they are after a deed."""
        self.songs.prune(self.library.row_of_song)
        self.wishes.prune()
        self._refresh()

    def _follow_row(self, _: object) -> None:
        """Show how far the open row has come."""
        if self.page.row:
            row = self.library.row(self.page.row.path)
            if row:
                self.page.update(row)


def _lists(
    workbench: WorkbenchPort, sync: SyncPort, *, lanes: Lanes
) -> dict[Tab, ResultsPresenter]:
    asks: dict[Tab, Ask] = {
        Tab.VERSIONS: partial(answers.versions, workbench),
        Tab.DUPLICATES: partial(answers.duplicates, workbench),
        Tab.RECOMMENDED: partial(answers.recommended, workbench, sync),
    }
    return {tab: ResultsPresenter(tab, ask, lanes=lanes) for tab, ask in asks.items()}
