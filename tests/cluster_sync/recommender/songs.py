"""Inboxes of made-up songs, and passes over them, for tests of the recommender."""

from collections.abc import Sequence

from cluster_sync import collections as shapes
from cluster_sync.collections import SharedSong, SharedVector
from cluster_sync.lists import read_explanation
from cluster_sync.recommender.passes import PassReport, recommend_pass
from core.cluster_types import Explanation
from core.progress import Progress
from core.types import Codes, Float32Array, LibraryId, ModelId, SpaceName, Stem
from core.vectors.milvus import MilvusStore, Row
from tests.cluster_sync.libraries import codes, song_id, unit

MINE = LibraryId("00000000-0000-0000-0000-00000000000a")
THEIRS = LibraryId("00000000-0000-0000-0000-00000000000b")
MODEL = ModelId("style-1-0123abcd")
DIMENSION = 16


def key(library: LibraryId, number: int) -> str:
    return shapes.catalogue_id(library, song_id(number))


def song(
    library: LibraryId,
    number: int,
    *,
    vector: Float32Array | None = None,
    sound: Codes | None = None,
    artist: str = "",
    title: str = "",
    model: ModelId = MODEL,
    dimension: int = DIMENSION,
    changed_at: float = 1000.0,
) -> Row:
    """Return a song's row; its number seeds what isn't given."""
    found = vector if vector is not None else unit(seed=number, dimension=dimension)
    return shapes.song_row(
        SharedSong(
            key=shapes.catalogue_id(library, song_id(number)),
            vectors=(SharedVector(SpaceName.STYLE, Stem.MIX, model, found),),
            codes=sound if sound is not None else codes(seed=number),
            duration_s=74.0,
            title=title or f"Song {number}",
            artist=artist,
            changed_at=changed_at,
        )
    )


def send(
    store: MilvusStore, library: LibraryId, rows: Sequence[Row], *, dimension: int = DIMENSION
) -> None:
    """Put rows into a library's inbox."""
    store.ensure(shapes.inbox_spec(library, dimension))
    store.upsert(shapes.inbox_name(library), rows)


def withdraw(
    store: MilvusStore, library: LibraryId, numbers: Sequence[int], *, changed_at: float = 2000.0
) -> None:
    """Put tombstones into a library's inbox."""
    gone = [
        shapes.tombstone(shapes.catalogue_id(library, song_id(n)), DIMENSION, changed_at=changed_at)
        for n in numbers
    ]
    send(store, library, gone)


def run(store: MilvusStore) -> PassReport:
    return recommend_pass(store, progress=Progress(), pause=lambda _seconds: None)


def lists(store: MilvusStore) -> dict[str, list[str]]:
    """Return every list: the keys of its songs."""
    rows = store.scan(shapes.RECOMMENDATIONS, ["items"], with_vectors=False)
    return {
        row.key: [item.key for item in shapes.read_items(str(row.values["items"]))] for row in rows
    }


def explanation(store: MilvusStore, one: str) -> Explanation:
    (row,) = store.get(shapes.RECOMMENDATIONS, [one], ["items", "explanation"], with_vectors=False)
    return read_explanation(row.values)


def refusals(store: MilvusStore) -> dict[str, str]:
    """Return what was refused, and why, by key."""
    return {row.key: str(row.values["reason"]) for row in store.heads("refusals", ["reason"])}


def everything(store: MilvusStore) -> dict[str, dict[str, object]]:
    """Return all that a pass leaves behind, but for times and what marks the pass itself."""
    found: dict[str, dict[str, object]] = {}
    for name, fields in (
        (shapes.CATALOGUE, ["digest"]),
        (shapes.RECOMMENDATIONS, ["digest", "items", "explanation", "reach"]),
        ("traits", ["sketch", "density", "recording", "parts"]),
        ("refusals", ["reason"]),
    ):
        rows = store.scan(name, fields, with_vectors=False)
        found[name] = {row.key: dict(row.values) for row in rows}
    marks = store.keys("work", prefix="mark:")
    return {**found, "marks": dict.fromkeys(marks)}
