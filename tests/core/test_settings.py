"""Where things live."""

from pathlib import Path

import platformdirs
import pytest

from core.errors import ClusterError
from core.settings import (
    Choices,
    Profile,
    ProfileName,
    SeparatorName,
    Settings,
    SettingsFile,
    checked,
    chosen_separator,
    default_places,
)


def test_a_library_may_lie_anywhere(tmp_path: Path) -> None:
    assert default_places(tmp_path).library == tmp_path


@pytest.mark.parametrize(
    "uri",
    ["https://root:secret@host:19530", "https://secret@host", "http://[secret@host", "x://a@b"],
)
def test_no_password_enters_a_profile(uri: str) -> None:
    with pytest.raises(ClusterError) as told:
        checked(Profile(ProfileName.DEV, uri))
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("uri", ["https://host:19530", "folder@home/cluster.db", "C:\\a@b.db"])
def test_any_other_address_may(uri: str) -> None:
    assert checked(Profile(ProfileName.DEV, uri)).uri == uri


def test_the_system_decides_otherwise() -> None:
    places = default_places()
    folders = {places.library, places.cache, places.weights, places.logs}
    assert len(folders) == 4
    assert all("songkin" in str(folder) for folder in folders)


def test_the_separator_that_needs_no_download_is_the_default(tmp_path: Path) -> None:
    assert Settings(default_places(tmp_path)).separator is SeparatorName.SPLEETER


def test_a_chosen_separator_is_taken_where_no_option_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platformdirs, "user_config_dir", lambda *_, **__: str(tmp_path))
    assert chosen_separator() is SeparatorName.SPLEETER
    SettingsFile().write(Choices(separator=SeparatorName.DEMUCS))
    assert chosen_separator() is SeparatorName.DEMUCS
    SettingsFile().path.write_text("[]", "utf-8")
    assert chosen_separator() is SeparatorName.SPLEETER
