"""Names that every system takes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.naming import MAX_BYTES, free_name, safe_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Glass Orchard", "Glass Orchard"),
        ("AC/DC: Live?", "AC-DC- Live-"),
        ("Ünder 'the' bridge 👩‍🎤", "Ünder 'the' bridge 👩‍🎤"),
        ("a\nb\x00c", "a-b-c"),
        ("..", "song"),
        ("../../etc/passwd", "-..-etc-passwd"),
        (".hidden", "hidden"),
        ("  ends in dots... ", "ends in dots"),
        ("", "song"),
        ("con", "con-"),
        ("LPT1.flac", "LPT1.flac-"),
        ("concert", "concert"),
        ("\udcff", "?".replace("?", "-")),
    ],
)
def test_a_name_is_as_near_to_the_title_as_every_system_allows(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text(max_size=300))
def test_any_title_gives_one_name_in_its_folder(text: str) -> None:
    name = safe_name(text)
    assert Path("folder", name).name == name
    assert 0 < len(name.encode()) <= MAX_BYTES + 1
    assert not set(name) & set('<>:"/\\|?*\0\n')


def test_a_taken_name_gets_the_next_free_number(tmp_path: Path) -> None:
    assert free_name(tmp_path, "Song", suffix=".m3u8").name == "Song.m3u8"
    (tmp_path / "Song.m3u8").touch()
    (tmp_path / "Song 2.m3u8").touch()
    assert free_name(tmp_path, "Song", suffix=".m3u8").name == "Song 3.m3u8"
