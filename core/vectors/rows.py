"""What goes into a collection and what comes out of it; checked once, at the door.

Keys, names and fields follow strict patterns, so that they can stand in a filter as they are. Every
other value enters a filter through ``quoted`` only, since templates for filters are newer than the
Milvus line that must be served.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np

from core.errors import BugError
from core.types import Float32Array

KEY_FIELD = "key"
VECTOR_FIELD = "vector"
MAX_KEY_BYTES = 128
WRITE_ROWS = 1000
WRITE_BYTES = 8 << 20  # a Milvus proxy takes messages of 64 MB; 8 MB arrive in a second or two

_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z:_.-]{0,127}")
_NAME = re.compile(r"[A-Za-z][0-9A-Za-z_]{0,127}")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class FieldKind(Enum):
    """What a field holds."""

    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field beside key and vector; ``max_length`` is in bytes of UTF-8, for text only."""

    name: str
    kind: FieldKind
    max_length: int = 0


@dataclass(frozen=True, slots=True)
class CollectionSpec:
    """A collection: its rows have a key, one vector, and these fields."""

    name: str
    dimension: int
    fields: tuple[FieldSpec, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``vector`` is float32 [D]."""

    key: str
    vector: Float32Array
    values: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that a search found; ``score`` is the cosine."""

    key: str
    score: float


def checked_name(name: str) -> str:
    """Return the name of a collection or field; raise ``BugError`` for one Milvus refuses."""
    if not _NAME.fullmatch(name):
        raise BugError(f"not a name for a collection or field: {name!r}")
    return name


def is_key(text: str) -> bool:
    """Tell whether a text may be a row's key."""
    return _KEY.fullmatch(text) is not None


def checked_keys(keys: Sequence[str]) -> list[str]:
    """Return the keys; raise ``BugError`` where one could mean anything else in a filter."""
    for key in keys:
        if not is_key(key):
            raise BugError(f"not a key for a row: {key!r}")
    return list(keys)


def quoted(value: str | int) -> str:
    """Return a value as a literal of Milvus' filter language; it can't end the literal early."""
    if isinstance(value, int):
        return str(int(value))
    if "\0" in value:
        raise BugError("a filter can't hold the character NUL")
    return '"' + "".join(_ESCAPES.get(char, char) for char in value) + '"'


def range_filter(low: str, high: str, *, where: Mapping[str, str | int]) -> str:
    """Return the filter for low <= key < high in rows whose fields equal ``where``."""
    terms = [f"{KEY_FIELD} >= {quoted(low)}", f"{KEY_FIELD} < {quoted(high)}"]
    terms += [f"{checked_name(field)} == {quoted(value)}" for field, value in where.items()]
    return " and ".join(terms)


def checked_record(row: Row, spec_dimension: int) -> dict[str, object]:
    """Return a row as Milvus takes it; raise ``BugError`` for a wrong key or vector."""
    checked_keys([row.key])
    if row.vector.shape != (spec_dimension,) or not np.isfinite(row.vector).all():
        raise BugError(f"not {spec_dimension} finite numbers: the vector of {row.key}")
    return {KEY_FIELD: row.key, VECTOR_FIELD: row.vector.astype(np.float32).tolist(), **row.values}


def read_row(answer: Mapping[str, Any]) -> Row:
    """Return a row out of what Milvus answers; its vector is empty where it was not asked for."""
    values = {k: v for k, v in answer.items() if k not in (KEY_FIELD, VECTOR_FIELD)}
    return Row(answer[KEY_FIELD], np.asarray(answer.get(VECTOR_FIELD, ()), np.float32), values)


def record_bytes(record: Mapping[str, object]) -> int:
    """Return about how many bytes a record takes on its way."""
    vector = record[VECTOR_FIELD]
    n_floats = len(vector) if isinstance(vector, list) else 0
    return 4 * n_floats + sum(len(v) for v in record.values() if isinstance(v, str)) + 64


def pages(items: Sequence[str], size: int) -> Iterator[list[str]]:
    """Cut items into lists of at most ``size``."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def batches(records: Sequence[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    """Cut records into batches of at most ``WRITE_ROWS`` and about ``WRITE_BYTES``."""
    batch: list[dict[str, object]] = []
    n_bytes = 0
    for record in records:
        size = record_bytes(record)
        if batch and (len(batch) == WRITE_ROWS or n_bytes + size > WRITE_BYTES):
            yield batch
            batch, n_bytes = [], 0
        batch.append(record)
        n_bytes += size
    if batch:
        yield batch
