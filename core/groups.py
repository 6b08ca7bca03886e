"""Groups of songs that are one recording, built from proofs on pairs. Pure.

Two songs stand in one group only if that very pair is proved, or follows from the user's word: A
like B and B like C do not make A like C, since likeness adds up its errors. Where B is like both
and they are not like each other, B stands in two groups. The user's "same song" carries on: what
is proved of one of two such songs counts for the other. "Not a duplicate" parts a pair whatever
else is known.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from core.types import Decision, PairVerdict, SongId, Verdict

# The verdicts under which two songs are one recording from start to end.
COPIES = frozenset({Verdict.EXACT_FILE, Verdict.SAME_RECORDING})
_STRENGTH = {verdict: place for place, verdict in enumerate(Verdict)}  # declared strongest first

Pair = frozenset[SongId]


def build(
    verdicts: Iterable[PairVerdict], decisions: Mapping[Pair, Decision]
) -> list[tuple[SongId, ...]]:
    """Return the groups, each in the order of its ids; the largest first, then by their ids.

    Every pair that is one recording is in some group, and no other pair in any. The order of what
    is given does not matter.
    """
    proved = set(by_pair(verdicts))
    links = _links(proved, decisions)
    found = _cover(links)
    return sorted((tuple(sorted(group)) for group in found), key=lambda g: (-len(g), g))


def by_pair(verdicts: Iterable[PairVerdict]) -> dict[Pair, list[PairVerdict]]:
    """Return the proofs that two songs are one recording, by their pair."""
    found: dict[Pair, list[PairVerdict]] = {}
    for verdict in verdicts:
        if verdict.verdict in COPIES:
            found.setdefault(frozenset((verdict.a, verdict.b)), []).append(verdict)
    return found


def pairs_within(
    group: Sequence[SongId], known: Mapping[Pair, Sequence[PairVerdict]]
) -> tuple[PairVerdict, ...]:
    """Return the proofs on the pairs of a group, the strongest first; ``by_pair`` knows all."""
    found = [v for two in combinations(group, 2) for v in known.get(frozenset(two), ())]
    return tuple(sorted(found, key=lambda v: (_STRENGTH[v.verdict], -v.score, v.a, v.b)))


def _links(proved: set[Pair], decisions: Mapping[Pair, Decision]) -> set[Pair]:
    """Return every pair that is one recording: proved, said, or following from what was said."""
    said = {pair for pair, decision in decisions.items() if decision is Decision.SAME_SONG}
    parted = {pair for pair, decision in decisions.items() if decision is Decision.NOT_DUPLICATE}
    known = (proved | said) - parted
    same = _components(said)
    links = set(known)
    for alike in set(same.values()):
        links |= {frozenset(pair) for pair in combinations(sorted(alike), 2)}
    for pair in known:
        a, b = sorted(pair)
        links |= {
            frozenset((x, y))
            for x in same.get(a, frozenset((a,)))
            for y in same.get(b, frozenset((b,)))
            if x != y
        }
    return links - parted


def _components(pairs: Iterable[Pair]) -> dict[SongId, Pair]:
    """Return for every song of the pairs all songs that a chain of pairs leads to."""
    found: dict[SongId, Pair] = {}
    for pair in pairs:
        joined = pair.union(*(found.get(song, frozenset()) for song in pair))
        found |= dict.fromkeys(joined, joined)
    return found


def _cover(links: set[Pair]) -> set[Pair]:
    """Return groups in which every two songs are linked, so that every link is in one.

    Each link grows greedily, by the smallest id that is linked to all of its group so far; the
    most linked songs come first. Finding the fewest groups would take exponential time. No group
    lies in another, since none stops growing before it holds all that is linked to all of it.
    """
    near: dict[SongId, set[SongId]] = {}
    for pair in links:
        a, b = pair
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    groups: set[Pair] = set()
    covered: set[Pair] = set()
    for pair in sorted(links, key=lambda p: (-sum(len(near[song]) for song in p), sorted(p))):
        if pair not in covered:
            group = _grown(pair, near)
            groups.add(group)
            covered |= {frozenset(two) for two in combinations(group, 2)}
    return groups


def _grown(pair: Pair, near: Mapping[SongId, set[SongId]]) -> Pair:
    group = set(pair)
    left = set.intersection(*(near[song] for song in pair))
    while left:
        song = min(left)
        group.add(song)
        left &= near[song]
    return frozenset(group)
