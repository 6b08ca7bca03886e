"""The window's picture: it waits for the work, shows what came of it, and closes the window.

The window runs in a process of its own: an application that has quit once leaves no event loop
for the tests after it.
"""

import os
import subprocess
import sys
from pathlib import Path

# Before the first import of Qt: the test needs no screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QImage

from app.picture import NOT_SAVED
from core.library.store import Catalogue
from core.types import Stage
from tests import sounds


def gui(library: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Open the window on a library, take its picture, and wait until it is closed."""
    command = [sys.executable, "-m", "app.cli", "--library", library, "gui", *words]
    return subprocess.run([str(w) for w in command], capture_output=True, text=True, check=False)


def colours(picture: Path) -> set[int]:
    """Return the colours of some of the picture's points."""
    image = QImage(str(picture))
    return {image.pixel(x, y) for x in range(0, image.width(), 8) for y in range(image.height())}


def test_a_picture_is_taken_when_the_song_is_ready(tmp_path: Path) -> None:
    library = tmp_path / "library"
    song = sounds.write(tmp_path / "song.flac", sounds.chords(1, seconds=14.0))
    empty, full = tmp_path / "empty.png", tmp_path / "pictures" / "full.png"
    for words in ((), (song,)):
        picture = full if words else empty
        ran = gui(library, *words, "--picture", picture)
        assert ran.returncode == 0, ran.stderr
    catalogue = Catalogue(library)
    assert [found.stage for found in catalogue.songs()] == [Stage.READY]
    catalogue.close()
    assert len(colours(empty)) > 1
    assert colours(full) - colours(empty), "the song's row and its waveform have their colours"


def test_a_picture_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    target = tmp_path / "no picture format"
    ran = gui(tmp_path / "library", "--picture", target)
    assert ran.returncode == NOT_SAVED
    assert str(target) in ran.stderr
    assert not target.exists()
