"""What every step of a pass works with."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from cluster_sync import lists as shapes
from cluster_sync.recommender.complete import CompleteReader
from cluster_sync.recommender.journal import Journal
from cluster_sync.recommender.lease import Lease
from cluster_sync.recommender.paging import chunks
from cluster_sync.recommender.tally import Tally
from core.progress import Progress
from core.vectors.milvus import MilvusStore

AHEAD = 2  # pieces of work in flight beside the one at hand
HELD_A_QUERY = 256  # songs whose holders one query asks for

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Desk:
    """The store, and what a pass knows; ``pool`` has the threads for reads and writes."""

    store: MilvusStore
    journal: Journal
    reader: CompleteReader
    tally: Tally
    progress: Progress
    pool: Executor

    def step(self, lease: Lease) -> None:
        """Go on with the next step: raises ``Cancelled``, or ``ClusterError`` LED."""
        self.progress.check()
        lease.keep()

    def ahead(self, work: Callable[[Given], Made], items: Iterable[Given]) -> Iterator[Made]:
        """Return what work makes of each item, in order; it is begun at once, some items ahead."""
        left = iter(items)
        waiting = deque(self.pool.submit(work, item) for item in islice(left, AHEAD))
        return self._rest(work, left, waiting)

    def _rest(
        self, work: Callable[[Given], Made], left: Iterator[Given], waiting: deque[Future[Made]]
    ) -> Iterator[Made]:
        try:
            while waiting:
                waiting.extend(self.pool.submit(work, item) for item in islice(left, 1))
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()


def holders(store: MilvusStore, songs: Sequence[str]) -> set[str]:
    """Return the songs whose lists tell of any of these."""
    found: set[str] = set()
    for some in chunks(songs, HELD_A_QUERY):
        numbers = tuple(shapes.key_number(one) for one in some)
        found.update(store.keys(shapes.RECOMMENDATIONS, where={"held": numbers}))
    return found
