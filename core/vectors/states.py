"""What can be told of a collection without loading it."""

from dataclasses import dataclass

from core.errors import ClusterError, ClusterProblem
from core.vectors.milvus import MilvusStore
from core.vectors.rows import KEY_FIELD, VECTOR_FIELD, checked_name


@dataclass(frozen=True, slots=True)
class CollectionState:
    """How many rows were written and not yet compacted away, and which segments are sealed."""

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


def field_names(store: MilvusStore, name: str) -> list[str]:
    """Return the names of a collection's fields beside key and vector, in their order."""
    line = store.line
    told = line.call(line.client.describe_collection, checked_name(name))
    names = [str(one["name"]) for one in told["fields"]]
    return [one for one in names if one not in (KEY_FIELD, VECTOR_FIELD)]
