"""How well versions of a composition are found: ``python -m benchmarks.versions``.

Every rendering of a judging composition asks for the others of it among all renderings and
strangers (``benchmarks/version_songs.py``), by each method of ``benchmarks/version_methods.py``.
Told are mean average precision, the share whose first answer is right, the mean rank of the first
right one, average precision by how the asking song was changed, and how many of the others are
among the vector's first hundred; then the seconds that a question takes among more and more songs.

Prints a page and writes it to ``benchmarks/results/versions.md``. ``--split tuning`` only prints.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from benchmarks.results_page import table
from benchmarks.version_methods import CANDIDATES, METHODS, Heard, hear_all, rankings
from benchmarks.version_songs import Change, Rendering, renderings

RESULTS = Path(__file__).parent / "results" / "versions.md"
SIZES = (1_000, 10_000)
TIMED_QUESTIONS = 3
RESAMPLES = 2_000  # of the compositions, for the intervals
VECTOR = "`work` vector alone"


@dataclass(frozen=True, slots=True)
class Ranked:
    """What each asking song got: precision, rank of the first right one, and which song asked."""

    precision: NDArray[np.float64]
    first: NDArray[np.float64]
    asking: NDArray[np.int64]


def ranked(scores: NDArray[np.float64], songs: Sequence[Rendering]) -> Ranked:
    """Return how the other renderings of each song's composition are ranked by scores [S, S]."""
    works = np.array([song.composition for song in songs])
    asking = [place for place, song in enumerate(songs) if song.change is not Change.STRANGER]
    precision, first = [], []
    for place in asking:
        order = np.argsort(-scores[place], kind="stable")
        order = order[order != place]
        hits = np.flatnonzero(works[order] == works[place])
        precision.append(float(np.mean((1 + np.arange(len(hits))) / (1 + hits))))
        first.append(float(hits[0] + 1))
    return Ranked(np.array(precision), np.array(first), np.array(asking))


def recalled(scores: NDArray[np.float64], songs: Sequence[Rendering]) -> float:
    """Return the share of the right ones that are among each song's first hundred."""
    works = np.array([song.composition for song in songs])
    shares = []
    for place in ranked(scores, songs).asking:
        right = (works == works[place]) & (np.arange(len(songs)) != place)
        order = np.argsort(-scores[place], kind="stable")
        near = order[order != place][:CANDIDATES]
        shares.append(right[near].sum() / right.sum())
    return float(np.mean(shares))


def interval(found: Ranked, songs: Sequence[Rendering]) -> str:
    """Return the mean precision with its 95 % interval; compositions, not songs, are resampled."""
    works = np.array([songs[place].composition for place in found.asking])
    means = np.array([found.precision[works == work].mean() for work in np.unique(works)])
    random = np.random.default_rng(0)
    low, high = np.quantile(
        means[random.integers(0, len(means), (RESAMPLES, len(means)))].mean(axis=1), [0.025, 0.975]
    )
    return f"{found.precision.mean():.3f} ({low:.3f} to {high:.3f})"


def accuracy(results: Mapping[str, Ranked], songs: Sequence[Rendering]) -> str:
    """Return the table of what was found."""
    rows: list[tuple[str, ...]] = [("method", "MAP", "P@1", "mean rank of the first")]
    for name, found in results.items():
        right_first, rank = float((found.first == 1).mean()), float(found.first.mean())
        rows.append((name, interval(found, songs), f"{right_first:.3f}", f"{rank:.1f}"))
    return table(rows)


def by_change(results: Mapping[str, Ranked], songs: Sequence[Rendering]) -> str:
    """Return the table of average precision by how the asking song was changed."""
    asked_by = {songs[place].change for found in results.values() for place in found.asking}
    changes = [change for change in Change if change in asked_by]
    rows: list[tuple[str, ...]] = [("method", *(change.value for change in changes))]
    for name, found in results.items():
        own = np.array([songs[place].change for place in found.asking])
        means = [found.precision[own == change].mean() for change in changes]
        rows.append((name, *(f"{mean:.3f}" for mean in means)))
    return table(rows)


def costs(heard: Sequence[Heard]) -> str:
    """Return the table of seconds a question; a larger catalogue holds the songs several times."""
    rows: list[tuple[str, ...]] = [("method", *(f"{size:,} songs" for size in SIZES))]
    for name in METHODS:
        rows.append((name, *(f"{seconds_a_question(name, heard, size=n):.3f} s" for n in SIZES)))
    return table(rows)


def seconds_a_question(name: str, heard: Sequence[Heard], *, size: int) -> float:
    """Return the median time on one core of a question among so many songs."""
    songs = [heard[place % len(heard)] for place in range(size)]
    times = []
    for query in range(0, len(heard), max(len(heard) // TIMED_QUESTIONS, 1))[:TIMED_QUESTIONS]:
        started = time.process_time()
        METHODS[name](query, songs)
        times.append(time.process_time() - started)
    return float(np.median(times))


def page(songs: Sequence[Rendering], heard: Sequence[Heard], *, workers: int) -> str:
    """Return the page of results."""
    scores = {name: rankings(name, heard, workers=workers) for name in METHODS}
    results = {name: ranked(found, songs) for name, found in scores.items()}
    works = len({song.composition for song in songs if song.change is not Change.STRANGER})
    strangers = sum(song.change is Change.STRANGER for song in songs)
    kept = float(np.mean([song.tonal.nbytes / len(song.tonal) for song in heard])) * 2 * 240 / 1024
    return f"""# Versions

{len(songs)} songs: {works} compositions of music21's corpus, each rendered in nine ways, and
{strangers} strangers. What the rows and columns mean: `benchmarks/versions.py`.

{accuracy(results, songs)}

Of the other renderings, {recalled(scores[VECTOR], songs):.3f} are among the vector's first \
{CANDIDATES}.

## MAP by how the asking song is played

{by_change(results, songs)}

## Processor time of a question

{costs(heard)}

The renderings last {np.median([len(song.tonal) / 2 for song in heard]):.0f} s; time grows with \
the lengths of both songs. A sequence takes {kept:.1f} kB for four minutes.
"""


def main() -> None:
    """Render, listen, rank, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versions", description=__doc__)
    cache = Path(platformdirs.user_cache_dir("songkin", appauthor=False)) / "duplicates"
    parser.add_argument("--cache", type=Path, default=cache, help="where renderings are kept")
    parser.add_argument("--split", choices=["tuning", "judging"], default="judging")
    parser.add_argument("--workers", type=int, default=2, help="processes at once")
    options = parser.parse_args()
    songs = renderings(options.split, cache=options.cache, workers=options.workers)
    heard = hear_all(songs, workers=options.workers)
    text = page(songs, heard, workers=options.workers)
    print(text)
    if options.split == "judging":
        RESULTS.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
