"""A random user on the real window: songs come, play and sync meanwhile, and nothing may break.

The library, its analysis, the player and the null sink are real. ``SONGKIN_MONKEY_ACTIONS`` and
``SONGKIN_MONKEY_SEED`` ask for more of it, or for the same again.
"""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

# Before the first import of Qt: the test needs no screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from core import trash
from core.audio.playback import Player
from core.cluster_types import SyncState
from core.progress import Progress
from core.workbench import Workbench
from tests import sounds
from tests.benches import open_bench
from tests.sound_server import SoundServer, is_available, sound_server, use
from tests.trash_can import use_trash
from tests.ui.fake_sync import FakeSync
from tests.ui.monkey import Monkey
from ui.main_window import MainWindow

pytestmark = [
    pytest.mark.sound,
    # The offscreen platform has no window manager.
    pytest.mark.qt_log_ignore("This plugin does not support"),
    pytest.mark.skipif(not trash.IS_OPEN, reason="its trash can't be looked into"),
    pytest.mark.skipif(not is_available(), reason="needs pulseaudio and pulseaudio-utils"),
    pytest.mark.timeout(3_000),
]

ACTIONS = int(os.environ.get("SONGKIN_MONKEY_ACTIONS", "1500"))
SEED = int(os.environ.get("SONGKIN_MONKEY_SEED", "1"))
PATIENCE_MS = 60_000  # what was started by the last actions is analysed meanwhile
SONGS, WAITING, SONG_S = 4, 8, 12.0
PAUSE_MS = 3  # the loop turns between two actions: handlers run, and the window is painted


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Songs in three formats, one of them twice, and a file that is none."""
    folder = tmp_path / "music"
    folder.mkdir()
    made = [
        sounds.write(folder / f"song {n}{suffix}", sounds.chords(n, seconds=SONG_S))
        for n in range(SONGS + WAITING)
        for suffix in ((".flac", ".mp3") if n == 0 else ((".ogg", ".flac")[n % 2],))
    ]
    broken = folder / "broken.mp3"
    broken.write_bytes(b"no music")
    return [*made, broken]


@pytest.fixture
def bench(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workbench]:
    use_trash(monkeypatch, tmp_path / "data")
    with open_bench(tmp_path / "library") as opened:
        opened.add(files[:SONGS], progress=Progress())
        yield opened


@pytest.fixture
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    with sound_server(tmp_path_factory.mktemp("sound")) as server, use(server):
        yield server


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What broke unseen, as it would be told to nobody."""
    told: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told_of: told.append(repr(told_of)))
    monkeypatch.setattr(threading, "excepthook", lambda told_of: told.append(repr(told_of)))
    return told


@pytest.fixture
def window(
    qtbot: QtBot, bench: Workbench, sound: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    # Nothing outside the program is opened: no file manager.
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", lambda _url: True)
    player = Player()
    opened = MainWindow(bench, FakeSync(SyncState.BEHIND), player)
    opened.show()
    qtbot.waitUntil(lambda: opened.lanes.is_idle, timeout=PATIENCE_MS)
    yield opened
    opened.close()
    opened.deleteLater()
    player.close()


def test_whatever_a_user_does_nothing_breaks(
    qtbot: QtBot, window: MainWindow, files: list[Path], broken: list[str]
) -> None:
    monkey = Monkey(window, files, seed=SEED)
    print(f"seed {SEED}, {ACTIONS} actions")
    for number in range(ACTIONS):
        monkey.act()
        qtbot.wait(PAUSE_MS)
        assert window.isVisible(), f"closed by action {number}, seed {SEED}: {monkey.last}"
        assert not broken, f"action {number}, seed {SEED}: {monkey.last}"
    for dialog in QApplication.topLevelWidgets():
        if isinstance(dialog, QDialog):
            dialog.close()
    window.presenter.transport.stop()
    window.presenter.activity.stop()
    qtbot.waitUntil(lambda: window.lanes.is_idle, timeout=PATIENCE_MS)
    window.presenter.show_library()
    assert window.presenter.library.rows or window.presenter.library.shelf
    gc.collect()
    assert not broken
    assert len(monkey.did) >= 5, monkey.did
