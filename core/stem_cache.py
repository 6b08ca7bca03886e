"""Separated songs, kept for the next time: a folder that may be emptied at any time.

A file's name holds the song's sound (a hash of its packets, so that tags and moves change nothing),
the separator, and a hash of the file itself: one that was damaged is not served. Files are written
whole or not at all, and those not heard for longest go first once the folder grows too large.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from core.audio.sound_formats import SoundFormat
from core.audio.stream import stream_sha256
from core.errors import WriteError
from core.placing import problem_of
from core.ports import Separator
from core.progress import Progress
from core.stems import StemFiles, separate_file
from core.types import Stem

FOLDER = "stems"  # in the cache folder
MIB = 1 << 20
DIGITS = 20  # of a hash, in a name: 80 bits
STEMS = (Stem.VOCAL, Stem.BACKING)


class StemCache:
    """The stems of songs that were heard, in one folder."""

    def __init__(self, folder: Path, separator: Callable[[], Separator], *, limit_mib: int) -> None:
        self.folder = folder
        self._separator = separator
        self._limit_bytes = limit_mib * MIB

    def limit(self, limit_mib: int) -> None:
        """Let it grow to another size; what is too much goes when the next song comes."""
        self._limit_bytes = limit_mib * MIB

    def stem(self, path: Path, stem: Stem, *, duration_s: float, progress: Progress) -> Path:
        """Return a stem of a song, separated first where it isn't there; progress is of that.

        Raises ``AudioFileError``, ``WeightsError`` or ``WriteError``.
        """
        key = self._key(path, progress=progress)
        found = self._find(key, stem)
        if found is None:
            self._make(path, key, duration_s=duration_s, progress=progress)
            found = self._find(key, stem)
        if found is None:
            raise WriteError(self.folder, problem_of(FileNotFoundError()))
        return found

    def kept(self, path: Path, progress: Progress) -> StemFiles | None:
        """Return both stems of a song where they are there; raises as ``stem`` does."""
        if not self.folder.exists():
            return None
        key = self._key(path, progress=progress)
        vocal, backing = (self._find(key, stem) for stem in STEMS)
        return StemFiles(vocal, backing) if vocal and backing else None

    def _key(self, path: Path, *, progress: Progress) -> str:
        sound = stream_sha256(path, progress=progress)[:DIGITS]
        return f"{sound}.{self._separator().model_id}"

    def _find(self, key: str, stem: Stem) -> Path | None:
        """Return a whole file; one that is not what its name says is deleted."""
        for path in self.folder.glob(f"{key}.{stem.value}.*.flac"):
            with contextlib.suppress(OSError):  # another may have deleted it just now
                if _digest(path) == path.name.split(".")[-2]:
                    os.utime(path)  # heard now: the last to go
                    return path
                path.unlink()
        return None

    def _make(self, path: Path, key: str, *, duration_s: float, progress: Progress) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteError(self.folder, problem_of(error)) from error
        made = StemFiles(*(self.folder / f"{key}.{stem.value}.new" for stem in STEMS))
        separate_file(
            path,
            made,
            separator=self._separator(),
            duration_s=duration_s,
            sound_format=SoundFormat.FLAC,
            replace=True,
            progress=progress,
        )
        kept = set()
        for stem, new in zip(STEMS, (made.vocal, made.backing), strict=True):
            name = new.with_name(f"{key}.{stem.value}.{_digest(new)}.flac")
            kept.add(new.replace(name))
        self._evict(kept)

    def _evict(self, kept: set[Path]) -> None:
        """Delete what was not heard for longest, until the rest fits."""
        found = sorted(self.folder.glob("*.flac"), key=lambda path: path.stat().st_mtime_ns)
        total = sum(path.stat().st_size for path in found)
        for path in found:
            if total <= self._limit_bytes:
                return
            if path not in kept:
                total -= path.stat().st_size
                with contextlib.suppress(OSError):  # one that plays, where a system holds it
                    path.unlink()


def held_bytes(folder: Path) -> int:
    """Return how much a cache's folder holds."""
    total = 0
    for path in folder.glob("*.flac"):
        with contextlib.suppress(FileNotFoundError):  # evicted just now
            total += path.stat().st_size
    return total


def empty(folder: Path) -> None:
    """Delete what a cache's folder holds, but for files that a system does not let go."""
    for path in folder.glob("*.flac"):
        with contextlib.suppress(OSError):  # one that plays
            path.unlink()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]
