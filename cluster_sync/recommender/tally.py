"""What a pass has done so far, counted while it goes on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of an inbox that was not believed, and why."""

    key: str
    reason: str


@dataclass(slots=True)
class Tally:
    """Counts of one pass; whoever works adds to it, also where the pass then fails."""

    merged: int = 0
    removed: int = 0
    lists: int = 0
    incomplete: int = 0  # answers that were OK and not complete
    refused: Counter[str] = field(default_factory=Counter)  # by reason

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Count refusals."""
        self.refused.update(one.reason for one in refusals)
