"""How well two tonal sequences follow each other somewhere: a local alignment. Pure.

After Serra, Serra and Andrzejak 2009, "Cross recurrence quantification for cover song
identification": what sounds for a few steps is compared in every step of the one with every step
of the other, and the best chain of likenesses is sought whose two sides advance by 1:1, 1:2 or
2:1, so that neither tempo nor what stands before and behind matters. Where they ask whether two
steps are among each other's nearest, the chain here gains by how much nearer they are than the two
songs' steps are in general: nothing is decided before all is summed up.

A transposition *t* means that song b, moved up by *t* semitones, is in the key of song a.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.embedding.steps import N_CLASSES
from core.types import Float32Array, Tonal
from core.versions.chains import best_chains

CONTEXT_STEPS = 4  # 2 s: a chord and the next
WIDTH = CONTEXT_STEPS * N_CLASSES
KEYS_NAMED, KEYS_TRIED = 6, 2
EVERY_STEP = 4  # of song a's contexts, where only the key is asked
# How much nearer than usual two steps must be for the chain to gain, in standard deviations.
GAIN_FROM = 1.0
SHORTEST_STEPS = 8  # below it there is no progression to speak of
# Cells of likeness that are aligned at once: 32 MB, which a processor's cache is no use for anyway.
CELLS_AT_ONCE = 8_000_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """The best chain of two songs: its gain, and the steps from which and to which it leads."""

    gain: float
    transposition: int
    a_start: int
    a_stop: int
    b_start: int
    b_stop: int


@dataclass(frozen=True, slots=True)
class _Part:
    """The likenesses of a query and one candidate in one key, float32 [N, M]."""

    candidate: int
    transposition: int
    likeness: Float32Array


def align(query: Tonal, candidates: Sequence[Tonal]) -> list[Stretch | None]:
    """Return the best stretch of each candidate, None where either is too short for one."""
    best: list[Stretch | None] = [None] * len(candidates)
    if len(query) < SHORTEST_STEPS:
        return best
    order = sorted(
        (i for i, found in enumerate(candidates) if len(found) >= SHORTEST_STEPS),
        key=lambda i: len(candidates[i]),
    )
    for parts in _batches(query, candidates, order=order):
        for part, found in zip(parts, _stretches(parts), strict=True):
            known = best[part.candidate]
            if known is None or found.gain > known.gain:
                best[part.candidate] = found
    return best


def scores(query: Tonal, candidates: Sequence[Tonal]) -> list[float]:
    """Return how surely each candidate is a version of the query: 0 where nothing is known."""
    return scores_of(align(query, candidates), candidates)


def scores_of(stretches: Sequence[Stretch | None], candidates: Sequence[Tonal]) -> list[float]:
    """Return the gain of each stretch over the root of its candidate's length, as Serra's.

    Strangers gain more by chance in a longer song. Only the order for one query means something.
    """
    return [
        0.0 if found is None else found.gain / len(song) ** 0.5
        for found, song in zip(stretches, candidates, strict=True)
    ]


def own_gain(tonal: Tonal) -> float:
    """Return what a song gains with itself: every step is nearest to itself. 0 if too short."""
    if len(tonal) < SHORTEST_STEPS:
        return 0.0
    around = contexts(tonal)
    itself = np.diagonal(likeness(around, around, transposition=0)) - GAIN_FROM
    return float(np.maximum(itself, 0.0).sum())


def _batches(
    query: Tonal, candidates: Sequence[Tonal], *, order: Sequence[int]
) -> Iterator[list[_Part]]:
    """Yield likenesses, of candidates of about one length, as many as are aligned at once."""
    ours, waiting, cells = contexts(query), [], 0
    for number in order:
        theirs = contexts(candidates[number])
        for moved in likely_transpositions(query, candidates[number]):
            waiting.append(_Part(number, moved, likeness(ours, theirs, transposition=moved)))
            cells += len(ours) * len(theirs)
        if cells > CELLS_AT_ONCE:
            yield waiting
            waiting, cells = [], 0
    if waiting:
        yield waiting


def contexts(tonal: Tonal) -> Float32Array:
    """Return what sounds around each step, float32 [n, CONTEXT_STEPS, 12], each step of length 1.

    The root keeps one loud voice from hiding the chord; then the mean of a step is taken off: what
    all classes share is noise. The last contexts reach beyond the end, into silence.
    """
    steps = np.sqrt(tonal, dtype=np.float32)
    steps -= steps.mean(axis=1, keepdims=True)
    steps /= np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1.0)
    padded = np.concatenate([steps, np.zeros((CONTEXT_STEPS - 1, N_CLASSES), np.float32)])
    views = [padded[late : late + len(steps)] for late in range(CONTEXT_STEPS)]
    return np.stack(views, axis=1)


def likely_transpositions(a: Tonal, b: Tonal) -> list[int]:
    """Return the transpositions that bring the two songs nearest, the likeliest first.

    How much they use each class names a few keys; among these, how near some contexts of song a
    come to their nearest in song b. The first alone is as often misled by drums as not.
    """
    mean_a, mean_b = (tonal.mean(axis=0) - tonal.mean() for tonal in (a, b))
    alike = [float(mean_a @ np.roll(mean_b, moved)) for moved in range(N_CLASSES)]
    named = np.argsort(alike, kind="stable")[::-1][:KEYS_NAMED]
    some, all_of_b = contexts(a)[::EVERY_STEP].reshape(-1, WIDTH), contexts(b)
    near = [
        float((some @ np.roll(all_of_b, moved, axis=2).reshape(-1, WIDTH).T).max(axis=1).mean())
        for moved in named
    ]
    return [int(named[place]) for place in np.argsort(near, kind="stable")[::-1][:KEYS_TRIED]]


def likeness(a: Float32Array, b: Float32Array, *, transposition: int) -> Float32Array:
    """Return how much nearer contexts are than usual, float32 [N, M], in standard deviations.

    The mean cosine of the steps, less half of what either step has with all of the other song: a
    chord that is everywhere says little.
    """
    moved = np.roll(b, transposition, axis=2).reshape(len(b), -1)
    alike: Float32Array = a.reshape(len(a), -1) @ moved.T / np.float32(CONTEXT_STEPS)
    alike -= (alike.mean(axis=1, keepdims=True) + alike.mean(axis=0, keepdims=True)) / 2
    alike /= max(float(alike.std()), 1e-6)
    return alike


def _stretches(parts: Sequence[_Part]) -> list[Stretch]:
    """Return the best chain through each part."""
    n_rows = len(parts[0].likeness)
    n_columns = max(part.likeness.shape[1] for part in parts)
    # Beyond a shorter candidate's end nothing is gained.
    gains = np.full((n_rows, len(parts), n_columns), -np.inf, np.float32)
    for place, part in enumerate(parts):
        gains[:, place, : part.likeness.shape[1]] = part.likeness - GAIN_FROM
    chains = best_chains(gains)
    first, last = chains.first.tolist(), chains.last.tolist()
    return [
        Stretch(
            gain=float(chains.gain[place]),
            transposition=part.transposition,
            a_start=first[place][0],
            a_stop=last[place][0] + 1,
            b_start=first[place][1],
            b_stop=last[place][1] + 1,
        )
        for place, part in enumerate(parts)
    ]
