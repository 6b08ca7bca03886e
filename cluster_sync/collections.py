"""The collections on the cluster, by name and shape; ``rows.py`` has what lies in them.

``inbox_<library>`` holds what one library sends. All others are shared, and only the recommender
writes them: ``catalogue_style`` the songs of all libraries, ``recommendations`` one list for each,
``models`` whose vectors the catalogue takes, ``withdrawn`` when songs left, ``refusals`` which rows
were not believed, ``leases`` who leads.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cluster_sync.keys import (
    INBOX_PREFIX,
    catalogue_id,
    inbox_name,
    inbox_owner,
    own_song,
    song_of,
)
from cluster_sync.models import base_model, is_comparable, older_side
from cluster_sync.rows import (
    FORMAT,
    LIVE,
    MAX_MODEL_BYTES,
    MAX_TEXT_BYTES,
    REMOVED,
    SONG_FIELD_SPECS,
    SONG_FIELDS,
    WITHDRAWN,
    SharedSong,
    SharedVector,
    Values,
    checked_vector,
    cut,
    digest,
    read_codes,
    read_song,
    read_windows,
    song_row,
    tombstone,
)
from core.types import CatalogueId, LibraryId, ModelId
from core.vectors.milvus import CollectionSpec, FieldKind, FieldSpec, MilvusStore, Row

# Others say ``from cluster_sync import collections as shapes``, and find rows and keys here too.
__all__ = [
    "FORMAT",
    "INBOX_PREFIX",
    "LIVE",
    "REMOVED",
    "SONG_FIELDS",
    "WITHDRAWN",
    "SharedSong",
    "SharedVector",
    "Values",
    "base_model",
    "catalogue_id",
    "checked_vector",
    "cut",
    "digest",
    "inbox_name",
    "inbox_owner",
    "is_comparable",
    "older_side",
    "own_song",
    "read_codes",
    "read_song",
    "read_windows",
    "song_of",
    "song_row",
    "tombstone",
]

CATALOGUE = "catalogue_style"
RECOMMENDATIONS = "recommendations"
MODELS = "models"
GRAVES = "withdrawn"
REFUSALS = "refusals"
LEASES = "leases"
SHARED = (CATALOGUE, RECOMMENDATIONS, MODELS, GRAVES, REFUSALS, LEASES)
STYLE_KEY = "style"
# Milvus 2.3 wants a vector in every collection; a list has none.
NO_VECTOR: tuple[float, float] = (1.0, 0.0)

_LIST_FIELDS = (
    FieldSpec("digest", FieldKind.TEXT, 64),  # of the song's row when the list was made
    FieldSpec("density", FieldKind.REAL),
    FieldSpec("stamp", FieldKind.TEXT, 64),  # of the list itself
    FieldSpec("items", FieldKind.TEXT, MAX_TEXT_BYTES),
)
LIST_FIELDS = tuple(one.name for one in _LIST_FIELDS)
_MODEL_FIELDS = (FieldSpec("model_id", FieldKind.TEXT, MAX_MODEL_BYTES),)
_GRAVE_FIELDS = (
    FieldSpec("changed_at", FieldKind.REAL),
    FieldSpec("deleted", FieldKind.INTEGER),  # REMOVED or WITHDRAWN
)
GRAVE_FIELDS = tuple(one.name for one in _GRAVE_FIELDS)


@dataclass(frozen=True, slots=True)
class ListItem:
    """One line of a list on the cluster."""

    key: CatalogueId
    title: str
    artist: str
    score: float
    reason: str


def inbox_spec(library_id: LibraryId, dimension: int) -> CollectionSpec:
    """Return the shape of a library's inbox."""
    return CollectionSpec(inbox_name(library_id), dimension, SONG_FIELD_SPECS)


def catalogue_spec(dimension: int) -> CollectionSpec:
    """Return the shape of the catalogue."""
    return CollectionSpec(CATALOGUE, dimension, SONG_FIELD_SPECS)


def models_spec() -> CollectionSpec:
    """Return the shape of the collection that says whose vectors the catalogue takes."""
    return CollectionSpec(MODELS, len(NO_VECTOR), _MODEL_FIELDS)


def graves_spec() -> CollectionSpec:
    """Return the shape of the collection that remembers when songs left, after their tombstones.

    A machine that has not synced since then finds here that its older copy must not come back.
    """
    return CollectionSpec(GRAVES, len(NO_VECTOR), _GRAVE_FIELDS)


def lists_spec() -> CollectionSpec:
    """Return the shape of the collection of lists."""
    return CollectionSpec(RECOMMENDATIONS, len(NO_VECTOR), _LIST_FIELDS)


def items_text(items: tuple[ListItem, ...]) -> str:
    """Return a list as a row's text."""
    lines = [[one.key, one.title, one.artist, round(one.score, 6), one.reason] for one in items]
    return json.dumps(lines, ensure_ascii=False, separators=(",", ":"))


def read_items(text: str) -> tuple[ListItem, ...]:
    """Return a list out of a row's text; raise ``ValueError`` for anything else."""
    try:
        return tuple(
            ListItem(CatalogueId(str(k)), str(t), str(a), float(s), str(r))
            for k, t, a, s, r in json.loads(text)
        )
    except TypeError as error:
        raise ValueError("not a list of recommendations") from error


def model_row(model_id: ModelId) -> Row:
    """Return the row that says whose vectors the catalogue takes."""
    values: Values = {"model_id": base_model(model_id)}
    return Row(STYLE_KEY, np.array(NO_VECTOR, np.float32), values)


def grave_row(key: str, values: Mapping[str, str | int | float]) -> Row:
    """Return the grave of a song whose tombstone says these values; hostile times count as none."""
    told = values.get("changed_at", 0.0)
    is_time = isinstance(told, int | float) and math.isfinite(told)
    kept: Values = {
        "changed_at": float(told) if is_time else 0.0,
        "deleted": WITHDRAWN if values.get("deleted") == WITHDRAWN else REMOVED,
    }
    return Row(key, np.array(NO_VECTOR, np.float32), kept)


def bury(store: MilvusStore, tombstones: Sequence[Row]) -> None:
    """Remember songs that left, before their tombstones go; a row needs its ``GRAVE_FIELDS``."""
    if tombstones:
        store.ensure(graves_spec())
        store.upsert(GRAVES, [grave_row(row.key, row.values) for row in tombstones])


def cluster_model(store: MilvusStore) -> ModelId | None:
    """Return whose vectors the catalogue takes, or None where it holds none yet."""
    if store.dimension(MODELS) is None:
        return None
    rows = store.get(MODELS, [STYLE_KEY], ["model_id"], with_vectors=False)
    return ModelId(str(rows[0].values["model_id"])) if rows else None
