"""A small library with copies in it, for the tests of what is done with copies."""

import shutil
from pathlib import Path

import pytest

from core.errors import TrashError
from core.progress import Progress
from tests import sounds
from tests.benches import open_bench
from tests.trash_can import use_trash

SONG_S = 14.0


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A library with a song, two copies of it and another song; each test works on a copy."""
    folder = tmp_path_factory.mktemp("made")
    pristine = folder / "pristine"
    pristine.mkdir()
    samples = sounds.chords(1, seconds=SONG_S)
    sounds.write(pristine / "song.flac", samples)
    shutil.copy2(sounds.write(pristine / "copy.mp3", samples), pristine / "again.mp3")
    sounds.write(pristine / "other.flac", sounds.chords(2, seconds=SONG_S))
    music = Path(shutil.copytree(pristine, folder / "music"))
    with open_bench(folder / "library") as bench:
        bench.add([music], quick=True, progress=Progress())
    return folder


@pytest.fixture
def music(made):
    """The songs, as they were when they were added."""
    shutil.rmtree(made / "music")
    return Path(shutil.copytree(made / "pristine", made / "music"))


@pytest.fixture
def can(tmp_path, monkeypatch):
    return use_trash(monkeypatch, tmp_path / "data")


@pytest.fixture
def library(made, tmp_path):
    return Path(shutil.copytree(made / "library", tmp_path / "library"))


@pytest.fixture
def bench(can, music, library):
    with open_bench(library) as opened:
        yield opened


def ids(bench):
    return {song.path.name: song.song_id for song in bench.songs()}


def files(*folders):
    return {p: p.read_bytes() for folder in folders for p in folder.rglob("*") if p.is_file()}


def refused(bench, kept, *others):
    with pytest.raises(TrashError) as caught:
        bench.keep(kept, others=others)
    return caught.value.problem


def empty(can, name):
    (can / "files" / name).unlink()
    (can / "info" / f"{name}.trashinfo").unlink()
