"""What ranking needs to know of songs, kept while a pass needs it: a cache of fixed size."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cluster_sync.lists import (
    MAX_DROPPED_NAME_BYTES,
    MAX_LISTED_NAME_BYTES,
    head_text,
    key_number,
)
from cluster_sync.recommender.complete import CompleteReader
from cluster_sync.recommender.traits import Traits
from cluster_sync.rows import within
from core.recommend import Pool
from core.vectors.milvus import Row

# Songs that are held at most: 17 MB of vectors of 128 numbers, and their names. A batch of lists
# tells of up to 12,000 different songs.
CAPACITY = 32_768

NAME_FIELDS = ("title", "artist")
PAGE = 2048  # songs that are read at once: 1 MB of vectors
_RANKED = ("density", "recording", "parts")


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows of the catalogue, and traits; a song that left in between has none."""

    rows: Sequence[Row]
    traits: Mapping[str, Traits]


class Facts:
    """A pool of songs for ranking, what their lines begin with, and their numbers.

    Places are good until ``hold``.
    ``known`` are rows with ``NAME_FIELDS`` that whoever makes lists has read anyway.
    """

    def __init__(self, reader: CompleteReader, *, dimension: int) -> None:
        self._reader = reader
        self.known: Mapping[str, Row] = {}
        self._vectors = np.zeros((CAPACITY, dimension), np.float32)
        self._densities = np.zeros(CAPACITY, np.float32)
        self._recordings = np.zeros(CAPACITY, np.intp)
        self._artists = np.zeros(CAPACITY, np.intp)
        self._clear()

    def _clear(self) -> None:
        self.keys: list[str] = []
        self.numbers: list[int] = []
        self.kept_heads: list[str] = []
        self.dropped_heads: list[str] = []
        self.places: dict[str, int] = {}
        self._numbers: dict[str, int] = {"": 0}
        self._parts: dict[int, frozenset[str]] = {}

    def fetch(self, songs: Collection[str]) -> Fetched:
        """Read those of these songs that aren't at hand; any thread may, while others are held."""
        held = self.places
        missing = [one for one in songs if one not in held]
        if not missing:
            return Fetched((), {})
        known = self.known
        rows = [known[one] for one in missing if one in known]
        strange = [one for one in missing if one not in known]
        rows += self._reader.rows(strange, NAME_FIELDS, fresh=False, page=PAGE)
        return Fetched(rows, self._reader.traits([row.key for row in rows], _RANKED))

    def hold(self, songs: Collection[str], fetched: Fetched) -> None:
        """Have these songs at hand; those that have left stay without a place."""
        if len(self.keys) + len(fetched.rows) > CAPACITY:
            self._clear()
        self._take(fetched)
        self._take(self.fetch(songs))  # those that had a place when the others were read

    def _take(self, fetched: Fetched) -> None:
        for row in fetched.rows:
            if row.key not in self.places and row.key in fetched.traits:
                self._add(row, fetched.traits[row.key])

    def pool(self) -> Pool:
        """Return the songs as ranking sees them."""
        parts = {
            place: frozenset(self.places[one] for one in songs if one in self.places)
            for place, songs in self._parts.items()
        }
        n = len(self.keys)
        return Pool(
            vectors=self._vectors[:n],
            densities=self._densities[:n],
            recordings=self._recordings[:n],
            artists=self._artists[:n],
            parts=parts,
        )

    def _add(self, row: Row, traits: Traits) -> None:
        place = len(self.keys)
        self.keys.append(row.key)
        self.places[row.key] = place
        self.numbers.append(key_number(row.key))
        title, artist = str(row.values["title"]), str(row.values["artist"])
        kept = _head(row.key, title, artist, limit=MAX_LISTED_NAME_BYTES)
        is_short = 4 * max(len(title), len(artist)) <= MAX_DROPPED_NAME_BYTES
        self.kept_heads.append(kept)
        self.dropped_heads.append(
            kept if is_short else _head(row.key, title, artist, limit=MAX_DROPPED_NAME_BYTES)
        )
        self._vectors[place] = row.vector
        self._densities[place] = traits.density
        self._recordings[place] = self._number(f"recording {traits.recording}")
        spelt = " ".join(artist.casefold().split())
        self._artists[place] = self._number(f"artist {spelt}" if spelt else "")
        if traits.parts:
            self._parts[place] = traits.parts

    def _number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))


def _head(key: str, title: str, artist: str, *, limit: int) -> str:
    """Return what a song's lines begin with, title and artist each cut to so many bytes."""
    return head_text(key, within(title, limit), within(artist, limit))
