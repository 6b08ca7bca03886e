"""Which songs are canaries: drawn from all that were ever merged, and noted in the journal.

They stand in one row, so that an answer has all of them or none; and the row is there before the
catalogue is (``migrate.py``), so that an answer without it is known to be incomplete.
"""

import json
import random
from collections.abc import Mapping, Sequence

from cluster_sync.recommender.journal import Journal

CANARIES = 64  # a part that holds a twentieth of the catalogue is missed in 4 % of single searches
_KIND, _NAME = "canary", "all"

Places = Mapping[int, str]  # who is a canary, by place


def read_canaries(journal: Journal) -> Places | None:
    """Return who is a canary, or None where the answer lacks the row that tells."""
    text = journal.notes(_KIND).get(_NAME)
    return None if text is None else {int(place): key for place, key in json.loads(text).items()}


def have_rows_of_their_own(journal: Journal) -> bool:
    """Tell whether each canary has a row of its own, as it had before; none tells of all."""
    names = journal.notes(_KIND).keys()
    return bool(names) and _NAME not in names


def write_canaries(journal: Journal, places: Places) -> None:
    """Note who is a canary."""
    journal.write_notes(_KIND, {_NAME: json.dumps(dict(places))})


def drawn(places: Places, merged: Sequence[str], *, total: int) -> Places:
    """Return who is a canary once songs were merged, the last of ``total``; all equally likely."""
    found = dict(places)
    for number, key in enumerate(merged, start=max(total - len(merged), 0)):
        # Reservoir sampling (Vitter 1985): the n-th song is kept with probability size / n.
        place = number if number < CANARIES else random.randrange(number + 1)  # noqa: S311 - no secret
        if place < CANARIES:
            found[place] = key
    return found
