"""Which songs share codes with a question, at one offset: finds candidates for ``match.align``.

An inverted index of whole codes. A clip shares at least a few codes exactly with its song, and at
the same distance of places; songs are ranked by how many of the question's codes agree on one
offset.

Songs lie one after the other on one long line. A posting is a code and its place on the line,
packed into one number, so that a sorted row of numbers is the whole index. Postings are appended
in small rows that are merged as they grow, as in a log-structured store: adding a song costs
little whatever the index holds. Not thread-safe.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from core.types import Codes, SongId

# A code that more places than this hold is left out of the question: it tells little (silence, a
# common chord), and would cost the most.
_COMMON_PLACES = 2_000

# Votes at neighbouring offsets are one candidate: codes jitter by one place when the sound was
# cut between two frames.
_OFFSET_BIN = 2

# Fewer votes than this at one offset are chance.
_MIN_VOTES = 3

# A row is merged into the one before it once it has half its size: each posting is then moved
# a logarithmic number of times.
_MERGE_RATIO = 2

# The upper half of a posting is the code, the lower its place: room for two million songs of
# 2,000 codes, removed ones included.
_PLACE_BITS = np.uint64(32)
_PLACE_MASK = np.uint64(2**32 - 1)

_Postings = NDArray[np.uint64]


class CodeIndex:
    """Songs by their codes."""

    def __init__(self) -> None:
        self._rows: list[_Postings] = []  # each sorted, the largest first
        self._songs: list[SongId] = []  # by song number; a number is never used again
        self._starts: list[int] = [0]  # where each song begins on the line, and the next one will
        self._numbers: dict[SongId, int] = {}
        self._has_removed = False

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def n_bytes(self) -> int:
        """The memory that the postings take."""
        return sum(row.nbytes for row in self._rows)

    def add(self, song_id: SongId, codes: Codes) -> None:
        """Add a song's codes, uint32 [n], in the place of those that it had."""
        self.add_all([(song_id, codes)])

    def add_all(self, songs: Iterable[tuple[SongId, Codes]]) -> None:
        """Add many songs at once, which takes a tenth of the time of one by one."""
        rows = [self._number(song_id, codes) for song_id, codes in songs]
        if rows:
            self._rows.append(np.sort(np.concatenate(rows)))
            self._merge()

    def remove(self, song_id: SongId) -> None:
        """Forget a song, if it is there; its postings go when their row is next merged."""
        if self._numbers.pop(song_id, None) is not None:
            self._has_removed = True

    def candidates(self, codes: Codes, *, limit: int = 20) -> list[SongId]:
        """Return the songs that share most codes with these at one offset, the best first."""
        asked = _telling_places(codes)
        places, meets = self._meetings(codes[asked])
        if len(places) == 0:
            return []
        numbers = self._numbers_at(places)
        offsets = places - np.asarray(self._starts)[numbers] - asked[meets] + len(codes)
        n_bins = int(offsets.max()) // _OFFSET_BIN + 2  # one stays empty between two songs
        keys, votes = np.unique(numbers * n_bins + offsets // _OFFSET_BIN, return_counts=True)
        # A peak may lie on the border of two bins: each is counted with the one after it.
        is_next = np.append(keys[1:] == keys[:-1] + 1, False)
        votes = votes + np.where(is_next, np.append(votes[1:], 0), 0)
        return self._ranked(keys // n_bins, votes, limit=limit)

    def _number(self, song_id: SongId, codes: Codes) -> _Postings:
        """Give a song its place on the line; return its postings."""
        self.remove(song_id)
        start = self._starts[-1]
        self._numbers[song_id] = len(self._songs)
        self._songs.append(song_id)
        self._starts.append(start + len(codes))
        places = _telling_places(codes)
        postings: _Postings = (codes[places].astype(np.uint64) << _PLACE_BITS) | (
            places + start
        ).astype(np.uint64)
        return postings

    def _ranked(
        self, numbers: NDArray[np.int64], votes: NDArray[np.int64], *, limit: int
    ) -> list[SongId]:
        best: dict[SongId, None] = {}
        for place in np.argsort(-votes, kind="stable"):
            if votes[place] < _MIN_VOTES or len(best) >= limit:
                break
            song_id = self._songs[numbers[place]]
            if self._numbers.get(song_id) == numbers[place]:
                best[song_id] = None
        return list(best)

    def _meetings(self, asked: Codes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where rare codes lie on the line, and which of the asked codes lies there."""
        lowest = asked.astype(np.uint64) << _PLACE_BITS
        starts = [np.searchsorted(row, lowest, "left") for row in self._rows]
        ends = [np.searchsorted(row, lowest | _PLACE_MASK, "right") for row in self._rows]
        n_held = sum((e - s for s, e in zip(starts, ends, strict=True)), np.zeros(len(asked), int))
        is_rare = n_held <= _COMMON_PLACES
        places, meets = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for row, start, end in zip(self._rows, starts, ends, strict=True):
            counts = np.where(is_rare, end - start, 0)
            places.append((row[_ranges(start, counts)] & _PLACE_MASK).astype(np.int64))
            meets.append(np.repeat(np.arange(len(asked)), counts))
        return np.concatenate(places), np.concatenate(meets)

    def _merge(self) -> None:
        rows = self._rows
        while len(rows) > 1 and _MERGE_RATIO * len(rows[-1]) >= len(rows[-2]):
            newer, older = rows.pop(), rows.pop()
            rows.append(np.sort(np.concatenate((self._live(older), self._live(newer)))))

    def _live(self, row: _Postings) -> _Postings:
        if not self._has_removed:
            return row
        is_live = np.zeros(len(self._songs), bool)
        is_live[list(self._numbers.values())] = True
        return row[is_live[self._numbers_at((row & _PLACE_MASK).astype(np.int64))]]

    def _numbers_at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        # Songs without codes begin where the next one does: "right" gives the one with codes.
        return np.searchsorted(np.asarray(self._starts), places, "right") - 1


def _telling_places(codes: Codes) -> NDArray[np.int64]:
    """Return the places of codes that differ from the one before: a held tone counts once."""
    if len(codes) == 0:
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))


def _ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return start, start + 1, ... of each range, one after the other."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + counts, counts)
