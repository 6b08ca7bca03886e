"""Which rows of inboxes are believed. An inbox is written by whoever has its account.

Every row is checked in full before anything of it is used. The first row that is ever believed
decides whose vectors the catalogue takes.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cluster_sync import collections as shapes
from core.types import CatalogueId, LibraryId
from core.vectors.milvus import MilvusStore, Row
from core.vectors.rows import is_key

MAX_SONGS = 200_000  # of one library: a bound on what one account can make the cluster hold
# How far a clock may be ahead; a time beyond it would outlive every later change.
MAX_AHEAD_S = 24 * 3600.0

REFUSED_KEY = "the key is not of this library"
REFUSED_SHAPE = "the inbox has another shape than this version writes"
REFUSED_COUNT = f"more than {MAX_SONGS} songs"
REFUSED_AHEAD = "the time of the last change lies in the future"
REFUSED_OLDER = "the catalogue holds a newer state of this song"
REFUSED_GONE = "the song left after this was written"


@dataclass(frozen=True, slots=True)
class Entry:
    """The head of a row: enough to see whether it must be read."""

    key: CatalogueId
    digest: str
    is_tombstone: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue holds of a song: its digest, and when it changed (Unix time)."""

    digest: str
    changed_at: float


class Gate:
    """Decides which rows are believed."""

    def __init__(self, store: MilvusStore) -> None:
        self._store = store
        self._model = shapes.cluster_model(store)
        self.dimension = store.dimension(shapes.CATALOGUE)

    def check(self, row: Row, *, known: Known | None, grave_s: float | None) -> shapes.SharedSong:
        """Return the song of a row; raise ``ValueError`` with what is wrong with it.

        ``known`` is what the catalogue holds of it; ``grave_s`` when it left, where it did.
        """
        try:
            song = shapes.read_song(row)
        except KeyError as error:
            raise ValueError(REFUSED_SHAPE) from error
        if song.changed_at > time.time() + MAX_AHEAD_S:
            raise ValueError(REFUSED_AHEAD)
        if known is not None and song.changed_at < known.changed_at:
            raise ValueError(REFUSED_OLDER)
        if grave_s is not None and song.changed_at < grave_s:
            raise ValueError(REFUSED_GONE)
        self._check_model(song.searched)
        return song

    def _check_model(self, searched: shapes.SharedVector) -> None:
        ours = shapes.base_model(searched.model_id)
        if self._model is None or self.dimension is None:
            self._found(searched)
        elif ours != self._model:
            raise ValueError(f"vectors of {ours}, where the catalogue holds those of {self._model}")
        elif len(searched.vector) != self.dimension:
            raise ValueError(f"a vector of {len(searched.vector)} numbers")

    def _found(self, searched: shapes.SharedVector) -> None:
        self._model = shapes.base_model(searched.model_id)
        self.dimension = len(searched.vector)
        self._store.ensure(shapes.catalogue_spec(self.dimension))
        self._store.ensure(shapes.models_spec())
        self._store.upsert(shapes.MODELS, [shapes.model_row(self._model)])


def read_entry(row: Row, owner: LibraryId) -> Entry:
    """Return the head of a row; raise ``ValueError`` where it isn't one of the owner's songs."""
    values: Mapping[str, object] = row.values
    if "digest" not in values or "deleted" not in values:  # a folder leaves out, a server errs
        raise ValueError(REFUSED_SHAPE)
    if not is_key(row.key) or not _is_own(row.key, owner):
        raise ValueError(REFUSED_KEY)
    return Entry(CatalogueId(row.key), str(values["digest"]), values["deleted"] != shapes.LIVE)


def _is_own(key: str, owner: LibraryId) -> bool:
    song_id = shapes.song_of(key, owner)
    try:
        return song_id is not None and str(UUID(song_id)) == song_id
    except ValueError:
        return False
