"""Reports of crashes: kept here, without songs, paths of the user or tokens."""

import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.crash import MOST_A_RUN, MOST_KEPT, kept_in

SECRET = "hunter2 in My Demo.wav"


def _break(words: str = SECRET) -> None:
    try:
        raise KeyError(words)
    except KeyError as error:
        raise ValueError(words) from error


def _reports(folder: Path) -> list[str]:
    return [path.read_text("utf-8") for path in sorted(folder.glob("crash-*.txt"))]


def test_a_report_names_places_and_no_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with kept_in(tmp_path) as reports:
        told: list[str] = []
        reports.listener = told.append
        try:
            _break()
        except ValueError:
            sys.excepthook(*sys.exc_info())
    assert told == _reports(tmp_path)
    assert "KeyError" in told[0]
    assert told[0].index("KeyError") < told[0].index("ValueError")
    assert "tests/app/test_crash.py" in told[0]
    assert "in _break" in told[0]
    assert SECRET not in told[0]
    assert str(Path.home()) + "/" not in told[0]
    caplog.clear()  # said on purpose


def test_a_thread_that_dies_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with kept_in(tmp_path):
        thread = threading.Thread(target=_break, name="listener")
        thread.start()
        thread.join()
    (report,) = _reports(tmp_path)
    assert "Thread: listener" in report
    caplog.clear()  # said on purpose


def test_one_place_is_reported_once(tmp_path: Path) -> None:
    with kept_in(tmp_path):
        for number in range(50):
            try:
                _break(str(number))
            except ValueError:
                logging.getLogger("anywhere").exception("a bug")
    assert len(_reports(tmp_path)) == 1


def test_old_reports_go_and_a_run_writes_few(tmp_path: Path) -> None:
    told: list[str] = []
    with kept_in(tmp_path) as reports:
        reports.listener = told.append
        for number in range(MOST_A_RUN + 5):
            error = type(f"Error{number}", (Exception,), {})()
            logging.getLogger("anywhere").error("a bug", exc_info=error)
    assert len(told) == MOST_A_RUN
    assert len(_reports(tmp_path)) == MOST_KEPT
    assert "Error19" in _reports(tmp_path)[-1]


def test_errors_that_are_no_crash_make_no_report(tmp_path: Path) -> None:
    with kept_in(tmp_path):
        logging.getLogger("anywhere").error("the disk is full")
    assert _reports(tmp_path) == []


def test_a_process_that_dies_is_reported_at_the_next_start(tmp_path: Path) -> None:
    script = (
        f"import os\nfrom app.crash import kept_in, Path\n"
        f"with kept_in(Path({str(tmp_path)!r})):\n    os.abort()\n"
    )
    root = Path(__file__).parents[2]
    died = subprocess.run([sys.executable, "-c", script], cwd=root, check=False)
    assert died.returncode != 0
    with kept_in(tmp_path) as reports:
        text = reports.left_over()
        assert "Fatal Python error: Aborted" in text
        assert str(root) not in text
        assert _reports(tmp_path) == [text]
    with kept_in(tmp_path) as reports:
        assert reports.left_over() == ""


@pytest.mark.parametrize("begin", ["thread.start(); thread.join()", "timer.start(0)"])
def test_a_process_goes_on_where_a_thread_or_a_slot_breaks(tmp_path: Path, begin: str) -> None:
    script = f"""
import threading
from PySide6.QtCore import QCoreApplication, QTimer
from app.crash import kept_in, Path

def break_it():
    raise ValueError({SECRET!r})

application = QCoreApplication([])
thread, timer = threading.Thread(target=break_it), QTimer(singleShot=True)
timer.timeout.connect(break_it)
with kept_in(Path({str(tmp_path)!r})):
    {begin}
    QTimer.singleShot(300, application.quit)
    application.exec()
print("went on")
"""
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=root, check=True, capture_output=True, text=True
    )
    assert "went on" in ran.stdout
    (report,) = _reports(tmp_path)
    assert "ValueError" in report
    assert "in break_it" in report
    assert SECRET not in report
    with kept_in(tmp_path) as reports:
        assert reports.left_over() == ""


def test_a_folder_that_cannot_be_written_costs_only_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    told: list[str] = []
    with kept_in(blocked / "logs") as reports:
        reports.listener = told.append
        logging.getLogger("anywhere").error("a bug", exc_info=ValueError(SECRET))
    assert "ValueError" in told[0]
    caplog.clear()  # said on purpose


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_leaving_is_no_crash(tmp_path: Path, kind: type[BaseException]) -> None:
    with kept_in(tmp_path):
        sys.excepthook(kind, kind(), None)
    assert _reports(tmp_path) == []
