"""The window's picture: it waits for the work, shows what came of it, and closes the window."""

import os
from pathlib import Path

# Before the first import of Qt: the test needs no screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app import wiring
from app.__main__ import run_window
from app.picture import NOT_SAVED
from core.settings import Settings, default_places
from core.types import Stage
from tests import sounds


def colours(picture: Path) -> set[int]:
    """Return the colours of some of the picture's points."""
    image = QImage(str(picture))
    return {image.pixel(x, y) for x in range(0, image.width(), 8) for y in range(image.height())}


def settings(folder: Path) -> Settings:
    return Settings(places=default_places(folder / "library"))


def test_a_picture_is_taken_when_the_song_is_ready(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot  # it makes the application
    song = sounds.write(tmp_path / "song.flac", sounds.chords(1, seconds=14.0))
    empty, full = tmp_path / "empty.png", tmp_path / "pictures" / "full.png"
    assert run_window(settings(tmp_path), picture=empty) == 0
    assert run_window(settings(tmp_path), paths=[song], picture=full) == 0
    with wiring.open_catalogue(settings(tmp_path)) as catalogue:
        assert [found.stage for found in catalogue.songs()] == [Stage.READY]
    assert len(colours(empty)) > 1
    assert colours(full) - colours(empty), "the song's row and its waveform have their colours"


def test_a_picture_that_cannot_be_written_is_said(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del qtbot
    target = tmp_path / "no picture format"
    assert run_window(settings(tmp_path), picture=target) == NOT_SAVED
    assert str(target) in capsys.readouterr().err
    assert not target.exists()
