"""Watched folders on a real disk: what is new, what rests, and what does not come again."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.library.store import Catalogue
from core.progress import Progress
from core.settings import Choices, SettingsFile
from core.watching import REST_S, Known, Look, Lookout, Watching

NOTHING = Known(frozenset(), frozenset())


class Watch:
    """A lookout with a clock of its own."""

    def __init__(self, folder: Path, lookout: Lookout | None = None) -> None:
        self.at = 0.0
        self.folders = [folder]
        self.lookout = lookout or Lookout(now=lambda: self.at)

    def look(
        self, *, here: tuple[Path, ...] = (), refused: tuple[Path, ...] = (), after_s: float = 0.0
    ) -> Look:
        self.at += after_s
        known = Known(frozenset(here), frozenset(refused))
        return self.lookout.look(self.folders, known, progress=Progress())

    def settled(self, *, refused: tuple[Path, ...] = ()) -> tuple[Path, ...]:
        """Look twice, so long apart that what does not change has rested."""
        self.look(refused=refused)
        return self.look(refused=refused, after_s=REST_S).new


def song(folder: Path, name: str = "a.wav", *, size: int = 5) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_a_new_file_is_taken_once_it_rested(tmp_path: Path) -> None:
    watch, path = Watch(tmp_path), song(tmp_path, "album/a.wav")
    song(tmp_path, "cover.jpg")
    first = watch.look()
    assert first == Look((), True, (tmp_path, path.parent))
    assert watch.look(after_s=REST_S / 2).new == ()
    assert watch.look(after_s=REST_S / 2) == Look((path,), False, (tmp_path, path.parent))
    assert watch.look(after_s=REST_S) == Look((), False, (tmp_path, path.parent))


def test_a_file_that_is_still_copied_is_left_alone(tmp_path: Path) -> None:
    watch, path = Watch(tmp_path), song(tmp_path, size=5)
    watch.look()
    for size in (50, 500, 5000):
        song(tmp_path, size=size)
        assert watch.look(after_s=REST_S) == Look((), True, (tmp_path,))
    assert watch.look(after_s=REST_S).new == (path,)


def test_a_file_that_is_written_over_in_place_is_left_alone(tmp_path: Path) -> None:
    watch, path = Watch(tmp_path), song(tmp_path)
    watch.look()
    os.utime(path, ns=(1, 1))
    assert watch.look(after_s=REST_S).new == ()
    assert watch.look(after_s=REST_S).new == (path,)


def test_an_empty_file_is_no_song_yet(tmp_path: Path) -> None:
    watch, path = Watch(tmp_path), song(tmp_path, size=0)
    assert watch.settled() == ()
    assert not watch.look().is_restless
    song(tmp_path)
    assert watch.settled() == (path,)


def test_what_the_library_has_is_not_new(tmp_path: Path) -> None:
    watch, path = Watch(tmp_path), song(tmp_path)
    assert watch.look(here=(path,)) == Look((), False, (tmp_path,))
    assert watch.look(here=(path,), after_s=REST_S).new == ()


def test_a_song_that_the_user_removed_stays_away(tmp_path: Path) -> None:
    watch, path = Watch(tmp_path), song(tmp_path)
    watch.look(here=(path,))
    assert watch.settled() == ()
    song(tmp_path, size=9)  # its tags were edited
    assert watch.settled() == ()


def test_a_refused_file_comes_again_only_where_it_changed(tmp_path: Path) -> None:
    watch, path = Watch(tmp_path), song(tmp_path)
    assert watch.settled() == (path,)
    assert watch.settled(refused=(path,)) == ()
    song(tmp_path, size=9)
    assert watch.settled(refused=(path,)) == (path,)
    assert watch.settled(refused=(path,)) == ()
    assert watch.settled() == ()  # the user dismissed it


def test_a_file_refused_before_it_was_watched_is_not_tried_again(tmp_path: Path) -> None:
    watch, path = Watch(tmp_path), song(tmp_path)
    assert watch.settled(refused=(path,)) == ()


def test_a_folder_that_is_gone_is_passed_over_until_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "drive"
    watch, path = Watch(folder), song(folder)
    watch.look(here=(path,))
    shutil.move(folder, tmp_path / "off")
    assert watch.look() == Look((), False, ())
    shutil.move(tmp_path / "off", folder)
    assert watch.settled() == ()  # it was removed meanwhile, and is not new
    other = song(folder, "b.wav")
    assert watch.settled() == (other,)


def test_nested_folders_give_each_file_once(tmp_path: Path) -> None:
    watch, path = Watch(tmp_path), song(tmp_path, "album/a.wav")
    watch.folders.append(tmp_path / "album")
    assert watch.settled() == (path,)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = Catalogue(tmp_path / "library")
    yield made
    made.close()


def test_folders_are_watched_by_one_library_and_remembered(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    settings = SettingsFile(tmp_path / "settings.json")
    Watching(catalogue, settings).watch([tmp_path / "music"])
    assert Watching(catalogue, settings).folders() == (tmp_path / "music",)
    assert settings.read().watched_by(tmp_path / "other") == ()


def test_settings_of_older_versions_watch_nothing(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"profile": null, "profiles": {}}')
    assert SettingsFile(file).read() == Choices()


def test_what_was_met_outlives_a_restart(tmp_path: Path, catalogue: Catalogue) -> None:
    settings = SettingsFile(tmp_path / "settings.json")
    path = song(tmp_path / "music", os.fsdecode(b"caf\xe9.wav"))
    watching = Watching(catalogue, settings)
    watching.watch([path.parent])
    assert watching.look(progress=Progress()).is_restless
    catalogue.enqueue([path])
    assert not watching.look(progress=Progress()).is_restless
    catalogue.dequeue(path)  # as when the user takes the song out again
    again = Watching(catalogue, settings)
    assert again.look(progress=Progress()) == Look((), False, (path.parent,))
    path.rename(path.with_name("other.wav"))
    assert again.look(progress=Progress()).is_restless
