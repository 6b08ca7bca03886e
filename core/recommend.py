"""Ranking of item-to-item lists. Pure, and the same wherever it runs.

Recall has found songs near each query. Here copies of the query are dropped, recordings collapsed,
scores corrected for hubs, and the list rearranged: diverse, at most ``MAX_OF_ARTIST`` songs of one
artist, at most one of a recording. Every line says why it stands where it stands, and everything
that was dropped says why, and of what it is a copy.

Many lists are ranked at once, each step for all of them. Songs stand in a pool and are meant by
their place in it. Vectors are float32 [D] of length 1; ``density`` is a song's mean cosine to its
nearest songs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from core.types import Float32Array

LIST_LENGTH = 20
RECALL = 60  # songs to rank for a list; three times its length leaves room for copies and caps
MAX_OF_ARTIST = 2
# A hub is near everything, so being near it says little. Taking off half its density orders a list
# as CSLS does (Conneau et al. 2018, "Word translation without parallel data"), on cosine's scale.
HUB_WEIGHT = 0.5
# Maximal marginal relevance (Carbonell and Goldstein 1998): how much nearness to the query counts
# against distance from what the list already holds. 0.8 keeps a list of near songs near.
RELEVANCE = 0.8
_SINGLE_THREAD = 1 << 18  # multiplications (OpenBLAS, interface/gemm.c)
NOWHERE = -1  # stands for a song where there is none

Places = NDArray[np.intp]
Flags = NDArray[np.bool_]


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
class Pool:
    """Songs as ranking sees them.

    ``vectors`` is float32 [n, D], ``densities`` float32 [n]; ``recordings`` and ``artists`` are
    numbers, int [n], equal where recording or artist are, 0 for an unknown artist. ``parts`` says
    of a place which others hold a part of the same recording.
    """

    vectors: Float32Array
    densities: Float32Array
    recordings: Places
    artists: Places
    parts: Mapping[int, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What became of the songs that were recalled for one list; all arrays are [n], nearest first.

    ``places`` are those in the pool, ``scores`` cosines to the query. ``ranks`` is a song's place
    in the list, from 1, or 0 where it was dropped. ``copy_of`` is the place of the song that it is
    a copy of, or ``NOWHERE``. ``moved`` is how many places ranking moved it up.
    """

    places: Places
    scores: Float32Array
    ranks: Places
    copy_of: Places
    moved: Places
    reasons: tuple[Why | Drop, ...]

    def kept(self) -> list[int]:
        """Return which of the recalled are in the list, best first."""
        found: list[int] = np.flatnonzero(self.ranks)[
            np.argsort(self.ranks[self.ranks > 0])
        ].tolist()
        return found


@dataclass(frozen=True, slots=True)
class _Batch:
    """Lists while they are ranked; [B, N] each, in the order of cosines, filled up with NOWHERE."""

    places: Places
    queries: Places
    cosines: Float32Array
    adjusted: Float32Array
    by_adjusted: Places  # the order in which heads of recordings are chosen
    artists: Places
    gram: Float32Array  # [B, N, N]

    @property
    def is_song(self) -> Flags:
        """Which places stand for a song."""
        found: Flags = self.places != NOWHERE
        return found


def rank(
    pool: Pool,
    queries: Sequence[int],
    *,
    recalled: Sequence[Sequence[int]],
    limit: int = LIST_LENGTH,
) -> list[Ranking]:
    """Return a list for each query out of what recall has found for it.

    Songs of equal score stand in the order in which they were recalled.
    """
    if not any(len(one) for one in recalled):
        return [_nothing() for _ in queries]
    batch = _batch(pool, queries, recalled=recalled)
    is_copy, copy_of = _copies(pool, batch)
    heads = batch.is_song & ~is_copy
    ranks, is_full_of = _rearrange(batch, heads, limit=limit)
    moved, reasons = _told(batch, heads, ranks=ranks, is_full_of=is_full_of)
    reasons[is_copy] = _REASONS.index(Drop.SAME_RECORDING)
    reasons[is_copy & (copy_of == batch.queries[:, None])] = _REASONS.index(Drop.QUERY_RECORDING)
    return [
        Ranking(
            batch.places[one, :n],
            batch.cosines[one, :n],
            ranks[one, :n],
            copy_of[one, :n],
            moved[one, :n],
            tuple(_REASONS[code] for code in reasons[one, :n].tolist()),
        )
        for one, n in enumerate(map(len, recalled))
    ]


def density(cosines: Sequence[float]) -> float:
    """Return a song's density out of the cosines to its nearest songs; 0 where it has none."""
    return float(np.mean(cosines)) if len(cosines) else 0.0


_REASONS: tuple[Why | Drop, ...] = (*Why, *Drop)


def _nothing() -> Ranking:
    none = np.zeros(0, np.intp)
    return Ranking(none, np.zeros(0, np.float32), none, none, none, ())


def _batch(pool: Pool, queries: Sequence[int], *, recalled: Sequence[Sequence[int]]) -> _Batch:
    """Lay the lists side by side, each in the order of its cosines."""
    places = np.full((len(recalled), max(map(len, recalled))), NOWHERE, np.intp)
    for row, one in zip(places, recalled, strict=True):
        row[: len(one)] = one
    asked = np.asarray(queries, np.intp)
    cosines = np.matmul(pool.vectors[places], pool.vectors[asked][:, :, None])[:, :, 0]
    cosines = np.where(places == NOWHERE, -np.inf, np.clip(cosines, -1.0, 1.0))
    order = np.argsort(-cosines, axis=1, kind="stable")
    places = np.take_along_axis(places, order, axis=1)
    cosines = np.take_along_axis(cosines, order, axis=1).astype(np.float32)
    adjusted = cosines - np.float32(HUB_WEIGHT) * pool.densities[places]
    return _Batch(
        places=places,
        queries=asked,
        cosines=cosines,
        adjusted=adjusted,
        by_adjusted=np.argsort(-adjusted, axis=1, kind="stable"),
        artists=np.where(places == NOWHERE, 0, pool.artists[places]),
        gram=_gram(pool.vectors[places]),
    )


def _gram(vectors: Float32Array) -> Float32Array:
    """Return the cosines of all pairs within each list, float32 [B, N, N], of [B, N, D].

    Some columns at a time: OpenBLAS gives larger products to several threads, whose waiting for
    each other takes ten times as long as these products.
    """
    n, dimension = vectors.shape[1:]
    step = max(1, _SINGLE_THREAD // (n * dimension))
    columns = vectors.transpose(0, 2, 1)
    parts = [np.matmul(vectors, columns[:, :, at : at + step]) for at in range(0, n, step)]
    found: Float32Array = np.clip(np.concatenate(parts, axis=2), -1.0, 1.0)
    return found


def _copies(pool: Pool, batch: _Batch) -> tuple[Flags, Places]:
    """Return which songs are copies of the query or of a better one, bool [B, N], and of which."""
    recordings = pool.recordings[batch.places]
    alike = recordings[:, :, None] == recordings[:, None, :]
    of_query = recordings == pool.recordings[batch.queries][:, None]
    if pool.parts:
        _add_parts(pool, batch, alike=alike, of_query=of_query)
    of_query &= batch.is_song
    copy_of = np.where(of_query, batch.queries[:, None], NOWHERE)
    is_head = np.zeros_like(of_query)
    lists = np.arange(len(batch.places))
    for place in batch.by_adjusted.T:  # the best of each list, then the second best
        met = alike[lists, place] & is_head
        head = batch.places[lists, met.argmax(axis=1)]
        is_new = batch.is_song[lists, place] & ~of_query[lists, place]
        is_copy = met.any(axis=1) & is_new
        copy_of[lists[is_copy], place[is_copy]] = head[is_copy]
        is_head[lists, place] = is_new & ~is_copy
    return copy_of != NOWHERE, copy_of


def _add_parts(pool: Pool, batch: _Batch, *, alike: Flags, of_query: Flags) -> None:
    """Mark also those pairs in ``alike`` and ``of_query`` that share a part of a recording."""
    holders = np.fromiter(pool.parts, np.intp)
    for one, column in np.argwhere(np.isin(batch.places, holders)):
        others = np.fromiter(pool.parts[int(batch.places[one, column])], np.intp)
        near = np.isin(batch.places[one], others)
        alike[one, column] |= near
        alike[one, :, column] |= near
    for one in np.flatnonzero(np.isin(batch.queries, holders)):
        others = np.fromiter(pool.parts[int(batch.queries[one])], np.intp)
        of_query[one] |= np.isin(batch.places[one], others)


def _rearrange(batch: _Batch, heads: Flags, *, limit: int) -> tuple[Places, Flags]:
    """Pick songs one by one, each the best against what its list holds by then.

    Returns their ranks, int [B, N], and whose artists have enough songs in their list.
    """
    relevance = np.float32(RELEVANCE) * np.where(batch.is_song, batch.adjusted, 0.0)
    echo = np.full_like(relevance, -1.0)  # the highest cosine to a song that is in the list
    ranks = np.zeros_like(batch.places)
    n_of_artist = np.zeros_like(batch.places)
    is_waiting = heads.copy()
    lists = np.arange(len(heads))
    for rank_ in range(1, limit + 1):
        value = np.where(is_waiting, relevance - np.float32(1.0 - RELEVANCE) * echo, -np.inf)
        best = value.argmax(axis=1)
        is_picked = is_waiting[lists, best]
        if not is_picked.any():
            break
        ranks[lists[is_picked], best[is_picked]] = rank_
        echo = np.maximum(echo, batch.gram[lists, best])
        artist = batch.artists[lists, best][:, None]
        n_of_artist += (batch.artists == artist) & (artist > 0) & is_picked[:, None]
        is_waiting &= (ranks == 0) & (n_of_artist < MAX_OF_ARTIST)
    return ranks, n_of_artist >= MAX_OF_ARTIST


def _told(
    batch: _Batch, heads: Flags, *, ranks: Places, is_full_of: Flags
) -> tuple[Places, Places]:
    """Return how far each song was moved, and its reason as a place in ``_REASONS``.

    What brought a song to its place is seen by comparing with the order by cosine alone.
    """
    by_cosine = np.cumsum(heads, axis=1)
    in_order = np.take_along_axis(heads, batch.by_adjusted, axis=1)
    by_adjusted = np.zeros_like(ranks)
    np.put_along_axis(by_adjusted, batch.by_adjusted, np.cumsum(in_order, axis=1), axis=1)
    reasons = np.select(
        [
            (ranks == 0) & is_full_of,
            ranks == 0,
            by_cosine == 1,
            ranks >= by_cosine,
            by_adjusted < by_cosine,
        ],
        [
            _REASONS.index(one)
            for one in (Drop.ARTIST, Drop.LENGTH, Why.NEAREST, Why.NEAR, Why.SPECIAL)
        ],
        _REASONS.index(Why.VARIETY),
    )
    return np.where(ranks > 0, by_cosine - ranks, 0), reasons
