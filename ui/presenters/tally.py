"""How far a run of the analysis is: n of m, the time left, what failed."""

from collections.abc import Callable, Collection
from pathlib import Path

from core.types import AnalysisStep, SongEvent
from ui.presenters.words import time_left

# Fewer files than this say little about the pace.
LEAST_FOR_PACE = 3
QUICK_END = frozenset(
    {AnalysisStep.FIRST_ANSWER, AnalysisStep.READY, AnalysisStep.SKIPPED, AnalysisStep.FAILED}
)
FULL_END = QUICK_END - {AnalysisStep.FIRST_ANSWER}


class Tally:
    """Counts the files of one run; ``now`` is a clock in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._seen: set[Path] = set()
        self._ended: set[Path] = set()
        self._skipped: set[Path] = set()
        self._started_at = now()

    @property
    def done(self) -> int:
        """How many files have come to the end of this run."""
        return len(self._ended)

    @property
    def total(self) -> int:
        """How many files this run is about, as far as that is known."""
        return len(self._seen)

    @property
    def skipped(self) -> int:
        """How many files were in the library already."""
        return len(self._skipped)

    @property
    def left(self) -> str:
        """Say how long it will take, once that can be known."""
        left = self.total - self.done
        if self.done < LEAST_FOR_PACE or not left:
            return ""
        return time_left((self._now() - self._started_at) / self.done * left)

    def start(self) -> None:
        """Begin to count a new run."""
        self._seen, self._ended, self._skipped = set(), set(), set()
        self._started_at = self._now()

    def expect(self, paths: Collection[Path]) -> None:
        """Count files that nobody has told of yet."""
        self._seen |= set(paths)

    def hear(self, event: SongEvent, *, is_quick: bool) -> None:
        """Count a file that came to a step; a quick run ends at the first answer."""
        self._seen.add(event.path)
        if event.step in (QUICK_END if is_quick else FULL_END):
            self._ended.add(event.path)
        if event.step is AnalysisStep.SKIPPED:
            self._skipped.add(event.path)
