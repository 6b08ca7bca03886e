"""The frozen program's entry; ``tests/try_app.sh`` tries the program itself."""

import ctypes.util
from pathlib import Path

import pytest

from app import frozen


def test_the_programs_own_library_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "libportaudio.so.2"
    own.touch()
    (tmp_path / "libportaudiocpp.so.0").touch()
    monkeypatch.setattr(frozen, "INSIDE", tmp_path)
    assert frozen.find_library("portaudio") == str(own)


def test_what_is_not_inside_is_looked_for_on_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(frozen, "INSIDE", tmp_path)
    assert frozen.find_library("c") == ctypes.util.find_library("c")
    assert frozen.find_library("no-such-library") is None
