"""Which songs share codes with a question, at one offset: finds candidates for ``match.align``.

An inverted index of whole codes. A clip shares at least a few codes exactly with its song, and at
the same distance of places; songs are ranked by how many of the question's codes agree on one
offset.

What is in files is asked where it lies; songs added since then are appended in small segments that
are merged as they grow, as in a log-structured store: adding a song costs little whatever the index
holds. Not thread-safe.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.fingerprint.segments import (
    PLACE_BITS,
    PLACE_MASK,
    LiveSegment,
    PlacedCodes,
    Places,
    Segment,
    merged,
    numbers_at,
    ranges,
    segment,
)
from core.types import Codes, SongId

# A code that more places than this hold is left out of the question: it tells little (silence, a
# common chord), and would cost the most.
_COMMON_PLACES = 2_000
# So many places at most are looked at for one question; the rarest codes tell most.
_MOST_PLACES = 400_000

# Votes at neighbouring offsets are one candidate: codes jitter by one place when the sound was
# cut between two frames.
_OFFSET_BIN = 2

# Fewer votes than this at one offset are chance.
_MIN_VOTES = 3

# A segment is merged into the one before it once it has half its size: each posting is then moved
# a logarithmic number of times.
_MERGE_RATIO = 2


class CodeIndex:
    """Songs by their codes."""

    def __init__(self, sealed: Sequence[LiveSegment] = ()) -> None:
        """``sealed`` are segments that are never merged here: those that lie in files."""
        self._sealed = [part for part, _ in sealed]
        self._open: list[Segment] = []  # the largest first
        self._homes: dict[SongId, Segment] = {
            song: part
            for part, is_live in sealed
            for song, live in zip(part.songs, is_live, strict=True)
            if live
        }

    def __len__(self) -> int:
        return len(self._homes)

    def __contains__(self, song_id: SongId) -> bool:
        return song_id in self._homes

    def add(self, song_id: SongId, codes: PlacedCodes) -> None:
        """Add a song's codes in the place of those that it had."""
        self.add_all([(song_id, codes)])

    def add_all(self, songs: Iterable[tuple[SongId, PlacedCodes]]) -> None:
        """Add many songs at once, which takes a tenth of the time of one by one."""
        new = segment([(song_id, "", codes) for song_id, codes in songs])
        if new.songs:
            self._open.append(new)
            self._homes |= dict.fromkeys(new.songs, new)
            self._merge()

    def remove(self, song_id: SongId) -> None:
        """Forget a song, if it is there; its postings go when their segment is next merged."""
        self._homes.pop(song_id, None)

    def candidates(self, asked: PlacedCodes, *, limit: int = 20) -> list[SongId]:
        """Return the songs that share most codes with these at one offset, the best first."""
        votes = self.votes(asked)
        return sorted(votes, key=lambda song: -votes[song])[:limit]

    def votes(self, asked: PlacedCodes, *, slopes: Sequence[float] = (1.0,)) -> dict[SongId, int]:
        """Return how many codes songs share with these at one offset, where it is more than chance.

        ``slopes`` are how many times as long the songs may last, in the same key.
        """
        order = np.argsort(asked.codes, kind="stable")  # neighbours then lie near in memory
        codes, places = asked.codes[order], asked.places[order]
        parts = [*self._sealed, *self._open]
        found = [_ranges_of(part, codes) for part in parts]
        most = _most_places(found)
        votes: dict[SongId, int] = {}
        for part, (starts, counts) in zip(parts, found, strict=True):
            counts = np.where(most, counts, 0)
            for song, n in _votes(part, places, found=(starts, counts), slopes=slopes).items():
                if self._homes.get(song) is part:
                    votes[song] = n
        return votes

    def _merge(self) -> None:
        parts = self._open
        while len(parts) > 1 and _MERGE_RATIO * len(parts[-1].postings) >= len(parts[-2].postings):
            newer, older = parts.pop(), parts.pop()
            one = merged([(older, self._live(older)), (newer, self._live(newer))])
            self._homes |= dict.fromkeys(one.songs, one)
            parts.append(one)

    def _live(self, part: Segment) -> NDArray[np.bool_]:
        return np.array([self._homes.get(song) is part for song in part.songs], bool)


def _ranges_of(part: Segment, codes: Codes) -> tuple[Places, Places]:
    """Return where each code's postings begin in the segment, and how many there are."""
    lowest = codes.astype(np.uint64) << PLACE_BITS
    starts = np.searchsorted(part.postings, lowest, "left")
    ends = np.searchsorted(part.postings, lowest | PLACE_MASK, "right")
    return starts, ends - starts


def _most_places(found: Sequence[tuple[Places, Places]]) -> NDArray[np.bool_]:
    """Return which of the asked codes are looked at: the rarest, so that the work has a bound."""
    if not found:
        return np.zeros(0, bool)
    held = np.sum([counts for _, counts in found], axis=0)
    order = np.argsort(held, kind="stable")
    within = np.empty(len(held), bool)
    within[order] = np.cumsum(held[order]) <= _MOST_PLACES
    chosen: NDArray[np.bool_] = within & (held <= _COMMON_PLACES)
    return chosen


def _votes(
    part: Segment, asked: Places, *, found: tuple[Places, Places], slopes: Sequence[float]
) -> Mapping[SongId, int]:
    """Return the songs with enough votes at one offset, and how many."""
    starts, counts = found
    met = (part.postings[ranges(starts, counts)] & PLACE_MASK).astype(np.int64)
    if len(met) == 0:
        return {}
    met = np.minimum(met, part.starts[-1] - 1)  # whatever a damaged file says
    numbers = numbers_at(part.starts, met)
    places, in_asked = met - part.starts[numbers], np.repeat(asked, counts)
    best: dict[SongId, int] = {}
    for slope in slopes:
        for number, n in zip(*_peaks(numbers, places, in_asked * slope), strict=True):
            song = part.songs[number]
            best[song] = max(best.get(song, 0), int(n))
    return best


def _peaks(
    numbers: Places, places: Places, asked: NDArray[np.floating]
) -> tuple[Places, NDArray[np.intp]]:
    """Return song numbers and their votes, wherever an offset has enough of them."""
    bins = (places - np.rint(asked).astype(np.int64)) // _OFFSET_BIN
    bins -= bins.min()
    n_bins = int(bins.max()) + 2  # one stays empty between two songs
    keys, votes = np.unique(numbers * n_bins + bins, return_counts=True)
    # A peak may lie on the border of two bins: each is counted with the one after it.
    is_next = np.append(keys[1:] == keys[:-1] + 1, False)
    votes = votes + np.where(is_next, np.append(votes[1:], 0), 0)
    is_enough = votes >= _MIN_VOTES
    return keys[is_enough] // n_bins, votes[is_enough]
