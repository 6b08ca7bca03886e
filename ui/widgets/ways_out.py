"""The ways out of the window: lists, the report on copies, stems, a file in its folder."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from core.audio.sound_formats import SoundFormat
from core.playlists import Line, ListFormat, line_of
from core.reports import ReportFormat
from core.types import Song
from ui.language import gettext as _
from ui.presenters.answers import TAB_NAMES, Result, Tab
from ui.presenters.song_list import Named
from ui.presenters.window import View, WindowPresenter
from ui.widgets.save_files import Kind, ask_folder, ask_where
from ui.widgets.song_files import reveal

LEAST_LISTED = 2  # one chosen song is no list


class WaysOut:
    """Asks where to, and has it written."""

    def __init__(self, presenter: WindowPresenter, window: QWidget) -> None:
        self._presenter = presenter
        self._window = window

    def save(self) -> None:
        """Save what the screen is about: the report on copies, the list, or the shown songs."""
        songs = self._presenter.songs
        if self._presenter.view is View.DUPLICATES:
            self._save_report()
        elif len(songs.ids) >= LEAST_LISTED:
            self._save(songs.named())
        else:
            rows = self._presenter.library.rows
            self._save(Named(_("Songs"), tuple(line_of(row.song) for row in rows if row.song)))

    def save_results(self) -> None:
        """Save the list of the open song's page that is shown."""
        page, asked = self._presenter.page, self._presenter.wishes.question
        tab = page.shown_list
        if asked.is_asked and tab.tab is Tab.NEIGHBOURS:
            self._save(Named(asked.words, tuple(map(_line, tab.results))))
        elif page.song is not None:
            name = f"{page.song.title} - {TAB_NAMES[tab.tab]}"
            self._save(Named(name, tuple(map(_line, tab.results))))

    def export_stems(self) -> None:
        """Write the stems of the list, or of the open song."""
        songs, opened = self._presenter.songs, self._presenter.page.song
        chosen = songs.songs if len(songs.ids) >= LEAST_LISTED else (opened,) if opened else ()
        self.export_stems_of(chosen)

    def export_stems_of(self, chosen: Sequence[Song]) -> None:
        """Ask for a folder, and write voice and backing of songs to it."""
        if chosen:
            ask_folder(
                self._window,
                lambda folder: self._presenter.songs.export_stems(
                    folder, chosen, kind=SoundFormat.FLAC
                ),
            )

    def reveal(self) -> None:
        """Show the file of the chosen copy, or of the open song, in its folder."""
        presenter = self._presenter
        if presenter.view is View.DUPLICATES:
            copy = presenter.duplicates.copy
            self.reveal_file(copy.path if copy else None)
        else:
            self.reveal_file(presenter.page.row.path if presenter.page.row else None)

    def reveal_file(self, path: Path | None) -> None:
        """Show a file in its folder."""
        if path is None:
            return
        if path.parent.exists():
            reveal(path)
        else:
            self._presenter.notices.say(
                _("The folder of {file} is not there.").format(file=path.name)
            )

    def _save(self, what: Named) -> None:
        def take(path: Path, kind: Kind) -> None:
            if isinstance(kind, ListFormat):
                self._presenter.songs.save(path, what, list_format=kind)

        ask_where(self._window, what.name, kinds=list(ListFormat), take=take)

    def _save_report(self) -> None:
        def take(path: Path, kind: Kind) -> None:
            if isinstance(kind, ReportFormat):
                self._presenter.songs.save_report(path, report_format=kind)

        ask_where(self._window, _("Duplicates"), kinds=list(ReportFormat), take=take)


def _line(result: Result) -> Line:
    return Line(
        result.title,
        result.artist,
        "",
        result.duration_s,
        result.path,
        score=result.figure,
        why=result.why,
    )
