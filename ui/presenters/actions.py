"""What the user does to a song, and the way back from it."""

from functools import partial
from pathlib import Path

from core.types import AnalysisStep, PairVerdict, SongId
from ui.presenters.activity import ActivityPresenter
from ui.presenters.answers import Result, Tab
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import Deed, NoticePresenter
from ui.presenters.ports import WorkbenchPort
from ui.presenters.rows import SongRow
from ui.presenters.song_page import SongPagePresenter
from ui.presenters.transport import TransportPresenter
from ui.presenters.verbs import Lane, Lanes, Verb


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
        lanes: Lanes,
    ) -> None:
        self._workbench = workbench
        self._activity = activity
        self._library = library
        self._page = page
        self._transport = transport
        self._notices = notices
        self._lanes = lanes

    def not_a_duplicate(self, result: Result) -> None:
        """Remember that the open song and a result are not the same."""
        song = self._page.song
        if song is None or result.song_id is None:
            return
        pair = (song.song_id, result.song_id)
        self._page.lists[Tab.DUPLICATES].drop(result.song_id)
        deed = Deed(
            f"{result.title} is no duplicate of {song.title}.", partial(self._restore, pair)
        )
        self._change_pair(pair, is_dismissed=True, deed=deed)

    def remove(self, row: SongRow) -> None:
        """Take a row out of the library; its file stays where it is."""
        if row.song:
            self._remove_song(row, row.song.song_id)
        elif row.step is AnalysisStep.FAILED:
            self._write(partial(self._forget_problem, row.path), row)
        else:
            self._notices.say(f"{row.title} is still being added. Stop first, then remove it.")

    def retry(self, row: SongRow) -> None:
        """Try a file that failed again."""
        self._activity.add([row.path])

    def _restore(self, pair: tuple[SongId, SongId]) -> None:
        self._change_pair(pair, is_dismissed=False, deed=None)

    def _change_pair(
        self, pair: tuple[SongId, SongId], *, is_dismissed: bool, deed: Deed | None
    ) -> None:
        def work(_: object) -> list[PairVerdict]:
            change = self._workbench.dismiss if is_dismissed else self._workbench.restore
            change(*pair)
            return self._workbench.duplicates(pair[0])

        def take(verdicts: list[PairVerdict]) -> None:
            self._library.judge(pair[0], verdicts)
            self._page.lists[Tab.DUPLICATES].refresh()
            if deed:
                self._notices.did(deed)

        self._lanes.run(Verb(work, on_success=take, on_failure=self._failed), Lane.WRITE)

    def _failed(self, sentence: str) -> None:
        self._notices.warn(sentence)
        self._page.lists[Tab.DUPLICATES].refresh()

    def _remove_song(self, row: SongRow, song_id: SongId) -> None:
        self._transport.release(song_id)
        self._write(partial(self._workbench.remove, song_id), row)

    def _forget_problem(self, path: Path) -> None:
        self._workbench.catalogue.clear_problem(path)

    def _write(self, work: partial[None], row: SongRow) -> None:
        deed = Deed(
            f"{row.title} was taken out of the library. Its file is untouched.",
            partial(self._activity.add, [row.path]),
        )

        def take(_: object) -> None:
            self._library.remove(row.path)
            self._page.refresh()
            self._notices.did(deed)

        verb = Verb(lambda _: work(), on_success=take, on_failure=self._notices.warn)
        self._lanes.run(verb, Lane.WRITE)
