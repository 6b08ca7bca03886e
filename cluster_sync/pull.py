"""What comes back from the cluster: the library's lists, how they came about, what was refused."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cluster_sync import lists
from cluster_sync.keys import catalogue_id, own_song, song_of
from core.cluster_types import Explanation, Recommendation, RowRefusal
from core.errors import ClusterError, ClusterProblem
from core.types import LibraryId, SongId
from core.vectors.milvus import MilvusStore, Row

LISTS_A_STEP = 200  # some hundred kilobytes


@dataclass(frozen=True, slots=True)
class Pulled:
    """Lists that came back, and the stamp that tells each state of a list from another."""

    lists: Mapping[SongId, Sequence[Recommendation]]
    stamps: Mapping[SongId, str]


def pull_lists(
    store: MilvusStore,
    library_id: LibraryId,
    *,
    known: Mapping[SongId, str],
    shared: Collection[SongId],
) -> Iterator[Pulled]:
    """Yield the lists whose stamps differ from the ``known`` ones, some at a time.

    A list that was known and is no longer there comes back empty. A cluster that has just started
    may answer in part, so that lists of ``shared`` songs are asked for by key too, and none is
    taken as gone where more than half of them seem to be.
    """
    stamps = dict(_stamps(store, library_id))
    gone = _gone(store, library_id, known=known, stamps=stamps, shared=shared)
    if gone:
        yield Pulled(dict.fromkeys(gone, ()), dict.fromkeys(gone, ""))
    changed = [one for one, stamp in stamps.items() if known.get(one) != stamp]
    for start in range(0, len(changed), LISTS_A_STEP):
        some = changed[start : start + LISTS_A_STEP]
        keys = [catalogue_id(library_id, song_id) for song_id in some]
        rows = store.get(lists.RECOMMENDATIONS, keys, ["stamp", "items"], with_vectors=False)
        yield Pulled(
            {own_song(row.key): _list(row, library_id, store=store) for row in rows},
            {own_song(row.key): str(row.values["stamp"]) for row in rows},
        )


def pull_refusals(store: MilvusStore, library_id: LibraryId) -> list[RowRefusal]:
    """Return which songs of the library the cluster did not take, and why."""
    if store.dimension(lists.REFUSALS) is None:
        return []
    rows = store.heads(lists.REFUSALS, ["reason"], prefix=f"{library_id}:")
    return [RowRefusal(own_song(row.key), str(row.values["reason"])) for row in rows]


def pull_explanation(
    store: MilvusStore, library_id: LibraryId, *, song_id: SongId
) -> Explanation | None:
    """Return how the cluster came to a song's list, or None where it has none."""
    if store.dimension(lists.RECOMMENDATIONS) is None:
        return None
    keys = [catalogue_id(library_id, song_id)]
    rows = store.get(lists.RECOMMENDATIONS, keys, lists.EXPLANATION_FIELDS, with_vectors=False)
    try:
        return lists.read_explanation(rows[0].values) if rows else None
    except ValueError as error:
        raise _unreadable(store, error) from error


def _stamps(store: MilvusStore, library_id: LibraryId) -> Iterator[tuple[SongId, str]]:
    if store.dimension(lists.RECOMMENDATIONS) is None:
        return
    for row in store.heads(lists.RECOMMENDATIONS, ["stamp"], prefix=f"{library_id}:"):
        yield own_song(row.key), str(row.values["stamp"])


def _gone(
    store: MilvusStore,
    library_id: LibraryId,
    *,
    known: Mapping[SongId, str],
    stamps: Mapping[SongId, str],
    shared: Collection[SongId],
) -> list[SongId]:
    """Return the songs that had a list, and have none any more."""
    missing = {song_id for song_id in known if song_id not in stamps}
    unexpected = missing.intersection(shared)
    keys = [catalogue_id(library_id, song_id) for song_id in sorted(missing)]
    if keys and store.dimension(lists.RECOMMENDATIONS) is not None:
        found = store.get(lists.RECOMMENDATIONS, keys, [], with_vectors=False)
        missing -= {own_song(row.key) for row in found}
    if 2 * len(unexpected) > len(known.keys() & shared):
        missing -= unexpected
    return sorted(missing)


def _list(row: Row, library_id: LibraryId, *, store: MilvusStore) -> list[Recommendation]:
    try:
        items = lists.read_items(str(row.values["items"]))
    except ValueError as error:
        raise _unreadable(store, error) from error
    return [
        Recommendation(
            rank=place,
            catalogue_id=item.key,
            song_id=song_of(item.key, library_id),
            title=item.title,
            artist=item.artist,
            score=item.score,
            reason=item.reason,
        )
        for place, item in enumerate(items, start=1)
    ]


def _unreadable(store: MilvusStore, error: ValueError) -> ClusterError:
    detail = f"a list that can't be read: {error}"
    return ClusterError(store.address, ClusterProblem.REFUSED, detail=detail)
