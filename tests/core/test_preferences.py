"""What the settings dialog asks, over a real file and real folders."""

from pathlib import Path

import pytest

from core.errors import SettingsError, WeightsError, WeightsProblem
from core.preferences import Facts, Preferences
from core.progress import Progress
from core.separation.demucs import HTDEMUCS_FACTS
from core.settings import (
    Language,
    Places,
    Profile,
    ProfileName,
    Scheme,
    SeparatorName,
    Settings,
    SettingsFile,
)

DEV = Profile(ProfileName.DEV, "http://127.0.0.1:19530")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(*(tmp_path / name for name in ("library", "cache", "weights", "logs")))


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "settings.json")


def test_facts_are_those_of_the_folders(places: Places, file: SettingsFile) -> None:
    preferences = Preferences(Settings(places, SeparatorName.DEMUCS), file)
    empty = Facts(places.library, SeparatorName.DEMUCS, has_demucs=False, stems_bytes=0)
    assert preferences.facts() == empty
    stems = places.cache / "stems"
    stems.mkdir(parents=True)
    for name, size in (("a.vocal.1.flac", 30), ("a.backing.2.flac", 12), ("notes.txt", 5)):
        (stems / name).write_bytes(bytes(size))
    places.weights.mkdir()
    (places.weights / HTDEMUCS_FACTS.name).touch()
    assert preferences.facts() == Facts(places.library, SeparatorName.DEMUCS, True, 42)
    preferences.empty_stems()
    assert preferences.facts().stems_bytes == 0
    assert [path.name for path in stems.iterdir()] == ["notes.txt"]


def test_colours_are_kept_beside_what_else_was_chosen(places: Places, file: SettingsFile) -> None:
    file.write(file.read().with_profile(DEV))
    preferences = Preferences(Settings(places), file)
    assert preferences.scheme() is Scheme.SYSTEM
    preferences.keep_scheme(Scheme.LIGHT)
    assert Preferences(Settings(places), file).scheme() is Scheme.LIGHT
    assert file.read().profiles == {ProfileName.DEV: DEV}


def test_the_language_is_kept_beside_the_colours(places: Places, file: SettingsFile) -> None:
    preferences = Preferences(Settings(places), file)
    assert preferences.language() is Language.SYSTEM
    preferences.keep_language(Language.GERMAN)
    preferences.keep_scheme(Scheme.LIGHT)
    assert Preferences(Settings(places), file).language() is Language.GERMAN


def test_colours_that_nobody_knows_are_said(places: Places, file: SettingsFile) -> None:
    file.path.write_text('{"profiles": {}, "profile": null, "scheme": "pink"}', "utf-8")
    with pytest.raises(SettingsError):
        Preferences(Settings(places), file).scheme()


def test_weights_that_are_not_the_pinned_ones_are_refused(
    places: Places, file: SettingsFile
) -> None:
    places.weights.mkdir()
    (places.weights / HTDEMUCS_FACTS.name).write_bytes(b"other")
    with pytest.raises(WeightsError) as caught:
        Preferences(Settings(places), file).fetch_demucs(progress=Progress())
    assert caught.value.problem is WeightsProblem.WRONG_CHECKSUM


def test_the_separator_is_kept_for_the_next_start(places: Places, file: SettingsFile) -> None:
    preferences = Preferences(Settings(places), file)
    assert preferences.separator() is SeparatorName.SPLEETER
    preferences.keep_separator(SeparatorName.DEMUCS)
    assert Preferences(Settings(places), file).separator() is SeparatorName.DEMUCS
