"""What it costs to decide for one new song, by the size of the library.

Catalogues are made up of real codes (cut, shuffled, bits turned); each is opened by a process of
its own, which asks questions that were analysed before:
``python -m benchmarks.duplicate_cost LIBRARY QUESTIONS`` prints one JSON object.
"""

import json
import pickle
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.duplicate_library import fill, opened
from core.answers import Question
from core.progress import Progress
from core.workbench import Workbench

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over the questions, in seconds, and what the open library takes."""

    songs: int
    decide_s: float
    slowest_s: float
    start_s: float
    peak_mb: float
    on_disk_mb: float


def build_of_size(folder: Path, songs: Sequence[Path], *, size: int) -> Path:
    """Return a library of so many songs, made where it is missing."""
    if (folder / "complete").exists():
        return folder
    with opened(folder) as bench:
        bench.add(songs, quick=False, progress=Progress())
        fill(bench, bench.songs(), up_to=size)
    with opened(folder):  # the index is made from the catalogue
        pass
    (folder / "complete").touch()
    return folder


def measure(folder: Path, questions: Sequence[Question], *, size: int) -> Cost:
    """Open the library in a new process, ask, and return what it took."""
    asked = folder.with_suffix(".questions")
    asked.write_bytes(pickle.dumps([replace(question, song=None) for question in questions]))
    command = [sys.executable, "-m", "benchmarks.duplicate_cost", str(folder), str(asked)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    on_disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Cost(songs=size, on_disk_mb=on_disk / 1e6, **told)


def _ask(bench: Workbench, questions: Sequence[Question]) -> list[float]:
    seconds = []
    for question in questions:
        began = time.perf_counter()
        bench.duplicates_of(question)
        seconds.append(time.perf_counter() - began)
    return seconds


def _peak_mb() -> float:
    """Return the most memory that this process had; getrusage would count its parent's too."""
    told = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    return int(told[1]) * 1024 / 1e6 if told else 0.0


def main() -> None:
    """Print what an open library costs."""
    folder, asked = (Path(argument) for argument in sys.argv[1:3])
    questions = pickle.loads(asked.read_bytes())  # written by ``measure``
    began = time.perf_counter()
    with opened(folder) as bench:
        start_s = time.perf_counter() - began
        _ask(bench, questions)  # what is loaded once is start-up, not the price of a song
        seconds = [s for _ in range(ROUNDS) for s in _ask(bench, questions)]
        peak_mb = _peak_mb()
    figures = {
        "decide_s": statistics.median(seconds),
        "slowest_s": max(seconds),
        "start_s": start_s,
        "peak_mb": peak_mb,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
