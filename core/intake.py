"""How a file becomes a song of the library: the queue, and each file from start to end.

A file ends Done, Skipped or Failed; whatever happens to one, the next goes on. Storing is in this
order: the index forgets, the catalogue changes in one transaction, the index learns; a stop in
between leaves a difference that the index's check at the next start sees.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from core import analysis
from core.analysis import FirstAnswer, StageClock
from core.answers import Answers, Question, Voice
from core.duplicates import SongEvidence
from core.errors import UnknownSongError, WorldError
from core.guarding import Ends, Guard
from core.index import LibraryIndex
from core.judging import Judge
from core.kept_sound import Sound
from core.library import scan
from core.library.store import Catalogue
from core.models import Models
from core.progress import Progress
from core.types import (
    AnalysisReport,
    AnalysisStep,
    CopyMeasures,
    FileStamp,
    Neighbour,
    Outcome,
    PairVerdict,
    Song,
    SongEvent,
    SongId,
    SongRecord,
    SpaceName,
    Stage,
    Stem,
)
from core.vectors.spaces import Space

FIRST_NEIGHBOURS = 10

log = logging.getLogger(__name__)

Listener = Callable[[SongEvent], None]


@dataclass(frozen=True, slots=True)
class Library:
    """The parts of one open library."""

    catalogue: Catalogue
    index: LibraryIndex
    answers: Answers
    models: Models
    spaces: Mapping[Voice, Space]
    # Held while songs come, go and are judged: no verdict is stored on what has just changed.
    judging: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Task:
    """One file on its way: what is told while it goes, and when it began."""

    path: Path
    progress: Progress
    on_event: Listener
    clock: StageClock
    began: float

    def tell(self, step: AnalysisStep, *, song_id: SongId | None = None, reason: str = "") -> None:
        """Tell the listener that the file has come to a step."""
        self.on_event(SongEvent(self.path, song_id, step, reason))

    def elapsed_s(self) -> float:
        """Seconds since the file's analysis began."""
        return time.perf_counter() - self.began


class Intake:
    """Takes files into one library. Several may be under way at once; separation is one by one."""

    def __init__(self, library: Library, *, explain: Callable[[WorldError], str]) -> None:
        self._library = library
        self.guard = Guard(explain=explain)
        self.separating = threading.Lock()  # held while a song is separated
        self._judging = library.judging
        self._judge = Judge(library.catalogue, library.answers, lock=library.judging)

    def add(self, task: Task, *, quick: bool) -> AnalysisReport:
        """Take one file in, up to its first answer (``quick``) or to the end."""
        return self.guard.run(task.path, lambda: self._add(task, quick=quick), self._ends(task))

    def finish(self, task: Task, song: Song) -> AnalysisReport:
        """Do what is left to do for a song that has its first answer.

        It ends skipped where it has left the library meanwhile.
        """
        catalogue = self._library.catalogue
        return self.guard.run(
            task.path,
            lambda: self._finish(task, catalogue.song(song.song_id), sound=None),
            self._ends(task),
        )

    def ask(self, path: Path, *, whole: bool, progress: Progress) -> Question:
        """Analyse a file only to ask about it; with its backing where ``whole``."""
        models, clock = self._library.models, StageClock()
        stamp = scan.stamp(path)
        first = analysis.first_answer(path, models.embedder, clock=clock, progress=progress)
        song = _song(path, stamp, first, song_id=SongId(str(uuid.uuid4())))
        speeds = analysis.other_speeds(first.sound, clock=clock)
        question = replace(_question(song, first), speeds=speeds)
        if not whole:
            return question
        sound = analysis.whole_sound(
            path, first.sound, duration_s=first.duration_s, progress=progress
        )
        with self.separating:
            backing = analysis.backing_answer(
                sound, models.embedder, models.separator, clock=clock, progress=progress
            )
        found = {(vectors.space, vectors.stem): vectors for vectors in backing.vectors}
        return replace(
            question,
            evidence=replace(
                question.evidence,
                backing=backing.fingerprints,
                work=found.get((SpaceName.WORK, Stem.MIX)),
                tonal=backing.tonal,
            ),
            vectors={**question.vectors, **found},
        )

    def _add(self, task: Task, *, quick: bool) -> AnalysisReport:
        """Decide what the file is to the library: known, moved, a copy, changed or new."""
        catalogue = self._library.catalogue
        task.tell(AnalysisStep.READING)
        known = catalogue.by_path(task.path)
        stamp = scan.stamp(task.path, known=known.stamp if known else None)
        if known is not None and known.stamp.sha256 == stamp.sha256:
            return self._add_known(task, known, quick=quick)
        song_id = known.song_id if known else SongId(str(uuid.uuid4()))
        twin = next(iter(catalogue.by_sha256(stamp.sha256)), None)
        if twin is None:
            return self._add_new(task, song_id, stamp=stamp, quick=quick)
        if known is None and not twin.path.exists():
            catalogue.relocate(twin.song_id, task.path)
            return self._skip(task, twin.song_id, reason=f"It was moved here from {twin.path}.")
        copy = replace(twin, song_id=song_id, path=task.path)
        return self._add_copy(task, copy, twin=twin, quick=quick)

    def _add_known(self, task: Task, known: Song, *, quick: bool) -> AnalysisReport:
        if known.stage is Stage.READY or quick:
            return self._skip(task, known.song_id, reason="It is already in the library.")
        return self._finish(task, known, sound=None)

    def _add_new(
        self, task: Task, song_id: SongId, *, stamp: FileStamp, quick: bool
    ) -> AnalysisReport:
        models = self._library.models
        first = analysis.first_answer(
            task.path, models.embedder, clock=task.clock, progress=task.progress
        )
        song = _song(task.path, stamp, first, song_id=song_id)
        question = _question(song, first)
        with task.clock.stage("store"):
            self._store(_record(song, first), question.evidence)
        neighbours, pairs = self._answer(task, question)
        first_s = task.elapsed_s()
        task.tell(AnalysisStep.FIRST_ANSWER, song_id=song_id)
        if quick:
            report = self._done(task, song_id)
        else:
            report = self._finish(task, song, sound=first.sound)
            pairs = report.duplicates
        return replace(report, first_feedback_s=first_s, neighbours=neighbours, duplicates=pairs)

    def _add_copy(self, task: Task, song: Song, *, twin: Song, quick: bool) -> AnalysisReport:
        """Add a file whose bytes are another song's: nothing is analysed twice."""
        song = replace(song, added_at=time.time())
        try:
            record = _copied(self._library.catalogue, song, twin=twin)
            evidence = self._library.answers.question(twin).evidence
        except UnknownSongError:  # the twin has just left, and with it what was to be copied
            return self._add_new(task, song.song_id, stamp=song.stamp, quick=quick)
        with task.clock.stage("store"):
            self._store(record, evidence)
        question = self._library.answers.question(song)
        neighbours, pairs = self._answer(task, question, twin=twin)
        first_s = task.elapsed_s()
        ready = song.stage is Stage.READY
        task.tell(AnalysisStep.READY if ready else AnalysisStep.FIRST_ANSWER, song_id=song.song_id)
        report = self._done(task, song.song_id)
        return replace(report, first_feedback_s=first_s, neighbours=neighbours, duplicates=pairs)

    def _finish(self, task: Task, song: Song, *, sound: Sound | None) -> AnalysisReport:
        models, song_id = self._library.models, song.song_id
        task.tell(AnalysisStep.SEPARATING, song_id=song_id)
        with task.clock.stage("decode_again"):
            sound = analysis.whole_sound(
                task.path, sound, duration_s=song.duration_s, progress=task.progress
            )
        speeds = analysis.other_speeds(sound, clock=task.clock)
        # What plays at another speed is told before the separation, not after it.
        with task.clock.stage("duplicates"):
            question = replace(self._library.answers.question(song), speeds=speeds)
            self._judge.judge_at_speeds(question)
        with self.separating:
            backing = analysis.backing_answer(
                sound, models.embedder, models.separator, clock=task.clock, progress=task.progress
            )
        music = analysis.music_facts(task.path, sound, tonal=backing.tonal, clock=task.clock)
        with task.clock.stage("store"), self._judging:
            self._library.catalogue.complete(
                song_id,
                fingerprints=backing.fingerprints,
                vectors=backing.vectors,
                tonal=backing.tonal,
                music=music,
            )
            self._library.index.put(song_id, backing.vectors)
            question = self._library.answers.question(song)
            self._library.answers.remember(question.evidence)
        neighbours, pairs = self._answer(task, question)
        task.tell(AnalysisStep.READY, song_id=song_id)
        return replace(self._done(task, song_id), neighbours=neighbours, duplicates=pairs)

    def _store(self, record: SongRecord, evidence: SongEvidence) -> None:
        library, song_id = self._library, record.song.song_id
        with self._judging:
            library.index.remove(song_id)
            library.catalogue.put(record)
            library.index.put(song_id, record.vectors)
            library.answers.remember(replace(evidence, song_id=song_id))

    def _answer(
        self, task: Task, question: Question, *, twin: Song | None = None
    ) -> tuple[tuple[Neighbour, ...], tuple[PairVerdict, ...]]:
        """Ask for neighbours and duplicates; the verdicts are kept."""
        with task.clock.stage("duplicates"):
            pairs = self._judge.judge(question, twin=twin)
        with task.clock.stage("neighbours"):
            neighbours = self._library.answers.similar(
                question, SpaceName.STYLE, stem=None, limit=FIRST_NEIGHBOURS
            )
        return tuple(neighbours), tuple(pairs)

    def _ends(self, task: Task) -> Ends[AnalysisReport]:
        return Ends(
            skipped=lambda reason: self._skip(task, None, reason=reason),
            refused=lambda reason: self._fail(task, reason),
            failed=lambda reason: self._fail(task, reason),
        )

    def _skip(self, task: Task, song_id: SongId | None, *, reason: str) -> AnalysisReport:
        self._library.catalogue.dequeue(task.path)
        task.tell(AnalysisStep.SKIPPED, song_id=song_id, reason=reason)
        return report_on(task, song_id, outcome=Outcome.SKIPPED, reason=reason)

    def _fail(self, task: Task, reason: str) -> AnalysisReport:
        self._library.catalogue.note_problem(task.path, reason)
        task.tell(AnalysisStep.FAILED, reason=reason)
        return report_on(task, None, outcome=Outcome.FAILED, reason=reason)

    def _done(self, task: Task, song_id: SongId) -> AnalysisReport:
        return report_on(task, song_id, outcome=Outcome.DONE, reason="")


def report_on(
    task: Task, song_id: SongId | None, *, outcome: Outcome, reason: str
) -> AnalysisReport:
    """Return what is reported of a file whose work ends here."""
    return AnalysisReport(
        path=task.path,
        song_id=song_id,
        outcome=outcome,
        reason=reason,
        first_feedback_s=None,
        total_s=task.elapsed_s(),
        stage_s=dict(task.clock.seconds),
    )


def _song(path: Path, stamp: FileStamp, first: FirstAnswer, *, song_id: SongId) -> Song:
    return Song(
        song_id=song_id,
        path=path,
        stamp=stamp,
        facts=first.facts,
        title=first.tags.title or path.stem,
        artist=first.tags.artist,
        album=first.tags.album,
        duration_s=first.duration_s,
        stage=Stage.FIRST_ANSWER,
        added_at=time.time(),
        stream_sha256=first.stream_sha256,
        kind=first.kind,
    )


def _record(song: Song, first: FirstAnswer) -> SongRecord:
    return SongRecord(
        song=song,
        cover=first.tags.cover,
        overview=first.overview,
        fingerprints=(first.fingerprint,),
        vectors=(first.style,) if first.style else (),
        measures=CopyMeasures(first.quality, first.tags.n_texts),
        grain=first.grain,
        kind=first.kind,
    )


def _copied(catalogue: Catalogue, song: Song, *, twin: Song) -> SongRecord:
    """Return all that is known of a song's twin as the song's; raise ``UnknownSongError``."""
    twin_id = twin.song_id
    return SongRecord(
        song=song,
        cover=catalogue.cover(twin_id),
        overview=catalogue.overview(twin_id),
        fingerprints=tuple(
            found for stem in Stem for found in catalogue.fingerprints(twin_id, stem)
        ),
        vectors=tuple(
            found
            for space in SpaceName
            for stem in Stem
            if (found := catalogue.vectors(twin_id, space, stem)) is not None
        ),
        measures=catalogue.measures_of(twin_id),
        grain=catalogue.grain(twin_id),
        tonal=catalogue.tonal(twin_id),
        music=twin.music if twin.stage is Stage.READY else None,
        kind=twin.kind,
    )


def _question(song: Song, first: FirstAnswer) -> Question:
    evidence = SongEvidence(
        song_id=song.song_id,
        sha256=song.stamp.sha256,
        duration_s=song.duration_s,
        mix=first.fingerprint.codes,
        stream_sha256=song.stream_sha256,
        grain=first.grain,
    )
    style = first.style
    vectors = {(style.space, style.stem): style} if style else {}
    return Question(evidence, vectors, kind=song.kind)
