"""What goes into a collection and what comes out of it; checked once, at the door.

Keys, names and fields follow strict patterns, so that they can stand in a filter as they are. Every
other value enters a filter through ``quoted`` only, since templates for filters are newer than the
Milvus line that must be served.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np

from core.errors import BugError
from core.types import Float32Array

KEY_FIELD = "key"
VECTOR_FIELD = "vector"
MAX_KEY_BYTES = 128
WRITE_ROWS = 1000
WRITE_BYTES = 8 << 20  # a Milvus proxy takes messages of 64 MB; 8 MB arrive in a second or two

Item = TypeVar("Item")

_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z:_.-]{0,127}")
_NAME = re.compile(r"[A-Za-z][0-9A-Za-z_]{0,127}")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class FieldKind(Enum):
    """What a field holds."""

    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"
    NUMBERS = "numbers"  # whole numbers of 64 bits, for asking which rows hold one of some


class IndexKind(Enum):
    """How a collection is searched."""

    FLAT = "FLAT"  # exact, and nothing to build: for what is searched seldom or never
    IVF_FLAT = "IVF_FLAT"
    HNSW = "HNSW"
    SCANN = "SCANN"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field beside key and vector.

    ``max_length`` is the most bytes of UTF-8 of a text, or the most numbers.
    """

    name: str
    kind: FieldKind
    max_length: int = 0


@dataclass(frozen=True, slots=True)
class CollectionSpec:
    """A collection: its rows have a key, one vector, and these fields.

    ``index`` None takes what suits the store: exact search in a folder, a graph on a server. A new
    collection is in the server's memory at once, unless ``is_loaded`` says that it need not be.
    """

    name: str
    dimension: int
    fields: tuple[FieldSpec, ...] = ()
    description: str = ""
    index: IndexKind | None = None
    is_loaded: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``vector`` is float32 [D], ``numbers`` are those fields that hold many."""

    key: str
    vector: Float32Array
    values: Mapping[str, str | int | float] = field(default_factory=dict)
    numbers: Mapping[str, Sequence[int]] = field(default_factory=dict)


# What rows must say in a filter: a field's value, or numbers of which it holds one.
Where = Mapping[str, str | int | tuple[int, ...]]


class Hit(NamedTuple):
    """A row that a search found; ``score`` is the cosine. A tuple: a search finds thousands."""

    key: str
    score: float


class _Whole(str):
    """A text that pymilvus takes as one.

    pymilvus 3.0.2 means to walk through a column of texts, and given one text it walks through its
    signs: a tenth of a millisecond for a list, more for a song.
    """

    __slots__ = ()

    def __iter__(self) -> Iterator[Self]:
        """Yield the text itself, once."""
        yield self


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


def range_filter(low: str, high: str, *, where: Where, also: Sequence[str] = ()) -> str:
    """Return the filter for low <= key < high in rows whose fields equal ``where``.

    A tuple of numbers asks for the rows whose field holds any of them; ``also`` for more keys.
    """
    terms = [f"{KEY_FIELD} >= {quoted(low)}", f"{KEY_FIELD} < {quoted(high)}"]
    terms += [_term(checked_name(name), value) for name, value in where.items()]
    within = " and ".join(terms)
    if not also:
        return within
    return f"({within}) or {KEY_FIELD} in [{', '.join(map(quoted, checked_keys(also)))}]"


def _term(name: str, value: str | int | tuple[int, ...]) -> str:
    if isinstance(value, tuple):
        return f"array_contains_any({name}, [{', '.join(map(quoted, value))}])"
    return f"{name} == {quoted(value)}"


def checked_record(row: Row, spec_dimension: int) -> dict[str, object]:
    """Return a row as Milvus takes it; raise ``BugError`` for a wrong key or vector."""
    checked_keys([row.key])
    if row.vector.shape != (spec_dimension,) or not np.isfinite(row.vector).all():
        raise BugError(f"not {spec_dimension} finite numbers: the vector of {row.key}")
    vector = row.vector.astype(np.float32).tolist()
    numbers = {name: [int(one) for one in many] for name, many in row.numbers.items()}
    values = {k: _Whole(v) if isinstance(v, str) else v for k, v in row.values.items()}
    return {KEY_FIELD: row.key, VECTOR_FIELD: vector, **values, **numbers}


def read_row(answer: Mapping[str, Any]) -> Row:
    """Return a row out of what Milvus answers; its vector is empty where it was not asked for."""
    values: dict[str, Any] = {}
    numbers: dict[str, Sequence[int]] = {}
    for name, value in answer.items():
        if name not in (KEY_FIELD, VECTOR_FIELD):
            is_one = isinstance(value, str | int | float)
            (values if is_one else numbers)[name] = value if is_one else tuple(value)
    vector = np.asarray(answer.get(VECTOR_FIELD, ()), np.float32)
    return Row(answer[KEY_FIELD], vector, values, numbers)


def read_hits(results: Any) -> list[list[Hit]]:  # noqa: ANN401 - a message of Milvus'
    """Return the hits of each question, best first, out of what a search answers.

    pymilvus makes an object of each hit and a table of each question: 0.107 ms for one with 61
    hits, of which 0.083 ms is spared here.
    """
    hits = list(map(Hit, results.ids.str_id.data, results.scores))
    found, start = [], 0
    for count in results.topks:
        found.append(hits[start : start + count])
        start += count
    return found


def record_bytes(record: Mapping[str, object]) -> int:
    """Return about how many bytes a record takes on its way."""
    vector = record[VECTOR_FIELD]
    n_floats = len(vector) if isinstance(vector, list) else 0
    return 4 * n_floats + sum(len(v) for v in record.values() if isinstance(v, str)) + 64


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut items into pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


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
