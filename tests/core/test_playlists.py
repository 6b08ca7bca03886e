"""Lists as other programs read them."""

import csv
import io
import os
from pathlib import Path

import pytest

from core.playlists import Line, ListFormat, rendered
from core.tables import as_csv


def line(title: str, path: str | None, *, artist: str = "", seconds: float = 61.6) -> Line:
    return Line(title, artist, "", seconds, Path(path) if path else None)


def m3u8(*lines: Line, folder: str = "/music/lists") -> list[str]:
    return rendered(lines, ListFormat.M3U8, folder=Path(folder)).splitlines()


def test_a_playlist_names_songs_as_seen_from_its_folder() -> None:
    found = m3u8(line("Ünder", "/music/a/ü.mp3", artist="Ines"), line("Other", "/disk/o.flac"))
    assert found == [
        "#EXTM3U",
        "#EXTINF:62,Ines - Ünder",
        "../a/ü.mp3",
        "#EXTINF:62,Other",
        "/disk/o.flac",
    ]


def test_a_playlist_beside_its_songs_moves_with_them(tmp_path: Path) -> None:
    song = tmp_path / "a" / "#1.mp3"
    song.parent.mkdir()
    song.touch()
    last = m3u8(line("One", str(song)), folder=str(song.parent))[-1]
    assert last == "./#1.mp3"
    assert (song.parent / last).exists()


@pytest.mark.parametrize("name", ["two\nlines.mp3", "two\u2028lines.mp3", os.fsdecode(b"\xff.mp3")])
def test_a_name_that_breaks_lines_is_an_address(name: str) -> None:
    found = m3u8(line("a\nb", f"/music/{name}"))
    assert len(found) == 3
    assert found[1] == "#EXTINF:62,a b"
    assert found[2].startswith("file:///music/")
    "\n".join(found).encode("utf-8")


def test_songs_of_other_libraries_are_in_no_playlist_but_in_the_others() -> None:
    away = line("Away", None)
    assert m3u8(away) == ["#EXTM3U"]
    assert "Away" in rendered([away], ListFormat.CSV, folder=Path())
    assert rendered([away], ListFormat.TEXT, folder=Path()) == "1. Away (1:01)\n"


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_a_title_never_becomes_a_formula(start: str) -> None:
    text = rendered([line(f'{start},"x"', "/m/a.mp3")], ListFormat.CSV, folder=Path())
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert row["title"] == f'\'{start},"x"'


def test_a_table_is_read_back_as_it_was() -> None:
    text = as_csv(("a", "b"), [('x,\n"y"', 1.5), (None, 2)])
    assert text.startswith("\ufeffa,b\r\n")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows[1:] == [['x,\n"y"', "1.5"], ["", "2"]]
