"""The verbs that the window and the command line share, over one open library.

Every method may be called from any thread. Those that work long take a ``Progress`` and raise
``Cancelled`` where the user stops them.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from core import analysis
from core.analysis import StageClock
from core.answers import Question, Voice
from core.checking import Checking
from core.copy_types import CheckReport, DoneAction, DuplicateGroup
from core.errors import UnknownSongError, WorldError
from core.filling import Filling, half_heard
from core.grouping import Grouping
from core.index import LibraryIndex
from core.intake import Intake, Library, Listener, Task
from core.keeping import Keeping
from core.library import scan
from core.listening import Listening
from core.outlets import Outlets
from core.progress import Progress
from core.types import (
    AnalysisReport,
    AnalysisStep,
    Decision,
    Neighbour,
    Outcome,
    PairVerdict,
    Song,
    SongEvent,
    SongId,
    SpaceName,
    Stem,
)
from core.vectors.spaces import Space
from core.watching import Watching

T = TypeVar("T")

# Songs between two seals of the index: fresh rows are searched without an index.
SETTLE_EVERY = 50


def _ignore(_told: object) -> None:
    """Hear nothing."""


class Workbench(Outlets):
    """One open library and what can be done with it."""

    def __init__(
        self,
        library: Library,
        *,
        explain: Callable[[WorldError], str],
        listening: Listening | None = None,
        watching: Watching | None = None,
    ) -> None:
        super().__init__(library, listening, watching)
        self._intake = Intake(library, explain=explain)
        self._filling = Filling(
            library, guard=self._intake.guard, separating=self._intake.separating
        )
        self._keeping = Keeping(library)
        self._grouping = Grouping(library.catalogue)
        self._checking = Checking(library.catalogue, library.answers, self._intake)
        self._keeping.recover()

    @property
    def spaces(self) -> Mapping[Voice, Space]:
        """The spaces of this session's models."""
        return self._library.spaces

    def warm_up(self) -> None:
        """Load what the first song would wait for; the separator loads when it is first needed."""
        analysis.rehearse(self._library.models.embedder)
        self._library.answers.warm_up()

    def add(
        self,
        paths: Sequence[Path],
        *,
        quick: bool = False,
        progress: Progress,
        on_event: Listener = _ignore,
        on_report: Callable[[AnalysisReport], None] = _ignore,
    ) -> list[AnalysisReport]:
        """Add files and folders; every file ends Done, Skipped or Failed, and is reported then.

        What a stop leaves undone stays queued for ``finish``.
        """
        # Not resolve(): a link is the user's own name for a file.
        asked = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - as said above
        files = scan.audio_files(asked, progress=progress)
        self.catalogue.enqueue(files)
        for file in files:
            on_event(SongEvent(file, None, AnalysisStep.WAITING))
        return _each(
            files,
            lambda file: self._intake.add(_task(file, progress, on_event=on_event), quick=quick),
            index=self._library.index,
            progress=progress,
            on_report=on_report,
        )

    def finish(
        self,
        *,
        progress: Progress,
        on_event: Listener = _ignore,
        on_report: Callable[[AnalysisReport], None] = _ignore,
    ) -> list[AnalysisReport]:
        """Do all that is queued: files that wait for a first answer, songs that wait for more."""
        added = _each(
            self.catalogue.queued(),
            lambda file: self._intake.add(_task(file, progress, on_event=on_event), quick=True),
            index=self._library.index,
            progress=progress,
            on_report=_ignore,
        )
        # A song that got its first answer just now is reported once, when all of it is done.
        ended = [report for report in added if report.outcome is not Outcome.DONE]
        for report in ended:
            on_report(report)
        finished = _each(
            self.catalogue.unfinished(),
            lambda song: self._intake.finish(_task(song.path, progress, on_event=on_event), song),
            index=self._library.index,
            progress=progress,
            on_report=on_report,
        )
        return [*ended, *finished]

    def half_heard(self) -> list[Song]:
        """Return the songs that ``fill_in`` hears again, the last added first."""
        return half_heard(self._library)

    def fill_in(
        self,
        *,
        progress: Progress,
        on_event: Listener = _ignore,
        on_report: Callable[[AnalysisReport], None] = _ignore,
    ) -> list[AnalysisReport]:
        """Hear again the songs that ``half_heard`` names."""
        return _each(
            self.half_heard(),
            lambda song: self._filling.fill_in(_task(song.path, progress, on_event=on_event), song),
            index=self._library.index,
            progress=progress,
            on_report=on_report,
        )

    def ask(self, asked: str, *, whole: bool, progress: Progress) -> Question:
        """Return the question about a song of the library, or about a file that isn't in it.

        Raises ``UnknownSongError`` where it is neither.
        """
        try:
            return self._library.answers.question(self.catalogue.find(asked))
        except UnknownSongError:
            if not Path(asked).exists():
                raise
            return self._intake.ask(Path(asked), whole=whole, progress=progress)

    def similar_to(
        self,
        question: Question,
        *,
        limit: int,
        space: SpaceName,
        stem: Stem | None,
        without_copies: bool = False,
    ) -> list[Neighbour]:
        """Return the songs of the library nearest to what is asked about, best first.

        ``without_copies`` leaves out those that are the same recording.
        """
        similar = self._library.answers.similar
        if not without_copies:
            return similar(question, space, stem=stem, limit=limit)
        copies = self._grouping.copies_of_asked(self.duplicates_of(question), question.song)
        found = similar(question, space, stem=stem, limit=limit + len(copies))
        return [near for near in found if near.song_id not in copies][:limit]

    def duplicates_of(self, question: Question) -> list[PairVerdict]:
        """Return what is proved of the song asked about, less what the user dismissed."""
        if question.song is not None:
            return self.catalogue.verdicts(question.song.song_id)
        return self._library.answers.duplicates(question)

    def similar(
        self,
        song_id: SongId,
        *,
        limit: int = 10,
        space: SpaceName = SpaceName.STYLE,
        stem: Stem | None = None,
        without_copies: bool = False,
    ) -> list[Neighbour]:
        """Return the nearest songs, best first: by backing where known, else by mix."""
        question = self._library.answers.question(self.catalogue.song(song_id))
        return self.similar_to(
            question, limit=limit, space=space, stem=stem, without_copies=without_copies
        )

    def versions(self, song_id: SongId, *, limit: int = 10) -> list[Neighbour]:
        """Return the songs nearest in composition, best first."""
        return self.similar(song_id, limit=limit, space=SpaceName.WORK, stem=Stem.MIX)

    def groups(self) -> list[DuplicateGroup]:
        """Return the songs that are copies of each other, the largest groups first.

        A song may be in two groups: copies of a copy are none until that is proved.
        """
        return self._grouping.groups()

    def group_of(self, song_id: SongId) -> DuplicateGroup | None:
        """Return the largest group that a song is in, or None."""
        return next((group for group in self.groups() if song_id in group.songs), None)

    def keep(self, song_id: SongId, *, others: Sequence[SongId]) -> DoneAction:
        """Move the others' files to the system's trash, and take their songs out of the library.

        Raises ``TrashError``, and has then done nothing.
        """
        return self._keeping.keep(song_id, others=others)

    def copy_tags(self, from_id: SongId, *, to: Sequence[SongId]) -> DoneAction:
        """Write a song's tags and cover into other songs' files; their sound is not touched.

        Raises ``TagError``, and has then done nothing.
        """
        return self._keeping.copy_tags(from_id, to=to)

    def decide(self, a: SongId, b: SongId, *, decision: Decision | None) -> DoneAction:
        """Remember what the user says of a pair; None forgets it."""
        return self._keeping.decide(a, b, decision=decision)

    def last_action(self) -> DoneAction | None:
        """Return what ``undo`` would take back, also from before a restart."""
        return self._keeping.last_action()

    def undo(self) -> DoneAction | None:
        """Take back what was done last; None where there is nothing.

        Raises ``TrashError`` or ``TagError``, and has then done nothing. The answer's songs are
        those that are back.
        """
        return self._keeping.undo()

    def give_up(self, action: DoneAction) -> bool:
        """Forget the last action, which ``undo`` can't take back, so that older ones can be.

        Files stay where they are. False, with nothing forgotten, where ``action`` is not the last.
        """
        return self._keeping.give_up(action)

    def check(self, path: Path, *, progress: Progress) -> CheckReport:
        """Compare a file with the library, in recording and backing; nothing is stored."""
        return self._checking.check(path, progress=progress)

    def remove(self, song_id: SongId) -> DoneAction:
        """Take a song out of the library; its file stays where it is."""
        return self._keeping.remove(song_id)


def _each(
    items: Sequence[T],
    work: Callable[[T], AnalysisReport],
    *,
    index: LibraryIndex,
    progress: Progress,
    on_report: Callable[[AnalysisReport], None],
) -> list[AnalysisReport]:
    """Work through a batch; the index is sealed now and then, and whatever happens."""
    reports = []
    try:
        for number, item in enumerate(items):
            progress.report(number, len(items))
            reports.append(work(item))
            on_report(reports[-1])
            if number % SETTLE_EVERY == SETTLE_EVERY - 1:
                index.settle()
    finally:
        index.settle()
    return reports


def _task(path: Path, progress: Progress, *, on_event: Listener) -> Task:
    return Task(path, progress, on_event, clock=StageClock(), began=time.perf_counter())
