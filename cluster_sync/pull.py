"""The lists that the cluster made for a library, brought home."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cluster_sync import collections as shapes
from core.errors import ClusterError, ClusterProblem
from core.types import LibraryId, Recommendation, SongId
from core.vectors.milvus import MilvusStore, Row

LISTS_A_STEP = 200  # some hundred kilobytes


@dataclass(frozen=True, slots=True)
class Pulled:
    """Lists that came back, and the stamp that tells each state of a list from another."""

    lists: Mapping[SongId, Sequence[Recommendation]]
    stamps: Mapping[SongId, str]


def pull_lists(
    store: MilvusStore, library_id: LibraryId, *, known: Mapping[str, str]
) -> Iterator[Pulled]:
    """Yield the lists whose stamps differ from the ``known`` ones, some at a time.

    A list that was known and is no longer there comes back empty.
    """
    stamps = dict(_stamps(store, library_id))
    gone = [SongId(song_id) for song_id in known if song_id not in stamps and known[song_id]]
    if gone:
        yield Pulled(dict.fromkeys(gone, ()), dict.fromkeys(gone, ""))
    changed = [one for one, stamp in stamps.items() if known.get(one) != stamp]
    for start in range(0, len(changed), LISTS_A_STEP):
        some = changed[start : start + LISTS_A_STEP]
        keys = [shapes.catalogue_id(library_id, song_id) for song_id in some]
        rows = store.get(shapes.RECOMMENDATIONS, keys, ["stamp", "items"], with_vectors=False)
        yield Pulled(
            {shapes.own_song(row.key): _list(row, library_id, store=store) for row in rows},
            {shapes.own_song(row.key): str(row.values["stamp"]) for row in rows},
        )


def _stamps(store: MilvusStore, library_id: LibraryId) -> Iterator[tuple[SongId, str]]:
    if store.dimension(shapes.RECOMMENDATIONS) is None:
        return
    for row in store.heads(shapes.RECOMMENDATIONS, ["stamp"], prefix=f"{library_id}:"):
        yield shapes.own_song(row.key), str(row.values["stamp"])


def _list(row: Row, library_id: LibraryId, *, store: MilvusStore) -> list[Recommendation]:
    try:
        items = shapes.read_items(str(row.values["items"]))
    except ValueError as error:
        detail = f"a list that can't be read: {error}"
        raise ClusterError(store.address, ClusterProblem.REFUSED, detail=detail) from error
    return [
        Recommendation(
            rank=place,
            catalogue_id=item.key,
            song_id=shapes.song_of(item.key, library_id),
            title=item.title,
            artist=item.artist,
            score=item.score,
            reason=item.reason,
        )
        for place, item in enumerate(items, start=1)
    ]
