"""Every pair of different songs of the corpus, judged; and what ears would say of the hits.

Nobody listens here. A verdict on two files is *confirmed* where their waveforms themselves
correlate at the place that the verdict names: two encodings of one recording do, two
performances, or two songs of one sound, don't. Everything else counts as wrong.
"""

import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from benchmarks.duplicate_library import Asked
from benchmarks.duplicate_score import Relation
from benchmarks.variants import random_for
from core.audio.decode import SAMPLE_RATE_HZ, read
from core.duplicates import SongEvidence, judge, judge_at_speeds
from core.progress import Progress
from core.types import Float32Array, Overlap, PairVerdict, SongId, Verdict

CLAIMS = (Verdict.EXACT_FILE, Verdict.SAME_RECORDING, Verdict.EXCERPT)  # none may be wrong
ROWS_A_TASK = 8
STRANGERS = 10  # songs that each question is held against at other speeds
BESIDES_OTHERS = 10  # of niceness: a long job leaves the machine to whoever works on it

# Waveforms are compared at this rate, a few seconds of one slid over a few more of the other.
_RATE_HZ = 8_000
_PIECE_S, _SLACK_S, _PIECES = 4.0, 1.0, 8
# Two encodings of a recording correlate above 0.9, after an equaliser above 0.6; pieces of
# different music of one sound (a drone, a bass) came to 0.35 at most.
CONFIRMED_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Hit:
    """Two songs, by their places in the list of songs, and the verdict on them."""

    a: int
    b: int
    verdict: PairVerdict


def judge_all(evidence: Sequence[SongEvidence], *, workers: int) -> tuple[list[Hit], float]:
    """Judge every pair; return what got a verdict, and the milliseconds that a pair took."""
    began = time.perf_counter()
    rows = [range(first, len(evidence), _tasks(evidence)) for first in range(_tasks(evidence))]
    with ProcessPoolExecutor(workers, initializer=partial(os.nice, BESIDES_OTHERS)) as pool:
        hits = [
            hit for found in pool.map(_judge_rows, [evidence] * len(rows), rows) for hit in found
        ]
    n_pairs = len(evidence) * (len(evidence) - 1) // 2
    return hits, 1e3 * workers * (time.perf_counter() - began) / max(n_pairs, 1)


def _tasks(evidence: Sequence[SongEvidence]) -> int:
    return max(len(evidence) // ROWS_A_TASK, 1)


def _judge_rows(evidence: Sequence[SongEvidence], rows: range) -> list[Hit]:
    return [
        Hit(a, b, verdict)
        for a in rows
        for b in range(a + 1, len(evidence))
        if (verdict := judge(evidence[a], evidence[b])) is not None
    ]


def also(hits: Sequence[Hit], stored: Sequence[PairVerdict], *, ids: Sequence[SongId]) -> list[Hit]:
    """Return the hits, and the pairs of these songs that only the library found: at a speed."""
    places = {song_id: place for place, song_id in enumerate(ids)}
    known = {(hit.a, hit.b) for hit in hits}
    found = []
    for verdict in stored:
        a, b = places.get(verdict.a), places.get(verdict.b)
        if a is not None and b is not None and not {(a, b), (b, a)} & known:
            found.append(Hit(a, b, verdict))
    return [*hits, *found]


class Strangers:
    """Holds each question, at all its speeds, against some songs that are not in it."""

    def __init__(
        self,
        evidence: Sequence[SongEvidence],
        *,
        files: Mapping[SongId, Path],
        related: Relation,
        twins: Relation,
    ) -> None:
        self._known = [(files[one.song_id], one) for one in evidence]
        self._related, self._twins = related, twins
        self.n_pairs = 0
        self.claims: list[tuple[Path, Path, PairVerdict]] = []

    def ask(self, asked: Asked) -> None:
        """Judge one question against a few songs drawn by chance."""
        speeds, rng = asked.question.speeds, random_for("strangers", asked.trial.path.name)
        for place in rng.integers(len(self._known), size=STRANGERS if speeds else 0):
            file, other = self._known[place]
            if speeds is None or self._is_in(file, asked.trial.origins):
                continue
            self.n_pairs += 1
            pair = judge_at_speeds(asked.question.evidence, other, speeds=speeds)
            if pair is not None and pair.verdict in CLAIMS:
                self.claims.append((asked.trial.path, file, pair))

    def _is_in(self, file: Path, origins: Sequence[Path]) -> bool:
        """Whether a file of the library, or a twin of it, sounds in the question."""
        own = set(self._related.get(file, (file,)))
        return bool((own | {t for one in own for t in self._twins.get(one, ())}) & set(origins))


def likeness_of_waveforms(a: Path, b: Path, overlap: Overlap) -> float:
    """Return how well two files correlate where they are said to be one, in [0, 1].

    The median over pieces spread through the overlap, each slid up to a second either way.
    """
    length_s = min(overlap.duration_s, overlap.b_duration_s)
    first = _mono(a, start_s=overlap.a_start_s, duration_s=overlap.duration_s)
    second = _mono(b, start_s=overlap.b_start_s, duration_s=overlap.b_duration_s)
    if overlap.speed != 1.0:
        second = soxr.resample(second, _RATE_HZ * overlap.speed, _RATE_HZ)
    starts = np.linspace(_SLACK_S, max(length_s - _PIECE_S - _SLACK_S, _SLACK_S), _PIECES)
    found = [_best_correlation(first, second, start_s=float(start)) for start in starts]
    return float(np.median(found))


def _mono(path: Path, *, start_s: float, duration_s: float) -> Float32Array:
    sound = read(path, start_s=start_s, duration_s=duration_s, progress=Progress())
    mono: Float32Array = soxr.resample(sound.mean(axis=0), SAMPLE_RATE_HZ, _RATE_HZ)
    return mono


def _best_correlation(a: Float32Array, b: Float32Array, *, start_s: float) -> float:
    start, length, slack = (int(t * _RATE_HZ) for t in (start_s, _PIECE_S, _SLACK_S))
    piece = _white(a[start : start + length])
    around = _white(b[max(start - slack, 0) : start + length + slack])
    if len(piece) < length // 2 or len(around) < len(piece):
        return 0.0
    products = np.correlate(around, piece, "valid")
    energy = np.cumsum(np.concatenate(([0.0], around.astype(np.float64) ** 2)))
    powers = (energy[len(piece) :] - energy[: -len(piece)]) * float(piece @ piece)
    return float(np.max(np.abs(products) / np.sqrt(np.maximum(powers, 1e-12))))


def _white(samples: Float32Array) -> NDArray[np.float32]:
    """Return the change from sample to sample, so that a loud bass does not decide alone."""
    changes: NDArray[np.float32] = np.diff(samples).astype(np.float32)
    return changes
