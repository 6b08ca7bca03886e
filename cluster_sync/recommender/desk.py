"""What every step of a pass works with."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
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
        """Yield what work makes of each item, in order, some items ahead of whoever listens."""
        waiting: deque[Future[Made]] = deque()
        try:
            for item in items:
                waiting.append(self.pool.submit(work, item))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
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
