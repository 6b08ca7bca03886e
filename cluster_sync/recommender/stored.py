"""A ranking as it is stored: the list, and how it came about, within Milvus' limits."""

from collections import Counter

import numpy as np

from cluster_sync.lists import MAX_EXPLAINED, DroppedItem, ListItem, StoredList
from cluster_sync.recommender.complete import Recalled
from cluster_sync.recommender.facts import Facts
from core.recommend import LIST_LENGTH, NOWHERE, Drop, Ranking
from core.types import CatalogueId, Float32Array

EVERYTHING = -1.0  # below every cosine: a song with few others takes any into its list


def stored_list(recalled: Recalled, ranking: Ranking, facts: Facts) -> StoredList:
    """Return what is kept of a ranking; of what was dropped, the nearest."""
    kept = ranking.kept()
    moved = ranking.moved.tolist()
    items, dropped = _items(ranking, kept, facts), _dropped(ranking, facts)
    dropped = dropped[: MAX_EXPLAINED - len(kept)]
    hits = recalled.hits
    numbers = {facts.keys[place]: facts.numbers[place] for place in ranking.places.tolist()}
    return StoredList(
        digest=str(recalled.row.values["digest"]),
        items=items,
        moved=[moved[one] for one in kept],
        dropped=dropped,
        recalled=len(moved),
        reach=round(hits[LIST_LENGTH - 1].score, 5) if len(hits) >= LIST_LENGTH else EVERYTHING,
        numbers=[numbers[key] for key in (*(i.key for i in items), *(d.key for d in dropped))],
    )


def _items(ranking: Ranking, kept: list[int], facts: Facts) -> list[ListItem]:
    copies = Counter(ranking.copy_of.tolist())
    places, scores = ranking.places.tolist(), _rounded(ranking.scores, 6)
    items = []
    for one in kept:
        place = places[one]
        title, artist = facts.kept_names[place]
        reason = _words(ranking.reasons[one].value, copies[place])
        items.append(ListItem(CatalogueId(facts.keys[place]), title, artist, scores[one], reason))
    return items


def _dropped(ranking: Ranking, facts: Facts) -> list[DroppedItem]:
    told = zip(
        ranking.places.tolist(),
        _rounded(ranking.scores, 4),
        ranking.reasons,
        ranking.copy_of.tolist(),
        strict=True,
    )
    found = []
    for place, score, why, of in told:
        if isinstance(why, Drop):
            title, artist = facts.dropped_names[place]
            original = facts.keys[of] if of != NOWHERE else ""
            key = CatalogueId(facts.keys[place])
            found.append(DroppedItem(key, title, artist, score, why, original))
    return found


def _rounded(scores: Float32Array, digits: int) -> list[float]:
    """Return scores with so many digits, so that they are short as text."""
    found: list[float] = scores.astype(np.float64).round(digits).tolist()
    return found


def _words(why: str, n_copies: int) -> str:
    """Return a line's reason in words, out of closed choices and a number."""
    if not n_copies:
        return why
    noun = "copy" if n_copies == 1 else "copies"
    return f"{why}; {n_copies} {noun} of it left out"
