"""The one door to pymilvus: Milvus Lite by a path that ends in .db, a server by its URI.

A collection has a text key, one float vector compared by cosine, and fields of text and numbers
(``core/vectors/rows.py``). It is loaded when it is first read. Reads are strong: they see every
write that was acknowledged before them. That waits for the server's clock, 0.2 to 0.4 s a call;
``fresh=False`` sees this store's own writes only, at once. Nothing here needs a server newer than
Milvus 2.3. Every failure is a ``ClusterError`` (server) or a ``LibraryError`` (Lite); no token
enters an exception.
"""

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

# grpc reads this once, when it is loaded: without it, it tells every failed handshake on stderr.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc
from pymilvus import CollectionSchema, DataType, MilvusClient
from pymilvus.client.utils import check_status
from pymilvus.decorators import retry_on_rpc_failure
from pymilvus.exceptions import MilvusException

from core.types import Float32Array
from core.vectors.doors import BUILD_PARAMS, ServerDoor, channel_options, open_door
from core.vectors.line import CALL_TIMEOUT_S, LOAD_TIMEOUT_S, STRONG, Connection
from core.vectors.rows import (
    KEY_FIELD,
    MAX_KEY_BYTES,
    VECTOR_FIELD,
    CollectionSpec,
    FieldKind,
    FieldSpec,
    Hit,
    Row,
    Where,
    batches,
    checked_keys,
    checked_name,
    checked_record,
    chunks,
    range_filter,
    read_hits,
    read_row,
)

if TYPE_CHECKING:
    from core.vectors.lite import LiteDoor

__all__ = ["CollectionSpec", "FieldKind", "FieldSpec", "Hit", "MilvusStore", "Row"]

CONNECT_TIMEOUT_S = 10.0
DELETE_KEYS = 1000
KEYS_A_PAGE = 16_384  # the most that Milvus answers to one query
ROWS_A_PAGE = 256  # rows with fingerprints have up to 100 kB
QUERIES_A_SEARCH = 1000
# What pymilvus lets through: its own exceptions, grpc's, and ValueError for what it checks itself.
FOREIGN = (MilvusException, grpc.RpcError, ValueError, OSError)

_KINDS = {
    FieldKind.TEXT: DataType.VARCHAR,
    FieldKind.INTEGER: DataType.INT64,
    FieldKind.REAL: DataType.DOUBLE,
    FieldKind.NUMBERS: DataType.ARRAY,
}


class MilvusStore:
    """Collections of vectors, on a server or in a folder; safe to share between threads."""

    def __init__(self, uri: str, *, token: str = "", ca_file: Path | None = None) -> None:
        self._door = open_door(uri)
        try:
            self._client = _connect(self._door, token=token, ca_file=ca_file)
        except BaseException:
            self._door.close()
            raise
        self._line = Connection(self._door, self._client, foreign=FOREIGN)
        self._dimensions: dict[str, int] = {}
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}  # one for each collection that was asked for

    def close(self) -> None:
        """Close the connection; a folder of Milvus Lite can then be opened by others."""
        self._line.close()

    @property
    def line(self) -> Connection:
        """The connection, for what is asked of a server only (``core/vectors/states.py``)."""
        return self._line

    def ensure(self, spec: CollectionSpec) -> None:
        """Create a collection with its index where it is missing.

        Where it exists with another dimension, raises ``ClusterError`` MODEL_MISMATCH or
        ``LibraryError`` DAMAGED.
        """
        with self._lock:
            making = self._making.setdefault(spec.name, threading.Lock())
        with making:
            if not self._exists(spec.name):
                self._forget(spec.name)
                self._create(spec)
        found = self._dimension(spec.name)
        if found != spec.dimension:
            said = f"{spec.name} holds vectors of {found} numbers, not of {spec.dimension}"
            raise self._door.misfit(said)

    def drop(self, name: str) -> None:
        """Drop a collection; nothing happens where it is missing."""
        self._forget(name)
        self._line.call(self._client.drop_collection, checked_name(name))

    def names(self) -> list[str]:
        """Return the names of all collections, sorted."""
        return sorted(self._line.call(self._client.list_collections))

    @property
    def address(self) -> str:
        """The address of the server, also of the one in this process; it holds no token."""
        return self._door.address

    def dimension(self, name: str) -> int | None:
        """Return the length of a collection's vectors, or None where it is missing."""
        if self._exists(name):
            return self._dimension(name)
        self._forget(name)
        return None

    def load(self, name: str) -> None:
        """Bring a collection into the server's memory, so that it can be read."""
        self._line.load(name)

    def release(self, name: str) -> None:
        """Let a collection leave the server's memory; what it holds stays."""
        self._line.forget(name)
        self._line.call(self._client.release_collection, checked_name(name))

    def upsert(self, name: str, rows: Sequence[Row]) -> None:
        """Write rows, each in the place of an older one of its key; the last of a key counts."""
        dimension = self._dimension(name)
        newest = {row.key: row for row in rows}
        for batch in batches([checked_record(row, dimension) for row in newest.values()]):
            self._line.write(self._client.upsert, checked_name(name), batch)

    def delete(self, name: str, keys: Sequence[str]) -> None:
        """Delete rows by key; keys that are not there don't matter."""
        for some in chunks(checked_keys(keys), DELETE_KEYS):
            self._line.write(self._client.delete, checked_name(name), ids=some)

    def get(
        self,
        name: str,
        keys: Sequence[str],
        fields: Sequence[str],
        *,
        with_vectors: bool = True,
        fresh: bool = True,
        page: int = ROWS_A_PAGE,
    ) -> list[Row]:
        """Return those of these rows that exist, in the order of ``keys``.

        Without vectors they travel faster, and each row's is empty. Rows with short fields may be
        asked for in larger pages.
        """
        wanted = [KEY_FIELD, *map(checked_name, fields)]
        wanted += [VECTOR_FIELD] if with_vectors else []
        found: list[Row] = []
        for some in chunks(checked_keys(keys), page):
            answer = self._line.read(
                name, self._client.get, fresh=fresh, ids=some, output_fields=wanted
            )
            rows = {row.key: row for row in map(read_row, answer)}
            found += [rows[key] for key in some if key in rows]
        return found

    def heads(
        self,
        name: str,
        fields: Sequence[str] = (),
        *,
        prefix: str = "",
        where: Where | None = None,
    ) -> list[Row]:
        """Return all rows whose key starts with ``prefix`` and whose fields equal ``where``.

        Sorted by key, without vectors; for short fields. One query answers at most
        ``KEYS_A_PAGE`` rows, in no promised order. A range of keys that answers fewer is complete;
        any other is cut in two at the median of what came back.
        """
        found: dict[str, Row] = {}
        checked_keys([prefix] if prefix else [])
        ranges = [(prefix, prefix + "~")]  # every key lies between, where none is named
        while ranges:
            low, high = ranges.pop()
            some = self.between(name, low, high, fields=fields, where=where)
            if len(some) < KEYS_A_PAGE:
                found |= {row.key: row for row in some}
            else:
                middle = sorted(row.key for row in some)[len(some) // 2]
                ranges += [(low, middle), (middle, high)]
        return [found[key] for key in sorted(found)]

    def keys(self, name: str, *, prefix: str = "", where: Where | None = None) -> list[str]:
        """Return the keys of ``heads``."""
        return [row.key for row in self.heads(name, prefix=prefix, where=where)]

    def scan(
        self,
        name: str,
        fields: Sequence[str],
        *,
        prefix: str = "",
        where: Where | None = None,
        with_vectors: bool = True,
    ) -> Iterator[Row]:
        """Yield what ``heads`` returns, a few rows at a time: for vectors and long fields.

        A row that is deleted meanwhile may be left out.
        """
        for some in chunks(self.keys(name, prefix=prefix, where=where), ROWS_A_PAGE):
            yield from self.get(name, some, fields, with_vectors=with_vectors)

    def count(self, name: str, *, where: Where | None = None) -> int:
        """Return how many rows a collection has, or how many whose fields equal ``where``."""
        which = range_filter("", "~", where=where) if where else ""
        answer = self._line.read(name, self._client.query, filter=which, output_fields=["count(*)"])
        return int(answer[0]["count(*)"])

    def search(
        self, name: str, queries: Float32Array, *, limit: int, fresh: bool = True
    ) -> list[list[Hit]]:
        """Return the rows nearest to each query, best first; ``queries`` is float32 [Q, D]."""
        found: list[list[Hit]] = []
        for start in range(0, len(queries), QUERIES_A_SEARCH):
            found += self._line.read(
                name,
                partial(_search, self._client),
                fresh=fresh,
                data=queries[start : start + QUERIES_A_SEARCH].tolist(),
                limit=limit,
                search_params={"metric_type": "COSINE", "params": self._door.search_params(limit)},
            )
        return found

    def flush(self, name: str) -> None:
        """Seal what was written: Milvus Lite searches slowly through what is not sealed.

        A server does so by itself, gives few accounts the right to ask, and newer ones take one
        such wish in ten seconds: there, nothing is asked.
        """
        if self._door.is_lite:
            self._line.write(self._client.flush, checked_name(name), timeout=LOAD_TIMEOUT_S)

    def between(
        self,
        name: str,
        low: str = "",
        high: str = "~",
        *,
        fields: Sequence[str] = (),
        where: Where | None = None,
        also: Sequence[str] = (),
        limit: int = KEYS_A_PAGE,
        fresh: bool = True,
    ) -> list[Row]:
        """Return at most ``limit`` of the rows with low <= key < high, and of ``also``, unsorted.

        Fewer than the limit are all there are.
        """
        answer = self._line.read(
            name,
            self._client.query,
            fresh=fresh,
            filter=range_filter(low, high, where=where or {}, also=also),
            output_fields=[KEY_FIELD, *map(checked_name, fields)],
            limit=limit,
        )
        return [read_row(one) for one in answer]

    def _exists(self, name: str) -> bool:
        return bool(self._line.call(self._client.has_collection, checked_name(name)))

    def _create(self, spec: CollectionSpec) -> None:
        index = MilvusClient.prepare_index_params()
        kind = spec.index or self._door.default_index
        index.add_index(
            VECTOR_FIELD,
            index_type=kind.value,
            metric_type="COSINE",
            params=dict(BUILD_PARAMS[kind]),
        )
        self._line.call(
            self._client.create_collection,
            checked_name(spec.name),
            schema=_schema(spec),
            consistency_level=STRONG,
            timeout=LOAD_TIMEOUT_S,
        )
        # Not waited for, which would take half a second: there is nothing to be indexed yet.
        self._line.call(
            self._client.create_index, spec.name, index, timeout=LOAD_TIMEOUT_S, sync=False
        )
        if spec.is_loaded:
            self.load(spec.name)

    def _dimension(self, name: str) -> int:
        if name not in self._dimensions:
            told = self._line.call(self._client.describe_collection, checked_name(name))
            vector = next(one for one in told["fields"] if one["name"] == VECTOR_FIELD)
            self._dimensions[name] = int(vector["params"]["dim"])
        return self._dimensions[name]

    def _forget(self, name: str) -> None:
        self._line.forget(name)
        self._dimensions.pop(name, None)


def change_password(
    uri: str, user: str, *, old: str, new: str, ca_file: Path | None = None
) -> None:
    """Change an account's password on a server; raises ``ClusterError``."""
    door = ServerDoor(uri)
    client = _connect(door, token=f"{user}:{old}", ca_file=ca_file)
    try:
        client.update_password(user, old, new, timeout=CALL_TIMEOUT_S)
    except FOREIGN as error:
        raise door.error(error) from error
    finally:
        client.close()


def _schema(spec: CollectionSpec) -> CollectionSchema:
    schema = MilvusClient.create_schema(
        auto_id=False, enable_dynamic_field=False, description=spec.description
    )
    schema.add_field(KEY_FIELD, DataType.VARCHAR, is_primary=True, max_length=MAX_KEY_BYTES)
    schema.add_field(VECTOR_FIELD, DataType.FLOAT_VECTOR, dim=spec.dimension)
    for one in spec.fields:
        limits: dict[str, Any] = {"max_length": one.max_length}
        if one.kind is FieldKind.NUMBERS:
            limits = {"element_type": DataType.INT64, "max_capacity": one.max_length}
        elif one.kind is not FieldKind.TEXT:
            limits = {}
        schema.add_field(checked_name(one.name), _KINDS[one.kind], **limits)
    return schema


def _connect(door: "LiteDoor | ServerDoor", *, token: str, ca_file: Path | None) -> MilvusClient:
    _silence()
    certificate = {"server_pem_path": str(ca_file)} if ca_file is not None else {}
    try:
        # Without ``dedicated`` pymilvus shares a channel by address and token, whatever the
        # certificate: a second client with a wrong one would ride on the first one's.
        return MilvusClient(
            door.address,
            token=token,
            timeout=CONNECT_TIMEOUT_S,
            dedicated=True,
            grpc_options=channel_options(),
            **certificate,
        )
    except FOREIGN as error:
        raise door.error(error) from error


def _search(client: MilvusClient, name: str, *, timeout: float, **named: Any) -> list[list[Hit]]:  # noqa: ANN401 - pymilvus' own
    """Do what ``client.search`` does, without its objects for each hit (``read_hits``)."""
    ask = partial(client.search, name, _async=True, timeout=timeout, **named)
    # pymilvus' own second try mends the connection of its first argument.
    asked_again = retry_on_rpc_failure()(_results)
    return read_hits(asked_again(client._get_connection(), ask, timeout=timeout))


def _results(_handler: Any, ask: "partial[Any]", *, timeout: float) -> Any:  # noqa: ANN401, ARG001 - for the second try
    asked = ask()
    if asked._future is None:
        asked.result()  # raises what kept it from being asked
    answer = asked._future.result()
    check_status(answer.status)
    return answer.results


def _silence() -> None:
    """Keep pymilvus and Milvus Lite from logging a traceback of each failed call: it is told."""
    for name in ("pymilvus", "milvus_lite", "grpc"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
