"""One pass of the recommender: look at the inboxes, merge, settle, make lists.

A pass that stops anywhere is finished by the next one. A pass with nothing new reads a few counts
and one row, and writes nothing.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from cluster_sync.recommender import i2i
from cluster_sync.recommender.complete import CompleteReader
from cluster_sync.recommender.desk import Desk
from cluster_sync.recommender.inboxes import INBOX_NOTES, Inbox, changed_inboxes
from cluster_sync.recommender.journal import ALL_BUCKETS, Journal
from cluster_sync.recommender.lease import MERGE, Lease, lists_lease
from cluster_sync.recommender.merge import Look, load_inboxes, merge_inboxes, release_inboxes
from cluster_sync.recommender.migrate import migrate
from cluster_sync.recommender.settle import finish_gone, settle
from cluster_sync.recommender.tally import Tally
from core.errors import ClusterError, ClusterProblem
from core.progress import Progress
from core.vectors.milvus import MilvusStore

THREADS = 8  # reads and writes in flight; each waits for the server most of the time

Pause = Callable[[float], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PassReport:
    """What a pass did: rows merged and refused, songs removed, lists written; why refused.

    ``incomplete`` counts answers that were OK and not complete, and were asked for again.
    """

    merged: int
    refused: int
    removed: int
    lists: int
    reasons: Mapping[str, int]
    incomplete: int = 0


def recommend_pass(
    store: MilvusStore, *, progress: Progress, tally: Tally | None = None, pause: Pause = time.sleep
) -> PassReport:
    """Run one pass; raises ``ClusterError`` (or ``LibraryError`` for a store in a folder).

    The error is LED where another recommender holds the merge.
    """
    counted = tally if tally is not None else Tally()
    with _desk(store, progress=progress, tally=counted, pause=pause) as desk:
        inboxes, is_marked = _to_do(desk)
        if inboxes or is_marked:
            migrate(store)
            _do(desk, inboxes, pause=pause)
    return _report(counted)


def lists_pass(
    store: MilvusStore,
    *,
    progress: Progress,
    buckets: range = ALL_BUCKETS,
    rebuild: str | None = None,
    tally: Tally | None = None,
    pause: Pause = time.sleep,
) -> PassReport:
    """Make the lists of a shard: those that are marked, or all; raises ``ClusterError``.

    A ``rebuild`` of all has a name, by which one that stopped is known again.

    The error is LED where another recommender makes lists of the same buckets.
    """
    counted = tally if tally is not None else Tally()
    migrate(store)
    with (
        _desk(store, progress=progress, tally=counted, pause=pause) as desk,
        _leading(store, lists_lease(buckets), pause=pause) as lease,
    ):
        if rebuild is None:
            i2i.make_marked(desk, lease=lease, buckets=buckets)
        else:
            i2i.make_all(desk, lease=lease, rebuild=rebuild, buckets=buckets)
    return _report(counted)


def _do(desk: Desk, inboxes: Sequence[Inbox], *, pause: Pause) -> None:
    """Merge, settle, make lists; leases and loading are mostly waiting, so all begins at once.

    But nothing is loaded while another leads: who loads also releases, which would hinder him.
    """
    lists = Lease(desk.store, lists_lease(ALL_BUCKETS), pause=pause)
    taking = desk.pool.submit(lists.take)
    looks: list[Iterator[Future[Look]]] = []
    try:
        with _leading(
            desk.store,
            MERGE,
            pause=pause,
            when_free=lambda: looks.append(load_inboxes(desk, inboxes)),
        ) as lease:
            releases = merge_inboxes(desk, chain.from_iterable(looks), lease=lease)
            has_gone = settle(desk, lease=lease)
        # The merge may have taken longer than the lease lasts: it is renewed, or taken once more.
        is_ours = taking.result() and lists.take()
        _make_lists(desk, lists if is_ours else None, has_gone=has_gone)
        for one in releases:
            one.result()
    finally:
        if taking.result():
            lists.release()


def _to_do(desk: Desk) -> tuple[list[Inbox], bool]:
    """Return which inboxes must be looked at, and whether an earlier pass left anything to do."""
    if not desk.journal.exists():
        return changed_inboxes(desk, {}), False
    # Both wait for the server's clock, so they wait together.
    marked = desk.pool.submit(desk.journal.is_anything_marked)
    inboxes = changed_inboxes(desk, desk.journal.notes(INBOX_NOTES))
    return inboxes, marked.result()


def _make_lists(desk: Desk, lease: Lease | None, *, has_gone: bool) -> None:
    """Make what is marked, unless shards are at work: then it is theirs."""
    if lease is None:
        log.info("other processes are making lists: they are left to them")
        return
    i2i.make_marked(desk, lease=lease)
    if has_gone:
        finish_gone(desk, lease=lease)
        i2i.make_marked(desk, lease=lease)


@contextmanager
def _leading(
    store: MilvusStore, name: str, *, pause: Pause, when_free: Callable[[], object] = bool
) -> Iterator[Lease]:
    lease = Lease(store, name, pause=pause)
    if not lease.take(when_free):
        raise ClusterError(store.address, ClusterProblem.LED, detail=f"{name} is held by another")
    try:
        yield lease
    finally:
        lease.release()


@contextmanager
def _desk(store: MilvusStore, *, progress: Progress, tally: Tally, pause: Pause) -> Iterator[Desk]:
    journal = Journal(store)
    reader = CompleteReader(store, journal=journal, tally=tally, pause=pause)
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="recommender")
    desk = Desk(store, journal, reader, tally, progress, pool)
    try:
        with pool:
            yield desk
    finally:
        release_inboxes(desk)


def _report(tally: Tally) -> PassReport:
    report = PassReport(
        merged=tally.merged,
        refused=sum(tally.refused.values()),
        removed=tally.removed,
        lists=tally.lists,
        reasons=dict(tally.refused),
        incomplete=tally.incomplete,
    )
    log.info(
        "pass: %d merged, %d refused, %d removed, %d lists",
        report.merged,
        report.refused,
        report.removed,
        report.lists,
    )
    return report
