"""Pictures of the window, for documents and for trying a frozen program without a screen."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.output import say
from ui.main_window import MainWindow
from ui.presenters.rows import Filter
from ui.theme import DARK, LIGHT, Tokens

LOOK_EVERY_MS = 250
QUIET_LOOKS = 4  # a second: what is painted asks for covers, which are verbs of their own
LATEST_S = 600.0  # whoever adds more than that wants a picture of the work, not to wait for it
NOT_SAVED = 1
SEEDS = 2  # songs that more like them is asked for

Scene = Callable[[MainWindow], QWidget]
# The dark pictures have the plain names.
SCHEMES: Final = {"": DARK, "-light": LIGHT}


def is_quiet(window: MainWindow) -> bool:
    """Tell whether nothing runs in the window."""
    return window.lanes.is_idle


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: where it goes, what is on it, and the colours (None: those of the system)."""

    target: Path
    scene: Scene
    tokens: Tokens | None = None
    is_ready: Callable[[MainWindow], bool] = is_quiet  # to be set, and then to be taken


def as_it_is(window: MainWindow) -> QWidget:
    """Show the window as it opens."""
    return window


def every_screen(folder: Path, demo: Path) -> list[Shot]:
    """Return a shot of every screen in both schemes; ``demo`` is the file that is checked."""
    scenes: dict[str, Scene] = {
        "window": _library,
        "seeds": _seeds,
        "map": _map,
        "duplicates": _duplicates,
        "check": partial(_check, demo),
        "sync": partial(_panel, 0),
        "sync-lists": partial(_panel, 1),
        "settings": _settings,
        "about": _about,
        "keys": _keys,
    }
    return [
        Shot(folder / f"{name}{suffix}.png", scene, tokens)
        for name, scene in scenes.items()
        for suffix, tokens in SCHEMES.items()
    ]


class Photographer(QObject):
    """Takes each picture once the window is ready for it, then closes the window."""

    def __init__(self, window: MainWindow, shots: Sequence[Shot]) -> None:
        super().__init__(window)
        self._window = window
        self._shots = list(shots)
        self._scene: Scene | None = None
        self._shown: QWidget = window
        self._quiet_looks = 0
        self._latest = time.monotonic() + LATEST_S
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_EVERY_MS)

    def _look(self) -> None:
        self._quiet_looks = self._quiet_looks + 1 if self._shots[0].is_ready(self._window) else 0
        if self._quiet_looks < QUIET_LOOKS and time.monotonic() < self._latest:
            return
        self._quiet_looks = 0
        if self._shots[0].scene is self._scene:
            self._take(self._shots.pop(0))
        self._prepare()

    def _prepare(self) -> None:
        """Set the next scene, in its colours; close the window after the last."""
        if not self._shots:
            self._timer.stop()
            self._window.close()
            return
        shot = self._shots[0]
        if shot.tokens is not None:
            self._window.theme.use(shot.tokens)
        if shot.scene is not self._scene:
            self._scene, self._shown = shot.scene, shot.scene(self._window)

    def _take(self, shot: Shot) -> None:
        shot.target.parent.mkdir(parents=True, exist_ok=True)
        if not self._shown.grab().save(str(shot.target)):
            self._shots.clear()
            say(f"The picture could not be written to {shot.target}.")
            QApplication.exit(NOT_SAVED)


def _library(window: MainWindow) -> QWidget:
    window.presenter.show(Filter.ALL)
    return window


def _seeds(window: MainWindow) -> QWidget:
    presenter = window.presenter
    songs = [row.song for row in presenter.library.rows if row.song]
    presenter.wishes.more(songs[-SEEDS:])
    presenter.wishes.less(songs[-SEEDS - 1 : -SEEDS])
    return window


def _map(window: MainWindow) -> QWidget:
    window.presenter.wishes.clear()
    window.presenter.show_map()
    return window


def _duplicates(window: MainWindow) -> QWidget:
    window.presenter.show_copies(None)
    return window


def _check(demo: Path, window: MainWindow) -> QWidget:
    window.presenter.show_check()
    window.presenter.check.check(demo)
    return window


def _panel(page: int, window: MainWindow) -> QWidget:
    window.presenter.show_library()
    return window.dialogs.show_panel(page)


def _settings(window: MainWindow) -> QWidget:
    return _dialog(window, window.dialogs.show_settings)


def _about(window: MainWindow) -> QWidget:
    return _dialog(window, window.dialogs.show_about)


def _keys(window: MainWindow) -> QWidget:
    return _dialog(window, window.show_keys)


def _dialog(window: MainWindow, show: Callable[[], None]) -> QWidget:
    """Return the dialog that opens, in the place of the one that was open."""
    for old in window.findChildren(QDialog):
        old.close()
    show()
    return next(dialog for dialog in window.findChildren(QDialog) if dialog.isVisible())
