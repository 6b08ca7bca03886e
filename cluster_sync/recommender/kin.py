"""Which songs of the catalogue hold the same recording.

Only songs near each other are asked, and only pairs whose sketches share something are aligned.
Songs that agree as a whole share their recording's name, so that a thousand copies of one song are
known as one without a thousand squared comparisons. A clip, or a song inside a mix, is no chain to
others: such pairs name each other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cluster_sync import collections as shapes
from cluster_sync.lists import TRAITS
from cluster_sync.recommender.complete import Recalled
from cluster_sync.recommender.traits import Traits, traits_of
from core.recordings import Kinship, kinship, sharing
from core.types import Codes
from core.vectors.milvus import MilvusStore
from core.vectors.rows import chunks

PAIRS_A_STEP = 256  # their codes are up to 25 MB

Pair = tuple[str, str]


class Kin:
    """Finds copies among songs.

    ``changed`` has the traits that must be written then. ``bridged`` are songs that were thought
    to be of another recording than others, until one of the new songs turned out to be both.
    """

    def __init__(self, store: MilvusStore, traits: Mapping[str, Traits]) -> None:
        self._store = store
        self._traits = traits
        self._new: frozenset[str] = frozenset()
        self.changed: dict[str, Traits] = {}
        self.bridged: set[str] = set()

    def traits(self, song: str) -> Traits:
        """Return a song's traits as they are by now."""
        return self.changed.get(song) or self._traits[song]

    def find(self, recalled: Sequence[Recalled]) -> None:
        """Find the copies of these songs among those near them."""
        self._new = frozenset(one.row.key for one in recalled)
        for some in chunks(list(self._suspects(recalled)), PAIRS_A_STEP):
            codes = self._codes({song for pair in some for song in pair})
            for one, other in some:
                if one in codes and other in codes:
                    self._join((one, other), kinship(codes[one], codes[other]))

    def _suspects(self, recalled: Sequence[Recalled]) -> Iterator[Pair]:
        """Yield the pairs of a song and one near it that share something, each once."""
        seen: set[frozenset[str]] = set()
        for one in recalled:
            near = [hit.key for hit in one.hits if hit.key in self._traits]
            sketch = self._traits[one.row.key].sketch
            for place in sharing(sketch, [self._traits[key].sketch for key in near]):
                pair = frozenset((one.row.key, near[place]))
                if pair not in seen:
                    seen.add(pair)
                    yield one.row.key, near[place]

    def _codes(self, songs: Iterable[str]) -> dict[str, Codes]:
        rows = self._store.get(
            shapes.CATALOGUE, sorted(songs), ["codes"], with_vectors=False, fresh=False
        )
        return {row.key: shapes.read_codes(str(row.values["codes"])) for row in rows}

    def _join(self, pair: Pair, kin: Kinship | None) -> None:
        one, other = (self.traits(song) for song in pair)
        if kin is Kinship.PART:
            self.changed[pair[0]] = replace(one, parts=one.parts | {pair[1]})
            self.changed[pair[1]] = replace(other, parts=other.parts | {pair[0]})
        elif kin is Kinship.WHOLE and one.recording != other.recording:
            self._unite(*sorted((one.recording, other.recording)))

    def _unite(self, lesser: str, greater: str) -> None:
        """Give two recordings one name, the lesser: it doesn't depend on the order of findings."""
        kept, renamed = self._all_of(lesser), self._all_of(greater)
        known = [group.keys() - self._new for group in (kept, renamed)]
        if all(known):
            self.bridged |= min(known, key=len)
        for song, found in renamed.items():
            self.changed[song] = replace(found, recording=lesser)

    def _all_of(self, recording: str) -> dict[str, Traits]:
        """Return the traits of all songs of a recording, as they are by now."""
        rows = self._store.between(TRAITS, where={"recording": recording}, fresh=False)
        stored = traits_of(self._store, [row.key for row in rows if row.key not in self.changed])
        new = {song: self.traits(song) for song in self._new}
        everything = {**stored, **new, **self.changed}
        return {song: one for song, one in everything.items() if one.recording == recording}
