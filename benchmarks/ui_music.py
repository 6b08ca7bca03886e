"""What the window is measured on: 200 short real songs, 10,000 files, and large libraries."""

import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

SHORTEST_BYTES: Final = 2_600_000  # three minutes and more: many cuts without silence
STRIDE_S: Final = 8.0
LENGTHS_S: Final = (20, 28, 40)
# As people have them: most are lossy.
KINDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (".mp3", ("-b:a", "128k")),
    (".mp3", ("-b:a", "192k")),
    (".ogg", ()),
    (".flac", ()),
)
FILE_S: Final = 4.0  # one of the 10,000


def short_songs(music: Path, folder: Path, *, count: int) -> list[Path]:
    """Cut so many songs of 20 to 40 seconds out of real ones, in several formats."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted(p for p in music.rglob("*.ogg") if p.stat().st_size >= SHORTEST_BYTES)
    orders = [
        _Cut(sources[at % len(sources)], folder, number=at, start_s=STRIDE_S * (at // len(sources)))
        for at in range(count)
    ]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(_Cut.make, orders))


def many_files(songs: Sequence[Path], folder: Path, *, count: int) -> Path:
    """Write so many different files that begin as real mp3s do, in folders of 500."""
    heads = [_head(song) for song in songs if song.suffix == ".mp3"]
    for number in range(count):
        home = folder / f"album {number // 500:02d}"
        home.mkdir(parents=True, exist_ok=True)
        target = home / f"song {number:05d}.mp3"
        if not target.exists():
            # What stands behind the last frame is no sound, and makes each another file.
            target.write_bytes(heads[number % len(heads)] + f"{number:08d}".encode())
    return folder


def _head(song: Path) -> bytes:
    return song.read_bytes()[: round(FILE_S * 16_000)]


class _Cut:
    """One song to be cut."""

    def __init__(self, source: Path, folder: Path, *, number: int, start_s: float) -> None:
        suffix, self._options = KINDS[number % len(KINDS)]
        self._source = source
        self._start_s = start_s
        self._length_s = LENGTHS_S[number % len(LENGTHS_S)]
        self._target = folder / f"song {number:03d}{suffix}"

    def make(self) -> Path:
        """Cut it, unless it is there."""
        if not self._target.exists():
            command = [
                "ffmpeg", "-v", "error", "-y", "-ss", str(self._start_s), "-i", str(self._source),
                "-t", str(self._length_s), "-map", "0:a", *self._options, str(self._target),
            ]  # fmt: skip
            subprocess.run(command, check=True)
        return self._target
