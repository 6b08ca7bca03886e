"""Groups hold proved pairs only, all of them, and nothing the user parted."""

import random
import sys
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from core.groups import build, by_pair, pairs_within
from core.types import Decision, Overlap, PairVerdict, SongId, Verdict

SONGS = [SongId(name) for name in "abcdefgh"]
SAME, PARTED = Decision.SAME_SONG, Decision.NOT_DUPLICATE


def proof(a, b, verdict=Verdict.SAME_RECORDING):
    return PairVerdict(SongId(a), SongId(b), verdict, 0.9, Overlap(0, 0, 60))


def said(**pairs):
    return {frozenset(pair): decision for pair, decision in pairs.items()}


def names(groups):
    return ["".join(group) for group in groups]


def test_a_proved_pair_is_a_group():
    assert names(build([proof("b", "a")], {})) == ["ab"]


def test_copies_of_a_copy_are_none_until_that_is_proved():
    chain = [proof("a", "b"), proof("b", "c")]
    assert names(build(chain, {})) == ["ab", "bc"]
    assert names(build([*chain, proof("a", "c")], {})) == ["abc"]


def test_what_is_no_copy_makes_no_group():
    others = [v for v in Verdict if v not in (Verdict.EXACT_FILE, Verdict.SAME_RECORDING)]
    assert build([proof("a", "b", verdict) for verdict in others], {}) == []


def test_the_user_s_word_makes_a_group_and_carries_on():
    assert names(build([], said(ab=SAME))) == ["ab"]
    assert names(build([proof("a", "b")], said(bc=SAME))) == ["abc"]
    assert names(build([proof("a", "b"), proof("c", "d")], said(bc=SAME))) == ["abc", "bcd"]
    assert names(build([], said(ab=SAME, bc=SAME))) == ["abc"]


def test_the_user_s_word_parts_a_pair_whatever_is_proved():
    triangle = [proof("a", "b"), proof("b", "c"), proof("a", "c")]
    assert names(build(triangle, said(ac=PARTED))) == ["ab", "bc"]
    assert names(build([proof("a", "b")], said(ab=PARTED))) == []
    assert names(build([], said(ab=SAME, bc=SAME, ac=PARTED))) == ["ab", "bc"]


def test_the_largest_group_comes_first():
    pairs = [proof("a", "b"), *(proof(x, y) for x, y in combinations("cde", 2))]
    assert names(build(pairs, {})) == ["cde", "ab"]


def test_the_proofs_of_a_group_are_those_among_its_songs():
    pairs = [proof("a", "b"), proof("b", "c"), proof("a", "b", Verdict.EXCERPT)]
    assert pairs_within(("a", "b"), by_pair(pairs)) == (pairs[0],)


def test_the_proofs_of_a_group_come_strongest_first():
    pairs = [proof("a", "b"), proof("a", "c"), proof("b", "c", Verdict.EXACT_FILE)]
    assert pairs_within(("a", "b", "c"), by_pair(pairs)) == (pairs[2], pairs[0], pairs[1])


def steps(n):
    """Return how many calls it takes to group ``n`` pairs and to find their proofs."""
    pairs = [proof(f"{number}a", f"{number}b") for number in range(n)]
    calls = []
    before = sys.getprofile()
    sys.setprofile(lambda _frame, event, _argument: calls.append(event))
    try:
        known = by_pair(pairs)
        for group in build(pairs, {}):
            pairs_within(group, known)
    finally:
        sys.setprofile(before)
    return len(calls)


def test_twice_the_pairs_take_twice_the_steps():
    assert steps(800) < 2.2 * steps(400)


PAIRS = st.sets(st.sampled_from([frozenset(p) for p in combinations(SONGS, 2)]), max_size=20)


@given(proved=PAIRS, same=PAIRS, parted=PAIRS, seed=st.integers(0, 2**16))
def test_any_library(proved, same, parted, seed):
    """Held to the definition, written down again without the code's shortcuts."""
    decisions = dict.fromkeys(same, SAME) | dict.fromkeys(parted, PARTED)
    kept_same = same - parted
    verdicts = [proof(*sorted(pair)) for pair in proved]
    groups = build(verdicts, decisions)

    random.Random(seed).shuffle(verdicts)
    assert build([v.turned for v in verdicts], decisions) == groups
    assert sorted(groups, key=lambda g: (-len(g), g)) == groups

    is_one = one_recording(proved, kept_same, parted)
    together = {frozenset(p) for group in groups for p in combinations(group, 2)}
    assert together == {pair for pair in map(frozenset, combinations(SONGS, 2)) if is_one(pair)}
    assert not any(set(a) < set(b) for a in groups for b in groups)


def one_recording(proved, same, parted):
    """Return the definition: proved or said, or so of a song that the user says is the same."""
    alike = {song: {song} for song in SONGS}
    for _ in SONGS:  # longer chains than songs there are none
        for a, b in map(sorted, same):
            alike[a] |= alike[b]
            alike[b] |= alike[a]

    def decide(pair):
        a, b = sorted(pair)
        if pair in parted:
            return False
        known = (proved | same) - parted
        return b in alike[a] or any(frozenset((x, y)) in known for x in alike[a] for y in alike[b])

    return decide


def test_many_copies_of_one_song_are_one_group():
    songs = [SongId(f"{number:04d}") for number in range(150)]
    groups = build([proof(a, b) for a, b in combinations(songs, 2)], {})
    assert groups == [tuple(songs)]
