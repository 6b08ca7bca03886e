"""Item-to-item lists: for what changed, and for the lists that it touches.

A list remembers the digest of the song it was made for, so what is to do is a comparison of two
collections. The lists of a changed song's neighbours are written before its own: a pass that stops
anywhere finds the same work again. What is to do is found by strong reads; what follows needs to
see the recommender's own writes only, since nobody else writes these collections.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cluster_sync import collections as shapes
from cluster_sync.collections import ListItem
from core import recommend
from core.progress import Progress
from core.recommend import Candidate, Line
from core.types import CatalogueId, Float32Array
from core.vectors.milvus import Hit, MilvusStore, Row

RECALL = 60  # songs found for each; three times a list's length leaves room for copies and caps
AFFECTED = recommend.LIST_LENGTH  # neighbours whose lists a changed song may enter
DENSITY_NEIGHBOURS = 10  # as in CSLS
SONGS_A_SEARCH = 256
SONGS_A_STEP = 16  # with their recall up to a thousand rows, of 10 to 100 kB each

_FIELDS = ("title", "artist", "codes", "digest")


@dataclass(slots=True)
class Work:
    """What a pass has to do: lists to make, in order, and lists to drop."""

    targets: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    densities: dict[str, float] = field(default_factory=dict)  # of what has changed


def refresh_lists(store: MilvusStore, *, progress: Progress) -> int:
    """Make every list that is missing or out of date, drop those of songs that left.

    Returns how many were made.
    """
    if store.dimension(shapes.CATALOGUE) is None:
        return 0
    store.ensure(shapes.lists_spec())
    work = _work(store, progress=progress)
    for start in range(0, len(work.targets), SONGS_A_STEP):
        progress.report(start, len(work.targets), what="ranking")
        some = work.targets[start : start + SONGS_A_STEP]
        store.upsert(shapes.RECOMMENDATIONS, list(_lists(store, some, densities=work.densities)))
    store.delete(shapes.RECOMMENDATIONS, work.gone)
    if work.targets or work.gone:
        store.flush(shapes.RECOMMENDATIONS)
    return len(work.targets)


def _work(store: MilvusStore, *, progress: Progress) -> Work:
    songs = _digests(store, shapes.CATALOGUE)
    made = _digests(store, shapes.RECOMMENDATIONS)
    stale = [key for key, digest in songs.items() if made.get(key) != digest]
    work = Work(gone=[key for key in made if key not in songs])
    touched = _holding(store, {*work.gone, *(key for key in stale if key in made)})
    for start in range(0, len(stale), SONGS_A_SEARCH):
        progress.check()
        rows = store.get(shapes.CATALOGUE, stale[start : start + SONGS_A_SEARCH], [], fresh=False)
        for row, hits in zip(rows, _recall(store, rows), strict=True):
            work.densities[row.key] = _density(hits)
            touched.update(hit.key for hit in hits[:AFFECTED])
    others = sorted(key for key in touched if key in songs and key not in work.densities)
    work.targets = [*others, *stale]
    return work


def _digests(store: MilvusStore, name: str) -> dict[str, str]:
    return {row.key: str(row.values["digest"]) for row in store.heads(name, ["digest"])}


def _holding(store: MilvusStore, keys: set[str]) -> set[str]:
    """Return whose lists hold any of these songs; every list is looked at, if there are any."""
    if not keys:
        return set()
    rows = store.scan(shapes.RECOMMENDATIONS, ["items"], with_vectors=False)
    return {
        row.key
        for row in rows
        if any(item.key in keys for item in shapes.read_items(str(row.values["items"])))
    }


def _recall(store: MilvusStore, rows: Sequence[Row]) -> list[list[Hit]]:
    """Return the songs nearest to each row, without itself."""
    if not rows:
        return []
    queries: Float32Array = np.stack([row.vector for row in rows])
    found = store.search(shapes.CATALOGUE, queries, limit=RECALL + 1, fresh=False)
    return [
        [hit for hit in hits if hit.key != row.key][:RECALL]
        for row, hits in zip(rows, found, strict=True)
    ]


def _density(hits: Sequence[Hit]) -> float:
    return recommend.density([hit.score for hit in hits[:DENSITY_NEIGHBOURS]])


def _lists(
    store: MilvusStore, keys: Sequence[str], *, densities: Mapping[str, float]
) -> Iterator[Row]:
    queries = store.get(shapes.CATALOGUE, keys, _FIELDS, fresh=False)
    recalled = _recall(store, queries)
    wanted = sorted({hit.key for hits in recalled for hit in hits})
    rows = {row.key: row for row in store.get(shapes.CATALOGUE, wanted, _FIELDS, fresh=False)}
    known = _stored_densities(store, (key for key in wanted if key not in densities))
    candidates = {
        key: _candidate(row, density=densities.get(key, known.get(key, 0.0)))
        for key, row in rows.items()
    }
    for query, hits in zip(queries, recalled, strict=True):
        near = [candidates[hit.key] for hit in hits if hit.key in candidates]
        ranking = recommend.rank(_candidate(query, density=0.0), near)
        items = tuple(_item(line, rows[line.key]) for line in ranking.lines)
        yield _list_row(query, items, density=_density(hits))


def _stored_densities(store: MilvusStore, keys: Iterable[str]) -> dict[str, float]:
    rows = store.get(
        shapes.RECOMMENDATIONS, list(keys), ["density"], with_vectors=False, fresh=False
    )
    return {row.key: float(row.values["density"]) for row in rows}


def _candidate(row: Row, *, density: float) -> Candidate:
    codes = shapes.read_codes(str(row.values["codes"]))
    return Candidate(row.key, row.vector, codes, str(row.values["artist"]), density)


def _item(line: Line, row: Row) -> ListItem:
    return ListItem(
        key=CatalogueId(line.key),
        title=str(row.values["title"]),
        artist=str(row.values["artist"]),
        score=line.score,
        reason=_words(line),
    )


def _words(line: Line) -> str:
    """Return a line's reason in words, out of closed choices and a number."""
    if not line.copies:
        return line.why.value
    noun = "copy" if len(line.copies) == 1 else "copies"
    return f"{line.why.value}; {len(line.copies)} {noun} of it left out"


def _list_row(query: Row, items: tuple[ListItem, ...], *, density: float) -> Row:
    text = shapes.items_text(items)
    values: shapes.Values = {
        "digest": str(query.values["digest"]),
        "density": density,
        "stamp": hashlib.sha256(text.encode()).hexdigest(),
        "items": text,
    }
    return Row(query.key, np.array(shapes.NO_VECTOR, np.float32), values)
