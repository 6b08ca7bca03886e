"""One pass of the recommender: merge the inboxes, make the lists, drop the obeyed tombstones.

A pass that stops anywhere is finished by the next one; a pass with nothing new writes nothing.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from cluster_sync.recommender.i2i import refresh_lists
from cluster_sync.recommender.merge import consume, merge_inboxes, reasons
from core.progress import Progress
from core.vectors.milvus import MilvusStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PassReport:
    """What a pass did: rows merged and refused, songs removed, lists written; why refused."""

    merged: int
    refused: int
    removed: int
    lists: int
    reasons: Mapping[str, int]


def recommend_pass(store: MilvusStore, *, progress: Progress) -> PassReport:
    """Run one pass; raises ``ClusterError`` (or ``LibraryError`` for a store in a folder)."""
    merge = merge_inboxes(store, progress=progress)
    lists = refresh_lists(store, progress=progress)
    consume(store, merge)
    report = PassReport(
        merged=merge.merged,
        refused=len(merge.refused),
        removed=sum(map(len, merge.withdrawn.values())),
        lists=lists,
        reasons=reasons(merge.refused),
    )
    log.info(
        "pass: %d merged, %d refused, %d removed, %d lists",
        report.merged,
        report.refused,
        report.removed,
        report.lists,
    )
    return report
