"""How well the style vectors find what belongs together: ``python -m benchmarks.retrieval``.

Judged on the soundtracks in ``JUDGING``, of which no song was used to train or to stop by:

* same soundtrack: each whole song asks for its nearest others; those of its own soundtrack are
  right (P@10 and mean average precision, with 95 % bootstrap intervals over the songs);
* same recording: ten seconds of each song, damaged, ask among ten clean seconds of every song
  that begin three seconds earlier (share of first answers that are right);
* hubs: the skew of how often each song is among the ten nearest of the others (0: all as often;
  Radovanovic et al. 2010 call more than 1 strong);
* cost: comparing the songs, each with all, in queries a second; hearing, in seconds a song; and
  four minutes of sound beside ``librosa.feature.mfcc``; all of processor time, so that what else
  the machine does tells little.

Prints a table and writes it to ``benchmarks/results/retrieval.md``, whose other sections are those
of ``benchmarks.style_stems``.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import platformdirs
import torch

from benchmarks.damage import DAMAGES
from benchmarks.results_page import put_section
from benchmarks.style_cost import measured, sentence
from benchmarks.style_methods import Sketch, StyleMethod, all_methods
from core.audio.decode import blocks
from core.audio.signal import MonoStream
from core.embedding.embed import Embedder
from core.embedding.frontend import SAMPLE_RATE_HZ
from core.embedding.training.data import JUDGING, SHORTEST_S, fetch, music_files, unpack
from core.embedding.training.score import AT, ranked_scores
from core.errors import AudioFileError
from core.progress import Progress
from core.types import Float32Array

RESULTS = Path(__file__).parent / "results" / "retrieval.md"
SECTION = "Beside other methods"
EXCERPT_S = 10.0
SHIFT_S = 3.0
RESAMPLES = 2000  # of the songs, for the intervals


@dataclass(slots=True)
class Sketches:
    """What one method keeps of all songs, and the processor's seconds it took."""

    songs: list[Sketch] = field(default_factory=list)
    clean: list[Sketch] = field(default_factory=list)
    damaged: dict[str, list[Sketch]] = field(default_factory=lambda: {name: [] for name in DAMAGES})
    listening_s: float = 0.0


@dataclass(frozen=True, slots=True)
class JudgedSong:
    """A song as mono samples at 22.05 kHz."""

    package: str
    mono: Float32Array


@dataclass(frozen=True, slots=True)
class Pieces:
    """Ten seconds of a song, and other ten seconds of it, damaged in each way."""

    clean: Float32Array
    damaged: dict[str, Float32Array]


def judged_songs(folder: Path) -> Iterator[JudgedSong]:
    """Yield the songs of the judging packages; fetch and unpack what is missing in ``folder``."""
    for package in JUDGING:
        unpacked = folder / package
        if not unpacked.is_dir():
            unpack(fetch(package, folder), unpacked)
        for path in music_files(unpacked):
            mono = _mono_or_none(path)
            if mono is not None:
                yield JudgedSong(package, mono)


def _mono_or_none(path: Path) -> Float32Array | None:
    """Return a song's samples, or None for what is too short or can't be read."""
    stream = MonoStream()
    try:
        pieces = [stream.push(block) for block in blocks(path, progress=Progress())]
    except AudioFileError:
        return None
    mono = np.concatenate([*pieces, stream.finish()])
    return mono if len(mono) >= SHORTEST_S * SAMPLE_RATE_HZ else None


def pieces(song: JudgedSong) -> Pieces:
    """Return ten seconds of a song's middle, and what is left of ten that begin later."""
    length = int(EXCERPT_S * SAMPLE_RATE_HZ)
    first = (len(song.mono) - length) // 2
    later = song.mono[first + int(SHIFT_S * SAMPLE_RATE_HZ) :][:length]
    damaged = {name: damage(later) for name, damage in DAMAGES.items()}
    return Pieces(song.mono[first : first + length], damaged)


def take_in(song: JudgedSong, parts: Pieces, *, method: StyleMethod, into: Sketches) -> None:
    """Let a method hear a song and its pieces."""
    started = time.process_time()
    into.songs.append(method.listen(song.mono))
    into.listening_s += time.process_time() - started
    into.clean.append(method.listen(parts.clean))
    for name, mono in parts.damaged.items():
        into.damaged[name].append(method.listen(mono))


def interval(values: Float32Array) -> str:
    """Return the mean of values [S] with its 95 % bootstrap interval."""
    random = np.random.default_rng(0)
    means = values[random.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{values.mean():.3f} ({low:.3f} to {high:.3f})"


def hubness(distances: Float32Array) -> float:
    """Return the skew of how often each song is among the nearest ``AT`` of others, by [S, S]."""
    others = np.where(np.eye(len(distances), dtype=np.bool_), np.inf, distances)
    nearest = np.argsort(others, axis=1)[:, :AT]
    often = np.bincount(nearest.ravel(), minlength=len(distances))
    apart = often - often.mean()
    return float(np.mean(apart**3) / max(float(np.std(often)), 1e-9) ** 3)


def first_answers(method: StyleMethod, sketches: Sketches, damage: str) -> float:
    """Return the share of damaged excerpts whose nearest clean one is their own."""
    distances = method.distances(sketches.damaged[damage], sketches.clean)
    return float((distances.argmin(axis=1) == np.arange(len(distances))).mean())


def row(method: StyleMethod, sketches: Sketches, packages: Sequence[str]) -> list[str]:
    """Return a method's line of the table."""
    started = time.process_time()
    distances = method.distances(sketches.songs, sketches.songs)
    queries_a_second = len(packages) / (time.process_time() - started)
    scores = ranked_scores(-distances, packages)
    answers = [first_answers(method, sketches, damage) for damage in DAMAGES]
    return [
        method.name,
        interval(scores["p_at_10"]),
        interval(scores["map"]),
        *(f"{share:.2f}" for share in answers),
        f"{np.mean(answers):.2f}",
        f"{hubness(distances):.1f}",
        f"{queries_a_second:,.0f}",
        f"{sketches.listening_s / len(packages):.2f}",
    ]


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    head = [
        "method",
        "same soundtrack P@10",
        "same soundtrack MAP",
        *DAMAGES,
        "all damages",
        "hubness",
        "queries/s",
        "s/song",
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report(rows: Sequence[Sequence[str]], packages: Sequence[str], *, cost: str) -> str:
    """Return the section that is kept."""
    sizes = ", ".join(f"{name} {list(packages).count(name)}" for name in JUDGING)
    return (
        f"{len(packages)} songs of soundtracks that were not trained on"
        f" ({sizes}). What the columns mean: `benchmarks/retrieval.py`.\n\n"
        f"{table(rows)}\n\n{cost}"
    )


def main() -> None:
    """Listen, compare, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__)
    music = Path(platformdirs.user_cache_dir("songkin", appauthor=False)) / "training"
    parser.add_argument("--packages-dir", type=Path, default=music, help="Debian packages")
    folder = parser.parse_args().packages_dir
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    methods = all_methods()
    sketches = [Sketches() for _ in methods]
    packages = []
    for song in judged_songs(folder):
        packages.append(song.package)
        parts = pieces(song)
        for method, kept in zip(methods, sketches, strict=True):
            take_in(song, parts, method=method, into=kept)
    rows = [row(m, s, packages) for m, s in zip(methods, sketches, strict=True)]
    cost = measured(Embedder.load(), song.mono)
    section = report(rows, packages, cost=sentence(cost))
    print(section)
    put_section(RESULTS, SECTION, section)


if __name__ == "__main__":
    main()
