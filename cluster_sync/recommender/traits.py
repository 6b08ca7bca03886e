"""What is found out about a song when it comes, and kept beside the catalogue.

Its sketch is known at once. Its density and its kin are found when the song is settled: songs of
one recording share its name, and songs that hold a part of each other's name each other.
"""

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cluster_sync import lists as shapes
from cluster_sync.rows import Values
from core.recordings import sketch
from core.types import Codes
from core.vectors.milvus import MilvusStore, Row

PAGE = 1024  # songs whose traits are read at once: 3 MB
MAX_PARTS = 128  # of a long mix: more songs than an hour holds
NO_PARTS = "[]"  # as nearly every song has it
TRAIT_FIELDS = ("sketch", "density", "recording", "parts")


@dataclass(frozen=True, slots=True)
class Traits:
    """What was found out about a song."""

    sketch: Codes
    recording: str
    density: float = 0.0
    parts: frozenset[str] = frozenset()


def new_traits(digest: str, codes: Codes) -> Traits:
    """Return what is known of a song at once; its recording has no other song as yet."""
    return Traits(sketch(codes), digest)


def traits_row(key: str, traits: Traits) -> Row:
    """Return a song's traits as a row."""
    values: Values = {
        "sketch": base64.b64encode(traits.sketch.astype("<u4").tobytes()).decode("ascii"),
        "density": traits.density,
        "recording": traits.recording,
        "parts": json.dumps(sorted(traits.parts)[:MAX_PARTS]),
    }
    return shapes.bare_row(key, values)


def read_traits(values: Mapping[str, str | int | float]) -> Traits:
    """Return traits out of a row's fields; those that were not asked for are empty."""
    sketched = base64.b64decode(str(values.get("sketch", "")))
    parts = values.get("parts", NO_PARTS)
    return Traits(
        sketch=np.frombuffer(sketched, "<u4").astype(np.uint32),
        recording=str(values.get("recording", "")),
        density=float(values.get("density", 0.0)),
        parts=frozenset(json.loads(str(parts))) if parts != NO_PARTS else frozenset(),
    )


def traits_of(
    store: MilvusStore,
    songs: Sequence[str],
    *,
    fields: Sequence[str] = TRAIT_FIELDS,
    fresh: bool = False,
) -> dict[str, Traits]:
    """Return the traits of those of these songs that have any; as they came, unproved."""
    rows = store.get(shapes.TRAITS, songs, fields, with_vectors=False, fresh=fresh, page=PAGE)
    return {row.key: read_traits(row.values) for row in rows}


def write_traits(store: MilvusStore, traits: Mapping[str, Traits]) -> None:
    """Keep traits, in the place of older ones."""
    store.upsert(shapes.TRAITS, [traits_row(key, one) for key, one in traits.items()])


def without_kin(store: MilvusStore, leaving: Collection[str]) -> dict[str, Traits]:
    """Return the new traits of those songs that share a part with one of these."""
    partners = {part for one in traits_of(store, list(leaving)).values() for part in one.parts}
    partners -= set(leaving)
    return {
        key: replace(one, parts=one.parts - set(leaving))
        for key, one in traits_of(store, sorted(partners)).items()
    }
