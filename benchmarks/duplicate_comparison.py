"""The same trials put to what others would use."""

import hashlib
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.duplicate_peers import (
    ACOUSTID_SCORE,
    Sketch,
    acoustid_score,
    audfprint,
    audfprint_asking_s,
    fpcalc,
    why_not_dejavu,
)
from benchmarks.duplicate_score import Share
from benchmarks.duplicate_trials import Trial
from benchmarks.variants import Group, random_for

# acoustid compares pairs: some of different songs show how often it is wrong.
DIFFERENT_PAIRS = 1_000
# Every so many trials are put to the others: a comparison of a pair takes acoustid 50 ms.
EVERY = 3
COMPARED = 10  # songs that a question is compared with to tell how long one takes


@dataclass(frozen=True, slots=True)
class PeerRow:
    """What one peer found in each group, and how often it was wrong."""

    name: str
    found: Mapping[Group, Share]
    wrong: Share
    wrong_of: str  # what ``wrong`` is counted over


@dataclass(frozen=True, slots=True)
class Comparison:
    """All peers' rows, the trials that they were given, and why one of them gave no answer."""

    rows: tuple[PeerRow, ...]
    trials: tuple[Path, ...]
    no_dejavu: str
    library_songs: int


@dataclass(frozen=True, slots=True)
class Times:
    """Medians of seconds a question, the same questions put to all one after the other."""

    songkin_s: float
    acoustid_s: float  # to listen, and to compare with every song
    audfprint_s: float
    questions: int


def compare(trials: Sequence[Trial], library: Sequence[Path], *, cache: Path) -> Comparison:
    """Put the trials to the peers, who index the library; what they answered is kept."""
    asked = [trial for trial in trials if trial.expected[0].file in set(library)][::EVERY]
    kept = cache / f"peers-{len(library)}-{_named(asked)}.pickle"
    if not kept.exists():
        rows = (_acoustid(asked, library), _audfprint(asked, library, folder=cache))
        paths = tuple(trial.path for trial in asked)
        found = Comparison(rows, paths, why_not_dejavu(), len(library))
        kept.write_bytes(pickle.dumps(found))
    comparison: Comparison = pickle.loads(kept.read_bytes())  # written by this benchmark
    return comparison


def time_all(
    ask: Callable[[Path], object], asked: Sequence[Path], *, library: Sequence[Path], cache: Path
) -> Times:
    """Put some questions to all methods in turn; audfprint gets them in one call, as it likes."""
    known = [sketch for file in library[:COMPARED] if (sketch := fpcalc(file)) is not None]
    own, acoustid = [], []
    for file in asked:
        own.append(_seconds(partial(ask, file)))
        listening_s = _seconds(partial(fpcalc, file))
        sketch = fpcalc(file)
        comparing_s = sum(_seconds(partial(_is_one, sketch, one)) for one in known)
        acoustid.append(listening_s + comparing_s * len(library) / len(known))
    asking_s = audfprint_asking_s(asked, folder=cache)
    return Times(median(own), median(acoustid), asking_s / len(asked), len(asked))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _named(asked: Sequence[Trial]) -> str:
    names = "\n".join(str(trial.path) for trial in asked)
    return hashlib.sha256(names.encode()).hexdigest()[:10]


def _acoustid(asked: Sequence[Trial], library: Sequence[Path]) -> PeerRow:
    known = {file: sketch for file in library if (sketch := fpcalc(file)) is not None}
    hits = [_is_one(fpcalc(trial.path), known.get(trial.expected[0].file)) for trial in asked]
    rng, files, wrong = random_for("acoustid"), list(known), 0
    for _ in range(DIFFERENT_PAIRS):
        a, b = rng.choice(len(files), size=2, replace=False)
        wrong += _is_one(known[files[a]], known[files[b]])
    return PeerRow(
        name="`fpcalc` (its 120 s) and `acoustid` compare",
        found=_by_group(asked, hits),
        wrong=Share(wrong, DIFFERENT_PAIRS),
        wrong_of="pairs of different songs",
    )


def _is_one(a: Sketch | None, b: Sketch | None) -> bool:
    return a is not None and b is not None and acoustid_score(a, b) >= ACOUSTID_SCORE


def _audfprint(asked: Sequence[Trial], library: Sequence[Path], *, folder: Path) -> PeerRow:
    answers = audfprint(library, [trial.path for trial in asked], folder=folder)
    pairs = list(zip(asked, answers, strict=True))
    hits = [answer in {e.file for e in trial.expected} for trial, answer in pairs]
    wrong = [answer is not None and answer not in trial.origins for trial, answer in pairs]
    return PeerRow(
        name="`audfprint2` 0.1.2",
        found=_by_group(asked, hits),
        wrong=Share(sum(wrong), len(wrong)),
        wrong_of="questions",
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
