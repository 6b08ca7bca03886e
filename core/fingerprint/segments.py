"""Rows of codes that know where they stand, in memory or in a file: what an index is made of.

Songs lie one after the other on one line. A posting is a code and its place on the line, packed
into one number, so that a sorted row of numbers is the whole index. A segment never changes; two
can be merged. A file holds one segment and is mapped into memory, not read: opening costs nothing,
and the machine keeps of it what is asked for.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.fingerprint.codes import CODE_PERIOD_S
from core.types import Codes, Fingerprint, SongId

# The upper half of a posting is the code, the lower its place: room for two million songs.
PLACE_BITS = np.uint64(32)
PLACE_MASK = np.uint64(2**32 - 1)

UNFINISHED = ".unfinished"  # how files end while they are written

_MAGIC = b"songkin codes 1\n"
_ALIGNED = 4_096  # where the postings begin, so that they can be mapped

Places = NDArray[np.int64]
Postings = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class PlacedCodes:
    """Codes and where in their song they stand, both [n]; several may stand at one place."""

    codes: Codes
    places: Places
    length: int  # no place reaches it


@dataclass(frozen=True, slots=True)
class Segment:
    """Songs on one line, and their postings in order.

    ``starts`` is int64 [songs + 1]: where each song begins, and where the last one ends. ``stamps``
    name the states of the songs whose codes these are.
    """

    songs: tuple[SongId, ...]
    stamps: tuple[str, ...]
    starts: Places
    postings: Postings


# A segment and which of its songs count, bool [songs]: the others have left or changed since.
LiveSegment = tuple[Segment, NDArray[np.bool_]]


def placed(mix: Codes, windows: Iterable[Fingerprint] = ()) -> PlacedCodes:
    """Return what tells a song from others: its mix, and its backing where it was separated.

    A code that is held counts once.
    """
    parts = [(mix, 0), *((w.codes, round(w.start_s / CODE_PERIOD_S)) for w in windows)]
    kept = [(codes, telling_places(codes), first) for codes, first in parts]
    return PlacedCodes(
        codes=np.concatenate([codes[places] for codes, places, _ in kept]),
        places=np.concatenate([places + first for _, places, first in kept]),
        length=max(first + len(codes) for codes, first in parts),
    )


def telling_places(codes: Codes) -> Places:
    """Return the places of codes that differ from the one before."""
    if len(codes) == 0:
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))


def segment(songs: Sequence[tuple[SongId, str, PlacedCodes]]) -> Segment:
    """Return a segment of songs: id, stamp, codes."""
    starts = np.cumsum([0, *(codes.length for _, _, codes in songs)])
    rows = [
        (one.codes.astype(np.uint64) << PLACE_BITS) | (one.places + start).astype(np.uint64)
        for (_, _, one), start in zip(songs, starts, strict=False)
    ]
    postings = np.concatenate(rows) if rows else np.zeros(0, np.uint64)
    postings.sort()
    return Segment(
        tuple(song for song, _, _ in songs), tuple(s for _, s, _ in songs), starts, postings
    )


def merged(parts: Sequence[LiveSegment]) -> Segment:
    """Return one segment of several, of each only the songs that count."""
    songs, stamps, lengths, rows = [], [], [np.zeros(1, np.int64)], []
    moved = 0
    for part, is_kept in parts:
        sizes = np.diff(part.starts)
        new_starts = moved + np.cumsum(np.where(is_kept, sizes, 0)) - sizes
        rows.append(_moved(part, is_kept, by=new_starts - part.starts[:-1]))
        songs += [song for song, kept in zip(part.songs, is_kept, strict=True) if kept]
        stamps += [stamp for stamp, kept in zip(part.stamps, is_kept, strict=True) if kept]
        lengths.append(sizes[is_kept])
        moved += int(sizes[is_kept].sum())
    postings = np.concatenate(rows)
    postings.sort()
    return Segment(tuple(songs), tuple(stamps), np.cumsum(np.concatenate(lengths)), postings)


def numbers_at(starts: Places, places: Places) -> Places:
    """Return which song lies at each place of a line."""
    # Songs without codes begin where the next one does: "right" gives the one with codes.
    return np.searchsorted(starts, places, "right") - 1


def ranges(starts: Places, counts: Places) -> Places:
    """Return start, start + 1, ... of each range, one after the other."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + counts, counts)


def save(one: Segment, path: Path) -> None:
    """Write a segment to a new file. Raises ``OSError``, and leaves nothing then."""
    head = json.dumps(
        {
            "songs": one.songs,
            "stamps": one.stamps,
            "starts": one.starts.tolist(),
            "postings": len(one.postings),
        }
    ).encode()
    front = _MAGIC + b"%08x %012d\n" % (zlib.crc32(head), len(head)) + head
    unfinished = path.with_suffix(UNFINISHED)
    try:
        with unfinished.open("wb") as file:
            file.write(front.ljust(_aligned(len(front)), b"\0"))
            one.postings.tofile(file)
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):  # the first trouble is the one to tell
            unfinished.unlink(missing_ok=True)
        raise


def load(path: Path) -> Segment:
    """Map a segment's file into memory. Raises ``ValueError`` where it is damaged, ``OSError``."""
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ValueError("not a file of codes, or of another version")
        checksum, length = (int(word, base) for word, base in _words(file.readline()))
        head = file.read(length)
        if zlib.crc32(head) != checksum:
            raise ValueError("a damaged head")
        front = file.tell()
    facts: Mapping[str, list[str]] = json.loads(head)
    n_postings = int(str(facts["postings"]))
    if path.stat().st_size != _aligned(front) + 8 * n_postings:
        raise ValueError("cut off")
    shape = (n_postings,)
    postings = (
        np.memmap(path, np.uint64, "r", _aligned(front), shape)
        if n_postings
        else np.zeros(0, np.uint64)
    )
    songs = tuple(SongId(song) for song in facts["songs"])
    return Segment(songs, tuple(facts["stamps"]), np.array(facts["starts"], np.int64), postings)


def _moved(part: Segment, is_kept: NDArray[np.bool_], *, by: Places) -> Postings:
    places = (part.postings & PLACE_MASK).astype(np.int64)
    numbers = numbers_at(part.starts, places)
    kept = is_kept[numbers]
    moved = (places + by[numbers])[kept].astype(np.uint64)
    postings: Postings = (part.postings[kept] & ~PLACE_MASK) | moved
    return postings


def _words(line: bytes) -> tuple[tuple[bytes, int], tuple[bytes, int]]:
    checksum, length = line.split()
    return (checksum, 16), (length, 10)


def _aligned(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED
