"""What is loaded late, and that the window is there before it."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

# Before the first import of Qt: the test needs no screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.late import PaintWatch, late, late_behind
from core.catalogue_verbs import CatalogueVerbs
from core.errors import UnknownSongError
from core.library.store import Catalogue
from core.types import SongId

HEAVY = ("torch", "pymilvus", "librosa", "pyqtgraph", "scipy")


def test_a_part_is_loaded_once_whoever_asks() -> None:
    loads: list[int] = []

    def load() -> str:
        loads.append(1)
        return "part"

    part = late(load)
    assert not loads
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(lambda: part.upper()) for _ in range(8)]
    assert {each.result() for each in asked} == {"PART"}
    assert len(loads) == 1


def test_a_part_that_does_not_load_says_so_to_each_who_asks() -> None:
    def load() -> str:
        raise UnknownSongError(SongId("none"))

    part = late(load)
    for _ in range(2):
        with pytest.raises(UnknownSongError):
            part.upper()


def test_what_is_known_sooner_does_not_wait_for_the_rest(tmp_path: Path) -> None:
    class Whole(CatalogueVerbs):
        def warm_up(self) -> str:
            return "warm"

    loads: list[int] = []
    with closing(Catalogue(tmp_path)) as catalogue:

        def load() -> Whole:
            loads.append(1)
            return Whole(catalogue)

        bench = late_behind(CatalogueVerbs(catalogue), load, knows=CatalogueVerbs)
        assert bench.songs() == []
        assert bench.catalogue is catalogue
        assert not loads
        assert bench.warm_up() == "warm"
        assert len(loads) == 1


def test_a_lane_waits_for_the_first_painting(qtbot: QtBot) -> None:
    watch, widget, ended = PaintWatch(), QWidget(), threading.Event()
    qtbot.addWidget(widget)
    widget.installEventFilter(watch)

    def wait() -> None:
        watch.wait()
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not ended.is_set()
    widget.show()
    qtbot.waitUntil(ended.is_set)
    thread.join()


def test_the_window_loads_nothing_heavy_before_it_is_there() -> None:
    script = (
        "import sys, app.__main__\n"
        f"sys.exit(', '.join(name for name in {HEAVY} if name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.stderr.strip() == ""
