"""A library that keeps changing, its inbox on a real server, and the truth about both.

What a song must be like on the other side is worked out here, from what the test itself did, and
not by what the program believes to have sent.
"""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cluster_sync import collections as shapes
from core.cluster_types import SyncReport, SyncState
from core.library.changes import Outbox
from core.library.store import Catalogue
from core.progress import Progress
from tests.cluster_sync.libraries import Cluster, add, song_id, sync_of, unit

FIRST_SONGS = 250  # three chunks
NEW, CHANGED, REMOVED = 60, 140, 30


@dataclass(frozen=True)
class Known:
    """What the test gave a song; both are told in its row."""

    artist: str
    seed: int


class World:
    """One library against one cluster, by the address that the library knows."""

    def __init__(self, folder: Path, cluster: Cluster, *, seed: int) -> None:
        self.folder, self.cluster = folder, cluster
        self.rng = random.Random(seed)
        self.songs: dict[int, Known] = {}
        self._next = 1
        self._seed = 0

    def begin(self) -> None:
        """Make the library, and bring it to the cluster while all is well."""
        with self.catalogue() as catalogue:
            self._put(catalogue, [self._number() for _ in range(FIRST_SONGS)])
        assert self.sync().state is SyncState.IN_STEP
        self.check()

    def change(self) -> int:
        """Add, change and remove songs; return how many changes wait."""
        some = self.rng.sample(sorted(self.songs), CHANGED + REMOVED)
        with self.catalogue() as catalogue:
            for number in some[:REMOVED]:
                catalogue.remove(song_id(number))
                del self.songs[number]
            self._put(catalogue, some[REMOVED:] + [self._number() for _ in range(NEW)])
            return Outbox(catalogue).count()

    def catalogue(self) -> "OpenCatalogue":
        return OpenCatalogue(self.folder)

    def sync(self) -> SyncReport:
        """Sync once, in this process."""
        with self.catalogue() as catalogue:
            return sync_of(catalogue, self.cluster).sync(progress=Progress())

    def waiting(self) -> set[str]:
        """Return the songs in the outbox."""
        with self.catalogue() as catalogue:
            return {change.song_id for change in Outbox(catalogue).pending()}

    def wrong(self) -> set[str]:
        """Return the songs that the cluster does not hold as the library does, or holds and
        the library does not."""
        held = self._held()
        expected = {song_id(number): known for number, known in self.songs.items()}
        return {
            one
            for one in held.keys() | expected.keys()
            if not _is(held.get(one), expected.get(one))
        }

    def check(self) -> None:
        """Both sides hold exactly the same set, once each, and nothing waits."""
        assert self.wrong() == set()
        assert self.waiting() == set()

    def _held(self) -> dict[str, shapes.Row]:
        with self.catalogue() as catalogue:
            library_id = catalogue.library_id
        name = shapes.inbox_name(library_id)
        store = self.cluster.open()
        try:
            rows = list(store.scan(name, shapes.SONG_FIELDS))
            assert store.count(name) == len(rows), "rows are doubled, or a read was not complete"
        finally:
            store.close()
        live = [row for row in rows if row.values["deleted"] == 0]
        for row in live:
            assert row.values["digest"] == shapes.digest(row.key, row.values)
            assert shapes.song_of(row.key, library_id) is not None
        return {shapes.own_song(row.key): row for row in live}

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _put(self, catalogue: Catalogue, numbers: list[int]) -> None:
        for number in numbers:
            self._seed += 1
            self.songs[number] = Known(f"Artist {self._seed}", self._seed)
            add(catalogue, number, vector=unit(seed=self._seed), artist=f"Artist {self._seed}")


class OpenCatalogue:
    """A catalogue for as long as a ``with``; others may open it afterwards."""

    def __init__(self, folder: Path) -> None:
        self._opened = Catalogue(folder)

    def __enter__(self) -> Catalogue:
        return self._opened

    def __exit__(self, *_: object) -> None:
        self._opened.close()


def _is(row: shapes.Row | None, known: Known | None) -> bool:
    if row is None or known is None:
        return row is known is None
    same_sound = np.allclose(row.vector, unit(seed=known.seed), atol=1e-5)
    return same_sound and row.values["artist"] == known.artist
