"""Learn the projection of ``work`` vectors: ``python -m benchmarks.version_training``.

It is learned from the renderings of the tuning compositions (``benchmarks/version_songs.py``), and
written with its facts beside the other weights. The figures in the facts are of compositions that
each fold had not heard.
"""

import argparse
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import platformdirs

from benchmarks.version_methods import hear_tonal
from benchmarks.version_songs import Rendering, renderings
from core.embedding.pool import unit
from core.embedding.projection import (
    LICENCE,
    ProjectionFacts,
    learned,
    write_facts,
    write_weights,
)
from core.embedding.work import DIMENSION, MODEL_ID, WEIGHTS, description
from core.types import Float32Array, Tonal

SHRINKAGE = 0.2
FOLDS = 4
NEAREST_SHARE = 0.1  # of all renderings: what recall is told of


def learn(songs: Sequence[Rendering], heard: Sequence[Tonal], *, weights: Path) -> ProjectionFacts:
    """Learn from what was heard in renderings, and write weights and facts; return the facts."""
    descriptions = np.stack([description(tonal) for tonal in heard])
    works = tuple(song.composition for song in songs)
    projection = learned(descriptions, works, shrinkage=SHRINKAGE)
    name, version = MODEL_ID.rsplit("-", 1)
    facts = ProjectionFacts(
        name=name,
        version=int(version),
        sha256=write_weights(projection, weights),
        dimension=DIMENSION,
        licence=LICENCE,
        compositions=tuple(sorted(set(works))),
        renderings=len(songs),
        commit=_commit(),
        figures=cross_validated(descriptions, works),
    )
    write_facts(facts, weights.with_suffix(".json"))
    return facts


def cross_validated(descriptions: Float32Array, works: tuple[str, ...]) -> dict[str, float]:
    """Return how well compositions are found that the projection was not learned from."""
    names = np.array(works)
    kinds = np.array(sorted(set(works)))
    fold_of = dict(
        zip(kinds, np.random.default_rng(0).permutation(len(kinds)) % FOLDS, strict=True)
    )
    folds = np.array([fold_of[name] for name in works])
    precisions, recalls = [], []
    for fold in range(FOLDS):
        known = folds != fold
        kept = tuple(names[known])
        vectors = unit(learned(descriptions[known], kept, shrinkage=SHRINKAGE).of(descriptions))
        for place in np.flatnonzero(~known):
            order = np.argsort(-(vectors @ vectors[place]), kind="stable")
            right = names[order[order != place]] == names[place]
            hits = np.flatnonzero(right)
            precisions.append(np.mean((1 + np.arange(len(hits))) / (1 + hits)))
            recalls.append(right[: round(NEAREST_SHARE * len(names))].sum() / len(hits))
    return {
        "map": round(float(np.mean(precisions)), 3),
        "recall_of_nearest_tenth": round(float(np.mean(recalls)), 3),
    }


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def main() -> None:
    """Render, listen, learn and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.version_training")
    cache = Path(platformdirs.user_cache_dir("songkin", appauthor=False)) / "duplicates"
    parser.add_argument("--cache", type=Path, default=cache, help="where renderings are kept")
    parser.add_argument("--workers", type=int, default=2, help="processes at once")
    options = parser.parse_args()
    songs = renderings("tuning", cache=options.cache, workers=options.workers)
    heard = hear_tonal(songs, workers=options.workers)
    print(learn(songs, heard, weights=WEIGHTS).figures)


if __name__ == "__main__":
    main()
