"""A library's inbox on the cluster, as sync sees it: heads, ranges, counts, writes.

A song that left is told by its tombstone in the inbox, or later by its grave. Reads are strong.
"""

from collections.abc import Iterable, Sequence

from cluster_sync import collections as shapes
from cluster_sync.keys import catalogue_id, inbox_name, own_song
from cluster_sync.plan import Head
from cluster_sync.rows import LIVE
from core.types import LibraryId, SongId
from core.vectors.milvus import KEYS_A_PAGE, MilvusStore, Row
from core.vectors.rows import Where

HEAD_FIELDS = ("digest", "changed_at", "deleted")
# Asking for more rows than this by their keys takes longer than reading all heads.
MANY = 2000
DIGITS = "0123456789abcdef"  # what a song's id starts with


class Inbox:
    """One library's inbox; raises ``ClusterError`` (or ``LibraryError`` for a folder)."""

    def __init__(self, store: MilvusStore, library_id: LibraryId) -> None:
        self.store = store
        self.library_id = library_id
        self._name = inbox_name(library_id)
        self._was_read = False
        self._is_made = False

    @property
    def dimension(self) -> int | None:
        """The length of its vectors, or None where there is no inbox yet."""
        return self.store.dimension(self._name)

    def make(self, dimension: int) -> None:
        """Make the inbox where it is missing; an administrator may have made it before."""
        if not self._is_made and self.dimension != dimension:
            self.store.ensure(shapes.inbox_spec(self.library_id, dimension))
        self._is_made = True

    def load(self) -> None:
        """Bring the inbox into the cluster's memory: what is written will be compared."""
        self._was_read = True
        self.store.load(self._name)

    def write(self, rows: Sequence[Row]) -> None:
        """Write rows, each in the place of an older one of its song."""
        self.store.upsert(self._name, rows)

    def flush(self) -> None:
        """Seal what was written, where that speeds up reading."""
        self.store.flush(self._name)

    def key(self, song_id: SongId) -> str:
        """Return a song's key."""
        return catalogue_id(self.library_id, song_id)

    def count(self) -> int:
        """Return how many songs the inbox holds."""
        if self.dimension is None:
            return 0
        self._was_read = True
        return self.store.count(self._name, where={"deleted": LIVE})

    def heads(self) -> dict[SongId, Head]:
        """Return what the cluster says of every song of the library."""
        prefix = f"{self.library_id}:"
        graves = self._all(shapes.GRAVES, shapes.GRAVE_FIELDS, prefix=prefix)
        return _heads(graves) | _heads(self._all(self._name, HEAD_FIELDS, prefix=prefix))

    def digests(self) -> dict[SongId, str]:
        """Return the digest of every song that the inbox holds: half of what heads cost."""
        rows = self._all(self._name, ["digest"], prefix=f"{self.library_id}:", where={"deleted": 0})
        return {own_song(row.key): str(row.values["digest"]) for row in rows}

    def heads_of(self, song_ids: Sequence[SongId]) -> dict[SongId, Head]:
        """Return what the cluster says of these songs, as far as it ever had them."""
        if len(song_ids) > MANY:
            wanted = set(song_ids)
            return {song: head for song, head in self.heads().items() if song in wanted}
        keys = [self.key(song_id) for song_id in song_ids]
        graves = self._some(shapes.GRAVES, shapes.GRAVE_FIELDS, keys=keys)
        return _heads(graves) | _heads(self._some(self._name, HEAD_FIELDS, keys=keys))

    def heads_between(self, low: SongId | None, high: SongId | None) -> dict[SongId, Head] | None:
        """Return what the cluster says of the songs with low < id <= high; None: no such end.

        None where they are more than one query answers.
        """
        # Behind a key lies nothing of another song: song ids have one length.
        ends = (
            f"{self.library_id}:{low}!" if low else f"{self.library_id}:",
            f"{self.library_id}:{high}!" if high else f"{self.library_id}:~",
        )
        rows: list[Row] = []
        for name, fields in ((shapes.GRAVES, shapes.GRAVE_FIELDS), (self._name, HEAD_FIELDS)):
            if self.store.dimension(name) is not None:
                self._was_read |= name == self._name
                some = self.store.between(name, *ends, fields=fields)
                if len(some) >= KEYS_A_PAGE:
                    return None
                rows += some
        return _heads(rows)

    def release(self) -> None:
        """Let the inbox leave the cluster's memory, if this sync had it loaded."""
        if self._was_read and not self.store.line.door.is_lite:
            self.store.release(self._name)

    def _all(
        self, name: str, fields: Sequence[str], *, prefix: str, where: Where | None = None
    ) -> list[Row]:
        if self.store.dimension(name) is None:
            return []
        self._was_read |= name == self._name
        if name != self._name or self.store.count(name) < KEYS_A_PAGE:
            return self.store.heads(name, fields, prefix=prefix, where=where)
        # The count was strong, so that these need not wait for the server's clock once more.
        return [row for digit in DIGITS for row in self._share(f"{prefix}{digit}", fields, where)]

    def _share(self, prefix: str, fields: Sequence[str], where: Where | None) -> list[Row]:
        """Return the rows of one share of the songs; ids are random, so shares are alike."""
        some = self.store.between(
            self._name, prefix, f"{prefix}~", fields=fields, where=where, fresh=False
        )
        if len(some) < KEYS_A_PAGE:
            return some
        return self.store.heads(self._name, fields, prefix=prefix, where=where)

    def _some(self, name: str, fields: Sequence[str], *, keys: Sequence[str]) -> list[Row]:
        if not keys or self.store.dimension(name) is None:
            return []
        self._was_read |= name == self._name
        return self.store.get(name, keys, fields, with_vectors=False)


def _heads(rows: Iterable[Row]) -> dict[SongId, Head]:
    """Return heads by song; of a song that stands twice the later row."""
    return dict(_head(row) for row in rows)


def _head(row: Row) -> tuple[SongId, Head]:
    told = row.values
    changed_at, deleted = float(told["changed_at"]), int(told["deleted"])
    return own_song(row.key), Head(str(told.get("digest", "")), changed_at, deleted)
