"""Reports of crashes: what is kept on this machine where the program itself was wrong.

A report names the program's own places, never songs, files of the user or what an error said: its
words may hold any of them. Nothing is ever sent. The log's errors that carry an exception become
reports, whichever thread they come from; Python's own last words, where the whole process dies, are
found at the next start.
"""

import faulthandler
import logging
import platform
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import qVersion

from ui.language import N_
from ui.language import gettext as _

MOST_KEPT = 10  # older reports are deleted
MOST_A_RUN = 20  # an error in a paint event comes sixty times a second
LAST_WORDS = "last-words.txt"
SENT_NOWHERE = N_("This report is on this machine only. Nothing is sent by itself.")
ROOT = Path(__file__).parent.parent
IN_PLACE = re.compile(r'File "([^"]+)"')

logger = logging.getLogger(__name__)


class CrashReports(logging.Handler):
    """Writes a report for each error of the log that carries an exception, each place once.

    ``listener`` gets its text, in the thread in which it happened.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.ERROR)
        self._folder = folder
        self._before = self._words_before()  # before this run opens the same file
        self._seen: set[str] = set()
        self.listener: Callable[[str], None] = _ignore

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what happened; whoever logged it goes on."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return
        story = "\n".join(_story(error))
        if story in self._seen or len(self._seen) >= MOST_A_RUN:
            return
        self._seen.add(story)
        self.listener(self._keep(f"Thread: {record.threadName}\n\n{story}\n"))

    def left_over(self) -> str:
        """Return a report of how the last run died, or nothing where it ended well."""
        words, self._before = self._before, ""
        if not words.strip():
            return ""
        return self._keep(IN_PLACE.sub(lambda found: f'File "{_place(found[1])}"', words))

    def _words_before(self) -> str:
        try:
            words = (self._folder / LAST_WORDS).read_text(encoding="utf-8", errors="replace")
            (self._folder / LAST_WORDS).unlink()
        except OSError:  # there was no run before, or its folder can't be read
            return ""
        return words

    def _keep(self, story: str) -> str:
        """Write a report, where that can be done, and return it."""
        text = f"{_(SENT_NOWHERE)}\n\n{_machine()}\n{story}"
        name = f"crash-{time.strftime('%Y-%m-%d-%H%M%S')}-{len(self._seen):02}.txt"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_text(text, encoding="utf-8")
            for old in sorted(self._folder.glob("crash-*.txt"))[:-MOST_KEPT]:
                old.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("no crash report could be written: %s", error.strerror)
        return text


@contextmanager
def kept_in(folder: Path) -> Iterator[CrashReports]:
    """Keep a report of every crash in a folder, until the window is closed."""
    reports = CrashReports(folder)
    hooks = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = _of_main, _of_thread
    logging.getLogger().addHandler(reports)
    try:
        with _last_words(folder):
            yield reports
    finally:
        logging.getLogger().removeHandler(reports)
        sys.excepthook, threading.excepthook = hooks


@contextmanager
def _last_words(folder: Path) -> Iterator[None]:
    """Let Python write where it was when the process dies under it."""
    was_enabled = faulthandler.is_enabled()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LAST_WORDS).open("a", encoding="utf-8")
    except OSError as error:
        logger.warning("no place for last words: %s", error.strerror)
        yield
        return
    with file:
        faulthandler.enable(file)
        try:
            yield
        finally:
            faulthandler.disable()
            if was_enabled:
                faulthandler.enable(sys.__stderr__ or sys.stderr)


def _of_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what nobody handled: in a slot of Qt the window goes on."""
    if issubclass(kind, Exception):
        logger.critical("an error that nobody handled", exc_info=(kind, error, trace))
    else:
        sys.__excepthook__(kind, error, trace)


def _of_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        told = (args.exc_type, args.exc_value, args.exc_traceback)
        logger.critical("an error that nobody handled, in a thread", exc_info=told)


def _story(error: BaseException) -> Iterator[str]:
    """Yield the lines of an error and of those that led to it, without their words."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _story(cause)
        yield "which led to"
    yield f"{type(error).__name__} (its words are left out: they may name songs)"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {_place(frame.filename)}, line {frame.lineno}, in {frame.name}"


def _place(name: str) -> str:
    """Return where a file of code lies, from the program or its packages on."""
    path = Path(name)
    if "site-packages" in path.parts:
        return Path(*path.parts[path.parts.index("site-packages") + 1 :]).as_posix()
    if path.is_relative_to(ROOT):
        return path.relative_to(ROOT).as_posix()
    return path.name


def _machine() -> str:
    return (
        f"Songkin {version('songkin')}\nPython {platform.python_version()}, Qt {qVersion()}\n"
        f"{platform.system()} {platform.release()}, {platform.machine()}\n"
    )


def _ignore(_report: str) -> None:
    """Tell nobody."""
