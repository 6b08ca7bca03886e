"""The guard around the work on a file: whatever happens, it ends in one of four ways."""

import logging
import threading
from pathlib import Path

import pytest

from core.errors import AudioFileError, AudioProblem, Cancelled, UnknownSongError
from core.guarding import Ends, Guard
from core.types import SongId

SONG = Path("/music/song.mp3")
ENDS = Ends(
    skipped=lambda why: f"skipped: {why}",
    refused=lambda why: f"refused: {why}",
    failed=lambda why: f"failed: {why}",
)


def raising(error: BaseException):
    def work() -> str:
        raise error

    return work


@pytest.fixture
def guard() -> Guard:
    return Guard(explain=lambda error: type(error).__name__)


def test_what_the_work_returns_is_returned(guard: Guard) -> None:
    assert guard.run(SONG, lambda: "done", ENDS) == "done"


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (UnknownSongError(SongId("x")), "skipped: It was taken out of the library meanwhile."),
        (AudioFileError(SONG, AudioProblem.EMPTY), "refused: AudioFileError"),
        (ZeroDivisionError(), "failed: Songkin itself failed on song.mp3 (ZeroDivisionError)."),
    ],
)
def test_what_goes_wrong_is_how_it_ends(guard: Guard, caplog, error: Exception, end: str) -> None:
    with caplog.at_level(logging.CRITICAL):  # our own fault is logged, with its traceback
        assert guard.run(SONG, raising(error), ENDS) == end
    assert guard.run(SONG, lambda: "again", ENDS) == "again", "the file is let go of"


def test_a_cancel_goes_on_and_lets_go_of_the_file(guard: Guard) -> None:
    with pytest.raises(Cancelled):
        guard.run(SONG, raising(Cancelled()), ENDS)
    assert guard.run(SONG, lambda: "again", ENDS) == "again"


def test_a_file_is_worked_on_by_one_at_a_time(guard: Guard) -> None:
    has_begun, may_end = threading.Event(), threading.Event()
    ended: list[str] = []

    def work() -> str:
        has_begun.set()
        may_end.wait(20)
        return "first"

    first = threading.Thread(target=lambda: ended.append(guard.run(SONG, work, ENDS)))
    first.start()
    has_begun.wait(20)
    assert guard.run(SONG, lambda: "second", ENDS) == "skipped: It is being added already."
    third = guard.run(SONG, lambda: "third", ENDS)
    assert third.startswith("skipped"), "whoever was turned away lets go of nothing"
    assert guard.run(Path("/music/other.mp3"), lambda: "other", ENDS) == "other"
    may_end.set()
    first.join()
    assert ended == ["first"]
