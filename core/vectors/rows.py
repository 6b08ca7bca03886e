"""What goes into a collection and what comes out of it; checked once, at the door.

Keys, names and fields follow strict patterns, so that they can stand in a filter as they are. Every
other value enters a filter through ``quoted`` only, since templates for filters are newer than the
Milvus line that must be served.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from core.errors import BugError
from core.types import Float32Array

KEY_FIELD = "key"
VECTOR_FIELD = "vector"
MAX_KEY_BYTES = 128
MAX_TEXT_BYTES = 65_535  # Milvus' limit for VARCHAR

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


def checked_record(row: Row, spec_dimension: int) -> dict[str, object]:
    """Return a row as Milvus takes it; raise ``BugError`` for a wrong key or vector."""
    checked_keys([row.key])
    if row.vector.shape != (spec_dimension,) or not np.isfinite(row.vector).all():
        raise BugError(f"not {spec_dimension} finite numbers: the vector of {row.key}")
    return {KEY_FIELD: row.key, VECTOR_FIELD: row.vector.astype(np.float32).tolist(), **row.values}


def record_bytes(record: Mapping[str, object]) -> int:
    """Return about how many bytes a record takes on its way."""
    vector = record[VECTOR_FIELD]
    n_floats = len(vector) if isinstance(vector, list) else 0
    return 4 * n_floats + sum(len(v) for v in record.values() if isinstance(v, str)) + 64
