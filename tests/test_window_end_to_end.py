"""The window on the whole chain: real songs dropped on it, heard, synced, and recommended.

Everything is real but the screen (Qt's offscreen platform) and the sound card (a null sink).
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

# Before the first import of Qt: the test needs no screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
import pytest
import scipy.signal
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QListView, QTableView
from pytestqt.qtbot import QtBot

from app import wiring
from app.wiring import ClusterAddress
from cluster_sync.demo_server import DemoServer
from core.audio import decode
from core.audio.playback import Player
from core.progress import Progress
from core.settings import Settings, default_places
from core.types import Stage
from core.workbench import Workbench
from tests.sound_server import RATE_HZ, SoundServer, is_available, sound_server, use
from ui.main_window import MainWindow

pytestmark = [
    pytest.mark.server,
    pytest.mark.music,
    pytest.mark.sound,
    pytest.mark.skipif(not is_available(), reason="needs pulseaudio and pulseaudio-utils"),
]

PATIENCE_MS = 180_000  # three songs are separated meanwhile, on a busy machine
HEARD_S = 2.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with wiring.open_workbench(Settings(default_places(tmp_path / "library"))) as opened:
        yield opened


@pytest.fixture
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    with sound_server(tmp_path_factory.mktemp("sound")) as server, use(server):
        yield server


@pytest.fixture
def cluster(empty_milvus_server: DemoServer) -> ClusterAddress:
    return ClusterAddress(empty_milvus_server.uri, empty_milvus_server.token)


@pytest.fixture
def window(
    qtbot: QtBot, bench: Workbench, sound: SoundServer, cluster: ClusterAddress
) -> Iterator[MainWindow]:
    player = Player()
    opened = MainWindow(bench, wiring.sync_port(bench.catalogue, cluster), player)
    opened.show()
    qtbot.waitExposed(opened)
    yield opened
    opened.close()
    opened.deleteLater()
    player.close()


def drop(window: MainWindow, folder: Path) -> None:
    """Drag a folder over the window and let go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    at, copy = QPointF(window.rect().center()), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at.toPoint(), copy, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(at, copy, data, buttons, keys))


def is_heard(file: Path, heard: np.ndarray, *, from_s: float) -> bool:
    """Whether half a second of the file, from a little after ``from_s``, is in what arrived."""
    part = decode.read(file, start_s=from_s + 0.5, duration_s=0.5, progress=Progress())[0]
    products = scipy.signal.correlate(heard[0].astype(np.float64), part, mode="valid")
    energy = np.convolve(heard[0].astype(np.float64) ** 2, np.ones(len(part)), mode="valid")
    best = np.max(products / np.sqrt(np.maximum(energy, 1e-9))) / np.linalg.norm(part)
    return bool(best > 0.99)


def test_from_a_drop_to_recommendations(
    qtbot: QtBot,
    window: MainWindow,
    bench: Workbench,
    sound: SoundServer,
    cluster: ClusterAddress,
    real_songs: list[Path],
    tmp_path: Path,
) -> None:
    def until(condition: Callable[[], bool]) -> None:
        qtbot.waitUntil(condition, timeout=PATIENCE_MS)

    folder = tmp_path / "songs"
    folder.mkdir()
    shortest = sorted(real_songs, key=lambda path: path.stat().st_size)[1:4]
    for song in shortest:
        shutil.copy(song, folder)

    drop(window, folder)
    table = window.findChild(QTableView, "songTable")
    until(lambda: table.model().rowCount() == 3)
    neighbours = window.findChild(QListView, "neighboursList")
    until(lambda: [song.stage for song in bench.songs()] == [Stage.READY] * 3)
    until(lambda: window.lanes.is_idle)
    table.selectRow(0)
    until(lambda: window.lanes.is_idle and neighbours.model().rowCount() == 2)

    asked = window.presenter.page.row
    assert asked is not None and asked.song is not None
    near = bench.similar(asked.song.song_id)[0]
    nearest = bench.catalogue.song(near.song_id).path

    def is_heard_at_the_match() -> bool:
        with sound.recording() as recording:
            qtbot.keyClick(table, Qt.Key.Key_L)
            until(lambda: recording.sound.shape[1] >= HEARD_S * RATE_HZ)
            qtbot.keyClick(table, Qt.Key.Key_Space)
        return is_heard(nearest, recording.sound, from_s=near.match.song_s)

    # Other work on the machine may tear a hole into one recording; ours must not into each.
    assert any(is_heard_at_the_match() for _ in range(3))

    sync = window.findChild(QAbstractButton, "syncButton")
    recommended = window.findChild(QListView, "recommendedList")
    assert recommended.model().rowCount() == 0
    qtbot.mouseClick(sync, Qt.MouseButton.LeftButton)
    until(lambda: window.lanes.is_idle and bench.catalogue.note("cluster.state") == "in_step")
    report = wiring.run_recommend_pass(cluster, progress=Progress())
    assert report.merged == 3
    qtbot.mouseClick(sync, Qt.MouseButton.LeftButton)
    until(lambda: window.lanes.is_idle and recommended.model().rowCount() == 2)
