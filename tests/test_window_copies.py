"""The window on real copies: a real library, a real trash, a real check; only the screen is not."""

import os
from collections.abc import Iterator
from pathlib import Path

# Before the first import of Qt: the test needs no screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QListView, QPushButton
from pytestqt.qtbot import QtBot

from core import trash
from core.cluster_types import SyncState
from core.progress import Progress
from core.workbench import Workbench
from tests import sounds
from tests.benches import open_bench
from tests.trash_can import use_trash
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import FakePlayer
from ui.main_window import MainWindow
from ui.presenters.window import View

pytestmark = [
    # The offscreen platform has no window manager to tell the size of a dialog to.
    pytest.mark.qt_log_ignore("propagateSizeHints"),
    pytest.mark.skipif(not trash.IS_OPEN, reason="its trash can't be looked into"),
]

PATIENCE_MS = 60_000
SONG_S = 14.0
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A song, a lossy copy of it, and another song."""
    folder = tmp_path / "music"
    folder.mkdir()
    samples = sounds.chords(1, seconds=SONG_S)
    sounds.write(folder / "song.flac", samples)
    sounds.write(folder / "copy.mp3", samples)
    sounds.write(folder / "other.flac", sounds.chords(2, seconds=SONG_S))
    return folder


@pytest.fixture
def bench(tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    use_trash(monkeypatch, tmp_path / "data")
    with open_bench(tmp_path / "library") as opened:
        opened.add([music], progress=Progress())
        yield opened


class Rig:
    """The window with what a test does to it."""

    def __init__(self, qtbot: QtBot, bench: Workbench) -> None:
        self.qtbot = qtbot
        self.window = MainWindow(bench, FakeSync(SyncState.NOT_SET_UP), FakePlayer())
        self.window.show()
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.window.lanes.is_idle, timeout=PATIENCE_MS)

    def click(self, name: str) -> None:
        button = self.window.findChild(QPushButton, name)
        assert button is not None
        self.qtbot.mouseClick(button, LEFT)
        self.settle()

    def text(self, name: str) -> str:
        label = self.window.findChild(QLabel, name)
        assert label is not None
        return label.toolTip() or label.text()

    def rows(self, name: str) -> int:
        view = self.window.findChild(QListView, name)
        assert view is not None
        return view.model().rowCount()

    def drop(self, path: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        at, copy = QPointF(self.window.rect().center()), Qt.DropAction.CopyAction
        keys = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.window, QDragEnterEvent(at.toPoint(), copy, data, LEFT, keys))
        QApplication.sendEvent(self.window, QDropEvent(at, copy, data, LEFT, keys))

    @property
    def said(self) -> str:
        return self.window.presenter.notices.notice.text


@pytest.fixture
def rig(qtbot: QtBot, bench: Workbench) -> Iterator[Rig]:
    made = Rig(qtbot, bench)
    yield made
    made.window.close()
    made.window.deleteLater()


def test_the_better_copy_is_kept_and_undo_brings_the_other_back(
    rig: Rig, bench: Workbench, music: Path
) -> None:
    rig.click("duplicatesChip")
    assert rig.window.presenter.view is View.DUPLICATES
    assert rig.rows("copiesList") == 2
    assert rig.text("whyBetter").startswith("Better: lossless")
    assert rig.text("proofLabel") == "same recording · sure"
    before = (music / "copy.mp3").read_bytes()
    rig.click("keepButton")
    assert (music / "copy.mp3").exists(), "nothing moves before the answer"
    rig.click("confirmYes")
    assert not (music / "copy.mp3").exists()
    assert (music / "song.flac").exists()
    assert sorted(song.path.name for song in bench.songs()) == ["other.flac", "song.flac"]
    rig.click("offerButton")
    assert (music / "copy.mp3").read_bytes() == before
    assert len(bench.songs()) == 3
    assert rig.rows("copiesList") == 2
    assert rig.said == "copy: out of the trash, and in place again."


def test_a_pair_that_is_parted_stays_parted_and_undo_joins_it(rig: Rig, bench: Workbench) -> None:
    rig.click("duplicatesChip")
    rig.click("notCopiesButton")
    assert bench.groups() == []
    rig.click("offerButton")
    assert len(bench.groups()) == 1


def test_a_song_that_is_taken_out_comes_back_without_being_heard_again(
    rig: Rig, bench: Workbench
) -> None:
    row = next(row for row in rig.window.presenter.library.rows if row.path.name == "other.flac")
    rig.window.presenter.actions.remove(row)
    rig.settle()
    assert len(bench.songs()) == 2
    rig.click("offerButton")
    assert row.song in bench.songs()


def test_a_check_finds_the_recording_and_adds_nothing(
    rig: Rig, bench: Workbench, tmp_path: Path
) -> None:
    demo = sounds.write(tmp_path / "demo.ogg", sounds.chords(1, seconds=SONG_S))
    before = bench.songs()
    rig.click("checkButton")
    rig.drop(demo)
    rig.settle()
    assert rig.text("hereHeadline") == (
        "Close: the same recording as 2 songs. Listen before you release."
    )
    assert rig.rows("hereFound") >= 2
    assert bench.songs() == before


def test_a_dropped_copy_is_told_with_what_it_copies(qtbot: QtBot, rig: Rig, tmp_path: Path) -> None:
    again = sounds.write(tmp_path / "again.ogg", sounds.chords(1, seconds=SONG_S))
    rig.drop(again)
    recognised = "again is the same recording as "
    qtbot.waitUntil(lambda: rig.said.startswith(recognised), timeout=PATIENCE_MS)
    rig.settle()
    rig.click("offerButton")
    assert rig.window.presenter.view is View.DUPLICATES
    assert rig.rows("copiesList") == 3
