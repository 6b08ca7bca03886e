"""A watched folder of the real library in the real window: a song is copied into it, slowly."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.progress import Progress
from core.types import Stage
from core.workbench import Workbench
from tests import sounds
from tests.benches import open_bench
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import FakePlayer
from ui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
PATIENCE_MS = 120_000  # the song is analysed meanwhile, on a busy machine
SONG_S = 12


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_bench(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def window(qtbot: QtBot, bench: Workbench) -> Iterator[MainWindow]:
    opened = MainWindow(bench, FakeSync(), FakePlayer())
    opened.show()
    qtbot.waitUntil(lambda: opened.lanes.is_idle, timeout=PATIENCE_MS)
    yield opened
    opened.close()
    opened.deleteLater()


def test_a_song_that_is_copied_into_a_watched_folder_is_added_whole(
    qtbot: QtBot, window: MainWindow, bench: Workbench, tmp_path: Path
) -> None:
    sounds.write(tmp_path / "there.flac", sounds.chords(1, seconds=SONG_S))
    whole = (tmp_path / "there.flac").read_bytes()
    music = tmp_path / "Music"
    music.mkdir()
    window.presenter.watching.watch(music)
    with (music / "copied.flac").open("wb") as copy:
        for start in range(0, len(whole), len(whole) // 4 + 1):
            copy.write(whole[start : start + len(whole) // 4 + 1])
            copy.flush()
            qtbot.wait(700)  # the system tells of the folder meanwhile, and it is looked at
            assert bench.songs() == []
    qtbot.waitUntil(
        lambda: [song.stage for song in bench.songs()] == [Stage.READY], timeout=PATIENCE_MS
    )
    (song,) = bench.songs()
    assert (song.path, bench.problems()) == (music / "copied.flac", [])
    assert song.stamp.size_bytes == len(whole)

    qtbot.waitUntil(lambda: window.lanes.is_idle, timeout=PATIENCE_MS)
    bench.watching.look(progress=Progress())
    bench.remove(song.song_id)
    window.presenter.watching.look()
    qtbot.waitUntil(lambda: window.lanes.is_idle, timeout=PATIENCE_MS)
    assert bench.songs() == []
    assert not bench.watching.look(progress=Progress()).is_restless
