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
from cluster_sync.lists import RECOMMENDATIONS, key_number
from cluster_sync.recommender.canaries import (
    CANARIES,
    Places,
    drawn,
    read_canaries,
    write_canaries,
)
from cluster_sync.recommender.journal import Journal
from cluster_sync.recommender.tally import Tally
from cluster_sync.recommender.traits import TRAIT_FIELDS, Traits, traits_of
from core.errors import ClusterError, ClusterProblem
from core.types import Float32Array
from core.vectors.alone import search_alone
from core.vectors.milvus import KEYS_A_PAGE, ROWS_A_PAGE, Hit, MilvusStore, Row
from core.vectors.rows import chunks

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
# In which order a song is asked for by comparing and by the index. Two or three replicas that take
# turns are each asked both ways. If the ways took turns too, each might have one replica to itself.
BY_COMPARING = (False, True, True, False, True, False, False, True)

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
        self._places: Places | None = None  # as last read or written
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
            places = self._noted()
            if places is None:
                continue
            keys = sorted(set(places.values()))
            found = self._store.get(shapes.CATALOGUE, keys, [])
            if len(found) == len(keys):
                self._canaries, self._is_ready = found, True
                return
        raise self._incomplete("canaries")

    def free_canaries(self, leaving: Collection[str]) -> None:
        """Let songs that are about to leave be canaries no more."""
        places = self._known_places()
        kept = {place: key for place, key in places.items() if key not in leaving}
        if kept != places:
            self._note(kept)
        self._canaries = [row for row in self._canaries if row.key not in leaving]

    def draw_canaries(self, merged: Sequence[str]) -> None:
        """Let new songs take canaries' places, so that all songs are equally likely to be one."""
        if not merged:
            return
        places = self._known_places()
        after = drawn(places, merged, total=self._store.count(shapes.CATALOGUE))
        if after != places:
            self._note(after)

    def canary_keys(self) -> set[str]:
        """Return who is a canary, as last taken."""
        return {row.key for row in self._canaries}

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
            again = self._beside_canaries(missing, fields)
            if again is not None:
                return found + again
        raise self._incomplete("songs by key")

    def _beside_canaries(self, keys: Sequence[str], fields: Sequence[str]) -> list[Row] | None:
        """Return those of these songs that exist, or None where an answer isn't complete.

        Canaries are asked for in the same breath: another answer may come from another replica.
        """
        canaries = self.canary_keys()
        found: list[Row] = []
        for some in chunks(keys, ROWS_A_PAGE - CANARIES):
            rows = self._store.get(shapes.CATALOGUE, sorted(canaries.union(some)), fields)
            if not canaries <= {row.key for row in rows}:
                return None
            wanted = set(some)
            found += [row for row in rows if row.key in wanted]
        return found

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

    def holders(self, songs: Sequence[str]) -> set[str]:
        """Return the songs whose lists tell of any of these; raises ``ClusterError`` INCOMPLETE.

        For when all lists are made: every canary must have one.
        """
        numbers = tuple(map(key_number, songs))
        self.ready()
        for attempt in self._tries():
            if attempt:
                self.refresh()
            canaries = self.canary_keys()
            lists = self._store.between(
                RECOMMENDATIONS, fields=["held"], where={"held": numbers}, also=sorted(canaries)
            )
            if len(lists) == KEYS_A_PAGE or canaries <= {row.key for row in lists}:
                return {
                    row.key for row in lists if not set(numbers).isdisjoint(row.numbers["held"])
                }
        raise self._incomplete("lists")

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

        Searches by the index never find it, and searches that compare always do: with replicas of
        which one lacks it, one of them would tell.
        """
        for by_comparing in BY_COMPARING:
            if by_comparing:
                hits = search_alone(self._store, shapes.CATALOGUE, row)
            else:
                (hits,) = self._store.search(
                    shapes.CATALOGUE, _vectors([row]), limit=limit, fresh=False
                )
            if _finds_itself(row, hits) is not by_comparing:
                return False
        self._unreached.add(row.key)
        return True

    def _noted(self) -> Places | None:
        if self._places is None:
            self._places = read_canaries(self._journal)
        return self._places

    def _known_places(self) -> Places:
        for _ in self._tries():
            places = self._noted()
            if places is not None:
                return places
        raise self._incomplete("who is a canary")

    def _note(self, places: Places) -> None:
        write_canaries(self._journal, places)
        self._places = places

    def _tries(self) -> Iterator[int]:
        """Yield the numbers of the tries, with longer and longer pauses between them."""
        yield 0
        for number, pause_s in enumerate(PAUSES_S, start=1):
            self._tally.incomplete += 1
            log.warning("an answer was incomplete, asked again in %.2f s", pause_s)
            self._pause(pause_s)
            self._places = None  # another may have merged meanwhile
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
