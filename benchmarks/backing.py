"""What taking the voice off does to the style vectors: ``python -m benchmarks.backing``.

The first songs of each judging soundtrack; three excerpts of each, as the analysis picks them, as
they are and with the voice taken off. Prints a table and writes ``benchmarks/results/backing.md``.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import platformdirs

from benchmarks.retrieval import RESULTS, interval
from core.audio.decode import SAMPLE_RATE_HZ, read
from core.audio.signal import mono_22k
from core.embedding.embed import Embedder, join
from core.embedding.frontend import log_mel
from core.embedding.training.data import JUDGING, SHORTEST_S, fetch, music_files, unpack
from core.embedding.training.score import ranked_scores
from core.errors import AudioFileError
from core.progress import Progress
from core.separation.excerpts import pick
from core.separation.spleeter import SpleeterSeparator
from core.types import Float32Array, ModelId, Stem

SONGS_PER_SOUNDTRACK = 10
NEAREST = 5  # of some thirty songs


@dataclass(frozen=True, slots=True)
class Both:
    """The song vectors [D] of one song's excerpts, with and without the voice."""

    package: str
    mix: Float32Array
    backing: Float32Array


def excerpts(path: Path) -> list[Float32Array]:
    """Return the excerpts, float32 [2, n] each, that the analysis would take; none of a jingle."""
    try:
        sound = read(path, progress=Progress())
    except AudioFileError:
        return []
    duration_s = sound.shape[1] / SAMPLE_RATE_HZ
    if duration_s < SHORTEST_S:
        return []
    cuts = [
        (int(e.start_s * SAMPLE_RATE_HZ), int(e.duration_s * SAMPLE_RATE_HZ))
        for e in pick(duration_s)
    ]
    return [sound[:, first : first + length] for first, length in cuts]


def song_vector(pieces: Sequence[Float32Array], embedder: Embedder) -> Float32Array | None:
    """Return the vector [D] of stereo pieces, or None where all are silent."""
    heard = [embedder.embed(log_mel(mono_22k(piece)), stem=Stem.BACKING) for piece in pieces]
    parts = [vectors for vectors in heard if vectors is not None]
    return join(parts, model_id=ModelId("benchmark")).song if parts else None


def both_of(folder: Path, package: str) -> Iterator[Both]:
    """Yield the songs of a package that can be heard with and without the voice."""
    embedder, separator = Embedder.load(), SpleeterSeparator.load()
    for path in music_files(folder / package):
        mixes = excerpts(path)
        backings = [separator.separate(mix, progress=Progress()).backing for mix in mixes]
        mix, backing = song_vector(mixes, embedder), song_vector(backings, embedder)
        if mix is not None and backing is not None:
            yield Both(package, mix, backing)


def likenesses(songs: Sequence[Both]) -> dict[str, Float32Array]:
    """Return how like songs are, float32 [S, S], by their mixes, their backings, or both."""
    mix, backing = np.stack([s.mix for s in songs]), np.stack([s.backing for s in songs])
    return {
        "mix asks mixes": mix @ mix.T,
        "backing asks backings": backing @ backing.T,
        "mix asks backings": mix @ backing.T,
    }


def agreement(a: Float32Array, b: Float32Array) -> float:
    """Return the mean share of each song's nearest that two likenesses [S, S] have in common."""
    others = np.eye(len(a)) * 9.0
    nearest = [np.argsort(others - likeness, axis=1)[:, :NEAREST] for likeness in (a, b)]
    pairs = zip(*nearest, strict=True)
    return float(np.mean([len(np.intersect1d(x, y)) / NEAREST for x, y in pairs]))


def report(songs: Sequence[Both]) -> str:
    """Return the page that is kept."""
    ways = likenesses(songs)
    packages = [song.package for song in songs]
    lines = ["| | same soundtrack MAP |", "| --- | --- |"]
    for name, likeness in ways.items():
        lines.append(f"| {name} | {interval(ranked_scores(likeness, packages)['map'])} |")
    own = float(np.mean([song.mix @ song.backing for song in songs]))
    shared = agreement(ways["mix asks mixes"], ways["backing asks backings"])
    return (
        f"# With and without the voice\n\n{len(songs)} songs, three excerpts each. Few of them"
        " are sung, so this shows what separation costs, not what it gains.\n\n"
        + "\n".join(lines)
        + f"\n\nA song's mix and its backing: cosine {own:.3f}. Of the {NEAREST} nearest songs,"
        f" {shared:.0%} stay when the backing arrives.\n"
    )


def main() -> None:
    """Separate, embed, compare, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backing", description=__doc__)
    music = Path(platformdirs.user_cache_dir("songkin", appauthor=False)) / "training"
    parser.add_argument("--packages-dir", type=Path, default=music, help="Debian packages")
    parser.add_argument("--songs", type=int, default=SONGS_PER_SOUNDTRACK, help="a soundtrack")
    options = parser.parse_args()
    options.packages_dir.mkdir(parents=True, exist_ok=True)
    songs: list[Both] = []
    for package in JUDGING:
        if not (options.packages_dir / package).is_dir():
            unpack(fetch(package, options.packages_dir), options.packages_dir / package)
        songs += islice(both_of(options.packages_dir, package), options.songs)
    page = report(songs)
    print(page)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.with_name("backing.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
