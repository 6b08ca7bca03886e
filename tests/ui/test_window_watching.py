"""Watched folders in the real window: new songs appear by themselves."""

from pathlib import Path

import pytest
from PySide6.QtCore import QFileSystemWatcher, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog

from core.errors import SettingsError
from core.watching import Lookout
from tests.ui.conftest import OpenWindow
from tests.ui.rig import WindowRig, library, said
from ui.widgets import folder_watch
from ui.widgets.folder_watch import FolderWatch
from ui.widgets.watch_menu import WatchMenu

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "Music"
    folder.mkdir()
    return folder


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"sound")


def menu_actions(rig: WindowRig) -> list[QAction]:
    menu = rig.find(WatchMenu, "watchMenu")
    menu.aboutToShow.emit()
    return [action for action in menu.actions() if not action.isSeparator()]


def watch(rig: WindowRig, folder: Path) -> None:
    menu_actions(rig)[0].trigger()
    dialog = rig.window.findChildren(QFileDialog)[-1]
    dialog.filesSelected.emit([str(folder)])
    dialog.reject()
    rig.settle()


def look(rig: WindowRig) -> None:
    rig.window.presenter.watching.look()
    rig.settle()


def test_a_folder_is_watched_from_the_menu_and_its_songs_appear(
    open_window: OpenWindow, music: Path
) -> None:
    put(music, "one.wav", "two.wav", "cover.jpg")
    rig = open_window(library())
    watch(rig, music)
    assert rig.workbench.watching.kept == (music,)
    assert {"one", "two"} <= set(rig.titles())
    assert said(rig) == "2 new songs in Music"
    assert [action.text() for action in menu_actions(rig)] == ["Watch a folder", str(music)]


def test_a_song_that_comes_later_is_seen_by_the_system(
    open_window: OpenWindow, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watch, "CHANGE_MS", 20)
    workbench = library()
    workbench.watching.kept = (music,)
    rig = open_window(workbench)
    put(music, "album/late.wav")
    rig.qtbot.waitUntil(lambda: "late" in rig.titles())
    rig.settle()
    put(music, "album/later.wav")  # in a folder below, which is told of since it holds a song
    rig.qtbot.waitUntil(lambda: "later" in rig.titles())
    rig.settle()
    assert said(rig) == "1 new song in Music"


def test_a_file_that_is_still_copied_is_looked_at_again_soon(
    open_window: OpenWindow, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watch, "REST_MS", 50)
    workbench = library()
    workbench.watching.kept, workbench.watching.lookout = (music,), Lookout(rest_s=0.05)
    put(music, "copied.wav")
    rig = open_window(workbench)
    rig.qtbot.waitUntil(lambda: "copied" in rig.titles())
    assert workbench.watching.looks > 1
    rig.settle()


def test_every_minute_it_looks_whatever_the_system_tells(
    open_window: OpenWindow, music: Path
) -> None:
    workbench = library()
    workbench.watching.kept = (music,)
    rig = open_window(workbench)
    watch_ = rig.window.findChild(FolderWatch)
    watcher = watch_.findChild(QFileSystemWatcher)
    watcher.removePaths(watcher.directories())  # as on a network drive
    (minute,) = [t for t in watch_.findChildren(QTimer) if not t.isSingleShot()]
    assert (minute.isActive(), minute.interval()) == (True, 60_000)
    put(music, "far.wav")
    minute.timeout.emit()
    rig.settle()
    assert "far" in rig.titles()


def test_a_removed_song_does_not_come_back(open_window: OpenWindow, music: Path) -> None:
    put(music, "one.wav")
    rig = open_window(library())
    watch(rig, music)
    assert music / "one.wav" in rig.workbench.watching.lookout.met  # at once, not in a minute
    rig.choose("one")
    rig.window.presenter.actions.remove(rig.open_row())
    rig.settle()
    look(rig)
    assert "one" not in rig.titles()


def test_a_song_whose_file_is_gone_stays(open_window: OpenWindow, music: Path) -> None:
    put(music, "one.wav")
    rig = open_window(library())
    watch(rig, music)
    (music / "one.wav").unlink()
    look(rig)
    assert "one" in rig.titles()


def test_a_folder_is_left_by_taking_its_tick_away(open_window: OpenWindow, music: Path) -> None:
    workbench = library()
    workbench.watching.kept = (music,)
    rig = open_window(workbench)
    menu_actions(rig)[1].trigger()
    rig.settle()
    assert workbench.watching.kept == ()
    assert said(rig) == "Music is no longer watched. Its songs stay here."
    assert len(menu_actions(rig)) == 1
    watcher = rig.window.findChild(QFileSystemWatcher)
    assert watcher.directories() == []
    put(music, "late.wav")
    looks = workbench.watching.looks
    look(rig)
    assert workbench.watching.looks == looks


def test_a_folder_is_not_watched_twice(open_window: OpenWindow, music: Path) -> None:
    rig = open_window(library())
    watch(rig, music)
    watch(rig, music)
    assert rig.workbench.watching.kept == (music,)
    assert said(rig) == "Music is watched already."


def test_a_look_that_fails_is_said_once(open_window: OpenWindow, music: Path) -> None:
    workbench = library()
    workbench.watching.kept = (music,)
    workbench.watching.failure = SettingsError(Path("settings.json"))
    rig = open_window(workbench)
    assert "settings.json" in said(rig)
    rig.window.presenter.notices.clear()
    look(rig)
    assert said(rig) == ""
