"""Songs that an older version heard less of are heard again, once, while nothing else is to do.

Such a song lacks its grain, its measures of quality or the hash of its sound, so that its verdicts
are "likely" at most, or the sequence and the vector by which versions are found, or tempo and key,
or whether it is music.
Its file is decoded once, what lacks is stored, and its pairs are judged anew. A file that is away,
changed or damaged stays as it was known: that is no news, and no problem of the file's; it is tried
again at the next start.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from core import analysis
from core.analysis import Reheard
from core.errors import Cancelled, UnknownSongError, WorldError
from core.intake import Library, Task, report_on
from core.judging import Judge
from core.library import scan
from core.types import AnalysisReport, AnalysisStep, MusicFacts, Outcome, Song, SongId, Stage

log = logging.getLogger(__name__)

Claim = Callable[[Path], AbstractContextManager[bool]]


class Filling:
    """Fills in what one library's songs lack.

    ``claim`` holds a file, so that it isn't added meanwhile; its block is told whether it could.
    """

    def __init__(
        self, library: Library, *, claim: Claim, explain: Callable[[WorldError], str]
    ) -> None:
        self._library = library
        self._claim = claim
        self._explain = explain
        self._judge = Judge(library.catalogue, library.answers, lock=library.judging)

    def fill_in(self, task: Task, song: Song) -> AnalysisReport:
        """Hear a song again; whatever happens to it, the next goes on."""
        outcome, reason = self._guarded(task, song.song_id)
        step = AnalysisStep.READY if song.stage is Stage.READY else AnalysisStep.FIRST_ANSWER
        task.tell(step, song_id=song.song_id)
        return report_on(task, song.song_id, outcome=outcome, reason=reason)

    def _guarded(self, task: Task, song_id: SongId) -> tuple[Outcome, str]:
        try:
            with self._claim(task.path) as is_mine:
                return self._fill_in(task, song_id) if is_mine else _skipped("It is being added.")
        except UnknownSongError:
            return _skipped("It was taken out of the library meanwhile.")
        except WorldError as error:
            return _skipped(self._explain(error))
        except Cancelled:
            raise
        except Exception as error:
            log.exception("Hearing %r again failed", task.path)
            name = type(error).__name__
            return Outcome.FAILED, f"Songkin itself failed on {task.path.name} ({name})."

    def _fill_in(self, task: Task, song_id: SongId) -> tuple[Outcome, str]:
        catalogue = self._library.catalogue
        song = catalogue.song(song_id)
        if scan.stamp(song.path, known=song.stamp).sha256 != song.stamp.sha256:
            return _skipped("The file has changed since; add it again.")
        heard = analysis.hear_again(song.path, clock=task.clock, progress=task.progress)
        speeds = analysis.other_speeds(heard.sound, clock=task.clock)
        task.progress.check()
        tonal = heard.composition.tonal
        music = analysis.music_facts(song.path, heard.sound, tonal=tonal, clock=task.clock)
        with task.clock.stage("store"):
            self._store(song_id, heard, music=music)
        with task.clock.stage("duplicates"):
            question = self._library.answers.question(catalogue.song(song_id))
            self._judge.judge_again(replace(question, speeds=speeds))
        return Outcome.DONE, ""

    def _store(self, song_id: SongId, heard: Reheard, *, music: MusicFacts) -> None:
        work = heard.composition.work
        vectors = () if work is None else (work,)
        with self._library.judging:
            self._library.catalogue.fill_in(
                song_id,
                grain=heard.grain,
                measures=heard.measures,
                stream_sha256=heard.stream_sha256,
                kind=heard.kind,
                tonal=heard.composition.tonal,
                vectors=vectors,
                music=music,
            )
            self._library.index.put(song_id, vectors)


def _skipped(reason: str) -> tuple[Outcome, str]:
    return Outcome.SKIPPED, reason
