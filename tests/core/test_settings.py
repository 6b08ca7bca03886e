"""Where things live."""

from pathlib import Path

from core.settings import SeparatorName, Settings, default_places


def test_a_library_may_lie_anywhere(tmp_path: Path) -> None:
    assert default_places(tmp_path).library == tmp_path


def test_the_system_decides_otherwise() -> None:
    places = default_places()
    folders = {places.library, places.cache, places.weights, places.logs}
    assert len(folders) == 4
    assert all("songkin" in str(folder) for folder in folders)


def test_the_separator_that_needs_no_download_is_the_default(tmp_path: Path) -> None:
    assert Settings(default_places(tmp_path)).separator is SeparatorName.SPLEETER
