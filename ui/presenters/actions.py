"""What the user does to a song of the table, and the way back from it."""

from core.types import AnalysisStep, Decision, Song
from ui.language import gettext as _
from ui.presenters.activity import ActivityPresenter
from ui.presenters.answers import Result, Tab
from ui.presenters.deeds import Deeds
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import Deed, NoticePresenter
from ui.presenters.ports import WorkbenchPort
from ui.presenters.rows import SongRow
from ui.presenters.song_page import SongPagePresenter
from ui.presenters.transport import TransportPresenter
from ui.presenters.verbs import Lane, Lanes, Verb
from ui.presenters.words import Named, told_apart


class SongActions:
    """Changes the library in the write lane, and tells the presenters that show it."""

    def __init__(
        self,
        workbench: WorkbenchPort,
        activity: ActivityPresenter,
        *,
        library: LibraryPresenter,
        page: SongPagePresenter,
        transport: TransportPresenter,
        notices: NoticePresenter,
        deeds: Deeds,
        lanes: Lanes,
    ) -> None:
        self._workbench = workbench
        self._activity = activity
        self._library = library
        self._page = page
        self._transport = transport
        self._notices = notices
        self._deeds = deeds
        self._lanes = lanes

    def not_a_duplicate(self, result: Result) -> None:
        """Remember that the open song and a result are not the same."""
        song = self._page.song
        if song is None or result.song_id is None or result.path is None:
            return
        mine, other = told_apart(Named(song.title, song.path), Named(result.title, result.path))
        pair = (song.song_id, result.song_id)
        self._page.lists[Tab.DUPLICATES].drop(result.song_id)
        self._deeds.do(
            lambda: self._workbench.decide(*pair, decision=Decision.NOT_DUPLICATE),
            songs=pair,
            said=_("{other} is no duplicate of {mine}.").format(other=other, mine=mine),
        )

    def remove(self, row: SongRow) -> None:
        """Take a row out of the library; its file stays where it is."""
        if row.song:
            self._remove_song(row, row.song)
        elif row.step is AnalysisStep.FAILED:
            self._forget_problem(row)
        else:
            said = _("{title} is still being added. Stop first, then remove it.")
            self._notices.say(said.format(title=row.title))

    def retry(self, row: SongRow) -> None:
        """Try a file that failed again."""
        self._activity.add([row.path])

    def _remove_song(self, row: SongRow, song: Song) -> None:
        self._transport.release(song.song_id)
        said = _("{title} was taken out of the library. Its file is untouched.")
        self._deeds.do(
            lambda: self._workbench.remove(song.song_id),
            songs=(song.song_id,),
            said=said.format(title=row.title),
        )

    def _forget_problem(self, row: SongRow) -> None:
        def take(_done: None) -> None:
            self._library.remove(row.path)
            self._page.refresh()
            said = _("{title} was taken out of the list.").format(title=row.title)
            self._notices.did(Deed(said, again))

        def again() -> None:
            self._activity.add([row.path])

        verb = Verb(
            lambda _progress: self._workbench.catalogue.clear_problem(row.path),
            on_success=take,
            on_failure=self._notices.warn,
        )
        self._lanes.run(verb, Lane.WRITE)
