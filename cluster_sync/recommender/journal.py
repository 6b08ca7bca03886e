"""The recommender's journal on the cluster: what is still to do, and what it remembers.

A mark says that something must be done for a song: ``NEW`` find out about it, ``GONE`` take it out
of everyone's lists, ``LIST`` make its list. It is written before what makes it necessary, and
deleted after what it asked for, so that a pass that stopped anywhere is finished by the next.
Every pass marks under a number of its own: what is marked again meanwhile is not deleted.

Songs fall into ``BUCKETS`` by their keys' hash. A shard has a range of buckets, and a mark's row
begins with its bucket, so that a shard reads its own marks only. A note is a text under a name.
"""

import hashlib
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from cluster_sync import lists as shapes
from cluster_sync.recommender.paging import pages
from core.vectors.milvus import MilvusStore
from core.vectors.rows import chunks

BUCKETS = 256
ALL_BUCKETS = range(BUCKETS)
_MARKS, _NOTES = "mark:", "note:"
NOTES_A_WRITE = 2000  # as rows 2 MB of this program's memory
_LAST = "~"  # above every character of a key


class Mark(Enum):
    """What must be done for a song."""

    NEW = "new"
    GONE = "gone"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark as it stands in the journal, and the song that it is about."""

    row: str
    song: str


def bucket_of(song: str) -> int:
    """Return a song's bucket."""
    return hashlib.blake2b(song.encode(), digest_size=1).digest()[0]


class Journal:
    """The journal of one cluster; its reads see every write that was acknowledged before."""

    def __init__(self, store: MilvusStore) -> None:
        self._store = store
        self._pass = f"{int(time.time() * 1000):x}{secrets.token_hex(2)}"

    def exists(self) -> bool:
        """Tell whether there is a journal yet."""
        return self._store.dimension(shapes.WORK) is not None

    def mark(self, kind: Mark, songs: Iterable[str]) -> None:
        """Mark songs; it does no harm where they are marked already."""
        prefix = f"{_MARKS}{kind.value}"
        self._write({f"{prefix}:{bucket_of(one):02x}:{self._pass}:{one}": "" for one in songs})

    def marked(self, kind: Mark, *, limit: int, buckets: range = ALL_BUCKETS) -> list[Marked]:
        """Return some of the marks of a kind, all of them where they are fewer than ``limit``."""
        low = f"{_MARKS}{kind.value}:{buckets.start:02x}:"
        high = f"{_MARKS}{kind.value}:{buckets.stop - 1:02x}:{_LAST}"
        rows = self._store.between(shapes.WORK, low, high, limit=limit)
        return [_marked(row.key) for row in rows]

    def each(self, kind: Mark, *, size: int) -> Iterator[Sequence[Marked]]:
        """Yield all marks of a kind, some at a time; they stay."""
        low = f"{_MARKS}{kind.value}:"
        for _, _, rows in pages(self._store, shapes.WORK, fields=(), low=low, high=low + _LAST):
            yield from chunks([_marked(row.key) for row in rows], size)

    def is_anything_marked(self) -> bool:
        """Tell whether anything is to do."""
        return bool(self._store.between(shapes.WORK, _MARKS, _MARKS + _LAST, limit=1))

    def done(self, marks: Sequence[Marked]) -> None:
        """Take marks away, whose work is done."""
        self._store.delete(shapes.WORK, [one.row for one in marks])

    def notes(self, kind: str) -> dict[str, str]:
        """Return all notes of a kind by name."""
        prefix = f"{_NOTES}{kind}:"
        rows = self._store.heads(shapes.WORK, ["note"], prefix=prefix)
        return {row.key.removeprefix(prefix): str(row.values["note"]) for row in rows}

    def write_notes(self, kind: str, notes: Mapping[str, str]) -> None:
        """Keep notes, each in the place of an older one of its name."""
        self._write({f"{_NOTES}{kind}:{name}": text for name, text in notes.items()})

    def forget_notes(self, kind: str, names: Iterable[str]) -> None:
        """Drop notes."""
        self._store.delete(shapes.WORK, [f"{_NOTES}{kind}:{name}" for name in names])

    def _write(self, notes: Mapping[str, str]) -> None:
        for some in chunks(list(notes.items()), NOTES_A_WRITE):
            rows = [shapes.bare_row(key, {"note": text}) for key, text in some]
            self._store.upsert(shapes.WORK, rows)


def _marked(row: str) -> Marked:
    return Marked(row, row.split(":", 4)[4])
