"""What each stem tells of style, and what changes when the backing arrives.

Run as ``python -m benchmarks.style_stems``. The songs of the judging and the stopping packages are
heard as the analysis hears them: the mix at once, then backing and voice of the excerpts. What was
heard is kept beside the packages, so that only new songs are separated. Two sections of
``benchmarks/results/retrieval.md`` come from here:

* by stem: the nearest songs by mix, backing, both and voice (right: the same soundtrack);
* when the backing arrives: how much of the first answer (by the mix) is left in the final one.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from benchmarks.results_page import put_section, table
from benchmarks.retrieval import RESULTS, interval
from core.analysis import StageClock, backing_answer, first_answer
from core.audio.signal import mono_22k
from core.embedding.embed import Embedder, join
from core.embedding.frontend import log_mel
from core.embedding.training.data import (
    JUDGING,
    SHORTEST_S,
    STOPPING,
    fetch,
    music_files,
    unpack,
)
from core.embedding.training.score import ranked_scores
from core.errors import AudioFileError
from core.kept_sound import Sound
from core.progress import Progress
from core.separation.spleeter import SpleeterSeparator
from core.types import Float32Array, SpaceName, Stem, StemVectors

MIX, MOMENTS, BACKING, VOCAL = "mix", "moments", "backing", "vocal"
AT = 10


@dataclass(frozen=True, slots=True)
class Heard:
    """The song vectors, float32 [D], of what was heard of a song.

    ``moments`` is the mix in the excerpts that are separated, and nowhere else.
    """

    package: str
    vectors: Mapping[str, Float32Array]


class Ears:
    """Hears songs as the analysis does, and keeps what it heard in a folder."""

    def __init__(self, folder: Path) -> None:
        self._embedder, self._separator = Embedder.load(), SpleeterSeparator.load()
        self._folder = folder / f"stems-{self._embedder.model_id}-{self._separator.model_id}"
        self._folder.mkdir(exist_ok=True)

    def hear(self, path: Path, package: str) -> Heard | None:
        """Return what is heard of a song; None of silence, of jingles and of what is damaged."""
        kept = self._folder / f"{package}-{path.stem}.npz"
        if not kept.exists():
            np.savez(kept, allow_pickle=False, **self._vectors(path))
        with np.load(kept) as found:
            return Heard(package, dict(found)) if BACKING in found else None

    def _vectors(self, path: Path) -> dict[str, Float32Array]:
        clock = StageClock()
        try:
            first = first_answer(path, self._embedder, clock=clock, progress=Progress())
        except AudioFileError:
            return {}
        if first.style is None or first.duration_s < SHORTEST_S:
            return {}
        backing = backing_answer(
            first.sound, self._embedder, self._separator, clock=clock, progress=Progress()
        )
        found = {v.stem.value: v.song for v in backing.vectors if v.space is SpaceName.STYLE}
        moments = self._moments(first.sound)
        return found | {MIX: first.style.song, **({MOMENTS: moments.song} if moments else {})}

    def _moments(self, sound: Sound) -> StemVectors | None:
        heard = [
            self._embedder.embed(log_mel(mono_22k(window.samples)), stem=Stem.MIX)
            for window in sound.windows
        ]
        parts = [vectors for vectors in heard if vectors is not None]
        return join(parts, model_id=self._embedder.model_id) if parts else None


def all_songs(folder: Path) -> Iterator[Heard]:
    """Yield the songs of all held-out packages."""
    ears = Ears(folder)
    for package in (*JUDGING, *STOPPING):
        if not (folder / package).is_dir():
            unpack(fetch(package, folder), folder / package)
        heard = (ears.hear(path, package) for path in music_files(folder / package))
        yield from (song for song in heard if song is not None)


def likeness(songs: Sequence[Heard], *stems: str) -> Float32Array:
    """Return how like songs are, float32 [S, S]: the mean of their cosines by these stems."""
    sides = (np.stack([song.vectors[stem] for song in songs]) for stem in stems)
    found: Float32Array = np.mean([side @ side.T for side in sides], axis=0)
    return found


def nearest(alike: Float32Array) -> NDArray[np.intp]:
    """Return each song's ``AT`` nearest others, best first, int [S, AT]."""
    others = np.where(np.eye(len(alike), dtype=np.bool_), -np.inf, alike)
    return np.argsort(-others, axis=1, kind="stable")[:, :AT]


def kept(before: Float32Array, after: Float32Array) -> dict[str, Float32Array]:
    """Return, [S] each, what is left of a list when one likeness [S, S] gives way to another.

    ``shared`` is the share of the nearest ten that stay among them, ``first`` whether the first
    stays first, ``all`` whether the same ten songs are listed.
    """
    was, now = nearest(before), nearest(after)
    shared = np.array([len(np.intersect1d(a, b)) / AT for a, b in zip(was, now, strict=True)])
    return {
        "shared": shared.astype(np.float32),
        "first": (was[:, 0] == now[:, 0]).astype(np.float32),
        "all": (shared == 1.0).astype(np.float32),
    }


def by_stem(songs: Sequence[Heard]) -> str:
    """Return the table of what each stem finds; the voice's line only where all songs have one."""
    ways = {
        "mix": (MIX,),
        "mix, the separated moments only": (MOMENTS,),
        "backing": (BACKING,),
        "mix and backing": (MIX, BACKING),
        "voice": (VOCAL,),
        "backing and voice": (BACKING, VOCAL),
    }
    packages = [song.package for song in songs]
    rows: list[tuple[str, ...]] = [("", "P@10", "MAP")]
    for name, stems in ways.items():
        if all(stem in song.vectors for song in songs for stem in stems):
            scores = ranked_scores(likeness(songs, *stems), packages)
            rows.append((name, interval(scores["p_at_10"]), interval(scores["map"])))
    return table(rows)


def gain(songs: Sequence[Heard]) -> str:
    """Say by how much the backing finds more than the mix, song by song."""
    packages = [song.package for song in songs]
    of_mix, of_backing = (
        ranked_scores(likeness(songs, stem), packages)["map"] for stem in (MIX, BACKING)
    )
    return f"MAP by backing less MAP by mix, song by song: {interval(of_backing - of_mix)}."


def arrival(songs: Sequence[Heard]) -> str:
    """Return the table of how much of the first answer is left in the final one."""
    mix, moments, backing = (likeness(songs, stem) for stem in (MIX, MOMENTS, BACKING))
    steps = {
        "first answer to final one (mix to backing)": (mix, backing),
        "of it: three excerpts for the whole song": (mix, moments),
        "of it: the voice off": (moments, backing),
    }
    rows: list[tuple[str, ...]] = [("", "shared of ten", "same first", "same ten")]
    for name, (before, after) in steps.items():
        left = kept(before, after)
        rows.append((name, *(interval(left[what]) for what in ("shared", "first", "all"))))
    return table(rows)


def stem_section(songs: Sequence[Heard]) -> str:
    """Return the section on stems."""
    sung = [song for song in songs if VOCAL in song.vectors]
    judged = [song for song in songs if song.package in JUDGING]
    parts = [
        f"The three judging soundtracks ({len(judged)} songs):\n\n{by_stem(judged)}",
        f"With the three stopping soundtracks ({len(songs)} songs of six):\n\n{by_stem(songs)}\n\n"
        + gain(songs),
        f"Only the {len(sung)} songs in which Songkin hears a voice (most of them hold lead sounds"
        f" that separation takes for one):\n\n{by_stem(sung)}\n\n{gain(sung)}",
    ]
    return "\n\n".join(parts)


def arrival_section(songs: Sequence[Heard]) -> str:
    """Return the section on the final answer."""
    return (
        f"{len(songs)} songs of six soundtracks that were not trained on, each asking the others."
        " The first answer compares whole mixes, the final one backings of three excerpts.\n\n"
        + arrival(songs)
    )


def main() -> None:
    """Hear, compare, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.style_stems", description=__doc__)
    music = Path(platformdirs.user_cache_dir("songkin", appauthor=False)) / "training"
    parser.add_argument("--packages-dir", type=Path, default=music, help="Debian packages")
    folder = parser.parse_args().packages_dir
    folder.mkdir(parents=True, exist_ok=True)
    songs = list(all_songs(folder))
    for title, text in (
        ("By stem", stem_section(songs)),
        ("When the backing arrives", arrival_section(songs)),
    ):
        print(f"## {title}\n\n{text}\n")
        put_section(RESULTS, title, text)


if __name__ == "__main__":
    main()
