"""Progress: heard at most ten times a second, always at the end, and stopped from any thread."""

import threading

import pytest

from core.errors import Cancelled
from core.progress import Progress, ProgressReport


def test_nobody_listens() -> None:
    Progress().report(1, 2)


def test_the_last_report_is_always_heard() -> None:
    heard: list[ProgressReport] = []
    progress = Progress(heard.append)
    for done in range(1, 1001):
        progress.report(done, 1000, what="song")
    assert heard[0] == ProgressReport(1, 1000, "song")
    assert heard[-1] == ProgressReport(1000, 1000, "song")
    assert len(heard) < 1000


def test_cancel_stops_the_next_report_and_check() -> None:
    progress = Progress()
    progress.cancel()
    assert progress.is_cancelled
    with pytest.raises(Cancelled):
        progress.check()
    with pytest.raises(Cancelled):
        progress.report(0, 1)


def test_cancel_from_another_thread() -> None:
    progress = Progress()
    thread = threading.Thread(target=progress.cancel)
    thread.start()
    thread.join()
    with pytest.raises(Cancelled):
        progress.check()
