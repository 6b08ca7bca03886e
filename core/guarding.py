"""The guard around the work on one file: one at a time, and what goes wrong ends that file only."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from core.errors import Cancelled, UnknownSongError, WorldError

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ends(Generic[T]):
    """What becomes of a file that the work did not come to the end with; each is told why."""

    skipped: Callable[[str], T]
    refused: Callable[[str], T]  # by the world
    failed: Callable[[str], T]  # by our own fault


class Guard:
    """Holds the files that are worked on, whatever the work."""

    def __init__(self, *, explain: Callable[[WorldError], str]) -> None:
        self._explain = explain
        self._claims: set[Path] = set()
        self._lock = threading.Lock()

    def run(self, path: Path, work: Callable[[], T], ends: Ends[T]) -> T:
        """Return what the work on a file returns, or how it ended; a cancel goes on."""
        try:
            with self._claim(path) as is_mine:
                return work() if is_mine else ends.skipped("It is being added already.")
        except UnknownSongError:
            return ends.skipped("It was taken out of the library meanwhile.")
        except WorldError as error:
            return ends.refused(self._explain(error))
        except Cancelled:
            raise
        except Exception as error:
            log.exception("The work on %r failed", path)
            return ends.failed(f"Songkin itself failed on {path.name} ({type(error).__name__}).")

    @contextmanager
    def _claim(self, path: Path) -> Iterator[bool]:
        """Hold a file for as long as the block runs; False where someone else does."""
        with self._lock:
            is_mine = path not in self._claims
            self._claims.add(path)
        try:
            yield is_mine
        finally:
            if is_mine:
                with self._lock:
                    self._claims.discard(path)
