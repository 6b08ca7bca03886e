"""Steady searches against a cluster whose parts are killed, and what became of each.

Every search asks for a song's own neighbourhood: an answer that lacks the song itself, or is
shorter than asked, is incomplete, whatever the server says of it.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

import grpc
import numpy as np
from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException

from core.types import Float32Array

THREADS = 4
LIMIT = 50
SEARCH_TIMEOUT_S = 30.0
SLOW_S = 1.0  # a search that takes longer is felt; usual ones take 5 to 50 ms
SEARCH = {"metric_type": "COSINE", "params": {"ef": 128}}


class Outcome(Enum):
    """What became of a search."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"  # the server said OK
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Search:
    """One search; times are of the monotonic clock."""

    began_s: float
    took_s: float
    outcome: Outcome

    @property
    def is_bad(self) -> bool:
        """Whether a user would have noticed."""
        return self.outcome is not Outcome.COMPLETE or self.took_s > SLOW_S

    @property
    def ended_s(self) -> float:
        """When the answer was there."""
        return self.began_s + self.took_s


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """What the searches of a span of time saw; seconds count from its beginning."""

    searches: int
    failed: int
    incomplete: int
    longest_s: float
    recovered_s: float  # until the last bad answer had come; 0 where none was bad


class SearchLoad:
    """Threads that search all the time."""

    def __init__(
        self,
        connect: Callable[[], MilvusClient],
        *,
        collection: str,
        songs: Mapping[str, Float32Array],
    ) -> None:
        self._connect, self._collection = connect, collection
        self._keys, self._songs = sorted(songs), songs
        self._over = threading.Event()
        self._searches: list[Search] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Search for as long as the ``with`` lasts."""
        threads = [threading.Thread(target=self._work, args=(n,)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def since(self, began_s: float) -> LoadFigures:
        """Return what the searches that ended after a moment saw."""
        return figures([one for one in list(self._searches) if one.ended_s >= began_s], began_s)

    def _work(self, number: int) -> None:
        die = random.Random(number)
        client = self._connect()
        while not self._over.is_set():
            self._searches.append(self._search(client, die.choice(self._keys)))
        client.close()

    def _search(self, client: MilvusClient, key: str) -> Search:
        began_s = time.monotonic()
        try:
            answer = client.search(
                self._collection,
                data=[np.asarray(self._songs[key]).tolist()],
                limit=LIMIT,
                output_fields=["key"],
                search_params=SEARCH,
                consistency_level="Bounded",
                timeout=SEARCH_TIMEOUT_S,
            )
            outcome = _outcome(answer[0], key)
        except (MilvusException, grpc.RpcError):
            outcome = Outcome.FAILED
        return Search(began_s, time.monotonic() - began_s, outcome)


def figures(searches: Sequence[Search], began_s: float) -> LoadFigures:
    """Return what searches saw; ``began_s`` is when whatever happened to them happened."""
    outcomes = [one.outcome for one in searches]
    return LoadFigures(
        searches=len(searches),
        failed=outcomes.count(Outcome.FAILED),
        incomplete=outcomes.count(Outcome.INCOMPLETE),
        longest_s=max((one.took_s for one in searches), default=0.0),
        recovered_s=max((one.ended_s - began_s for one in searches if one.is_bad), default=0.0),
    )


def _outcome(hits: Sequence[Any], key: str) -> Outcome:
    found = [hit["key"] for hit in hits]
    is_whole = len(found) == LIMIT and key in found
    return Outcome.COMPLETE if is_whole else Outcome.INCOMPLETE
