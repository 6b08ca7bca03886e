"""Songs for a listener, out of the lists of what was listened to. Pure.

A song that was heard speaks for its list: the more of it was heard and the later, the louder. A
song that stands in several lists adds up, and its place in each counts. What was listened to is not
listed again, nor more than ``MAX_OF_ARTIST`` songs of one artist.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.cluster_types import Recommendation
from core.library.memory import Listen
from core.recommend import MAX_OF_ARTIST
from core.types import SongId

# After two weeks a play counts half: taste drifts over months, a phase lasts weeks.
HALF_LIFE_S = 14 * 86400.0
# Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009): 60 keeps one list's head from
# outvoting what several lists agree on.
RANK_OFFSET = 60
SEEDS = 50  # songs whose lists are merged, those that speak loudest


@dataclass(frozen=True, slots=True)
class ForYou:
    """A song for the listener; ``because`` is the song whose list spoke for it most."""

    line: Recommendation
    score: float
    because: SongId


def for_you(
    listens: Iterable[Listen],
    durations_s: Mapping[SongId, float],
    *,
    lists: Callable[[SongId], Sequence[Recommendation]],
    limit: int,
    now: float | None = None,
) -> list[ForYou]:
    """Return the songs that the lists of what was heard agree on, best first.

    ``lists`` gives a song's list, best first; ``durations_s`` has every song of the library.
    """
    weights = seed_weights(listens, durations_s, now=time.time() if now is None else now)
    seeds = sorted(weights, key=lambda song_id: (-weights[song_id], song_id))[:SEEDS]
    lines: dict[str, Recommendation] = {}
    votes: dict[str, dict[SongId, float]] = {}
    for seed in seeds:
        for line in lists(seed):
            if line.song_id not in weights:
                lines.setdefault(line.catalogue_id, line)
                by = votes.setdefault(line.catalogue_id, {})
                by[seed] = weights[seed] / (RANK_OFFSET + line.rank)
    return _best([_merged(lines[key], by) for key, by in votes.items()], limit=limit)


def seed_weights(
    listens: Iterable[Listen], durations_s: Mapping[SongId, float], *, now: float
) -> dict[SongId, float]:
    """Return how loudly each song that was heard speaks: the share heard, halved by age."""
    weights: dict[SongId, float] = {}
    for one in listens:
        duration_s = durations_s.get(one.song_id, 0.0)
        if duration_s > 0.0 and one.heard_s > 0.0:
            share = min(one.heard_s / duration_s, 1.0)
            age_s = max(now - one.at, 0.0)
            weight = share * 0.5 ** (age_s / HALF_LIFE_S)
            weights[one.song_id] = weights.get(one.song_id, 0.0) + weight
    return weights


def _merged(line: Recommendation, by: Mapping[SongId, float]) -> ForYou:
    because = min(by, key=lambda seed: (-by[seed], seed))
    return ForYou(line, sum(by.values()), because)


def _best(found: Sequence[ForYou], *, limit: int) -> list[ForYou]:
    kept: list[ForYou] = []
    artists: dict[str, int] = {}
    for one in sorted(found, key=lambda one: (-one.score, one.line.catalogue_id)):
        artist = " ".join(one.line.artist.casefold().split())
        artists[artist] = artists.get(artist, 0) + 1
        if not artist or artists[artist] <= MAX_OF_ARTIST:
            kept.append(one)
    return kept[:limit]
