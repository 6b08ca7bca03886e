"""The songs that duplicates are judged on: soundtracks of Debian packages, split by package.

``TUNING`` may be looked at while thresholds are chosen; every published figure comes from
``JUDGING``. Of a package only its music is kept, in ``music/<package>`` of the cache.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile

from core.audio.decode import probe
from core.embedding.training.data import fetch, music_files, unpack
from core.errors import AudioFileError

TUNING = (
    "extremetuxracer-data",
    "freedroidrpg-data",
    "nexuiz-music",
    "singularity-music",
    "supertux-data",
    "ufoai-music",
    "warzone2100-music",
)
# The first three were never looked at while a threshold was chosen; the style network has not
# heard the next two; the last carries its songs as separate tracks.
JUDGING = (
    "0ad-data",
    "supertuxkart-data",
    "widelands-data",
    "hedgewars-data",
    "megaglest-data",
    "fretsonfire-songs-muldjord",
)
SHORTEST_S = 20.0  # shorter sounds are jingles and effects
LONGEST_S = 900.0


@dataclass(frozen=True, slots=True)
class MusicFile:
    """A song's file, the package that it came with, and its length as the container says."""

    path: Path
    package: str
    duration_s: float

    @property
    def name(self) -> str:
        """What a table calls it."""
        return f"{self.package}/{self.path.name}"


def songs_of(package: str, *, packages_dir: Path, cache: Path) -> list[MusicFile]:
    """Return a package's songs of a length worth judging; the package is fetched if need be."""
    folder = _music_folder(package, packages_dir=packages_dir, cache=cache)
    found = (_music_file(path, package) for path in sorted(folder.rglob("*")) if path.is_file())
    return [song for song in found if song and SHORTEST_S <= song.duration_s <= LONGEST_S]


def songs(packages: Sequence[str], *, packages_dir: Path, cache: Path) -> list[MusicFile]:
    """Return the songs of several packages, in the order of their names."""
    return [
        song
        for package in packages
        for song in songs_of(package, packages_dir=packages_dir, cache=cache)
    ]


def spread(songs: Sequence[MusicFile], count: int) -> list[MusicFile]:
    """Return ``count`` songs in turn from each package, evenly through each of them."""
    packages = sorted({song.package for song in songs})
    own = {package: [song for song in songs if song.package == package] for package in packages}
    turns = [
        (place / len(files), package, song)
        for package, files in own.items()
        for place, song in enumerate(_scattered(files))
    ]
    shares = sorted(turns, key=lambda turn: (turn[0], turn[1]))
    return [song for _, _, song in shares[:count]]


def _scattered(files: Sequence[MusicFile]) -> list[MusicFile]:
    """Return the files so that each beginning of the list is spread over all of them."""
    step = next(s for s in range(max(len(files) * 2 // 5, 1), len(files) + 2) if _coprime(s, files))
    return [files[place * step % len(files)] for place in range(len(files))]


def _coprime(step: int, files: Sequence[MusicFile]) -> bool:
    return len({place * step % len(files) for place in range(len(files))}) == len(files)


def _music_folder(package: str, *, packages_dir: Path, cache: Path) -> Path:
    folder, unpacked = cache / "music" / package, cache / f"{package}.unpacked"
    if folder.is_dir():
        return folder
    packages_dir.mkdir(parents=True, exist_ok=True)
    unpack(fetch(package, packages_dir), unpacked)
    unfinished = folder.with_suffix(".unfinished")
    for path in music_files(unpacked):
        kept = unfinished / "__".join(path.relative_to(unpacked).parts[-3:])
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, kept)
    shutil.rmtree(unpacked)
    return unfinished.rename(folder)


def _music_file(path: Path, package: str) -> MusicFile | None:
    try:
        duration_s = probe(path).duration_s or soundfile.info(path).duration
    except (AudioFileError, soundfile.LibsndfileError):
        return None
    return MusicFile(path, package, duration_s)
