"""What can be told of a collection without loading it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from core.errors import ClusterError, ClusterProblem
from core.vectors.line import LOAD_TIMEOUT_S
from core.vectors.milvus import MilvusStore
from core.vectors.rows import KEY_FIELD, VECTOR_FIELD, checked_name


@dataclass(frozen=True, slots=True)
class CollectionState:
    """How many rows sealed segments hold, deleted ones too, and which segments these are."""

    rows: int
    segments: frozenset[int]


def collection_state(store: MilvusStore, name: str) -> CollectionState | None:
    """Return what tells one state of a collection from another.

    None where it can't be told: a folder has no such thing, an account may not be allowed to ask.
    Every upsert adds a row; only compaction takes rows away, and what it writes are new segments.
    """
    line = store.line
    if line.door.is_lite:
        return None
    try:
        told = line.call(line.client.get_collection_stats, checked_name(name))
        sealed = line.call(line.client.list_persistent_segments, checked_name(name))
    except ClusterError as error:
        if error.problem is not ClusterProblem.FORBIDDEN:
            raise
        return None
    return CollectionState(int(told["row_count"]), frozenset(int(s.segment_id) for s in sealed))


def unsealed(store: MilvusStore, names: Sequence[str]) -> set[str]:
    """Return the collections that hold rows of open segments, and have those sealed.

    A server's counts know sealed segments only, and one that isn't full stays open for minutes.
    Where it refuses (newer ones take one such wish in ten seconds), all collections are returned.
    """
    line = store.line
    if line.door.is_lite or not names:
        return set(names)
    try:
        # pymilvus would wait half a second for each collection; what it asks tells at once.
        asked = line.call(line.client._get_connection().flush, list(names), _async=True)
        segments = asked._future.result().coll_segIDs
    except ClusterError as error:
        if error.problem not in (ClusterProblem.FORBIDDEN, ClusterProblem.REFUSED):
            raise
        return set(names)
    return {name for name in names if len(segments[name].data)}


def wait_until_sealed(store: MilvusStore, name: str) -> None:
    """Have a collection's segments sealed and counted: some seconds where any is open."""
    line = store.line
    if line.door.is_lite:
        return
    with suppress(ClusterError):  # without it the next pass looks once more
        line.call(line.client.flush, checked_name(name), timeout=LOAD_TIMEOUT_S)


def field_names(store: MilvusStore, name: str) -> list[str]:
    """Return the names of a collection's fields beside key and vector, in their order."""
    line = store.line
    told = line.call(line.client.describe_collection, checked_name(name))
    names = [str(one["name"]) for one in told["fields"]]
    return [one for one in names if one not in (KEY_FIELD, VECTOR_FIELD)]
