"""Where the program's own log goes: a file on this machine, and warnings to stderr."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 1_000_000
FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"


def start_logging(folder: Path, *, verbose: bool) -> None:
    """Log to ``folder/songkin.log``; say on stderr what needs attention, or all of it."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    talker = logging.StreamHandler(sys.stderr)
    talker.setLevel(logging.INFO if verbose else logging.ERROR)
    talker.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    root.addHandler(talker)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        keeper = RotatingFileHandler(folder / "songkin.log", maxBytes=MAX_BYTES, backupCount=2)
    except OSError as error:
        root.warning("No log file in %s: %s", folder, error.strerror)
        return
    keeper.setFormatter(logging.Formatter(FORMAT))
    root.addHandler(keeper)
