"""Times, facts and numbers in words."""

import math
from datetime import datetime
from pathlib import Path

import pytest

from core.types import AnalysisStep, AudioFacts, Stem, Verdict
from ui.presenters.words import (
    STEMS,
    STEPS,
    VERDICTS,
    Named,
    clock,
    file_facts,
    folder,
    moment,
    searchable,
    size,
    songs,
    time_left,
    told_apart,
)


@pytest.mark.parametrize(
    ("time_s", "said"),
    [
        (0.0, "0:00"),
        (59.99, "0:59"),
        (243.2, "4:03"),
        (3600.0, "1:00:00"),
        (7262.0, "2:01:02"),
        (-0.2, "0:00"),
        (None, "\N{EN DASH}"),
        (math.inf, "\N{EN DASH}"),
    ],
)
def test_clock(time_s: float | None, said: str) -> None:
    assert clock(time_s) == said


@pytest.mark.parametrize(
    ("left_s", "said"),
    [
        (12.0, "less than a minute left"),
        (170.0, "about 3 min left"),
        (9000.0, "about 2.5 h left"),
    ],
)
def test_time_left_is_no_finer_than_it_can_be_known(left_s: float, said: str) -> None:
    assert time_left(left_s) == said


def test_facts_of_a_file() -> None:
    assert (
        file_facts(AudioFacts("mp3", 192_000, 44_100, 2, 1.0)) == "mp3 192 kb/s · 44.1 kHz · stereo"
    )
    assert file_facts(AudioFacts("flac", None, 96_000, 6, 1.0)) == "flac · 96 kHz · 6 channels"


def test_numbers_of_songs() -> None:
    assert (songs(1), songs(0), songs(12345)) == ("1 song", "0 songs", "12,345 songs")


def test_search_ignores_case_and_accents() -> None:
    assert searchable("ÜNDER Ébène") == "under ebene"
    ascii_signs = "".join(map(chr, range(128)))
    assert searchable(ascii_signs) + "e" == searchable(ascii_signs + "é"), "the short way"


def test_every_step_verdict_and_stem_has_words() -> None:
    assert set(STEPS) == set(AnalysisStep)
    assert set(VERDICTS) == set(Verdict)
    assert set(STEMS) == set(Stem)


def test_a_folder_is_told_from_the_users_own_on() -> None:
    assert folder(Path.home() / "Music" / "a" / "b.mp3") == "~/Music/a"
    assert folder(Path("/media/disk/b.mp3")) == "/media/disk"


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [(999, "999 bytes"), (12_000, "12 kB"), (4_520_000, "4.5 MB"), (2_100_000_000, "2.1 GB")],
)
def test_sizes_are_told_as_file_managers_do(size_bytes: int, said: str) -> None:
    assert size(size_bytes) == said


@pytest.mark.parametrize(
    ("titles", "files", "said"),
    [
        (("Rain", "Sun"), ("/a/1.mp3", "/a/2.mp3"), ("Rain", "Sun")),
        (("Rain", "Rain"), ("/a/1.mp3", "/a/2.mp3"), ("1.mp3", "2.mp3")),
        (("", ""), ("/a/1.mp3", "/a/2.mp3"), ("1.mp3", "2.mp3")),
        (("Rain", "Rain"), ("/a/1.mp3", "/b/1.mp3"), ("1.mp3 in /a", "1.mp3 in /b")),
    ],
)
def test_songs_are_told_apart_by_title_file_or_folder(
    titles: tuple[str, str], files: tuple[str, str], said: tuple[str, str]
) -> None:
    both = [Named(title, Path(file)) for title, file in zip(titles, files, strict=True)]
    assert told_apart(*both) == said


def test_a_moment_is_told_in_the_time_of_this_machine() -> None:
    then = datetime(2026, 11, 24, 9, 5).astimezone()
    assert moment(then.timestamp()) == "2026-11-24 at 09:05"
