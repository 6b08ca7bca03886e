"""The rows of the library table: values, and how the whole library is read into them.

A row is known by its file's path, since a file that waits or failed has no song yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from core.types import (
    AnalysisStep,
    MusicFacts,
    PairVerdict,
    Problem,
    Song,
    SongEvent,
    SongId,
    Stage,
    Verdict,
)
from ui.messages import file_name, retold, shown
from ui.presenters.music_words import passes_bpm, passes_key
from ui.presenters.ports import WorkbenchPort
from ui.presenters.words import NO_ARTIST, STEPS, VERDICTS, searchable

STEP_OF_STAGE = {
    Stage.FIRST_ANSWER: AnalysisStep.FIRST_ANSWER,
    Stage.READY: AnalysisStep.READY,
}
BPM_TERM, KEY_TERM = "bpm:", "key:"  # what a search asks for by number or name
NO_MUSIC = MusicFacts()
ENDED = frozenset({AnalysisStep.READY, AnalysisStep.SKIPPED, AnalysisStep.FAILED})


class Filter(Enum):
    """Which rows are shown."""

    ALL = "all"
    NEW = "new"
    DUPLICATES = "duplicates"
    PROBLEMS = "problems"


@dataclass(frozen=True, slots=True)
class SongRow:
    """A file of the library, whatever has become of it."""

    path: Path
    song: Song | None
    step: AnalysisStep
    place: tuple[int, float]  # newest first: minus the batch it came with, and its place in that
    reason: str = ""
    verdict: Verdict | None = None
    twin: SongId | None = None  # the song that the verdict is about
    haystack: str = ""  # what a search looks in

    @property
    def title(self) -> str:
        """The song's title, else the file's name."""
        return shown(self.song.title) if self.song and self.song.title else file_name(self.path)

    @property
    def artist(self) -> str:
        """The artist, or a dash."""
        return shown(self.song.artist) if self.song and self.song.artist else NO_ARTIST

    @property
    def duration_s(self) -> float | None:
        """The length, where it is known."""
        return self.song.duration_s if self.song else None

    @property
    def music(self) -> MusicFacts:
        """Tempo and key, as far as they are known."""
        return self.song.music if self.song else NO_MUSIC

    @property
    def is_new(self) -> bool:
        """Whether it came while this window was open, or is still being worked on."""
        return self.place[0] < 0 or self.step is not AnalysisStep.READY


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole library as it was read."""

    rows: tuple[SongRow, ...]
    verdicts: tuple[PairVerdict, ...]


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a worker tells of one file; ``verdicts`` is None where they were not asked for."""

    event: SongEvent
    song: Song | None = None
    verdicts: tuple[PairVerdict, ...] | None = None


def read_snapshot(workbench: WorkbenchPort) -> Snapshot:
    """Read the whole library; runs in a lane."""
    songs = workbench.songs()
    known = {song.path for song in songs}
    rows = [song_row(song) for song in songs]
    rows += [_queued_row(path) for path in workbench.catalogue.queued() if path not in known]
    taken = {row.path for row in rows}
    rows += [_problem_row(p) for p in workbench.problems() if p.path not in taken]
    return Snapshot(tuple(map(with_haystack, rows)), tuple(workbench.duplicates(None)))


def song_row(song: Song) -> SongRow:
    """Return the row of a song on which nothing works."""
    return SongRow(song.path, song, STEP_OF_STAGE[song.stage], (0, -song.added_at))


def _queued_row(path: Path) -> SongRow:
    return SongRow(path, None, AnalysisStep.WAITING, (0, float("-inf")))


def _problem_row(problem: Problem) -> SongRow:
    place = (0, -problem.at)
    return SongRow(problem.path, None, AnalysisStep.FAILED, place, retold(problem.reason))


def with_haystack(row: SongRow) -> SongRow:
    """Return the row with the text that a search looks in."""
    album = row.song.album if row.song else ""
    verdict = VERDICTS[row.verdict] if row.verdict else ""
    parts = [row.title, row.artist, album, row.path.name, STEPS[row.step], verdict]
    return replace(row, haystack=searchable("\n".join(map(shown, parts))))


def fits(row: SongRow, words: Iterable[str]) -> bool:
    """Return whether a row holds every word; ``bpm:`` and ``key:`` ask for tempo and key."""
    return all(_fits(row, word) for word in words)


def _fits(row: SongRow, word: str) -> bool:
    if word.startswith(BPM_TERM):
        asked = word.removeprefix(BPM_TERM)
        return not asked or passes_bpm(row.music, asked)
    if word.startswith(KEY_TERM):
        asked = word.removeprefix(KEY_TERM)
        return not asked or passes_key(row.music, asked)
    return word in row.haystack


def shown_of(rows: Iterable[SongRow], which: Filter, words: Iterable[str]) -> list[SongRow]:
    """Return the rows that a filter and every word let through, in their order.

    As ``passes`` and ``fits`` do, word by word over all rows: a letter is typed in a library of
    ten thousand, and the window waits.
    """
    found = [row for row in rows if which is Filter.ALL or passes(row, which)]
    for word in words:
        if word.startswith((BPM_TERM, KEY_TERM)):
            found = [row for row in found if _fits(row, word)]
        else:
            found = [row for row in found if word in row.haystack]
    return found


def passes(row: SongRow, which: Filter) -> bool:
    """Return whether a filter lets a row through."""
    match which:
        case Filter.ALL:
            return True
        case Filter.NEW:
            return row.is_new
        case Filter.DUPLICATES:
            return row.verdict is not None
        case Filter.PROBLEMS:
            return row.step is AnalysisStep.FAILED
