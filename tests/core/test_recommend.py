"""Ranking of lists."""

from collections.abc import Sequence

import numpy as np
import pytest

from core.recommend import (
    MAX_OF_ARTIST,
    NOWHERE,
    RELEVANCE,
    Drop,
    Pool,
    Ranking,
    Why,
    density,
    rank,
)
from core.types import Float32Array

QUERY = 0


def at(cosine: float, *, axis: int = 1, dimension: int = 40) -> Float32Array:
    """Return a vector with this cosine to the first axis; those on other axes are unlike it."""
    vector = np.zeros(dimension, np.float32)
    vector[0], vector[axis] = cosine, np.sqrt(1 - cosine**2)
    return vector


def pool(
    vectors: Sequence[Float32Array],
    *,
    densities: Sequence[float] = (),
    recordings: Sequence[int] = (),
    artists: Sequence[int] = (),
    parts: dict[int, frozenset[int]] | None = None,
) -> Pool:
    """Return a pool of a query and these songs, unlike each other where nothing else is said."""
    n = len(vectors) + 1
    return Pool(
        vectors=np.stack([at(1.0), *vectors]),
        densities=np.array([0.0, *(densities or [0.0] * (n - 1))], np.float32),
        recordings=np.array(recordings or range(n)),
        artists=np.array([0, *(artists or [0] * (n - 1))]),
        parts=parts or {},
    )


def ranked(songs: Pool, *, limit: int = 20) -> Ranking:
    (found,) = rank(songs, [QUERY], recalled=[range(1, len(songs.vectors))], limit=limit)
    return found


def kept(found: Ranking) -> list[int]:
    return [int(found.places[one]) for one in found.kept()]


def dropped(found: Ranking) -> dict[int, tuple[Drop, int]]:
    told = zip(found.places.tolist(), found.reasons, found.copy_of.tolist(), strict=True)
    return {place: (why, of) for place, why, of in told if isinstance(why, Drop)}


def reason(found: Ranking, place: int) -> Why | Drop:
    return found.reasons[found.places.tolist().index(place)]


def test_the_nearest_comes_first() -> None:
    songs = pool([at(0.9 - i / 20, axis=i + 1) for i in range(6)][::-1])
    found = ranked(songs)
    assert kept(found) == [6, 5, 4, 3, 2, 1]
    assert reason(found, 6) is Why.NEAREST
    assert found.scores.tolist() == pytest.approx([0.9 - i / 20 for i in range(6)])
    assert found.moved.tolist() == [0] * 6
    assert dropped(found) == {}


def test_the_querys_own_recording_is_dropped_as_a_whole_or_in_part() -> None:
    songs = pool(
        [at(0.99), at(0.98, axis=2), at(0.5, axis=3), at(0.4, axis=4)],
        recordings=[7, 7, 2, 3, 4],
        parts={QUERY: frozenset({2}), 2: frozenset({QUERY})},
    )
    found = ranked(songs)
    assert kept(found) == [3, 4]
    assert dropped(found) == {
        1: (Drop.QUERY_RECORDING, QUERY),
        2: (Drop.QUERY_RECORDING, QUERY),
    }


def test_the_best_song_of_a_recording_stays_and_stands_for_the_others() -> None:
    songs = pool(
        [at(0.7), at(0.8), at(0.6, axis=2), at(0.5, axis=3)],
        recordings=[0, 9, 9, 9, 4],
    )
    found = ranked(songs)
    assert kept(found) == [2, 4]
    assert dropped(found) == {1: (Drop.SAME_RECORDING, 2), 3: (Drop.SAME_RECORDING, 2)}


def test_a_mix_is_dropped_for_a_song_inside_it_and_is_no_chain() -> None:
    """Song 2 is a mix that holds 1 and 3: the better of what overlaps stays, 1 and 3 both do."""
    vectors = [at(0.8), at(0.7, axis=2), at(0.6, axis=3)]
    parts = {1: frozenset({2}), 2: frozenset({1, 3}), 3: frozenset({2})}
    found = ranked(pool(vectors, parts=parts))
    assert kept(found) == [1, 3]
    assert dropped(found) == {2: (Drop.SAME_RECORDING, 1)}


def test_at_most_two_of_an_artist() -> None:
    songs = pool([at(0.9 - i / 50, axis=i + 1) for i in range(8)], artists=[1, 1, 1, 1, 2, 0, 0, 0])
    found = ranked(songs)
    assert kept(found) == [1, 2, 5, 6, 7, 8]
    assert dropped(found) == {3: (Drop.ARTIST, NOWHERE), 4: (Drop.ARTIST, NOWHERE)}
    assert MAX_OF_ARTIST == 2


def test_a_hub_stands_behind_a_song_that_is_near_this_one_only() -> None:
    found = ranked(pool([at(0.80), at(0.75, axis=2)], densities=[0.7, 0.2]))
    assert kept(found) == [2, 1]
    assert reason(found, 2) is Why.SPECIAL
    assert found.moved.tolist() == [-1, 1]


def test_variety_is_moved_up_before_more_of_the_same() -> None:
    found = ranked(pool([*(at(0.80 - i / 1000) for i in range(4)), at(0.76, axis=2)]))
    assert kept(found)[:2] == [1, 5]
    assert reason(found, 5) is Why.VARIETY
    assert found.moved[found.places.tolist().index(5)] == 3


def test_a_full_list_says_so() -> None:
    found = ranked(pool([at(0.9 - i / 20, axis=i + 1) for i in range(6)]), limit=4)
    assert kept(found) == [1, 2, 3, 4]
    assert {place: why for place, (why, _) in dropped(found).items()} == {
        5: Drop.LENGTH,
        6: Drop.LENGTH,
    }


def random_pool(*, n: int = 200) -> Pool:
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(n, 16)).astype(np.float32) + 0.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Pool(
        vectors,
        rng.uniform(0.2, 0.6, n).astype(np.float32),
        rng.integers(0, n // 2, n),
        rng.integers(0, 40, n),
        {3: frozenset({4, 5}), 9: frozenset({3})},
    )


def by_hand(songs: Pool, query: int, recalled: Sequence[int], *, limit: int) -> list[int]:
    """Rank one list with loops, as the rules say."""

    def adjusted(one: int) -> float:
        return float(songs.vectors[query] @ songs.vectors[one] - 0.5 * songs.densities[one])

    def is_copy(one: int, other: int) -> bool:
        return bool(
            songs.recordings[one] == songs.recordings[other]
            or other in songs.parts.get(one, ())
            or one in songs.parts.get(other, ())
        )

    heads: list[int] = []
    for one in sorted(recalled, key=adjusted, reverse=True):
        if not any(is_copy(one, head) for head in [query, *heads]):
            heads.append(one)
    listed: list[int] = []
    while len(listed) < limit:
        artists = [songs.artists[one] for one in listed if songs.artists[one]]
        left = [
            one
            for one in heads
            if one not in listed and artists.count(songs.artists[one]) < MAX_OF_ARTIST
        ]
        if not left:
            break
        listed.append(
            max(
                left,
                key=lambda one: (
                    RELEVANCE * adjusted(one)
                    - (1 - RELEVANCE)
                    * max((songs.vectors[one] @ songs.vectors[o] for o in listed), default=-1.0)
                ),
            )
        )
    return listed


def test_many_lists_at_once_are_those_made_by_hand() -> None:
    songs = random_pool()
    rng = np.random.default_rng(2)
    queries = list(range(40))
    recalled = [
        [one for one in rng.permutation(200)[: 5 + 2 * q].tolist() if one != q] for q in queries
    ]
    for query, near, found in zip(
        queries, recalled, rank(songs, queries, recalled=recalled), strict=True
    ):
        assert kept(found) == by_hand(songs, query, near, limit=20)
        assert sorted(found.places.tolist()) == sorted(near)
        assert len(found.reasons) == len(near)


def test_a_list_does_not_depend_on_the_others() -> None:
    songs = random_pool()
    recalled = [list(range(10, 70)), list(range(100, 130)), []]
    together = rank(songs, [0, 1, 2], recalled=recalled)
    for query, near, found in zip([0, 1, 2], recalled, together, strict=True):
        (alone,) = rank(songs, [query], recalled=[near])
        assert kept(alone) == kept(found)
        assert alone.reasons == found.reasons
    assert rank(songs, [], recalled=[]) == []


def test_density_is_the_mean_cosine() -> None:
    assert density([0.5, 0.7]) == pytest.approx(0.6)
    assert density([]) == 0.0
