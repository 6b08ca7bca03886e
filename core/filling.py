"""Songs that an older version heard less of are heard again, once, while nothing else is to do.

Such a song lacks its grain, its measures of quality or the hash of its sound, so that its verdicts
are "likely" at most, or the sequence and the vector by which versions are found, or tempo and key,
or whether it is music; or it was embedded by another model than this session's, or separated by
another separator, and is compared with nothing until it is heard again.
Its file is decoded once, what lacks is stored, and its pairs are judged anew. A file that is away,
changed or damaged stays as it was known: that is no news, and no problem of the file's; it is tried
again at the next start.
"""

import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from core import analysis
from core.answers import Voice
from core.fingerprint.speeds import Speeds
from core.guarding import Ends, Guard
from core.intake import Library, Task, report_on
from core.judging import Judge
from core.library import scan
from core.library.store import NOT_TOLD
from core.types import (
    AnalysisReport,
    AnalysisStep,
    CopyMeasures,
    Fingerprint,
    Grain,
    ModelId,
    MusicFacts,
    Outcome,
    Song,
    SongId,
    SoundKind,
    SpaceName,
    Stage,
    StemVectors,
    Tonal,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is stored of a song that was heard again."""

    grain: Grain
    measures: CopyMeasures
    stream_sha256: str
    kind: SoundKind
    speeds: Speeds
    vectors: tuple[StemVectors, ...]
    fingerprints: tuple[Fingerprint, ...] = ()  # of the backing, where it was separated again
    tonal: Tonal | None = None
    music: MusicFacts = NOT_TOLD


def half_heard(library: Library) -> list[Song]:
    """Return the songs that are heard again, the last added first."""
    catalogue = library.catalogue
    outdated = catalogue.of_other_models(models_in_use(library))
    found = {song.song_id: song for song in (*outdated, *catalogue.half_heard())}
    return sorted(found.values(), key=lambda song: -song.added_at)


def models_in_use(library: Library) -> dict[Voice, ModelId]:
    """Return which model's vectors are compared in each space."""
    return {voice: space.model_id for voice, space in library.spaces.items()}


class Filling:
    """Fills in what one library's songs lack.

    ``guard`` is the one under which files are added, so that none is both at once; ``separating``
    is held while a song is separated: one at a time.
    """

    def __init__(
        self, library: Library, *, guard: Guard, separating: AbstractContextManager[object]
    ) -> None:
        self._library = library
        self._guard = guard
        self._separating = separating
        self._judge = Judge(library.catalogue, library.answers, lock=library.judging)

    def fill_in(self, task: Task, song: Song) -> AnalysisReport:
        """Hear a song again; whatever happens to it, the next goes on."""
        outcome, reason = self._guard.run(
            task.path, lambda: self._fill_in(task, song.song_id), ENDS
        )
        step = AnalysisStep.READY if song.stage is Stage.READY else AnalysisStep.FIRST_ANSWER
        task.tell(step, song_id=song.song_id)
        return report_on(task, song.song_id, outcome=outcome, reason=reason)

    def _fill_in(self, task: Task, song_id: SongId) -> tuple[Outcome, str]:
        catalogue = self._library.catalogue
        song = catalogue.song(song_id)
        if scan.stamp(song.path, known=song.stamp).sha256 != song.stamp.sha256:
            return _skipped("The file has changed since; add it again.")
        is_outdated = self._is_outdated(song_id)
        heard = self._embed_again(task, song) if is_outdated else self._hear_again(task, song)
        with task.clock.stage("store"):
            self._store(song_id, heard, is_outdated=is_outdated)
        with task.clock.stage("duplicates"):
            question = self._library.answers.question(catalogue.song(song_id))
            self._judge.judge_again(replace(question, speeds=heard.speeds))
        return Outcome.DONE, ""

    def _is_outdated(self, song_id: SongId) -> bool:
        """Tell whether the song must be embedded again; its composition is whenever it is heard."""
        current = models_in_use(self._library)
        models = self._library.catalogue.models_of(song_id)
        return any(
            current.get((space, stem)) != model
            for (space, stem), model in models.items()
            if space is SpaceName.STYLE
        )

    def _hear_again(self, task: Task, song: Song) -> _Heard:
        """Hear what an older version did not, whatever embedded the song."""
        found = analysis.hear_again(song.path, clock=task.clock, progress=task.progress)
        speeds = analysis.other_speeds(found.sound, clock=task.clock)
        task.progress.check()
        composition = found.composition
        return _Heard(
            grain=found.grain,
            measures=found.measures,
            stream_sha256=found.stream_sha256,
            kind=found.kind,
            speeds=speeds,
            vectors=() if composition.work is None else (composition.work,),
            tonal=composition.tonal,
            music=analysis.music_facts(
                song.path, found.sound, tonal=composition.tonal, clock=task.clock
            ),
        )

    def _embed_again(self, task: Task, song: Song) -> _Heard:
        """Hear all of a song, up to the stage that it has come to, by the models in use."""
        models, clock = self._library.models, task.clock
        first = analysis.first_answer(
            song.path, models.embedder, clock=clock, progress=task.progress
        )
        heard = _Heard(
            grain=first.grain,
            measures=CopyMeasures(first.quality, first.tags.n_texts),
            stream_sha256=first.stream_sha256,
            kind=first.kind,
            speeds=analysis.other_speeds(first.sound, clock=clock),
            vectors=(first.style,) if first.style else (),
        )
        if song.stage is not Stage.READY:  # the rest comes when it is separated
            return heard
        sound = analysis.whole_sound(
            song.path, first.sound, duration_s=first.duration_s, progress=task.progress
        )
        with self._separating:
            backing = analysis.backing_answer(
                sound, models.embedder, models.separator, clock=clock, progress=task.progress
            )
        return replace(
            heard,
            vectors=(*heard.vectors, *backing.vectors),
            fingerprints=backing.fingerprints,
            tonal=backing.tonal,
            music=analysis.music_facts(song.path, sound, tonal=backing.tonal, clock=clock),
        )

    def _store(self, song_id: SongId, heard: _Heard, *, is_outdated: bool) -> None:
        library = self._library
        with library.judging:
            if is_outdated:
                library.index.remove(song_id)
            library.catalogue.fill_in(
                song_id,
                grain=heard.grain,
                measures=heard.measures,
                stream_sha256=heard.stream_sha256,
                kind=heard.kind,
                tonal=heard.tonal,
                vectors=heard.vectors,
                fingerprints=heard.fingerprints,
                music=heard.music,
                forgets_vectors=is_outdated,
            )
            library.index.put(song_id, heard.vectors)
            if is_outdated:
                evidence = library.answers.question(library.catalogue.song(song_id)).evidence
                library.answers.remember(evidence)


def _skipped(reason: str) -> tuple[Outcome, str]:
    return Outcome.SKIPPED, reason


ENDS = Ends(
    skipped=_skipped,
    refused=_skipped,  # what can't be read now is tried again at the next start
    failed=lambda reason: (Outcome.FAILED, reason),
)
