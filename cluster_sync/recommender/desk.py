"""What every step of a pass works with."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from cluster_sync import lists as shapes
from cluster_sync.recommender.complete import CompleteReader
from cluster_sync.recommender.journal import Journal
from cluster_sync.recommender.lease import Lease
from cluster_sync.recommender.tally import Tally
from core.progress import Progress
from core.vectors.milvus import MilvusStore
from core.vectors.rows import chunks

WAIT_S = 5.0  # between two looks at a lease, which is renewed every 20 s
AHEAD = 2  # pieces of work in flight beside the one at hand
NOBODY = "0"  # a key that no row has
HELD_A_QUERY = 256  # songs whose holders one query asks for

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Desk:
    """The store, and what a pass knows; ``pool`` has the threads for reads and writes.

    ``loaded`` names the inboxes that this pass has brought into the cluster's memory.
    """

    store: MilvusStore
    journal: Journal
    reader: CompleteReader
    tally: Tally
    progress: Progress
    pool: Executor
    loaded: set[str] = field(default_factory=set)

    def step(self, lease: Lease) -> None:
        """Go on with the next step: raises ``Cancelled``, or ``ClusterError`` LED."""
        self.progress.check()
        lease.keep()

    def catch_up(self, *names: str) -> None:
        """Let reads of these collections that need not be fresh see all that was written by now.

        They see what a strong read before them has seen; its wait for the server's clock, 0.2 to
        0.4 s, is the same for all that wait together.
        """
        reads = [
            self.pool.submit(self.store.get, name, [NOBODY], [], with_vectors=False)
            for name in names
        ]
        for one in reads:
            one.result()

    def wait(self, work: Future[Made], lease: Lease) -> Made:
        """Wait for work that may take longer than a lease lasts; otherwise as ``step``."""
        while not work.done():
            wait([work], timeout=WAIT_S)
            self.step(lease)
        return work.result()

    def ahead(self, work: Callable[[Given], Made], items: Iterable[Given]) -> Iterator[Made]:
        """Return what work makes of each item, in order; it is begun at once, some items ahead."""
        return (one.result() for one in self.begun(work, items))

    def begun(
        self, work: Callable[[Given], Made], items: Iterable[Given]
    ) -> Iterator[Future[Made]]:
        """Return the work on each item, as ``ahead`` begins it, for waiting."""
        left = iter(items)
        waiting = deque(self.pool.submit(work, item) for item in islice(left, AHEAD))
        return self._rest(work, left, waiting)

    def _rest(
        self, work: Callable[[Given], Made], left: Iterator[Given], waiting: deque[Future[Made]]
    ) -> Iterator[Future[Made]]:
        try:
            while waiting:
                waiting.extend(self.pool.submit(work, item) for item in islice(left, 1))
                yield waiting.popleft()
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
