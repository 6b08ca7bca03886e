"""How long an answer takes, and how much memory: ``./dev bench speed``.

Every figure is a ratio against what a user would pick instead, measured side by side in one run:

* the first answer (duplicate verdict and neighbours on the mix) for a four-minute mp3 in a library
  of 1,000 songs, against ``ffmpeg -i SONG -f null -``, the bare decode;
* the whole analysis with separation, against ``librosa.load`` and musicnn, the recipe of the
  leading open-source tool, which separates nothing;
* the peak memory of adding a two-hour mix.

The other songs of the library are made up: random vectors, and shuffled pieces of real codes.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import wiring
from benchmarks import peers
from benchmarks.made_up import fill
from core.progress import Progress
from core.settings import Settings, default_places
from core.types import AnalysisReport, Outcome
from core.workbench import Workbench

LIBRARY_SONGS = 1000
SONG_S = 240
LONG_S = 2 * 3600
ROUNDS = 5
RESULTS = Path(__file__).parent / "results" / "speed.md"


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians in seconds, and the peak memory in bytes."""

    ffmpeg_s: float
    first_answer_s: float
    first_stage_s: dict[str, float]
    peer_s: float
    whole_s: float
    long_peak_bytes: int


def main() -> None:
    """Measure, print the table and keep it."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--music", type=Path, default=os.environ.get("SONGKIN_MUSIC"))
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    args = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = _table(_measure(Path(args.music), Path(folder), rounds=args.rounds))
    RESULTS.write_text(table, "utf-8")
    print(table)


def _measure(music: Path, folder: Path, *, rounds: int) -> Figures:
    sources = sorted(music.rglob("*.ogg"))
    song = _encode(sources, folder / "song.mp3", length_s=SONG_S)
    # The songs come after each other in every round, so that a slow minute slows all of them.
    with _library(folder / "library", song) as bench:
        ffmpeg, first, whole, peer = [], [], [], []
        for _ in range(rounds):
            ffmpeg.append(
                _timed(lambda: _run("ffmpeg", "-v", "error", "-i", song, "-f", "null", "-"))
            )
            first.append(_add(bench, song, quick=True))
            whole.append(_add(bench, song, quick=False))
            peer.append(peers.musicnn_recipe_s(song))
    long_mix = _encode(sources, folder / "mix.mp3", length_s=LONG_S)
    return Figures(
        ffmpeg_s=statistics.median(ffmpeg),
        first_answer_s=statistics.median(report.first_feedback_s or 0.0 for report in first),
        first_stage_s=dict(first[-1].stage_s),
        peer_s=statistics.median(peer),
        whole_s=statistics.median(report.total_s for report in whole),
        long_peak_bytes=_peak_of_adding(long_mix, folder / "long"),
    )


def _add(bench: Workbench, song: Path, *, quick: bool) -> AnalysisReport:
    """Add the song as if it had never been there, and take it out again."""
    report = bench.add([song], quick=quick, progress=Progress())[0]
    if report.outcome is not Outcome.DONE or report.song_id is None:
        raise SystemExit(f"{song} was not analysed: {report.reason}")
    bench.remove(report.song_id)
    return report


@contextmanager
def _library(folder: Path, song: Path) -> Iterator[Workbench]:
    """Open a library of made-up songs, warm as the window keeps it."""
    settings = Settings(places=default_places(folder))
    with wiring.open_workbench(settings) as bench:
        report = bench.add([song], quick=False, progress=Progress())[0]
        assert report.song_id is not None, report.reason
        fill(bench, report.song_id, count=LIBRARY_SONGS)
        bench.remove(report.song_id)
    with wiring.open_workbench(settings) as bench:
        bench.warm_up()
        yield bench


def _encode(sources: list[Path], target: Path, *, length_s: float) -> Path:
    """Join real songs to an mp3 of a given length."""
    listing = target.with_suffix(".txt")
    # Repeated often enough for two hours, whatever the songs' lengths.
    listing.write_text("".join(f"file {_quoted(path)}\n" for path in sources * 4), "utf-8")
    _run(
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "concat",
        "-safe",
        "0",
        "-i",
        listing,
        "-t",
        length_s,
        "-ac",
        "2",
        "-ar",
        "44100",
        "-b:a",
        "192k",
        "-y",
        target,
    )
    return target


def _quoted(path: Path) -> str:
    """Return the path as ffmpeg's list of files wants it."""
    return "'" + str(path).replace("'", "'\\''") + "'"


def _peak_of_adding(path: Path, library: Path) -> int:
    """Return the largest memory of a process that adds one file, whole."""
    command = [sys.executable, "-m", "app.cli", "--library", str(library), "add", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"adding {path} failed")
    return usage.ru_maxrss * 1024


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def _table(figures: Figures) -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}"
    stages = ", ".join(f"{name} {s:.2f} s" for name, s in figures.first_stage_s.items())
    lines = (
        "# Speed",
        "",
        f"Medians of one run ({machine}), side by side; made by `./dev bench speed`.",
        "",
        *(f"| {' | '.join(row)} |" for row in _rows(figures)),
        "",
        f"The first answer's stages: {stages}.",
        "",
    )
    return "\n".join(lines)


def _rows(figures: Figures) -> list[tuple[str, ...]]:
    return [
        ("what", "Songkin", "instead", "ratio", "bar"),
        ("---",) * 5,
        (
            f"first answer, 4-minute mp3, library of {LIBRARY_SONGS} songs",
            f"{figures.first_answer_s:.2f} s",
            f"bare decode by ffmpeg, {figures.ffmpeg_s:.2f} s",
            f"{figures.first_answer_s / figures.ffmpeg_s:.2f}",
            "2.5",
        ),
        (
            "whole analysis, voice separated",
            f"{figures.whole_s:.2f} s",
            f"librosa.load and musicnn, nothing separated, {figures.peer_s:.2f} s",
            f"{figures.whole_s / figures.peer_s:.2f}",
            "1",
        ),
        (
            "peak memory, 2-hour mp3, whole analysis",
            f"{figures.long_peak_bytes / 1e9:.2f} GB",
            "",
            "",
            "1.5 GB",
        ),
    ]


if __name__ == "__main__":
    main()
