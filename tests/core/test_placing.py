"""Files in their place: whole or not at all, never over another file."""

import errno
import os
from pathlib import Path

import pytest

from core import placing
from core.errors import Cancelled, WriteError, WriteProblem
from core.placing import placed, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_come_to_their_places_together(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    with placed([a, b]) as (half_a, half_b):
        half_a.write_text("one")
        half_b.write_text("two")
        assert not a.exists()
    assert (a.read_text(), b.read_text(), names(tmp_path)) == ("one", "two", ["a", "b"])


@pytest.mark.parametrize("raised", [Cancelled, KeyboardInterrupt, ValueError])
def test_what_stops_half_way_leaves_nothing(tmp_path: Path, raised: type[BaseException]) -> None:
    with pytest.raises(raised), placed([tmp_path / "a"]) as (half,):
        half.write_text("half")
        raise raised
    assert names(tmp_path) == []


def test_another_file_is_never_replaced(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    b.write_text("theirs")
    with pytest.raises(WriteError) as caught, placed([a, b]):
        pass
    assert caught.value.problem is WriteProblem.OCCUPIED
    assert caught.value.path == b
    assert names(tmp_path) == ["b"]
    assert b.read_text() == "theirs"


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_disk_without_links_replaces_nothing_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_taken: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    a = tmp_path / "a"
    if is_taken:
        a.write_text("theirs")
        with pytest.raises(WriteError):
            write_text(a, "ours")
        assert a.read_text() == "theirs"
    else:
        write_text(a, "ours")
        assert a.read_text() == "ours"
    assert names(tmp_path) == ["a"]


def test_asked_for_it_replaces(tmp_path: Path) -> None:
    a = tmp_path / "a"
    a.write_text("old")
    write_text(a, "new", replace=True)
    assert (a.read_text(), names(tmp_path)) == ("new", ["a"])


def test_lines_stay_as_they_are(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "Ü\r\nb\n")
    assert (tmp_path / "a").read_bytes() == b"\xc3\x9c\r\nb\n"


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOSPC, WriteProblem.DISK_FULL),
        (errno.EACCES, WriteProblem.FORBIDDEN),
        (errno.EIO, WriteProblem.UNWRITABLE),
    ],
)
def test_what_the_system_refuses_is_said_in_our_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, problem: WriteProblem
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(placing, "_new_half", refuse)
    with pytest.raises(WriteError) as caught:
        write_text(tmp_path / "a", "")
    assert caught.value.problem is problem


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(WriteError) as caught:
        write_text(tmp_path / "gone" / "a", "")
    assert caught.value.problem is WriteProblem.NO_FOLDER
