"""Pictures of the states that the demo's library doesn't show: ``./dev screenshots`` makes them.

``python -m benchmarks.pictures FOLDER --music MUSIC`` opens the window on an empty library, amid
the analysis, with files that can't be read, and over 10,000 songs; each in a process of its own,
since a Qt application ends once.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app import demo, wiring
from app.__main__ import run_window
from app.picture import SCHEMES, Shot, as_it_is, is_quiet
from benchmarks.made_up import fill
from core.progress import Progress
from core.settings import Settings, default_places
from ui.main_window import MainWindow
from ui.presenters.rows import Filter

READABLE, MANY = 4, 10_000
ANSWERED = 5  # so many songs have their first answers when the work is pictured
STATES = ("empty", "busy", "problems", "full")


def main() -> None:
    """Make every state's pictures, or one state's."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("state", nargs="?", choices=STATES)
    arguments.add_argument("--music", type=Path, required=True, help="unpacked Debian packages")
    args = arguments.parse_args()
    songs = [song for name in demo.LICENCES for song in demo.songs_of(args.music / name)]
    if args.state:
        with tempfile.TemporaryDirectory() as work:
            _take(args.state, args.folder, songs=songs, work=Path(work))
        return
    for state in STATES:
        command = [str(args.folder), state, "--music", str(args.music)]
        subprocess.run([sys.executable, "-m", "benchmarks.pictures", *command], check=True)


def _take(state: str, folder: Path, *, songs: list[Path], work: Path) -> None:
    """Open the window in a state, and take its pictures."""
    library, paths = work / "library", list[Path]()
    scene, is_ready = as_it_is, is_quiet
    match state:
        case "busy":
            paths, scene, is_ready = songs, _first_row, _is_amid
        case "problems":
            paths, scene = [_partly_unreadable(songs, work / "songs")], _problems
        case "full":
            library, scene = _large_library(songs[0], work), _first_row
    shots = [
        Shot(folder / f"{state}{suffix}.png", scene, tokens, is_ready)
        for suffix, tokens in SCHEMES.items()
    ]
    run_window(Settings(default_places(library)), paths=paths, shots=shots)


def _partly_unreadable(songs: list[Path], folder: Path) -> Path:
    """Return a folder of some songs, and of files that only look like songs."""
    folder.mkdir()
    for song in songs[:READABLE]:
        shutil.copy(song, folder)
    (folder / "lyrics.mp3").write_text("These are words, not sound.\n" * 50)
    (folder / "empty take.wav").touch()
    (folder / "half an export.ogg").write_bytes(songs[READABLE].read_bytes()[:40])
    return folder


def _large_library(song: Path, work: Path) -> Path:
    library = work / "library"
    with wiring.open_workbench(Settings(default_places(library))) as bench:
        (report,) = bench.add([song], progress=Progress())
        assert report.song_id is not None, report.reason
        fill(bench, report.song_id, count=MANY)
    return library


def _first_row(window: MainWindow) -> QWidget:
    window.presenter.page.open(window.presenter.library.rows[0])
    return window


def _problems(window: MainWindow) -> QWidget:
    window.presenter.show(Filter.PROBLEMS)
    return _first_row(window)


def _is_amid(window: MainWindow) -> bool:
    return window.presenter.activity.tally.done >= ANSWERED


if __name__ == "__main__":
    main()
