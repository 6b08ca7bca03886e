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
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from benchmarks import duplicate_report
from benchmarks.duplicate_comparison import Comparison, Times, compare, time_all
from benchmarks.duplicate_cost import SIZES, Cost, build_of_size, measure
from benchmarks.duplicate_library import (
    ANALYSIS_SOURCES,
    alone,
    analysis_key,
    ask_all,
    build,
    evidence_of,
    opened,
    remembered,
)
from benchmarks.duplicate_music import JUDGING, TUNING, MusicFile, songs
from benchmarks.duplicate_pairs import (
    CLAIMS,
    Hit,
    Strangers,
    also,
    judge_all,
    likeness_of_waveforms,
)
from benchmarks.duplicate_report import Figures, PairFigures, ToldPair
from benchmarks.duplicate_score import Found, Judgement, Relation, Tally, best_on, judgement
from benchmarks.duplicate_scores import MadeSong, made_songs
from benchmarks.duplicate_trials import Sizes, Trial, TrialMaker
from benchmarks.variants import CLIPS
from core.progress import Progress
from core.types import PairVerdict, Song
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
PEERS_OTHERS = 32  # songs in the peers' index besides those that whole variants are made of
# What a verdict on a pair depends on, besides the analysis.
PAIR_SOURCES = (*ANALYSIS_SOURCES, "duplicates.py", "fingerprint/*.py")
COST_QUESTIONS = 24
TIMED_QUESTIONS = 24
KEPT_SIZE = 10_000  # a larger catalogue takes gigabytes
COST_SONGS = 12  # whose codes the made-up catalogues are made of


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and where it is kept."""

    packages_dir: Path
    cache: Path
    is_quick: bool
    split: str  # whose songs the variants are made of
    workers: int

    @property
    def sizes(self) -> Sizes:
        """How many trials there are."""
        return (QUICK if self.is_quick else FULL)[self.split]

    @property
    def name(self) -> str:
        """What tells this plan's kept files from another's."""
        return f"{self.split}{'-quick' if self.is_quick else ''}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """All songs, by split where they have one, and the trials that were made of them."""

    real: Mapping[str, list[MusicFile]]
    made: list[MadeSong]
    sung: Mapping[Path, Path]  # with a voice laid over it, and the song that it is
    trials: list[Trial]

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
    _say(f"{len(corpus.files)} songs and {len(corpus.trials)} variants are there", began)
    folder = _library(plan, corpus)
    _say("the library is built", began)
    with opened(folder) as bench:
        pairs = judged_pairs(bench, corpus, plan=plan)
        _say("all pairs are judged", began)
        tally, sped = asked_trials(bench, corpus, plan=plan, twins=pairs.twins)
        pairs = replace(pairs, sped=sped)
        if plan.split == "tuning":
            (plan.cache / "misses.md").write_text(duplicate_report.misses(tally, pairs), "utf-8")
        _say("all variants are asked", began)
    library = peers_library(corpus, plan=plan)
    comparison = compare(corpus.trials, library, cache=plan.cache)
    times = side_by_side(folder, comparison, library=library, plan=plan)
    _say("the others are asked", began)
    costs = cost(folder, corpus, plan=plan)
    _say("libraries of several sizes are asked", began)
    figures = Figures(
        judged=tally,
        split=plan.split,
        pairs=pairs,
        comparison=comparison,
        times=times,
        costs=costs,
        songs={split: len(own) for split, own in corpus.real.items()} | {"made": len(corpus.made)},
        library_songs=QUICK_LIBRARY_SONGS if plan.is_quick else LIBRARY_SONGS,
        took_s=time.perf_counter() - began,
    )
    page = duplicate_report.page(figures)
    print(page)
    if plan.name == "judging":
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
    split = "tuning" if options.tuning else "judging"
    return Plan(Path(packages_dir), options.cache, options.quick, split, options.workers)


def gather(plan: Plan) -> Corpus:
    """Fetch the songs, render the made ones, make the trials; what is there stays."""
    splits = ("tuning",) if plan.split == "tuning" else tuple(PACKAGES)
    real = {
        split: songs(PACKAGES[split], packages_dir=plan.packages_dir, cache=plan.cache)
        for split in splits
    }
    made = made_songs(plan.cache, workers=plan.workers, share=0.1 if plan.is_quick else 1.0)
    folder = plan.cache / "trials" / plan.split
    maker = TrialMaker(folder, real[plan.split], sizes=plan.sizes)
    trials = maker.all(workers=plan.workers)
    if plan.is_quick:
        real = {plan.split: _used(real[plan.split], trials)}
    return Corpus(real, made, maker.sung(), trials)


def _used(own: Sequence[MusicFile], trials: Sequence[Trial]) -> list[MusicFile]:
    """Return the songs that some trial is made of."""
    used = {origin for trial in trials for origin in trial.origins}
    return [song for song in own if song.path in used]


def _library(plan: Plan, corpus: Corpus) -> Path:
    size = QUICK_LIBRARY_SONGS if plan.is_quick else LIBRARY_SONGS
    folder = plan.cache / f"library-{plan.name}-{analysis_key()}"
    whole_song = {trial.origins[0]: None for trial in corpus.trials if _is_whole(trial)}
    step = max(len(corpus.files) // SEPARATED_BESIDES, 1)
    besides = [file for file in corpus.files if file not in whole_song][::step]
    whole = [*whole_song, *corpus.sung, *(f for f in besides if f not in corpus.sung)]
    quick = [file for file in corpus.files if file not in set(whole)]
    return build(folder, whole=whole, quick=quick, fill_to=size, workers=plan.workers)


def _is_whole(trial: Trial) -> bool:
    """Whether a trial is a variant of one whole song, whose backing may be asked for."""
    return len(trial.origins) == 1 and trial.group not in CLIPS


def judged_pairs(bench: Workbench, corpus: Corpus, *, plan: Plan) -> PairFigures:
    """Judge every pair of the corpus; what the library found at other speeds goes with it."""
    stored = _stored(bench, corpus)

    def judge_them() -> tuple[list[Hit], float, int]:
        evidence = [question.evidence for question in evidence_of(bench, stored)]
        n_backed = sum(bool(one.backing) for one in evidence)
        return *judge_all(evidence, workers=plan.workers), n_backed

    hits, pair_ms, n_backed = remembered(
        plan.cache, f"pairs-{plan.name}", PAIR_SOURCES, make=judge_them
    )
    found = also(hits, bench.duplicates(), ids=[song.song_id for song in stored])
    figures = pair_figures(corpus, found, files=[song.path for song in stored])
    n_related = len(corpus.sung)
    n_backed_pairs = n_backed * (n_backed - 1) // 2 - n_related
    return replace(figures, pair_ms=pair_ms, n_backed=n_backed_pairs, n_related=n_related)


def _stored(bench: Workbench, corpus: Corpus) -> list[Song]:
    files = set(corpus.files)
    return [song for song in bench.songs() if song.path in files]


def asked_trials(
    bench: Workbench, corpus: Corpus, *, plan: Plan, twins: Relation
) -> tuple[Tally, Strangers]:
    """Ask the library about every trial, and judge each against its song alone."""

    def ask_them() -> tuple[Tally, Strangers]:
        files = {song.song_id: song.path for song in bench.songs()}
        evidence = [one.evidence for one in evidence_of(bench, _stored(bench, corpus))]
        known = {files[one.song_id]: one for one in evidence}
        strangers = Strangers(evidence, files=files, related=corpus.related, twins=twins)
        tally = Tally()
        for asked in ask_all(bench, corpus.trials, kept=_kept(plan), workers=plan.workers):
            verdicts = [(files[verdict.b], verdict) for verdict in asked.verdicts]
            _count(tally, asked.trial, verdicts, corpus=corpus, twins=twins)
            for expected in asked.trial.expected:
                pair = alone(asked.question, known[expected.file])
                found = best_on(expected.file, verdicts, expected)
                tally.found.append(Found(asked.trial, expected, found, pair))
            strangers.ask(asked)
        return tally, strangers

    return remembered(plan.cache, f"asked-{plan.name}", ("**/*.py",), make=ask_them)


def _kept(plan: Plan) -> Path:
    return plan.cache / f"questions-{analysis_key()}"


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


def pair_figures(corpus: Corpus, hits: Sequence[Hit], *, files: Sequence[Path]) -> PairFigures:
    """Sort the hits into confirmed ones and wrong ones; related files are not different songs."""
    kinds = {song.path: song.kind for song in corpus.made}
    told = []
    twins: dict[Path, set[Path]] = {}
    for hit in hits:
        a, b = files[hit.a], files[hit.b]
        if corpus.sung.get(a, a) == corpus.sung.get(b, b):
            continue
        is_real = a not in kinds and b not in kinds
        is_claim = hit.verdict.verdict in CLAIMS and is_real
        heard = likeness_of_waveforms(a, b, hit.verdict.overlap) if is_claim else 0.0
        told.append(ToldPair(a, b, hit.verdict, heard))
        if told[-1].is_confirmed:
            twins.setdefault(a, set()).add(b)
            twins.setdefault(b, set()).add(a)
    return PairFigures(n_songs=len(files), told=told, kinds=kinds, twins=twins)


def peers_library(corpus: Corpus, *, plan: Plan) -> list[Path]:
    """Return the songs that the others index: those that variants are made of, and some more."""
    used = {origin for trial in corpus.trials for origin in trial.origins if _is_whole(trial)}
    others = [s.path for s in corpus.real[plan.split] if s.path not in used]
    return [*sorted(used), *others[:: max(len(others) // PEERS_OTHERS, 1)]]


def side_by_side(
    folder: Path, comparison: Comparison, *, library: Sequence[Path], plan: Plan
) -> Times:
    """Time some of the peers' questions with every method in turn, before any separation."""
    asked = comparison.trials[:: max(len(comparison.trials) // TIMED_QUESTIONS, 1)]
    with opened(folder) as bench:

        def ask(file: Path) -> object:
            return bench.duplicates_of(bench.ask(str(file), whole=False, progress=Progress()))

        return time_all(ask, asked, library=library, cache=plan.cache)


def cost(folder: Path, corpus: Corpus, *, plan: Plan) -> list[Cost]:
    """Measure what deciding costs by the size of the library."""
    some = corpus.trials[:: max(len(corpus.trials) // COST_QUESTIONS, 1)]
    with opened(folder) as bench:
        asked = ask_all(bench, some, kept=_kept(plan), workers=plan.workers)
        questions = [one.question for one in asked]
    files = [song.path for song in corpus.real["tuning"]] or corpus.files
    costs = []
    for size in SIZES[:2] if plan.is_quick else SIZES:
        library = plan.cache / f"cost-{size}-{analysis_key()}"
        build_of_size(library, files[:COST_SONGS], size=size)
        costs.append(measure(library, questions, size=size))
        if size > KEPT_SIZE:
            shutil.rmtree(library)
    return costs


def _say(what: str, began: float) -> None:
    print(f"{time.perf_counter() - began:7.0f} s  {what}", flush=True)


if __name__ == "__main__":
    main()
