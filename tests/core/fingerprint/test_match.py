import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.fingerprint.match import (
    MIN_CODES,
    STEADY_CODES,
    STRETCH_ERROR,
    align,
    alignments,
    moving,
    self_error_rate,
)
from tests.core.fingerprint.codes import flipped, random_codes


def brute_force(a, b):
    """Try every offset and every stretch; return gain, places, length and error rate."""
    best = (0.0, 0, 0, 0, 1.0)
    telling_a, telling_b = steady_free(a), steady_free(b)
    for offset in range(-len(b) + 1, len(a)):
        pairs = [(i, i - offset) for i in range(len(a)) if 0 <= i - offset < len(b)]
        for first in range(len(pairs)):
            gain, wrong, count = 0.0, 0, 0
            for last in range(first, len(pairs)):
                i, j = pairs[last]
                if telling_a[i] and telling_b[j]:
                    errors = bin(int(a[i]) ^ int(b[j])).count("1")
                    gain += 32 * STRETCH_ERROR - errors
                    wrong, count = wrong + errors, count + 1
                if gain > best[0]:
                    rate = wrong / (32 * count)
                    best = (gain, *pairs[first], last - first + 1, rate)
    return best


def steady_free(codes):
    kept = [True] * len(codes)
    for i in range(len(codes)):
        run = 1
        while i + run < len(codes) and codes[i + run] == codes[i]:
            run += 1
        if run >= STEADY_CODES:
            kept[i : i + run] = [False] * run
    return kept


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    before=st.tuples(st.integers(0, 25), st.integers(0, 25)),
    after=st.tuples(st.integers(0, 25), st.integers(0, 25)),
    shared=st.integers(24, 40),
    rate=st.floats(0.0, 0.15),
    silence=st.integers(0, 8),
)
def test_the_planted_stretch_is_found_as_brute_force_finds_it(
    seed, before, after, shared, rate, silence
):
    common = random_codes(seed, shared)
    quiet = np.full(silence, 627_964_279, np.uint32)
    rows = [
        np.concatenate((random_codes(seed + 1 + k, before[k]), quiet, common_k, tail))
        for k, common_k, tail in (
            (0, common, random_codes(seed + 3, after[0])),
            (1, flipped(common, rate=rate, seed=seed), random_codes(seed + 4, after[1])),
        )
    ]
    gain, a_start, b_start, length, error_rate = brute_force(*rows)
    found = align(*rows)
    # Where a steady code stands at the edge of the stretch, it may be taken in or left out.
    assert found.a_start - found.b_start == a_start - b_start
    assert found.bit_error_rate == pytest.approx(error_rate)
    assert (STRETCH_ERROR - found.bit_error_rate) * 32 * found.n_compared == pytest.approx(gain)
    assert abs(found.length - length) <= silence


@pytest.mark.parametrize("seed", range(5))
def test_unrelated_codes_share_nothing(seed):
    assert align(random_codes(seed, 700), random_codes(seed + 100, 900)) is None


def test_a_whole_song_lies_on_itself():
    codes = random_codes(1, 2000)
    found = align(codes, codes)
    assert (found.a_start, found.b_start, found.length) == (0, 0, 2000)
    assert found.bit_error_rate == 0.0


@pytest.mark.parametrize("start", [0, 1, 700, 1501, 1940])
def test_a_clip_is_found_anywhere_and_the_other_way_round(start):
    song = random_codes(1, 2000)
    clip = flipped(song[start : start + 60], rate=0.08)
    found, turned = align(song, clip), align(clip, song)
    assert found.a_start - found.b_start == start
    assert found.length >= 58
    assert (turned.a_start, turned.b_start) == (found.b_start, found.a_start)
    assert turned.bit_error_rate == found.bit_error_rate


def test_two_songs_in_one_mix_are_found_each_in_its_place():
    one, two = random_codes(1, 900), random_codes(2, 1100)
    mix = np.concatenate((random_codes(3, 333), one, random_codes(4, 77), two))
    assert align(one, mix).b_start == 333
    assert align(two, mix).b_start == 333 + 900 + 77
    assert align(mix, two).length == 1100


def test_a_song_in_a_mix_of_two_hours():
    song = random_codes(1, 1800)
    mix = random_codes(2, 58_000)
    mix[31_001 : 31_001 + 1800] = flipped(song, rate=0.12)
    found = align(song, mix)
    assert (found.a_start, found.b_start) == (0, 31_001)
    assert found.length == 1800


def test_a_long_common_part_amid_other_sound():
    common = random_codes(1, 300)
    a = np.concatenate((random_codes(2, 1000), common, random_codes(3, 800)))
    b = np.concatenate((random_codes(4, 100), flipped(common, rate=0.1), random_codes(5, 1500)))
    found = align(a, b)
    assert (found.a_start, found.b_start, found.length) == (1000, 100, 300)


def test_a_short_glitch_does_not_cut_a_stretch():
    codes = random_codes(1, 1000)
    glitched = codes.copy()
    glitched[500:510] = random_codes(2, 10)
    assert align(codes, glitched).length == 1000


def test_silence_and_held_tones_prove_nothing():
    quiet = np.full(400, 627_964_279, np.uint32)
    a = np.concatenate((quiet, random_codes(1, 300)))
    b = np.concatenate((quiet, random_codes(2, 300)))
    assert align(quiet, quiet) is None
    assert align(a, b) is None


def test_silence_inside_a_shared_stretch_is_bridged_but_not_counted():
    head, tail = random_codes(1, 100), random_codes(2, 100)
    song = np.concatenate((head, np.full(50, 7, np.uint32), tail))
    found = align(song, song)
    assert (found.length, found.n_compared) == (250, 200)


@pytest.mark.parametrize("n", [0, 1, MIN_CODES - 1])
def test_too_few_codes_tell_nothing(n):
    assert align(random_codes(1, n), random_codes(1, 500)) is None
    assert align(random_codes(1, 500), random_codes(1, n)) is None


def test_the_arguments_stay_as_they_are():
    a, b = random_codes(1, 100), random_codes(1, 90)
    a.flags.writeable = b.flags.writeable = False
    assert align(a, b) is not None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 1), max_size=60))
def test_moving_codes_are_those_outside_long_runs(values):
    codes = np.array(values, np.uint32)
    assert moving(codes).tolist() == steady_free(codes)


def test_sound_that_hardly_changes_is_near_itself():
    drone = flipped(np.full(200, 123_456_789, np.uint32), rate=0.05)
    assert self_error_rate(drone) == pytest.approx(0.095, abs=0.01)
    assert self_error_rate(random_codes(1, 200)) == pytest.approx(0.5, abs=0.02)
    assert self_error_rate(random_codes(1, 5)) == 0.0


def test_a_song_that_lies_in_a_mix_twice_is_found_at_both_places():
    song, mix = random_codes(1, 300), random_codes(2, 3000)
    mix[400:700] = flipped(song, rate=0.02)
    mix[2000:2300] = flipped(song, rate=0.05)
    for turn, found in enumerate((alignments(song, mix), alignments(mix, song))):
        places = [(f.a_start, f.b_start)[1 - turn] for f in (next(found), next(found))]
        assert places == pytest.approx([400, 2000], abs=2)
        rest = next(found, None)
        assert rest is None or rest.n_compared < 48


@pytest.mark.parametrize(("rates", "expected"), [((0.15, 0.15), 0.0), ((0.04, 0.2), 0.08)])
def test_unevenness_tells_what_comes_and_goes_from_what_is_always_there(rates, expected):
    song = random_codes(1, 1600)
    worn = [
        flipped(song[start : start + 80], rate=rates[start // 80 % 2], seed=start)
        for start in range(0, 1600, 80)
    ]
    found = align(song, np.concatenate(worn))
    assert found.length == pytest.approx(1600, abs=8)
    assert found.unevenness == pytest.approx(expected, abs=0.02)
