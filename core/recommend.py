"""Ranking of an item-to-item list, the same on the desktop and on the cluster. Pure.

Recall has found songs near a query. Here copies of the query are dropped, recordings collapsed,
scores corrected for hubs, and the list rearranged: diverse, at most ``MAX_OF_ARTIST`` songs of one
artist, at most one of a recording. Every line says why it stands where it stands, and everything
that was dropped says why.

Vectors are float32 [D] of length 1; ``density`` is a song's mean cosine to its nearest songs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from core.fingerprint.match import align, moving
from core.types import Codes, Float32Array

LIST_LENGTH = 20
MAX_OF_ARTIST = 2
# A hub is near everything, so being near it says little. Taking off half its density orders a list
# as CSLS does (Conneau et al. 2018, "Word translation without parallel data"), on cosine's scale.
HUB_WEIGHT = 0.5
# Maximal marginal relevance (Carbonell and Goldstein 1998): how much nearness to the query counts
# against distance from what the list already holds. 0.8 keeps a list of near songs near.
RELEVANCE = 0.8

# One recording, whatever the encoding, differs in at most 0.13 of its bits, other songs in at least
# 0.34 (docs/decisions/duplicates.md); 60 codes are over 7 s, more than chance aligns.
SAME_BITS = 0.17
SAME_CODES = 60
# Two copies share exact codes even after heavy equalising; strangers share few, by chance. Pairs
# that share fewer than this, and than this part of the shorter song's, are not aligned: it spares
# nearly every alignment.
SHARED_CODES = 6
SHARED_PART = 0.01
OWNER_BITS = np.uint64(16)  # beside a code of 32 bits: at most 65,536 songs at once


class Why(Enum):
    """Why a song stands where it stands in a list."""

    NEAREST = "the nearest in sound"
    NEAR = "near in sound"
    SPECIAL = "near this song more than near everything else"
    VARIETY = "moved up for variety"


class Drop(Enum):
    """Why a song that was recalled isn't in a list."""

    QUERY_RECORDING = "the same recording as the song itself"
    SAME_RECORDING = "the same recording as another in the list"
    ARTIST = "enough by this artist already"
    LENGTH = "the list is full"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A song as ranking sees it; ``codes`` are those of its mix, uint32 [n], maybe none."""

    key: str
    vector: Float32Array
    codes: Codes
    artist: str = ""
    density: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list; ``score`` is the cosine to the query, ``copies`` what it stands for."""

    key: str
    score: float
    why: Why
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A recalled song that is not in the list; ``of`` is the song it is a copy of, or empty."""

    key: str
    why: Drop
    of: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """A list, best first, and what was left out of it."""

    lines: tuple[Line, ...]
    dropped: tuple[Dropped, ...]


def rank(query: Candidate, candidates: Sequence[Candidate], *, limit: int = LIST_LENGTH) -> Ranking:
    """Return the list for a query out of what recall has found."""
    others = sorted((c for c in candidates if c.key != query.key), key=lambda c: c.key)
    heads, copies = _collapse(query, others)
    nearest = sorted(heads, key=lambda c: (-_cosine(query, c), c.key))
    picked = _rearrange(query, nearest, limit=limit)
    lines = tuple(
        Line(
            one.key,
            _cosine(query, one),
            _why(query, one, place=place, nearest=nearest),
            tuple(copy.key for copy in copies if copy.of == one.key),
        )
        for place, one in enumerate(picked)
    )
    return Ranking(lines, (*copies, *_left_out(nearest, picked)))


def same_recording(a: Codes, b: Codes) -> bool:
    """Tell whether two songs hold the same recording, as a whole or in part."""
    found = align(a, b)
    return (
        found is not None
        and found.bit_error_rate <= SAME_BITS
        and found.n_compared >= min(SAME_CODES, len(a), len(b))
    )


def alike(songs: Sequence[Codes]) -> NDArray[np.bool_]:
    """Return which pairs share enough exact codes to be aligned, bool [n, n]; symmetric."""
    tagged = [
        np.unique(codes[moving(codes)]).astype(np.uint64) << OWNER_BITS | np.uint64(owner)
        for owner, codes in enumerate(songs)
    ]
    sizes = np.array([len(one) for one in tagged])
    everything = np.sort(np.concatenate(tagged)) if tagged else np.zeros(0, np.uint64)
    code = everything >> OWNER_BITS
    owner = (everything & np.uint64((1 << int(OWNER_BITS)) - 1)).astype(np.intp)
    is_new = np.concatenate(([True], code[1:] != code[:-1])) if len(code) else np.zeros(0, bool)
    held = np.zeros((int(is_new.sum()), len(songs)), np.float32)
    held[np.cumsum(is_new) - 1, owner] = 1.0
    held = held[held.sum(axis=1) > 1]
    needed = np.maximum(SHARED_CODES, SHARED_PART * np.minimum(sizes[:, None], sizes))
    enough: NDArray[np.bool_] = held.T @ held >= needed
    return enough


def density(cosines: Sequence[float]) -> float:
    """Return a song's density out of the cosines to its nearest songs; 0 where it has none."""
    return float(np.mean(cosines)) if len(cosines) else 0.0


def _collapse(
    query: Candidate, others: Sequence[Candidate]
) -> tuple[list[Candidate], list[Dropped]]:
    """Return the best song of every recording but the query's, and the copies."""
    ordered = [query, *sorted(others, key=lambda c: (-_adjusted(query, c), c.key))]
    is_alike = alike([one.codes for one in ordered])
    heads: list[int] = [0]
    dropped: list[Dropped] = []
    for place in range(1, len(ordered)):
        one = ordered[place]
        near = (head for head in heads if is_alike[head, place])
        head = next((h for h in near if same_recording(ordered[h].codes, one.codes)), None)
        if head is None:
            heads.append(place)
        else:
            why = Drop.SAME_RECORDING if head else Drop.QUERY_RECORDING
            dropped.append(Dropped(one.key, why, ordered[head].key))
    return [ordered[place] for place in heads[1:]], dropped


def _rearrange(query: Candidate, nearest: Sequence[Candidate], *, limit: int) -> list[Candidate]:
    """Pick songs one by one, each the best against what the list holds by then."""
    waiting = list(nearest)
    picked: list[Candidate] = []
    relevance = {one.key: RELEVANCE * _adjusted(query, one) for one in waiting}
    echo = {one.key: -1.0 for one in waiting}  # the highest cosine to a song that is in the list
    while waiting and len(picked) < limit:
        best = max(waiting, key=lambda c: relevance[c.key] - (1.0 - RELEVANCE) * echo[c.key])
        picked.append(best)
        waiting = [one for one in waiting if one is not best and _has_room(one, picked)]
        for one in waiting:
            echo[one.key] = max(echo[one.key], _cosine(best, one))
    return picked


def _has_room(one: Candidate, picked: Sequence[Candidate]) -> bool:
    artist = _artist(one)
    return not artist or sum(_artist(other) == artist for other in picked) < MAX_OF_ARTIST


def _left_out(nearest: Sequence[Candidate], picked: Sequence[Candidate]) -> list[Dropped]:
    keys = {one.key for one in picked}
    return [
        Dropped(one.key, Drop.LENGTH if _has_room(one, picked) else Drop.ARTIST)
        for one in nearest
        if one.key not in keys
    ]


def _why(query: Candidate, one: Candidate, *, place: int, nearest: Sequence[Candidate]) -> Why:
    """Return what brought a song to its place: compare it with the order by cosine alone."""
    by_cosine = next(i for i, other in enumerate(nearest) if other.key == one.key)
    if by_cosine == 0:
        return Why.NEAREST
    if place >= by_cosine:
        return Why.NEAR
    adjusted = np.array([_adjusted(query, other) for other in nearest])
    by_adjusted = int(_places(adjusted)[by_cosine])
    return Why.SPECIAL if by_adjusted < by_cosine else Why.VARIETY


def _places(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the place of each score among all, the highest first."""
    places = np.empty(len(scores), np.intp)
    places[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return places


def _adjusted(query: Candidate, one: Candidate) -> float:
    return _cosine(query, one) - HUB_WEIGHT * one.density


def _cosine(a: Candidate, b: Candidate) -> float:
    return float(np.clip(a.vector @ b.vector, -1.0, 1.0))


def _artist(one: Candidate) -> str:
    return " ".join(one.artist.casefold().split())
