"""Which songs share codes with a question, at one offset: finds candidates for ``match.align``.

An inverted index of whole codes. A clip shares at least a few codes exactly with its song, and at
the same distance of places; songs are ranked by how many of the question's codes agree on one
offset. Codes that are everywhere (silence, held tones) are left out.

Codes are appended to small segments that are merged as they grow, as in a log-structured store,
so that adding a song costs little whatever the index holds. Not thread-safe.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import Codes, SongId

# Steady codes come in runs; a code counts where it begins, and a song lists it at most this often.
_MAX_PLACES_A_SONG = 8

# A code that more places than this hold is left out of the question: it tells little, and would
# cost the most.
_COMMON_PLACES = 2_000

# Votes at neighbouring offsets are one candidate: codes jitter by one place when the sound was
# cut between two frames.
_OFFSET_BIN = 2

# Fewer votes than this at one offset are chance.
_MIN_VOTES = 3

# A segment is merged into the one before it once it has half its size: each code is then moved
# a logarithmic number of times.
_MERGE_RATIO = 2

# Songs lie one after the other on one long line, and a code's place on it is a uint32: room for two
# million songs of 2,000 codes, removed ones included.
_Places = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Segment:
    """Codes, uint32 [n], sorted, and their places on the line, uint32 [n]."""

    codes: Codes
    places: _Places


class CodeIndex:
    """Songs by their codes."""

    def __init__(self) -> None:
        self._segments: list[_Segment] = []
        self._songs: list[SongId] = []  # by song number; a number is never used again
        self._starts: list[int] = [0]  # where each song begins on the line, and the next one will
        self._numbers: dict[SongId, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, song_id: SongId, codes: Codes) -> None:
        """Add a song's codes, uint32 [n], in the place of those that it had."""
        self.remove(song_id)
        start = self._starts[-1]
        self._numbers[song_id] = len(self._songs)
        self._songs.append(song_id)
        self._starts.append(start + len(codes))
        places = _telling_places(codes)
        order = np.argsort(codes[places], kind="stable")
        places = places[order]
        self._segments.append(_Segment(codes[places], (places + start).astype(np.uint32)))
        self._merge()

    def remove(self, song_id: SongId) -> None:
        """Forget a song, if it is there; its codes go when their segment is next merged."""
        self._numbers.pop(song_id, None)

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
        starts = [np.searchsorted(s.codes, asked, "left") for s in self._segments]
        ends = [np.searchsorted(s.codes, asked, "right") for s in self._segments]
        n_held = sum((e - s for s, e in zip(starts, ends, strict=True)), np.zeros(len(asked), int))
        is_rare = n_held <= _COMMON_PLACES
        places, meets = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for segment, start, end in zip(self._segments, starts, ends, strict=True):
            counts = np.where(is_rare, end - start, 0)
            places.append(segment.places[_ranges(start, counts)].astype(np.int64))
            meets.append(np.repeat(np.arange(len(asked)), counts))
        return np.concatenate(places), np.concatenate(meets)

    def _merge(self) -> None:
        segments = self._segments
        while len(segments) > 1 and (
            _MERGE_RATIO * len(segments[-1].codes) >= len(segments[-2].codes)
        ):
            newer, older = segments.pop(), segments.pop()
            segments.append(self._joined(older, newer))

    def _joined(self, older: _Segment, newer: _Segment) -> _Segment:
        codes = np.concatenate((older.codes, newer.codes))
        places = np.concatenate((older.places, newer.places))
        is_live = np.zeros(len(self._songs), bool)
        is_live[list(self._numbers.values())] = True
        kept = is_live[self._numbers_at(places)]
        codes, places = codes[kept], places[kept]
        order = np.argsort(codes, kind="stable")
        return _Segment(codes[order], places[order])

    def _numbers_at(self, places: NDArray[np.int64] | _Places) -> NDArray[np.int64]:
        # Songs without codes begin where the next one does: "right" gives the one with codes.
        return np.searchsorted(np.asarray(self._starts), places, "right") - 1


def _telling_places(codes: Codes) -> NDArray[np.int64]:
    """Return the places of codes that differ from the one before, few of each code."""
    if len(codes) == 0:
        return np.zeros(0, np.int64)
    places = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
    order = np.argsort(codes[places], kind="stable")
    ordered = codes[places][order]
    is_first = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    firsts = np.flatnonzero(is_first)
    rank = np.arange(len(ordered)) - firsts[np.cumsum(is_first) - 1]
    return np.sort(places[order[rank < _MAX_PLACES_A_SONG]])


def _ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return start, start + 1, ... of each range, one after the other."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + counts, counts)
