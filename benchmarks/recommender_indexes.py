"""Which index: how much of the exact answer each type finds, how fast, and how long it is built."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pymilvus import DataType, MilvusClient

from core.types import Float32Array

DEPTH = 50
QUERIES = 500
BATCH = 100
INSERT_ROWS = 5000
BUILT_TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True)
class Index:
    """An index type, how it is built, and the settings that it is searched with."""

    kind: str
    build: Mapping[str, int] = field(default_factory=dict)
    searches: Sequence[Mapping[str, int]] = ({},)


INDEXES = (
    Index("FLAT"),
    Index("IVF_FLAT", {"nlist": 1024}, ({"nprobe": 16}, {"nprobe": 64})),
    Index("HNSW", {"M": 16, "efConstruction": 200}, ({"ef": 64}, {"ef": 128}, {"ef": 256})),
    Index("SCANN", {"nlist": 1024}, ({"nprobe": 16, "reorder_k": 200}, {"nprobe": 64})),
)


@dataclass(frozen=True, slots=True)
class Found:
    """How one index did with one setting; ``indexed`` are the rows that it says it holds."""

    kind: str
    setting: str
    recall: float
    search_ms: float
    build_s: float
    indexed: int


def compare(
    client: MilvusClient, vectors: Float32Array, *, queries: Float32Array
) -> Iterator[Found]:
    """Yield how each index does against the exact answer over the same vectors."""
    exact = _exact(vectors, queries)
    for index in INDEXES:
        name = f"try_{index.kind.lower()}"
        _fill(client, name, vectors)
        started = time.perf_counter()
        indexed = _build(client, name, index=index, rows=len(vectors))
        build_s = time.perf_counter() - started
        client.load_collection(name)
        for setting in index.searches:
            found, search_ms = _search(client, name, queries=queries, setting=setting)
            told = ", ".join(f"{key} {value}" for key, value in setting.items())
            yield Found(index.kind, told, _recall(found, exact), search_ms, build_s, indexed)
        client.drop_collection(name)


def _fill(client: MilvusClient, name: str, vectors: Float32Array) -> None:
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("number", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    client.create_collection(name, schema=schema)
    for start in range(0, len(vectors), INSERT_ROWS):
        some = vectors[start : start + INSERT_ROWS].tolist()
        client.insert(name, [{"number": start + i, "vector": v} for i, v in enumerate(some)])
    client.flush(name)


def _build(client: MilvusClient, name: str, *, index: Index, rows: int) -> int:
    """Build an index; return how many rows it holds, whatever its state says."""
    params = MilvusClient.prepare_index_params()
    params.add_index(
        "vector", index_type=index.kind, metric_type="COSINE", params=dict(index.build)
    )
    client.create_index(name, params)
    deadline = time.monotonic() + BUILT_TIMEOUT_S
    while time.monotonic() < deadline:
        told = client.describe_index(name, "vector")
        if int(told["pending_index_rows"]) == 0 and int(told["total_rows"]) >= rows:
            return int(told["indexed_rows"])
        time.sleep(0.2)
    return int(client.describe_index(name, "vector")["indexed_rows"])


def _search(
    client: MilvusClient, name: str, *, queries: Float32Array, setting: Mapping[str, int]
) -> tuple[list[set[int]], float]:
    """Return what was found for each query, and milliseconds a query in batches."""
    params = {"metric_type": "COSINE", "params": dict(setting)}
    client.search(name, queries[:BATCH].tolist(), limit=DEPTH, search_params=params)  # warm
    found: list[set[int]] = []
    started = time.perf_counter()
    for start in range(0, len(queries), BATCH):
        some = queries[start : start + BATCH].tolist()
        for hits in client.search(name, some, limit=DEPTH, search_params=params):
            found.append({int(one) for one in hits.ids})
    return found, 1000.0 * (time.perf_counter() - started) / len(queries)


def _exact(vectors: Float32Array, queries: Float32Array) -> list[set[int]]:
    best = np.argpartition(-(queries @ vectors.T), DEPTH, axis=1)[:, :DEPTH]
    return [set(row) for row in best.tolist()]


def _recall(found: Sequence[set[int]], exact: Sequence[set[int]]) -> float:
    return float(np.mean([len(f & e) / DEPTH for f, e in zip(found, exact, strict=True)]))
