"""The code index over one catalogue: derived, checked at the start, mended where it differs.

Most of it lies in files beside the catalogue that are mapped into memory, so that a large library
opens at once; songs that no file knows in their present state are read from the catalogue. Once
there are enough of them they get a file of their own.
"""

import logging
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.fingerprint.index import CodeIndex
from core.fingerprint.segments import (
    UNFINISHED,
    LiveSegment,
    PlacedCodes,
    Segment,
    load,
    merged,
    placed,
    save,
    segment,
)
from core.library.store import Catalogue
from core.types import Fingerprint, SongId, Stem

FOLDER_NAME = "codes"
SUFFIX = ".codes"

# Fewer new songs than this are read from the catalogue at each start: a fifth of a second.
SEAL_SONGS = 500
# Once a file holds so many (128 MB; some 8,000 songs) the next one is begun: making one takes
# three times as much memory for a moment.
FILE_POSTINGS = 16_000_000
# A file is written again once so many of its songs have left or changed.
MOST_DEAD = 0.2
_SONGS_AT_ONCE = 1_000

log = logging.getLogger(__name__)

_Files = dict[Path, LiveSegment]
_Mask = NDArray[np.bool_]


class LibraryCodes:
    """Finds songs of a library by the codes that they share. May be called from any thread."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._folder = catalogue.database.path.parent / FOLDER_NAME
        self._lock = threading.Lock()
        self._index: CodeIndex | None = None

    def candidates(self, asked: PlacedCodes, *, limit: int) -> list[SongId]:
        """Return the songs that share most codes with these, the best first."""
        with self._lock:
            return self._opened().candidates(asked, limit=limit)

    def votes(self, asked: PlacedCodes, *, slopes: Sequence[float]) -> dict[SongId, int]:
        """Return how many codes songs share with these, lasting so many times as long."""
        with self._lock:
            return self._opened().votes(asked, slopes=slopes)

    def put(self, song_id: SongId, codes: PlacedCodes) -> None:
        """Let later questions find this song by these codes."""
        with self._lock:
            self._opened().add(song_id, codes)

    def remove(self, song_id: SongId) -> None:
        """No longer propose a song."""
        with self._lock:
            self._opened().remove(song_id)

    def warm_up(self) -> None:
        """Open the index, so that the first question needn't."""
        with self._lock:
            self._opened()

    def _opened(self) -> CodeIndex:
        if self._index is None:
            self._index = self._open()
        return self._index

    def _open(self) -> CodeIndex:
        stamps = self._catalogue.code_stamps()
        files = _with_live(_loaded(self._folder), stamps)
        known = {song for part in files.values() for song in _songs(part)}
        missing = [song for song in stamps if song not in known]
        worn = [path for path, (_, is_live) in files.items() if _is_worn(is_live)]
        if len(missing) >= SEAL_SONGS or worn:
            small = [path for path, (part, _) in files.items() if _is_small(part)]
            files = self._sealed(files, again={*worn, *small}, missing=missing)
            missing = []
        index = CodeIndex(list(files.values()))
        index.add_all((song, codes) for song, _, codes in self._placed(missing, stamps={}))
        return index

    def _sealed(self, files: _Files, *, again: set[Path], missing: Sequence[SongId]) -> _Files:
        """Write these files again, together with the missing songs; return all that is sealed."""
        log.info("Building the index of codes again for %d songs.", len(missing))
        stamps = self._catalogue.code_stamps()
        batches = (
            segment(list(self._placed(missing[start : start + _SONGS_AT_ONCE], stamps=stamps)))
            for start in range(0, len(missing), _SONGS_AT_ONCE)
        )
        parts = chain((files[path] for path in again), ((one, _all(one)) for one in batches))
        kept = {path: part for path, part in files.items() if path not in again}
        is_written = True
        for one in _grouped(parts):
            path = self._folder / f"{uuid.uuid4()}{SUFFIX}"
            mapped = _written(one, path)
            is_written = is_written and mapped is not None
            kept[path] = (mapped or one, _all(one))
        # What could not be written is only in memory: the old files are the ones to open next.
        for path in again if is_written else ():
            _forget(path)
        return kept

    def _placed(
        self, songs: Sequence[SongId], *, stamps: dict[SongId, str]
    ) -> Iterator[tuple[SongId, str, PlacedCodes]]:
        for song, fingerprints in self._catalogue.fingerprints_of(songs):
            yield song, stamps.get(song, ""), placed_codes(fingerprints)


def placed_codes(fingerprints: Iterable[Fingerprint]) -> PlacedCodes:
    """Return what tells a song from others, of all its fingerprints."""
    found = list(fingerprints)
    mix = next(one.codes for one in found if one.stem is Stem.MIX)
    return placed(mix, [one for one in found if one.stem is Stem.BACKING])


def _loaded(folder: Path) -> Iterator[tuple[Path, Segment]]:
    for path in folder.glob(f"*{UNFINISHED}"):  # of a program that was stopped
        _forget(path)
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            yield path, load(path)
        except (OSError, ValueError, KeyError) as error:
            log.info("A file of codes is damaged and is made again: %s", error)
            _forget(path)


def _grouped(parts: Iterable[LiveSegment]) -> Iterator[Segment]:
    """Merge segments as they come, as many as a file may hold."""
    waiting: list[LiveSegment] = []
    for part in parts:
        size = sum(len(one.postings) for one, _ in waiting)
        if waiting and size + len(part[0].postings) > FILE_POSTINGS:
            yield merged(waiting)
            waiting = []
        waiting.append(part)
    if waiting:
        yield merged(waiting)


def _written(one: Segment, path: Path) -> Segment | None:
    """Return the segment as it lies in its new file; None where it can't be written."""
    try:
        path.parent.mkdir(exist_ok=True)
        save(one, path)
        return load(path)
    except OSError as error:
        # The index is derived: without room for it, it is made again at the next start.
        log.info("A file of codes could not be written: %s", error)
        return None


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:  # Windows keeps files that are mapped; they go at the next start
        log.info("A file of codes could not be removed: %s", error)


def _with_live(files: Iterable[tuple[Path, Segment]], stamps: Mapping[SongId, str]) -> _Files:
    """Return the files, and which of their songs count: those in their present state, once."""
    left, found = dict(stamps), {}
    for path, part in files:
        songs = zip(part.songs, part.stamps, strict=True)
        is_live = np.array([left.get(song) == stamp for song, stamp in songs], bool)
        found[path] = (part, is_live)
        # A file and its successor may both be there, where not all could be written.
        for song in _songs(found[path]):
            del left[song]
    return found


def _all(part: Segment) -> _Mask:
    return np.ones(len(part.songs), bool)


def _songs(part: LiveSegment) -> list[SongId]:
    return [song for song, is_live in zip(part[0].songs, part[1], strict=True) if is_live]


def _is_worn(is_live: _Mask) -> bool:
    return bool(np.count_nonzero(~is_live) > MOST_DEAD * len(is_live)) or len(is_live) == 0


def _is_small(part: Segment) -> bool:
    return len(part.postings) < FILE_POSTINGS // 2
