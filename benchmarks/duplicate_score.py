"""Counting what was found, pure: recall and precision per class, with 95 % Wilson intervals."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import sqrt
from pathlib import Path

from benchmarks.duplicate_trials import Expected, Trial
from benchmarks.variants import Group
from core.types import PairVerdict, Verdict

_Z = 1.959964  # of the normal distribution, for 95 %
PLACE_SLACK_S = 1.0  # an overlap begins where the clip was cut, give or take this

Relation = Mapping[Path, Collection[Path]]  # which songs a file of the library is made from


class Judgement(Enum):
    """What a verdict on a trial is worth."""

    RIGHT = "right"
    OTHER_CLASS = "other class"  # the songs are related, but not so
    TWIN = "twin"  # with another file of the corpus that holds the same sound
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval; (0, 1) of nothing."""
        if self.of == 0:
            return 0.0, 1.0
        rate, spread = self.hits / self.of, _Z**2 / self.of
        middle = rate + spread / 2.0
        reach = _Z * sqrt(rate * (1.0 - rate) / self.of + spread / (4.0 * self.of))
        low, high = (middle - reach) / (1.0 + spread), (middle + reach) / (1.0 + spread)
        return max(low, 0.0), min(high, 1.0)

    def __str__(self) -> str:
        low, high = self.interval
        rate = 100.0 * self.hits / max(self.of, 1)
        return f"{rate:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


@dataclass(frozen=True, slots=True)
class Found:
    """One expectation and what came of it."""

    trial: Trial
    expected: Expected
    in_library: PairVerdict | None  # the verdict that the library gave on the pair, if any
    of_pair: PairVerdict | None  # what the pair alone is judged as

    @property
    def is_found(self) -> bool:
        """Whether the library gave the right verdict."""
        return self.in_library is not None and self.in_library.verdict is self.expected.verdict

    @property
    def is_proved(self) -> bool:
        """Whether the pair alone gets the right verdict."""
        return self.of_pair is not None and self.of_pair.verdict is self.expected.verdict

    @property
    def is_placed(self) -> bool:
        """Whether the overlap lies where the sound was taken from."""
        if self.in_library is None or self.expected.later_s is None:
            return False
        return _misplaced_s(self.in_library, self.expected) <= PLACE_SLACK_S


@dataclass(slots=True)
class Tally:
    """All that was found, and what every verdict was worth."""

    found: list[Found] = field(default_factory=list)
    verdicts: Counter[tuple[Verdict, Judgement]] = field(default_factory=Counter)
    wrong: list[tuple[Trial, Path, PairVerdict]] = field(default_factory=list)


def judgement(
    trial: Trial, file: Path, *, verdict: Verdict, related: Relation, twins: Relation
) -> Judgement:
    """Return what a verdict on a trial and a file of the library is worth."""
    if any(one.file == file and one.verdict is verdict for one in trial.expected):
        return Judgement.RIGHT
    origins = set(related.get(file, (file,)))
    if origins & set(trial.origins):
        return Judgement.OTHER_CLASS
    twin_files = {twin for origin in trial.origins for twin in twins.get(origin, ())}
    return Judgement.TWIN if origins & twin_files else Judgement.WRONG


def best_on(
    file: Path, verdicts: Iterable[tuple[Path, PairVerdict]], expected: Expected
) -> PairVerdict | None:
    """Return the verdict on a file that is nearest to what is expected, or None."""
    strength = list(Verdict)

    def distance(verdict: PairVerdict) -> tuple[bool, int, float]:
        is_other = verdict.verdict is not expected.verdict
        return is_other, strength.index(verdict.verdict), _misplaced_s(verdict, expected)

    return min((verdict for path, verdict in verdicts if path == file), key=distance, default=None)


def _misplaced_s(verdict: PairVerdict, expected: Expected) -> float:
    """Return how far a verdict's place is from where the sound was taken, 0.0 if unknown."""
    if expected.later_s is None:
        return 0.0
    later_s = verdict.overlap.b_start_s - verdict.overlap.a_start_s
    return abs(later_s - expected.later_s)


def recall(found: Sequence[Found], groups: Collection[Group]) -> Share:
    """Return the share of what was expected in some groups that the library found."""
    own = [one for one in found if one.trial.group in groups]
    return Share(sum(one.is_found for one in own), len(own))


def precision(tally: Tally, verdict: Verdict) -> Share:
    """Return the share of verdicts of a class that are right; twins are neither right nor wrong."""
    counts = {j: tally.verdicts[verdict, j] for j in Judgement}
    given = sum(counts.values()) - counts[Judgement.TWIN]
    return Share(counts[Judgement.RIGHT], given)
