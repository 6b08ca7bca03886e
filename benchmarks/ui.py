"""How the window behaves under load: ``./dev bench ui``.

The real window over real libraries, on a screen that nobody sees (Xvfb), each scene in a process of
its own: 200 songs are analysed while somebody walks through the list; 10,000 files are dropped; a
library of 10,000 songs is scrolled, searched, filtered and sorted; the program starts.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import wiring
from benchmarks import ui_music
from benchmarks.made_up import fill
from benchmarks.results_page import put_section, table
from core.progress import Progress
from core.settings import Settings, default_places

RESULTS = Path(__file__).parent / "results" / "ui.md"
SONGS, FILES = 200, 10_000
FEW, MANY = 1_000, 10_000
STARTS = 5
SCREEN = "1440x900x24"
BAR_MS, PAINT_BAR_S = 50, 1.5
SCENES = ("start", "analysis", "drop", "browse")


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the program: seconds until the window, and until its songs, were painted."""

    window_s: float
    songs_s: float
    window_cpu_s: float


def main() -> None:
    """Measure the scenes, and write a section of the page for each."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("scene", nargs="*", default=list(SCENES), metavar="SCENE")
    arguments.add_argument("--music", type=Path, default=os.environ.get("SONGKIN_MUSIC"))
    args = arguments.parse_args()
    folder = default_places().cache / "ui-bench"
    songs = ui_music.short_songs(Path(args.music), folder / "songs", count=SONGS)
    with _screen():
        for scene in args.scene:
            put_section(RESULTS, *_measured(scene, folder, songs=songs))
            print(RESULTS.read_text("utf-8"))


def _measured(scene: str, folder: Path, *, songs: list[Path]) -> tuple[str, str]:
    """Return the title and the text of a scene's section."""
    match scene:
        case "start":
            _make_library(folder / "few", songs[0], count=FEW)
            starts = [_start(folder / "few" / "library") for _ in range(STARTS)]
            return f"First paint, a library of {FEW:,} songs", _start_table(starts)
        case "analysis":
            work = _fresh(folder / "analysis")
            _link(work / "songs", folder / "songs")
            return f"{SONGS} songs are analysed", _waits_table(_scene(scene, work))
        case "drop":
            work = _fresh(folder / "drop")
            ui_music.many_files(songs, folder / "files", count=FILES)
            _link(work / "files", folder / "files")
            return f"A folder of {FILES:,} files is dropped", _waits_table(_scene(scene, work))
        case _:
            _make_library(folder / "many", songs[0], count=MANY)
            return f"A library of {MANY:,} songs", _waits_table(_scene("browse", folder / "many"))


@contextmanager
def _screen() -> Iterator[None]:
    """Run a screen that nobody sees; every process that is started here uses it."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN]
    with subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        with os.fdopen(reader) as told:
            os.environ.update(DISPLAY=f":{told.readline().strip()}", QT_QPA_PLATFORM="xcb")
        try:
            yield
        finally:
            server.terminate()


def _scene(name: str, folder: Path) -> list[dict[str, Any]]:
    """Play a scene; return what it printed, a line a part."""
    command = [sys.executable, "-m", "benchmarks.ui_scenes", name, str(folder)]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]


def _start(library: Path) -> Start:
    began = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.ui_first_paint", str(library)]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told = {line.split()[0]: line.split()[1:] for line in ran.stdout.splitlines()}
    window_at, window_cpu = map(float, told["painted"])
    return Start(window_at - began, float(told["songs"][0]) - began, window_cpu)


def _make_library(folder: Path, song: Path, *, count: int) -> None:
    """Make a library of so many made-up songs, unless it is there."""
    if (folder / "made").exists():
        return
    _fresh(folder)
    with wiring.open_workbench(Settings(default_places(folder / "library"))) as bench:
        (report,) = bench.add([song], progress=Progress())
        assert report.song_id is not None, report.reason
        fill(bench, report.song_id, count=count)
    with wiring.open_workbench(Settings(default_places(folder / "library"))) as bench:
        bench.warm_up()
    (folder / "made").touch()


def _fresh(folder: Path) -> Path:
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    folder.mkdir(parents=True)
    return folder


def _link(link: Path, target: Path) -> None:
    link.symlink_to(target, target_is_directory=True)


def _machine() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {platform.machine()}, load {load:.1f} at the end"


def _start_table(starts: list[Start]) -> str:
    first, *warm = starts
    rows: list[tuple[str, ...]] = [
        ("start", "window, s", "its songs, s", "window, processor time, s", "bar, s"),
        ("first", *_start_cells([first]), ""),
        (f"warm, median of {len(warm)}", *_start_cells(warm), f"{PAINT_BAR_S}"),
    ]
    return f"From the start of the process ({_machine()}).\n\n{table(rows)}"


def _start_cells(starts: list[Start]) -> tuple[str, str, str]:
    window = statistics.median(start.window_s for start in starts)
    songs = statistics.median(start.songs_s for start in starts)
    cpu = statistics.median(start.window_cpu_s for start in starts)
    return f"{window:.2f}", f"{songs:.2f}", f"{cpu:.2f}"


def _waits_table(parts: list[dict[str, Any]]) -> str:
    names = ("p50_ms", "p99_ms", "p999_ms", "most_ms")
    head = ("while", "p50, ms", "p99, ms", "p99.9, ms", "longest, ms", "over 50 ms", "seconds")
    rows = [
        (
            part["part"],
            *(f"{part[n]:.1f}" for n in names),
            str(part["late"]),
            f"{part['seconds']:.0f}",
        )
        for part in parts
    ]
    said = f"How long input waits ({_machine()}); the bar is {BAR_MS} ms at p99.9."
    return f"{said}\n\n{table([head, *rows])}"


if __name__ == "__main__":
    main()
