"""The list: a set of songs with a name, made by a lasso or by choosing rows, and its ways out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core import playlists, reports
from core.audio.sound_formats import SoundFormat
from core.naming import safe_name
from core.placing import write_text
from core.playlists import Line, ListFormat, line_of
from core.progress import Progress, ProgressReport
from core.reports import ReportFormat
from core.stems import StemReport
from core.types import Song, SongId
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.messages import file_name, sentence
from ui.presenters.copy_report import report_sets, report_words
from ui.presenters.copy_sets import read_sets
from ui.presenters.hook import Hook
from ui.presenters.notices import NoticePresenter
from ui.presenters.ports import WorkbenchPort
from ui.presenters.verbs import Lane, Lanes, Verb
from ui.presenters.words import DOT, clock, time_left
from ui.presenters.words import songs as counted_songs

LEAST_SHARE = 0.02  # of the work, before its pace says anything


@dataclass(frozen=True, slots=True)
class Named:
    """Lines to write, and what their list is called."""

    name: str
    lines: tuple[Line, ...]


class SongListPresenter:
    """Holds the songs: ``changed`` when they did, ``told`` while stems are written."""

    def __init__(
        self,
        workbench: WorkbenchPort,
        *,
        notices: NoticePresenter,
        lanes: Lanes,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.told: Hook[None] = Hook()
        self._workbench = workbench
        self._notices = notices
        self._lanes = lanes
        self._songs: dict[SongId, Song] = {}  # in the order in which they came
        self._name = ""
        self._stem_files: tuple[Path, ...] = ()  # of the last songs that were taken apart
        self._running: Progress | None = None
        self._report: ProgressReport | None = None
        self._now = now
        self._began_at = 0.0

    @property
    def songs(self) -> tuple[Song, ...]:
        """The songs, in order."""
        return tuple(self._songs.values())

    @property
    def ids(self) -> frozenset[SongId]:
        """Which songs are in the list."""
        return frozenset(self._songs)

    @property
    def name(self) -> str:
        """What the list is called: as the user says, else after its first song."""
        if self._name or not self._songs:
            return self._name
        first = next(iter(self._songs.values()))
        return _("Around {title}").format(title=safe_name(first.title))

    @property
    def words(self) -> str:
        """How many songs, and how long they are together."""
        counted = counted_songs(len(self._songs))
        return f"{counted}{DOT}{clock(sum(song.duration_s for song in self._songs.values()))}"

    @property
    def is_busy(self) -> bool:
        """Whether stems are being written."""
        return self._running is not None

    @property
    def stem_files(self) -> tuple[Path, ...]:
        """The stems that were written last, to be dragged on."""
        return self._stem_files

    @property
    def progress(self) -> str:
        """How far the stems are, and how long it takes."""
        if self._report is None:
            return _("Taking the songs apart")
        share = round(100 * self._report.done / max(self._report.total, 1))
        said = _("{file}: {percent} %").format(
            file=file_name(Path(self._report.what)), percent=share
        )
        return DOT.join(filter(None, (said, self._left(self._report))))

    def _left(self, report: ProgressReport) -> str:
        """Say how long it will take, once a little of it is done."""
        if report.done < LEAST_SHARE * report.total or not report.done:
            return ""
        spent_s = self._now() - self._began_at
        return time_left(spent_s * (report.total - report.done) / report.done)

    def call(self, name: str) -> None:
        """Give the list another name."""
        self._name = name.strip()

    def take(self, songs: Sequence[Song]) -> None:
        """Hold these songs and no others."""
        self._songs = {song.song_id: song for song in songs}
        self._name = ""
        self.changed.emit(None)

    def add(self, songs: Sequence[Song]) -> None:
        """Hold these songs too."""
        self._songs |= {song.song_id: song for song in songs}
        self.changed.emit(None)

    def toggle(self, song: Song) -> None:
        """Put a song in, or take it out."""
        if self._songs.pop(song.song_id, None) is None:
            self._songs[song.song_id] = song
        self.changed.emit(None)

    def prune(self, is_there: Callable[[SongId], object]) -> None:
        """Leave out the songs that have left the library."""
        kept = {song_id: song for song_id, song in self._songs.items() if is_there(song_id)}
        if len(kept) < len(self._songs):
            self._songs = kept
            self.changed.emit(None)

    def clear(self) -> None:
        """Hold nothing."""
        self._stem_files = ()
        self.take(())

    def named(self) -> Named:
        """Return the list as lines."""
        return Named(self.name, tuple(line_of(song) for song in self.songs))

    def text(self) -> str:
        """Return the list as people write one, for the clipboard."""
        self._notices.say(_("The list was copied as text."))
        return playlists.as_text(self.named().lines)

    def save(self, path: Path, what: Named, *, list_format: ListFormat) -> None:
        """Write lines to a file that the user chose; an older file of that name was agreed to."""

        def work(_progress: Progress) -> None:
            text = playlists.rendered(what.lines, list_format, folder=path.parent)
            write_text(path, text, replace=True)

        count = len(what.lines)
        said = ngettext("{count} song saved in {file}.", "{count} songs saved in {file}.", count)
        self._run(work, said.format(count=number(count), file=file_name(path)))

    def save_report(self, path: Path, *, report_format: ReportFormat) -> None:
        """Write the report on copies to a file that the user chose."""

        def work(_progress: Progress) -> None:
            sets = read_sets(self._workbench)
            text = reports.rendered(report_sets(sets), report_format, words=report_words(sets))
            write_text(path, text, replace=True)

        self._run(work, _("The report is in {file}.").format(file=file_name(path)))

    def export_stems(self, folder: Path, songs: Sequence[Song], *, kind: SoundFormat) -> None:
        """Write voice and backing of songs into a folder."""
        if self._running is not None:
            return
        self._report, self._began_at = None, self._now()
        verb = Verb(
            lambda progress: self._workbench.export_stems(
                songs, folder, sound_format=kind, progress=progress
            ),
            on_success=lambda reports: self._exported(reports, folder),
            on_failure=self._notices.warn,
            on_progress=self._hear,
            on_end=self._ended,
        )
        self._running = self._lanes.run(verb, Lane.COMPUTE)
        self.told.emit(None)

    def stop(self) -> None:
        """Stop writing stems; those that are whole stay."""
        if self._running is not None:
            self._running.cancel()

    def _run(self, work: Callable[[Progress], None], said: str) -> None:
        verb = Verb(
            work,
            on_success=lambda _done: self._notices.say(said),
            on_failure=self._notices.warn,
        )
        self._lanes.run(verb, Lane.COMPUTE)

    def _hear(self, report: ProgressReport) -> None:
        self._report = report
        self.told.emit(None)

    def _exported(self, reports: Sequence[StemReport], folder: Path) -> None:
        failed = [report.error for report in reports if report.error is not None]
        written = [report.files for report in reports if report.files is not None]
        self._stem_files = tuple(p for files in written for p in (files.backing, files.vocal))
        done = len(reports) - len(failed)
        if failed:
            self._notices.warn(sentence(failed[0]))
        else:
            said = ngettext(
                "Stems of {count} song are in {folder}.",
                "Stems of {count} songs are in {folder}.",
                done,
            )
            self._notices.say(said.format(count=number(done), folder=file_name(folder)))

    def _ended(self) -> None:
        self._running = None
        self.told.emit(None)
