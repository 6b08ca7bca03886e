"""The same trials put to what others would use."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.duplicate_peers import (
    ACOUSTID_SCORE,
    Sketch,
    acoustid_score,
    audfprint,
    fpcalc,
    why_not_dejavu,
)
from benchmarks.duplicate_score import Share
from benchmarks.duplicate_trials import Trial
from benchmarks.variants import Group, random_for

# acoustid compares pairs: some of different songs show how often it is wrong.
DIFFERENT_PAIRS = 1_000
# Every so many trials are put to the others: a comparison of a pair takes acoustid 50 ms.
EVERY = 2


@dataclass(frozen=True, slots=True)
class PeerRow:
    """What one peer found in each group, how often it was wrong, and seconds a question."""

    name: str
    found: Mapping[Group, Share]
    wrong: Share
    wrong_of: str  # what ``wrong`` is counted over
    ask_s: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """All peers' rows, the trials that they were given, and why one of them gave no answer."""

    rows: tuple[PeerRow, ...]
    trials: tuple[Path, ...]
    no_dejavu: str
    library_songs: int


def compare(trials: Sequence[Trial], library: Sequence[Path], *, cache: Path) -> Comparison:
    """Put the trials to the peers; the library is what audfprint indexes."""
    asked = [trial for trial in trials if trial.expected[0].file in set(library)][::EVERY]
    rows = (
        _acoustid(asked, library),
        _audfprint(asked, library, folder=cache),
    )
    return Comparison(rows, tuple(t.path for t in asked), why_not_dejavu(), len(library))


def _acoustid(asked: Sequence[Trial], library: Sequence[Path]) -> PeerRow:
    known = {file: sketch for file in library if (sketch := fpcalc(file)) is not None}
    began = time.perf_counter()
    sketches = [fpcalc(trial.path) for trial in asked]
    listening_s = (time.perf_counter() - began) / max(len(asked), 1)
    hits = [
        _is_one(sketch, known.get(trial.expected[0].file))
        for trial, sketch in zip(asked, sketches, strict=True)
    ]
    rng, files = random_for("acoustid"), list(known)
    began, wrong = time.perf_counter(), 0
    for _ in range(DIFFERENT_PAIRS):
        a, b = rng.choice(len(files), size=2, replace=False)
        wrong += _is_one(known[files[a]], known[files[b]])
    pair_s = (time.perf_counter() - began) / DIFFERENT_PAIRS
    return PeerRow(
        name="`fpcalc` (its 120 s) and `acoustid` compare",
        found=_by_group(asked, hits),
        wrong=Share(wrong, DIFFERENT_PAIRS),
        wrong_of="pairs of different songs",
        ask_s=listening_s + pair_s * len(known),
    )


def _is_one(a: Sketch | None, b: Sketch | None) -> bool:
    return a is not None and b is not None and acoustid_score(a, b) >= ACOUSTID_SCORE


def _audfprint(asked: Sequence[Trial], library: Sequence[Path], *, folder: Path) -> PeerRow:
    ran = audfprint(library, [trial.path for trial in asked], folder=folder)
    pairs = list(zip(asked, ran.answers, strict=True))
    hits = [answer in {e.file for e in trial.expected} for trial, answer in pairs]
    wrong = [answer is not None and answer not in trial.origins for trial, answer in pairs]
    return PeerRow(
        name="`audfprint2` 0.1.2",
        found=_by_group(asked, hits),
        wrong=Share(sum(wrong), len(wrong)),
        wrong_of="questions",
        ask_s=ran.asking_s / max(len(asked), 1),
    )


def _by_group(asked: Sequence[Trial], hits: Sequence[bool]) -> dict[Group, Share]:
    pairs = list(zip(asked, hits, strict=True))
    return {
        group: Share(
            sum(hit for trial, hit in pairs if trial.group is group),
            sum(trial.group is group for trial, _ in pairs),
        )
        for group in Group
    }
