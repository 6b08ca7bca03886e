"""Finding audio files, and telling one state of a file from another.

Folders are walked without a loop: each is entered once, whatever links lead to it. Nothing that
isn't a plain file is ever opened, since reading a pipe may wait for ever.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import AudioFileError, AudioProblem
from core.progress import Progress
from core.types import FileStamp

_LOSSY = (".aac", ".ac3", ".dts", ".eac3", ".m4a", ".m4b", ".mka", ".mp2", ".mp3", ".mpc", ".oga")
_LOSSY_TOO = (".amr", ".ogg", ".opus", ".ra", ".spx", ".wma")
_LOSSLESS = (".alac", ".ape", ".dsf", ".flac", ".tak", ".tta", ".wv")
_PLAIN = (".aif", ".aifc", ".aiff", ".au", ".caf", ".snd", ".voc", ".w64", ".wav")

# What a walk of a folder takes for music. Video containers are left out: a film in a music
# folder is not a song. A file that the user names is taken whatever it is called.
AUDIO_SUFFIXES = frozenset(_LOSSY + _LOSSY_TOO + _LOSSLESS + _PLAIN)

_NUMBER = re.compile(r"(\d+)")

# What the system says, as far as it has a word of its own; any other refusal is UNREADABLE.
_PROBLEMS: tuple[tuple[type[OSError], AudioProblem], ...] = (
    (FileNotFoundError, AudioProblem.VANISHED),
    (NotADirectoryError, AudioProblem.VANISHED),
    (PermissionError, AudioProblem.FORBIDDEN),
    (IsADirectoryError, AudioProblem.NOT_A_FILE),
)


def audio_files(paths: Sequence[Path], *, progress: Progress) -> list[Path]:
    """Return the files to add: those named, as they are, and those in the folders named.

    Folders are walked to the bottom, in natural order ("2" before "10"), without hidden files
    and folders. A missing file, and a folder that can't be read, are returned too, so that
    whoever reads them next reports the failure. Each file is returned once.
    """
    found: dict[Path, None] = {}  # a set that keeps its order
    entered: set[tuple[int, int]] = set()
    for path in paths:
        files = _walk(path, entered, progress=progress) if path.is_dir() else [path]
        found.update(dict.fromkeys(files))
    return list(found)


def stamp(path: Path, *, known: FileStamp | None = None) -> FileStamp:
    """Return a file's size, time and SHA-256; raise ``AudioFileError`` where it can't be read.

    A file that has the size and time of its ``known`` stamp is not read again.
    """
    try:
        seen = path.stat()
        if not stat.S_ISREG(seen.st_mode):
            raise AudioFileError(path, AudioProblem.NOT_A_FILE)
        if known and (known.size_bytes, known.mtime_ns) == (seen.st_size, seen.st_mtime_ns):
            return known
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            digest = hashlib.file_digest(file, "sha256")
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        raise AudioFileError(path, _problem(error), detail=str(error)) from error
    return FileStamp(facts.st_size, facts.st_mtime_ns, digest.hexdigest())


def _walk(folder: Path, entered: set[tuple[int, int]], *, progress: Progress) -> Iterator[Path]:
    progress.check()
    try:
        facts = folder.stat()
        if (facts.st_dev, facts.st_ino) in entered:
            return
        entered.add((facts.st_dev, facts.st_ino))
        paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError:
        yield folder
        return
    for path in sorted(paths, key=_natural_key):
        if path.is_dir():
            yield from _walk(path, entered, progress=progress)
        elif path.suffix.lower() in AUDIO_SUFFIXES:
            yield path


def _natural_key(path: Path) -> tuple[list[tuple[int, str]], str]:
    # Split at numbers, every second part is one: "song 10" gives (0, "song "), (10, ""), (0, "").
    parts = _NUMBER.split(path.name.casefold())
    key = [(int(p), "") if i % 2 else (0, p) for i, p in enumerate(parts)]
    return key, path.name  # the name itself decides between "a" and "A"


def _problem(error: OSError | ValueError) -> AudioProblem:
    for kind, problem in _PROBLEMS:
        if isinstance(error, kind):
            return problem
    return AudioProblem.VANISHED if isinstance(error, ValueError) else AudioProblem.UNREADABLE
