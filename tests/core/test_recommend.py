"""Ranking of one list."""

import numpy as np
import pytest

from core.recommend import MAX_OF_ARTIST, Candidate, Drop, Why, alike, density, rank, same_recording
from core.types import Codes, Float32Array

NO_CODES = np.zeros(0, np.uint32)


def unit(*numbers: float) -> Float32Array:
    vector = np.array(numbers, np.float32)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def at(cosine: float, *, axis: int = 1, dimension: int = 12) -> Float32Array:
    """Return a vector with this cosine to the first axis; those on other axes are unlike it."""
    vector = np.zeros(dimension, np.float32)
    vector[0], vector[axis] = cosine, np.sqrt(1 - cosine**2)
    return vector


def codes(seed: int, *, length: int = 400) -> Codes:
    return np.random.default_rng(seed).integers(0, 1 << 32, length, dtype=np.uint32)


def again(original: Codes, *, share: float = 0.03) -> Codes:
    flips = np.random.default_rng(7).random((len(original), 32)) < share
    masks = (flips * (np.uint64(1) << np.arange(32, dtype=np.uint64))).sum(axis=1)
    return original ^ masks.astype(np.uint32)


def song(key: str, vector: Float32Array, **more: object) -> Candidate:
    return Candidate(key, vector, **{"codes": NO_CODES, **more})  # type: ignore[arg-type] - test


QUERY = song("query", at(1.0), codes=codes(0))


def keys(found: object) -> list[str]:
    return [line.key for line in found.lines]  # type: ignore[attr-defined] - test


def test_the_nearest_comes_first_and_the_query_never() -> None:
    songs = [song(f"s{i}", at(0.9 - i / 20, axis=i + 1)) for i in range(6)]
    found = rank(QUERY, [*songs[::-1], QUERY])
    assert keys(found) == [f"s{i}" for i in range(6)]
    assert found.lines[0].why is Why.NEAREST
    assert [line.score for line in found.lines] == pytest.approx([0.9 - i / 20 for i in range(6)])
    assert found.dropped == ()


def test_the_querys_own_recording_is_dropped_in_any_encoding() -> None:
    copy = song("copy", at(0.99), codes=again(QUERY.codes))
    clip = song("clip", at(0.98, axis=2), codes=again(QUERY.codes)[100:250])
    other = song("other", at(0.5, axis=3), codes=codes(3))
    found = rank(QUERY, [copy, clip, other])
    assert keys(found) == ["other"]
    assert {(one.key, one.why, one.of) for one in found.dropped} == {
        ("copy", Drop.QUERY_RECORDING, "query"),
        ("clip", Drop.QUERY_RECORDING, "query"),
    }


def test_one_song_of_a_recording_stays_and_stands_for_the_others() -> None:
    sound = codes(5)
    songs = [
        song("far", at(0.7), codes=again(sound)),
        song("near", at(0.8), codes=sound),
        song("clip", at(0.6), codes=sound[50:300]),
        song("other", at(0.5, axis=3), codes=codes(6)),
    ]
    found = rank(QUERY, songs)
    assert keys(found) == ["near", "other"]
    assert found.lines[0].copies == ("far", "clip")
    assert {one.why for one in found.dropped} == {Drop.SAME_RECORDING}


@pytest.mark.parametrize("share", [0.01, 0.06, 0.12])
def test_a_recording_is_known_in_other_encodings(share: float) -> None:
    sound = codes(8, length=1500)
    assert same_recording(sound, again(sound, share=share))
    assert not same_recording(sound, codes(9, length=1500))
    assert not same_recording(sound, NO_CODES)


def test_what_is_aligned_at_all_agrees_with_counting_shared_codes() -> None:
    songs = [codes(1), again(codes(1)), codes(2), codes(2)[:9], codes(3)[:4], NO_CODES, codes(1)]
    found = alike(songs)
    for i, a in enumerate(songs):
        for j, b in enumerate(songs):
            needed = max(6.0, 0.01 * min(len(a), len(b)))
            assert found[i, j] == (len(np.intersect1d(a, b)) >= needed)
    assert found[0, 1]
    assert found[2, 3]
    assert not found[0, 2]
    assert alike([]).shape == (0, 0)


def test_at_most_two_of_an_artist_however_it_is_written() -> None:
    names = ["The Band", "the band", " THE  BAND ", "The Band", "Other", "", "", ""]
    songs = [
        song(f"s{i}", at(0.9 - i / 50, axis=i + 1), artist=name) for i, name in enumerate(names)
    ]
    found = rank(QUERY, songs)
    assert keys(found) == ["s0", "s1", "s4", "s5", "s6", "s7"]
    assert [(one.key, one.why) for one in found.dropped] == [
        ("s2", Drop.ARTIST),
        ("s3", Drop.ARTIST),
    ]
    assert MAX_OF_ARTIST == 2


def test_a_hub_stands_behind_a_song_that_is_near_this_one_only() -> None:
    hub = song("hub", at(0.80, axis=1), density=0.7)
    special = song("special", at(0.75, axis=2), density=0.2)
    found = rank(QUERY, [hub, special])
    assert keys(found) == ["special", "hub"]
    assert found.lines[0].why is Why.SPECIAL


def test_variety_is_moved_up_before_more_of_the_same() -> None:
    same = [song(f"same{i}", at(0.80 - i / 1000, axis=1)) for i in range(4)]
    unlike = song("unlike", at(0.76, axis=2))
    found = rank(QUERY, [*same, unlike])
    assert keys(found)[:2] == ["same0", "unlike"]
    assert found.lines[1].why is Why.VARIETY


def test_a_full_list_says_so() -> None:
    songs = [song(f"s{i}", at(0.9 - i / 20, axis=i + 1)) for i in range(6)]
    found = rank(QUERY, songs, limit=4)
    assert keys(found) == ["s0", "s1", "s2", "s3"]
    assert {one.key: one.why for one in found.dropped} == {"s4": Drop.LENGTH, "s5": Drop.LENGTH}


def test_the_order_of_what_was_recalled_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    songs = [song(f"s{i}", unit(*rng.normal(size=12))) for i in range(30)]
    first = rank(QUERY, songs)
    rng.shuffle(songs)  # type: ignore[arg-type] - numpy shuffles any list
    assert rank(QUERY, songs) == first
    assert rank(QUERY, []).lines == ()


def test_density_is_the_mean_cosine() -> None:
    assert density([0.5, 0.7]) == pytest.approx(0.6)
    assert density([]) == 0.0
