"""The songs of the training: Debian packages of free music, turned into frames once and cached.

Every package is a soundtrack. Packages, never songs, are split: what stops the training and what
judges it (``benchmarks/retrieval.py``) was never heard while training.
"""

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.audio.decode import blocks
from core.audio.signal import MonoStream
from core.embedding.frontend import FRAMES_PER_S, LogMelStream
from core.errors import AudioFileError, SongkinError
from core.progress import Progress
from core.types import Float32Array

TRAINING = (
    "0ad-data",
    "nexuiz-music",
    "supertuxkart-data",
    "ufoai-music",
    "warzone2100-music",
    "widelands-data",
)
STOPPING = ("extremetuxracer-data", "freedroidrpg-data", "singularity-music")
JUDGING = ("hedgewars-data", "megaglest-data", "supertux-data")

SUFFIXES = (".ogg", ".mp3", ".opus", ".flac", ".wav")
ARCHIVES = (".pk3", ".zip")  # games pack their data once more
SHORTEST_S = 20.0  # shorter sounds are jingles and effects
HALF = np.float16  # resolves 0.01 of natural log power, a twentieth of a decibel


@dataclass(frozen=True, slots=True)
class TrainingSong:
    """A song's frames, float16 [N_MELS, T], and the package that it came with."""

    package: str
    name: str
    frames: NDArray[np.float16]


def fetch(package: str, folder: Path) -> Path:
    """Return the package's file in ``folder``; apt-get downloads it where it is missing."""
    found = sorted(folder.glob(f"{package}_*.deb"))
    if found:
        return found[0]
    apt_get = shutil.which("apt-get") or "apt-get"
    command = [apt_get, "download", package]
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - a name from the lists above
    return sorted(folder.glob(f"{package}_*.deb"))[0]


def unpack(deb: Path, folder: Path) -> None:
    """Unpack a package, and the archives in it, into ``folder``."""
    dpkg = shutil.which("dpkg") or "dpkg"
    command = [dpkg, "-x", str(deb), str(folder)]
    subprocess.run(command, check=True)  # noqa: S603 - files that apt-get has verified
    for archive in (path for path in _files(folder) if path.suffix.lower() in ARCHIVES):
        with zipfile.ZipFile(archive) as packed:
            wanted = [n for n in packed.namelist() if n.lower().endswith(SUFFIXES)]
            packed.extractall(archive.with_suffix(".unpacked"), members=wanted)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def music_files(folder: Path) -> list[Path]:
    """Return the sounds of an unpacked package; only those under "music" where it has such."""
    sounds = [path for path in _files(folder) if path.suffix.lower() in SUFFIXES]
    music = [path for path in sounds if "music" in str(path.relative_to(folder)).lower()]
    return music or sounds


def frames_of(path: Path) -> Float32Array:
    """Return the frames, float32 [N_MELS, T], of a file; AudioFileError where it can't be read."""
    mono, mel = MonoStream(), LogMelStream()
    pieces = [mel.push(mono.push(block)) for block in blocks(path, progress=Progress())]
    return np.concatenate([*pieces, mel.push(mono.finish()), mel.finish()], axis=1)


def cache_package(package: str, *, packages_dir: Path, cache: Path) -> Path:
    """Return the folder that holds the frames of a package's songs, made where it is missing."""
    folder = cache / package
    if folder.is_dir():
        return folder
    unpacked, unfinished = cache / f"{package}.unpacked", cache / f"{package}.unfinished"
    unfinished.mkdir(parents=True, exist_ok=True)
    unpack(fetch(package, packages_dir), unpacked)
    for path in music_files(unpacked):
        frames = _frames_or_none(path)
        if frames is not None:
            name = str(path.relative_to(unpacked)).replace("/", "__")
            np.save(unfinished / f"{name}.npy", frames.astype(HALF))
    shutil.rmtree(unpacked)
    return unfinished.rename(folder)


def _frames_or_none(path: Path) -> Float32Array | None:
    """Return the frames of a song, or None for what is too short or can't be read."""
    try:
        frames = frames_of(path)
    except AudioFileError:
        return None
    return frames if frames.shape[1] >= SHORTEST_S * FRAMES_PER_S else None


def songs_of(package: str, *, packages_dir: Path, cache: Path) -> Iterator[TrainingSong]:
    """Yield a package's songs in the order of their names; SongkinError where it has none."""
    folder = cache_package(package, packages_dir=packages_dir, cache=cache)
    paths = sorted(folder.glob("*.npy"))
    if not paths:
        raise SongkinError(f"no music in {package}")
    for path in paths:
        yield TrainingSong(package, path.stem, np.load(path))
