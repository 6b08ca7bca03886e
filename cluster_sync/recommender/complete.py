"""Reads of the catalogue that are believed only when they are complete.

A cluster whose query node has just come back answers OK for some seconds with a part of what it
holds, or with nothing. So every search also asks for canaries, songs drawn from the whole
catalogue, and every question must find itself. What fails is asked again, later each time; in the
end the pass fails, and nothing is stored.
"""

import logging
import random
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cluster_sync import collections as shapes
from cluster_sync.recommender.journal import Journal
from cluster_sync.recommender.tally import Tally
from cluster_sync.recommender.traits import TRAIT_FIELDS, Traits, traits_of
from core.errors import ClusterError, ClusterProblem
from core.types import Float32Array
from core.vectors.alone import search_alone
from core.vectors.milvus import ROWS_A_PAGE, Hit, MilvusStore, Row

CANARIES = 64  # a part that holds a twentieth of the catalogue is missed in 4 % of single searches
ENOUGH_QUERIES = 192  # so many questions are as good as canaries, beside a few
FEW_CANARIES = 8
# After a query node came back, answers were partial for 6 to 8 s: in all, 16 s are waited.
PAUSES_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
SELF_SCORE = 1.0 - 1e-3  # cosine of a song to itself, as an index may round it
# A graph may miss a song, and a hundred copies may crowd it out. A search this wide, nearly exact,
# tells that from a song that isn't there.
WIDE = 1000
# Of 100,000 songs in clusters as tight as real ones, HNSW with M 16 had no way to 11, however wide
# it searched, and none within its usual width to 38. So much of one search's questions may be such.
MOST_UNREACHED = 0.02
TURNS = 4
_NOTES = "canary"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recalled:
    """A song, and those near it without itself, nearest first."""

    row: Row
    hits: Sequence[Hit]


class CompleteReader:
    """Reads the catalogue; ``pause`` waits some seconds."""

    def __init__(
        self,
        store: MilvusStore,
        *,
        journal: Journal,
        tally: Tally,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._journal = journal
        self._tally = tally
        self._pause = pause
        self._canaries: list[Row] = []
        self._unreached: set[str] = set()  # one in thousands
        self._is_ready = False

    def ready(self) -> None:
        """Take the canaries as they are now, unless that was done before."""
        if not self._is_ready:
            self.refresh()

    def refresh(self) -> None:
        """Take the canaries as they are now; raises ``ClusterError`` INCOMPLETE."""
        for _ in self._tries():
            keys = sorted(set(self._journal.notes(_NOTES).values()))
            found = self._store.get(shapes.CATALOGUE, keys, [])
            if len(found) == len(keys):
                self._canaries, self._is_ready = found, True
                return
        raise self._incomplete("canaries")

    def free_canaries(self, leaving: Collection[str]) -> None:
        """Let songs that are about to leave be canaries no more."""
        notes = self._journal.notes(_NOTES)
        self._journal.forget_notes(_NOTES, [n for n, key in notes.items() if key in leaving])
        self._canaries = [row for row in self._canaries if row.key not in leaving]

    def draw_canaries(self, merged: Sequence[str]) -> None:
        """Let new songs take canaries' places, so that all songs are equally likely to be one."""
        if not merged:
            return
        total = self._store.count(shapes.CATALOGUE)
        chosen: dict[str, str] = {}
        for number, key in enumerate(merged, start=max(total - len(merged), 0)):
            # Reservoir sampling (Vitter 1985): the n-th song is kept with probability size / n.
            place = number if number < CANARIES else random.randrange(number + 1)  # noqa: S311 - no secret
            if place < CANARIES:
                chosen[f"{place:02d}"] = key
        if chosen:
            self._journal.write_notes(_NOTES, chosen)

    def rows(
        self,
        keys: Sequence[str],
        fields: Sequence[str],
        *,
        fresh: bool = True,
        page: int = ROWS_A_PAGE,
    ) -> list[Row]:
        """Return those of these songs that exist; raises ``ClusterError`` INCOMPLETE."""
        for attempt in self._tries():
            if attempt:
                self.refresh()
            if fresh:
                # What follows sees what this read has seen, and each such read waits 0.3 s.
                self._store.get(shapes.CATALOGUE, keys[:1], [], with_vectors=False)
            found = self._store.get(shapes.CATALOGUE, keys, fields, fresh=False, page=page)
            present = {row.key for row in found}
            missing = [one for one in keys if one not in present]
            found += self._store.get(shapes.CATALOGUE, missing, fields) if missing else []
            if len(found) == len(set(keys)) or self._sees_canaries():
                return found
        raise self._incomplete("songs by key")

    def traits(
        self, songs: Sequence[str], fields: Sequence[str] = TRAIT_FIELDS
    ) -> dict[str, Traits]:
        """Return the traits of songs; raises ``ClusterError`` INCOMPLETE.

        They are written before a song's row and dropped after it, so that only a song that has
        left the catalogue has none.
        """
        found: dict[str, Traits] = {}
        missing = list(songs)
        for _ in self._tries():
            for fresh in (False, True):
                found |= traits_of(self._store, missing, fields=fields, fresh=fresh)
                missing = [one for one in missing if one not in found]
                if not missing:
                    return found
            if not self.rows(missing, []):
                return found
        raise self._incomplete("traits")

    def check_range(self, keys: Collection[str], *, low: str, high: str) -> None:
        """Raise ``ClusterError`` INCOMPLETE where a canary of this range of keys is missing."""
        for is_last in (False, True):
            if all(low > row.key or row.key >= high or row.key in keys for row in self._canaries):
                return
            if not is_last:
                self.refresh()  # it may have left
        raise self._incomplete("a range of songs")

    def recall(self, rows: Sequence[Row], fields: Sequence[str], *, limit: int) -> list[Recalled]:
        """Return the songs nearest to each of these.

        What has left meanwhile is left out, and what has changed is read again with ``fields``.
        Raises ``ClusterError`` INCOMPLETE.
        """
        for attempt in self._tries():
            if attempt:
                self.refresh()
                rows = self.rows([row.key for row in rows], fields)
            found = self._search(rows, limit=limit)
            if found is not None:
                return found
        raise self._incomplete("searches")

    def _search(self, rows: Sequence[Row], *, limit: int) -> list[Recalled] | None:
        """Return what was found, or None where it isn't complete."""
        n_canaries = FEW_CANARIES if len(rows) >= ENOUGH_QUERIES else CANARIES
        canaries = random.sample(self._canaries, min(n_canaries, len(self._canaries)))
        asked = [*rows, *canaries]
        if not asked:
            return []
        # What was asked again is believed as a whole or not at all: the second answer may come from
        # another replica, which says nothing of the first.
        for width in (limit + 1, max(limit + 1, WIDE)):
            found = self._store.search(shapes.CATALOGUE, _vectors(asked), limit=width, fresh=False)
            if self._is_complete(asked, found, limit=width):
                return [
                    Recalled(row, [hit for hit in hits if hit.key != row.key][:limit])
                    for row, hits in zip(rows, found, strict=False)
                ]
        return None

    def _is_complete(
        self, asked: Sequence[Row], found: Sequence[Sequence[Hit]], *, limit: int
    ) -> bool:
        fewest = min(map(len, found))
        if fewest < limit and fewest < self._store.count(shapes.CATALOGUE):
            return False
        missed = [
            row
            for row, hits in zip(asked, found, strict=True)
            if row.key not in self._unreached and not _finds_itself(row, hits)
        ]
        # Of an answer that lacks a part of the catalogue, more is missed than this.
        if len(missed) > len(asked) * MOST_UNREACHED:
            return False
        return all(self._is_unreached(row, limit=limit) for row in missed)

    def _is_unreached(self, row: Row, *, limit: int) -> bool:
        """Tell whether a song is served and the index has no way to it: then that's no gap.

        Searches by the index never find it, and searches that compare always do, in turns: with
        replicas of which one lacks it, one of them would tell.
        """
        for _ in range(TURNS):
            (hits,) = self._store.search(
                shapes.CATALOGUE, _vectors([row]), limit=limit, fresh=False
            )
            alone = search_alone(self._store, shapes.CATALOGUE, row)
            if _finds_itself(row, hits) or not _finds_itself(row, alone):
                return False
        self._unreached.add(row.key)
        return True

    def _sees_canaries(self) -> bool:
        keys = [row.key for row in self._canaries]
        return len(self._store.get(shapes.CATALOGUE, keys, [], with_vectors=False)) == len(keys)

    def _tries(self) -> Iterator[int]:
        """Yield the numbers of the tries, with longer and longer pauses between them."""
        yield 0
        for number, pause_s in enumerate(PAUSES_S, start=1):
            self._tally.incomplete += 1
            log.warning("an answer was incomplete, asked again in %.2f s", pause_s)
            self._pause(pause_s)
            yield number

    def _incomplete(self, what: str) -> ClusterError:
        detail = f"{what} kept coming back incomplete"
        return ClusterError(self._store.address, ClusterProblem.INCOMPLETE, detail=detail)


def _vectors(rows: Sequence[Row]) -> Float32Array:
    found: Float32Array = np.stack([row.vector for row in rows])
    return found


def _finds_itself(row: Row, hits: Sequence[Hit]) -> bool:
    """Tell whether a song is among its own hits, or crowded out by songs as near as itself."""
    scores = {hit.key: hit.score for hit in hits}
    if row.key in scores:
        return scores[row.key] >= SELF_SCORE
    return bool(hits) and hits[-1].score >= SELF_SCORE
