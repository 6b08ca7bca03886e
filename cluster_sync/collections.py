"""The collections on the cluster, by name and shape; ``rows.py`` has what lies in them.

``inbox_<library>`` holds what one library sends. All others are shared, and only the recommender
writes them: ``catalogue_style`` the songs of all libraries, ``recommendations`` one list for each,
``models`` whose vectors the catalogue takes, ``withdrawn`` when songs left, ``refusals`` which rows
were not believed, ``leases`` who leads.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from cluster_sync.keys import (
    INBOX_PREFIX,
    catalogue_id,
    inbox_name,
    inbox_owner,
    own_song,
    song_of,
)
from cluster_sync.lists import (
    LEASES,
    NO_VECTOR,
    RECOMMENDATIONS,
    REFUSALS,
    bare_spec,
    items_text,
    read_items,
)
from cluster_sync.models import base_model, is_comparable, older_side
from cluster_sync.rows import (
    LIVE,
    MAX_MODEL_BYTES,
    REMOVED,
    SONG_FIELD_SPECS,
    SONG_FIELDS,
    WITHDRAWN,
    SharedSong,
    SharedVector,
    Values,
    digest,
    read_codes,
    read_song,
    song_row,
    tombstone,
)
from core.errors import ClusterError, ClusterProblem
from core.types import LibraryId, ModelId
from core.vectors.milvus import CollectionSpec, FieldKind, FieldSpec, MilvusStore, Row
from core.vectors.rows import IndexKind

# Others say ``from cluster_sync import collections as shapes``, and find rows and keys here too.
__all__ = [
    "INBOX_PREFIX",
    "LEASES",
    "LIVE",
    "RECOMMENDATIONS",
    "REFUSALS",
    "REMOVED",
    "SONG_FIELDS",
    "WITHDRAWN",
    "SharedSong",
    "SharedVector",
    "base_model",
    "catalogue_id",
    "digest",
    "inbox_name",
    "inbox_owner",
    "is_comparable",
    "items_text",
    "older_side",
    "own_song",
    "read_codes",
    "read_items",
    "read_song",
    "song_of",
    "song_row",
    "tombstone",
]

CATALOGUE = "catalogue_style"
MODELS = "models"
GRAVES = "withdrawn"
STYLE_KEY = "style"

_MODEL_FIELDS = (FieldSpec("model_id", FieldKind.TEXT, MAX_MODEL_BYTES),)
_GRAVE_FIELDS = (
    FieldSpec("changed_at", FieldKind.REAL),
    FieldSpec("deleted", FieldKind.INTEGER),  # REMOVED or WITHDRAWN
)
GRAVE_FIELDS = tuple(one.name for one in _GRAVE_FIELDS)


def inbox_spec(library_id: LibraryId, dimension: int) -> CollectionSpec:
    """Return the shape of a library's inbox.

    Nobody searches it, so that nothing is built; in memory it is only while it is read.
    """
    name = inbox_name(library_id)
    return CollectionSpec(name, dimension, SONG_FIELD_SPECS, index=IndexKind.FLAT, is_loaded=False)


def catalogue_spec(dimension: int) -> CollectionSpec:
    """Return the shape of the catalogue."""
    return CollectionSpec(CATALOGUE, dimension, SONG_FIELD_SPECS)


def models_spec() -> CollectionSpec:
    """Return the shape of the collection that says whose vectors the catalogue takes."""
    return bare_spec(MODELS, _MODEL_FIELDS)


def graves_spec() -> CollectionSpec:
    """Return the shape of the collection that remembers when songs left, after their tombstones.

    A machine that has not synced since then finds here that its older copy must not come back.
    """
    return bare_spec(GRAVES, _GRAVE_FIELDS)


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


def check_model(store: MilvusStore, ours: str, *, model: str | None) -> None:
    """Raise ``ClusterError`` where the catalogue takes vectors of another embedder than ours."""
    mine = base_model(ours)
    if not model or mine == model:
        return
    old = {"here": "this computer", "there": "the cluster"}.get(
        older_side(mine, model), "one of the two"
    )
    detail = f"{old} is out of date: vectors here are of {mine}, those there of {model}"
    raise ClusterError(store.address, ClusterProblem.MODEL_MISMATCH, detail=detail)
