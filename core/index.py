"""The Milvus Lite index over one catalogue: derived, checked at the start, rebuilt when damaged.

One narrow collection per space and stem, holding song vectors only, since every search walks every
row of its collection. Excerpt vectors stay in the catalogue.
"""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from core.errors import LibraryError, LibraryProblem
from core.library.store import Catalogue
from core.types import Float32Array, SongId, StemVectors
from core.vectors.milvus import CollectionSpec, Hit, MilvusStore, Row
from core.vectors.spaces import Space, collection_name

FOLDER_NAME = "vectors.db"  # Milvus Lite takes no other ending
# How many more songs Milvus recalls than are asked for: the asked song itself, and copies.
RECALL_MARGIN = 10
# Where most of what is near is of another kind (speech beside a song that sounds spoken), more is
# recalled; beyond this many nothing is near.
RECALL_MORE = 4
MOST_RECALLED = 4096
REBUILD_ROWS = 1000  # per insert: some hundred kilobytes of vectors

log = logging.getLogger(__name__)


class LibraryIndex:
    """Finds the nearest songs of a library in each of its spaces."""

    def __init__(self, folder: Path, catalogue: Catalogue, spaces: Sequence[Space]) -> None:
        self._path = folder / FOLDER_NAME
        self._catalogue = catalogue
        self._spaces = tuple(spaces)
        self._store = self._open()
        for space in self._spaces:
            self._check(space)

    def put(self, song_id: SongId, vectors: Iterable[StemVectors]) -> None:
        """Index the vectors of a song that belong to this index's spaces."""
        for found in vectors:
            space = Space(found.space, found.stem, found.model_id, len(found.song))
            if space in self._spaces:
                self._store.upsert(collection_name(space), [Row(song_id, found.song, {})])

    def remove(self, song_id: SongId) -> None:
        """Forget a song.

        Called before the catalogue changes or drops a song's vectors, so that a stop between the
        two leaves a count that ``_check`` sees.
        """
        for space in self._spaces:
            self._store.delete(collection_name(space), [song_id])

    def nearest(self, space: Space, query: Float32Array, *, limit: int) -> list[Hit]:
        """Return the songs nearest to ``query``, float32 [D], best first, by cosine."""
        return self._store.search(collection_name(space), query[np.newaxis], limit=limit)[0]

    def nearest_of(
        self,
        space: Space,
        query: Float32Array,
        *,
        limit: int,
        kept: Callable[[Sequence[SongId]], list[SongId]],
    ) -> list[SongId]:
        """Return at least ``limit`` of the songs nearest to ``query`` that ``kept`` keeps.

        Fewer where the collection, or its ``MOST_RECALLED`` nearest, hold no more of them.
        """
        room = limit + RECALL_MARGIN
        while True:
            hits = self.nearest(space, query, limit=room)
            found = kept([SongId(hit.key) for hit in hits])
            if len(found) >= limit or len(hits) < room or room >= MOST_RECALLED:
                return found
            room = min(room * RECALL_MORE, MOST_RECALLED)

    def settle(self) -> None:
        """Seal what was put since the last call, so that searches use the index again."""
        for space in self._spaces:
            self._store.flush(collection_name(space))

    def close(self) -> None:
        """Let go of the folder."""
        self._store.close()

    def _open(self) -> MilvusStore:
        try:
            return MilvusStore(str(self._path))
        except LibraryError as error:
            if error.problem is not LibraryProblem.DAMAGED:
                raise
            log.info("The vector index is damaged and is built again from the catalogue.")
            shutil.rmtree(self._path)
            return MilvusStore(str(self._path))

    def _check(self, space: Space) -> None:
        """Rebuild a collection whose count is not the catalogue's."""
        name = collection_name(space)
        self._store.ensure(CollectionSpec(name, space.dimension))
        expected = self._catalogue.count_vectors(space.name, space.stem, space.model_id)
        if self._store.count(name) == expected:
            return
        log.info("Building the index %s again: %d songs.", name, expected)
        self._store.drop(name)
        self._store.ensure(CollectionSpec(name, space.dimension))
        vectors = self._catalogue.song_vectors(space.name, space.stem, space.model_id)
        for rows in _batches(Row(song_id, vector, {}) for song_id, vector in vectors):
            self._store.upsert(name, rows)
        self._store.flush(name)


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, REBUILD_ROWS)):
        yield batch
