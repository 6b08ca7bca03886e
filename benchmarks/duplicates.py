"""How sure the duplicate verdicts are: ``./dev bench duplicates``.

Songs of the training list, variants of them made by ffmpeg, and made songs that are hard to tell
apart lie in one library of 10,000, which is asked as a user asks it. Every pair of different
songs is judged too; fpcalc with acoustid and audfprint do the same work beside it. Writes
``benchmarks/results/duplicates.md``, and what was missed to ``misses.md`` in the cache.

Thresholds may be tuned on the packages in ``duplicate_music.TUNING`` only; all figures come from
the others.
"""

import argparse
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from benchmarks import duplicate_cost, duplicate_report
from benchmarks.duplicate_comparison import Comparison, Times, compare, time_all
from benchmarks.duplicate_library import alone, analysis_key, ask_all, build, evidence_of, opened
from benchmarks.duplicate_music import JUDGING, TUNING, MusicFile, songs
from benchmarks.duplicate_pairs import (
    CLAIMS,
    Hit,
    Strangers,
    also,
    judge_all,
    likeness_of_waveforms,
)
from benchmarks.duplicate_report import Figures, PairFigures
from benchmarks.duplicate_score import Found, Judgement, Relation, Tally, best_on, judgement
from benchmarks.duplicate_scores import MadeSong, made_songs
from benchmarks.duplicate_trials import Sizes, Trial, TrialMaker
from core.answers import Question
from core.progress import Progress
from core.types import PairVerdict, SongId
from core.workbench import Workbench

RESULTS = Path(__file__).parent / "results" / "duplicates.md"
PACKAGES = {"judging": JUDGING, "tuning": TUNING}
FULL = {
    "judging": Sizes(whole_songs=16, clips=120, mixes=20, long_mixes=2, voiced=16),
    "tuning": Sizes(whole_songs=6, clips=30, mixes=6, long_mixes=1, voiced=6),
}
QUICK = {
    "judging": Sizes(whole_songs=4, clips=20, mixes=4, long_mixes=1, voiced=3),
    "tuning": Sizes(whole_songs=2, clips=8, mixes=2, long_mixes=0, voiced=2),
}
LIBRARY_SONGS, QUICK_LIBRARY_SONGS = 10_000, 1_000
# Besides the songs of the trials, so many have their voice taken off: each pair of them must not
# get the verdict "same backing".
SEPARATED_BESIDES = 60
COST_QUESTIONS = 24
TIMED_QUESTIONS = 24
COST_SONGS = 12  # whose codes the made-up catalogues are made of


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and where it is kept."""

    packages_dir: Path
    cache: Path
    is_quick: bool
    splits: tuple[str, ...]  # the first is shown
    workers: int

    @property
    def sizes(self) -> Mapping[str, Sizes]:
        """How many trials there are."""
        return QUICK if self.is_quick else FULL


@dataclass(frozen=True, slots=True)
class Corpus:
    """All songs, by split where they have one, and the trials that were made of them."""

    real: Mapping[str, list[MusicFile]]
    made: list[MadeSong]
    sung: Mapping[Path, Path]  # with a voice laid over it, and the song that it is
    trials: Mapping[str, list[Trial]]

    @property
    def files(self) -> list[Path]:
        """Every file of the library."""
        real = [song.path for songs_ in self.real.values() for song in songs_]
        return [*real, *(song.path for song in self.made), *self.sung]

    @property
    def related(self) -> Relation:
        """Which songs a file of the library is made from; of all others, itself."""
        return {file: (song,) for file, song in self.sung.items()}


def main() -> None:
    """Make, ask, judge, compare; print the tables and keep them."""
    plan = _plan()
    began = time.perf_counter()
    corpus = gather(plan)
    _say("songs and variants are there", began)
    folder = _library(plan, corpus)
    _say("the library is built", began)
    with opened(folder) as bench:
        tallies, questions, pairs = measured(bench, corpus, plan=plan)
        (plan.cache / "misses.md").write_text(duplicate_report.misses(tallies, pairs), "utf-8")
    _say("trials and pairs are judged", began)
    shown = plan.splits[0]
    library = [song.path for song in corpus.real[shown]]
    comparison = compare(corpus.trials[shown], library, cache=plan.cache)
    times = side_by_side(folder, comparison, library=library, plan=plan)
    _say("the others are asked", began)
    costs = cost(plan, corpus, questions=questions)
    figures = Figures(
        tallies=tallies,
        split=shown,
        pairs=pairs,
        comparison=comparison,
        times=times,
        costs=costs,
        songs=_counts(corpus),
        library_songs=QUICK_LIBRARY_SONGS if plan.is_quick else LIBRARY_SONGS,
        took_s=time.perf_counter() - began,
    )
    page = duplicate_report.page(figures)
    print(page)
    if not plan.is_quick and shown == "judging":
        RESULTS.write_text(page, "utf-8")


def _plan() -> Plan:
    parser = argparse.ArgumentParser(prog="./dev bench duplicates", description=__doc__)
    cache = Path(platformdirs.user_cache_dir("songkin", appauthor=False)) / "duplicates"
    packages = os.environ.get("SONGKIN_PACKAGES")
    parser.add_argument("--quick", action="store_true", help="a few minutes; keeps no results")
    parser.add_argument("--packages-dir", type=Path, default=packages, help="Debian packages")
    parser.add_argument("--cache", type=Path, default=cache, help="songs, variants, libraries")
    parser.add_argument("--tuning", action="store_true", help="the tuning songs alone; not kept")
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4))
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    packages_dir = options.packages_dir or options.cache / "packages"
    splits = ("tuning",) if options.tuning else ("judging", "tuning")
    return Plan(Path(packages_dir), options.cache, options.quick, splits, options.workers)


def gather(plan: Plan) -> Corpus:
    """Fetch the songs, render the made ones, make the trials; what is there stays."""
    real = {
        split: songs(PACKAGES[split], packages_dir=plan.packages_dir, cache=plan.cache)
        for split in plan.splits
    }
    share = 0.1 if plan.is_quick else 1.0
    made = made_songs(plan.cache, workers=plan.workers, share=share)
    makers = {
        split: TrialMaker(plan.cache / "trials" / split, own, sizes=plan.sizes[split])
        for split, own in real.items()
    }
    trials = {split: maker.all(workers=plan.workers) for split, maker in makers.items()}
    sung = {file: song for maker in makers.values() for file, song in maker.sung().items()}
    if plan.is_quick:
        real = {split: _used(own, trials[split]) for split, own in real.items()}
    return Corpus(real, made, sung, trials)


def _used(own: Sequence[MusicFile], trials: Sequence[Trial]) -> list[MusicFile]:
    """Return the songs that some trial is made of."""
    used = {origin for trial in trials for origin in trial.origins}
    return [song for song in own if song.path in used]


def _library(plan: Plan, corpus: Corpus) -> Path:
    size = QUICK_LIBRARY_SONGS if plan.is_quick else LIBRARY_SONGS
    kind = "-".join([*plan.splits, *(["quick"] if plan.is_quick else [])])
    folder = plan.cache / f"library-{kind}-{analysis_key()}"
    whole_song = {t.origins[0]: None for own in corpus.trials.values() for t in own if _alone(t)}
    besides = [file for file in corpus.files if file not in whole_song][:: _step(corpus)]
    whole = [*whole_song, *corpus.sung, *(f for f in besides if f not in corpus.sung)]
    quick = [file for file in corpus.files if file not in set(whole)]
    return build(folder, whole=whole, quick=quick, fill_to=size, workers=plan.workers)


def _alone(trial: Trial) -> bool:
    """Whether a trial is a variant of one whole song, whose backing may be asked for."""
    return len(trial.origins) == 1 and not trial.group.value.startswith("clip")


def _step(corpus: Corpus) -> int:
    return max(len(corpus.files) // SEPARATED_BESIDES, 1)


def measured(
    bench: Workbench, corpus: Corpus, *, plan: Plan
) -> tuple[dict[str, Tally], list[Question], PairFigures]:
    """Judge all pairs, then ask every trial; return the counts and some questions."""
    stored = [song for song in bench.songs() if song.path in set(corpus.files)]
    evidence = [question.evidence for question in evidence_of(bench, stored)]
    hits, pair_ms = judge_all(evidence, workers=plan.workers)
    hits = also(hits, bench.duplicates(), ids=[song.song_id for song in stored])
    files = {song.song_id: song.path for song in bench.songs()}
    pairs = pair_figures(corpus, hits, files=[song.path for song in stored], pair_ms=pair_ms)
    known = {files[one.song_id]: one for one in evidence}
    kept = plan.cache / f"questions-{analysis_key()}"
    tallies, questions = {}, []
    strangers = Strangers(evidence, files=files, related=corpus.related)
    for split, trials in corpus.trials.items():
        tally = tallies[split] = Tally()
        for asked in ask_all(bench, trials, kept=kept, workers=plan.workers):
            verdicts = _by_file(asked.verdicts, files=files)
            _count(tally, asked.trial, verdicts, corpus=corpus, twins=pairs.twins)
            for expected in asked.trial.expected:
                pair = alone(asked.question, known[expected.file])
                found = best_on(expected.file, verdicts, expected)
                tally.found.append(Found(asked.trial, expected, found, pair))
            strangers.ask(asked)
            questions.append(asked.question)
    some = questions[:: max(len(questions) // COST_QUESTIONS, 1)]
    return tallies, some, replace(pairs, sped=strangers)


def _by_file(
    verdicts: Sequence[PairVerdict], *, files: Mapping[SongId, Path]
) -> list[tuple[Path, PairVerdict]]:
    return [(files[verdict.b], verdict) for verdict in verdicts]


def _count(
    tally: Tally,
    trial: Trial,
    verdicts: Sequence[tuple[Path, PairVerdict]],
    *,
    corpus: Corpus,
    twins: Relation,
) -> None:
    """Count what each verdict is worth; a trial that is itself in the library is no news."""
    for file, verdict in verdicts:
        if file == trial.path:
            continue
        worth = judgement(trial, file, verdict=verdict.verdict, related=corpus.related, twins=twins)
        tally.verdicts[verdict.verdict, worth] += 1
        if worth is Judgement.WRONG:
            tally.wrong.append((trial, file, verdict))


def pair_figures(
    corpus: Corpus, hits: Sequence[Hit], *, files: Sequence[Path], pair_ms: float
) -> PairFigures:
    """Sort the hits into confirmed ones and wrong ones; related files are not different songs."""
    works = {song.path: song for song in corpus.made}
    told = []
    twins: dict[Path, set[Path]] = {}
    for hit in hits:
        a, b = files[hit.a], files[hit.b]
        if corpus.sung.get(a, a) == corpus.sung.get(b, b):
            continue
        is_made = a in works or b in works
        heard = 0.0
        if hit.verdict.verdict in CLAIMS and not is_made:
            heard = likeness_of_waveforms(a, b, hit.verdict.overlap)
        told.append(duplicate_report.ToldPair(a, b, hit.verdict, heard))
        if told[-1].is_confirmed:
            twins.setdefault(a, set()).add(b)
            twins.setdefault(b, set()).add(a)
    related = len(corpus.sung)
    return PairFigures(
        n_songs=len(files),
        n_related=related,
        pair_ms=pair_ms,
        told=told,
        kinds={song.path: song.kind for song in corpus.made},
        twins=twins,
    )


def side_by_side(
    folder: Path, comparison: Comparison, *, library: Sequence[Path], plan: Plan
) -> Times:
    """Time some of the peers' questions with every method in turn, before any separation."""
    asked = comparison.trials[:: max(len(comparison.trials) // TIMED_QUESTIONS, 1)]
    with opened(folder) as bench:

        def ask(file: Path) -> object:
            return bench.duplicates_of(bench.ask(str(file), whole=False, progress=Progress()))

        return time_all(ask, asked, library=library, cache=plan.cache)


def cost(plan: Plan, corpus: Corpus, *, questions: Sequence[Question]) -> list[duplicate_cost.Cost]:
    """Measure what deciding costs by the size of the library."""
    sizes = duplicate_cost.SIZES[:2] if plan.is_quick else duplicate_cost.SIZES
    files = [song.path for song in corpus.real[plan.splits[-1]]][:COST_SONGS]
    costs = []
    for size in sizes:
        folder = plan.cache / f"cost-{size}-{analysis_key()}"
        duplicate_cost.build(folder, files, size=size)
        costs.append(duplicate_cost.measure(folder, questions, size=size))
    return costs


def _counts(corpus: Corpus) -> dict[str, int]:
    return {split: len(own) for split, own in corpus.real.items()} | {"made": len(corpus.made)}


def _say(what: str, began: float) -> None:
    print(f"{time.perf_counter() - began:7.0f} s  {what}", flush=True)


if __name__ == "__main__":
    main()
