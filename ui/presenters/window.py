"""The presenters of the window, made and joined: what happens in one is told to the others."""

from functools import partial

from core.ports import SyncPort
from core.types import SongId
from ui.presenters import answers
from ui.presenters.actions import SongActions
from ui.presenters.activity import ActivityPresenter
from ui.presenters.answers import Ask, Tab
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import NoticePresenter
from ui.presenters.ports import PlayerPort, WorkbenchPort
from ui.presenters.results import ResultsPresenter
from ui.presenters.song_page import SongPagePresenter
from ui.presenters.sync import SyncPresenter
from ui.presenters.transport import TransportPresenter
from ui.presenters.verbs import Lanes


class WindowPresenter:
    """All that the window shows and does, without the window."""

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
        self.page = SongPagePresenter(workbench, _lists(workbench, sync, lanes=lanes), lanes=lanes)
        self.transport = TransportPresenter(player, workbench, lanes=lanes, notices=self.notices)
        self.sync = SyncPresenter(
            sync, lanes=lanes, notices=self.notices, cluster_note=cluster_note
        )
        self.actions = SongActions(
            workbench,
            self.activity,
            library=self.library,
            page=self.page,
            transport=self.transport,
            notices=self.notices,
            lanes=lanes,
        )
        self._join()

    def open(self) -> None:
        """Read the library and where it stands with its cluster."""
        self.activity.open_library()
        self.sync.refresh()

    def play_or_pause(self) -> None:
        """Play or pause what is on the transport, else play the open song."""
        song = self.page.song
        if self.transport.deck is None and song:
            self.transport.play_song(song, self.page.overview)
        else:
            self.transport.toggle()

    def play_open_song(self, at_share: float = 0.0) -> None:
        """Play the open song from a share in [0, 1] of it."""
        song = self.page.song
        if song is None:
            return
        deck = self.transport.deck
        if deck and deck.song_id == song.song_id and at_share:
            self.transport.seek(at_share)
        else:
            at_s = at_share * song.duration_s
            self.transport.play_song(song, self.page.overview, at_s=at_s)

    def play_match(self) -> None:
        """Play the chosen result where it matches the open song."""
        song, result = self.page.song, self.page.shown_list.current
        if song and result:
            self.transport.play_match(song, result, overview=self.page.overview)

    def switch(self) -> None:
        """Switch sides; the chosen result comes to side B first, where it is not there."""
        result = self.page.shown_list.current
        if result and result.path and not self.transport.holds(result):
            self.play_match()
        else:
            self.transport.switch()

    def _join(self) -> None:
        self.activity.answered.connect(self._take_answers)
        self.library.changed.connect(self._follow_row)
        self.library.listed.connect(self._follow_row)
        self.sync.synced.connect(lambda _: self.page.lists[Tab.RECOMMENDED].refresh())

    def _take_answers(self, _: frozenset[SongId]) -> None:
        """Ask again: every new answer may be a neighbour of the open song."""
        self.page.refresh()
        self.sync.refresh()

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
        Tab.NEIGHBOURS: partial(answers.neighbours, workbench),
        Tab.VERSIONS: partial(answers.versions, workbench),
        Tab.DUPLICATES: partial(answers.duplicates, workbench),
        Tab.RECOMMENDED: partial(answers.recommended, workbench, sync),
    }
    return {tab: ResultsPresenter(tab, ask, lanes=lanes) for tab, ask in asks.items()}
