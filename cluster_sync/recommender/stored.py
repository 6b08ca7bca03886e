"""A ranking as it is stored: the list, and how it came about, within Milvus' limits."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from cluster_sync.lists import MAX_EXPLAINED, StoredList, dropped_line, item_line
from cluster_sync.recommender.complete import Recalled
from cluster_sync.recommender.facts import Facts
from core.recommend import LIST_LENGTH, NOWHERE, Drop, Ranking
from core.types import Float32Array

EVERYTHING = -1.0  # below every cosine: a song with few others takes any into its list


def stored_list(recalled: Recalled, ranking: Ranking, facts: Facts) -> StoredList:
    """Return what is kept of a ranking; of what was dropped, the nearest."""
    kept = ranking.kept()
    dropped = [(one, why) for one, why in enumerate(ranking.reasons) if isinstance(why, Drop)]
    dropped = dropped[: MAX_EXPLAINED - len(kept)]
    moved, places, hits = ranking.moved.tolist(), ranking.places.tolist(), recalled.hits
    return StoredList(
        digest=str(recalled.row.values["digest"]),
        items=_items(ranking, kept, facts),
        moved=[moved[one] for one in kept],
        dropped=_dropped(ranking, dropped, facts),
        recalled=len(moved),
        reach=round(hits[LIST_LENGTH - 1].score, 5) if len(hits) >= LIST_LENGTH else EVERYTHING,
        numbers=[facts.numbers[places[one]] for one in (*kept, *(d[0] for d in dropped))],
    )


def _items(ranking: Ranking, kept: Sequence[int], facts: Facts) -> list[str]:
    """Return the lines of a list."""
    copies = Counter(ranking.copy_of.tolist())
    places, scores = ranking.places.tolist(), _rounded(ranking.scores, 6)
    return [
        item_line(
            facts.kept_heads[places[one]],
            scores[one],
            _words(ranking.reasons[one].value, copies[places[one]]),
        )
        for one in kept
    ]


def _dropped(ranking: Ranking, dropped: Sequence[tuple[int, Drop]], facts: Facts) -> list[str]:
    """Return the lines of what was dropped, and why."""
    places, copy_of = ranking.places.tolist(), ranking.copy_of.tolist()
    scores = _rounded(ranking.scores, 4)
    return [
        dropped_line(
            facts.dropped_heads[places[one]],
            scores[one],
            why,
            of=facts.keys[copy_of[one]] if copy_of[one] != NOWHERE else "",
        )
        for one, why in dropped
    ]


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
