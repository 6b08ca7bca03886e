"""A search that needs no graph: for one row among itself, which a server answers by comparing."""

from core.vectors.milvus import Hit, MilvusStore, Row
from core.vectors.rows import checked_keys, range_filter

AFTER = "-"  # the least character of a key: with it, a key comes right after itself


def search_alone(store: MilvusStore, name: str, row: Row) -> list[Hit]:
    """Return what a search finds that may find this row only: nothing where it isn't served."""
    (key,) = checked_keys([row.key])
    answer = store.line.read(
        name,
        store.line.client.search,
        fresh=False,
        data=[row.vector.tolist()],
        limit=1,
        filter=range_filter(key, key + AFTER, where={}),
        search_params={"metric_type": "COSINE", "params": store.line.door.search_params(1)},
    )
    return [Hit(*found) for hits in answer for found in zip(hits.ids, hits.distances, strict=True)]
