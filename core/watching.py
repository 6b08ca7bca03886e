"""Watched folders: which files in them are songs that the library has not met.

A file is new once it has rested: its size and time were the same in two looks, seconds apart, so
that one which is still being copied is left alone. A file is taken once: where the user took its
song out of the library, it does not come again by itself. One that was refused comes again only
where it has changed since. A song whose file is gone stays in the library.
"""

import json
import stat
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.library.scan import AUDIO_SUFFIXES, audio_files
from core.library.store import Catalogue
from core.progress import Progress
from core.settings import SettingsFile

REST_S = 3.0  # a copy over a slow network writes more often
MET_NOTE = "watched_files"  # what was met, in the library's own notes

State = tuple[int, int]  # a file's size in bytes, and its time in ns


@dataclass(frozen=True, slots=True)
class Known:
    """The files that a library knows."""

    here: frozenset[Path]  # of its songs, and those that wait to become songs
    refused: frozenset[Path]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the watched folders found."""

    new: tuple[Path, ...]
    is_restless: bool  # whether other files may be ready soon
    places: tuple[Path, ...]  # the folders in which songs lie, and the watched ones


class Lookout:
    """Remembers what it saw in watched folders from one look to the next."""

    def __init__(
        self,
        met: Mapping[Path, State] | None = None,
        *,
        rest_s: float = REST_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.met = dict(met or {})  # files that the library knew at some time
        self._rest_s = rest_s
        self._now = now
        self._taken: dict[Path, State] = {}
        self._seen: dict[Path, tuple[State, float]] = {}  # since when a file is as it is

    def look(self, folders: Sequence[Path], known: Known, *, progress: Progress) -> Look:
        """Look at folders; one that can't be read now, as a drive that is off, is passed over."""
        there = [folder for folder in folders if folder.is_dir()]
        files = audio_files(there, progress=progress)
        states = {path: state for path in files if (state := _state(path)) is not None}
        wanted = [path for path, state in states.items() if self._is_wanted(path, state, known)]
        self._seen = {path: self._since(path, states[path]) for path in wanted}
        ends = self._now() - self._rest_s
        new = tuple(path for path in wanted if self._seen[path][1] <= ends)
        self._taken.update((path, states[path]) for path in new)
        places = dict.fromkeys([*there, *(path.parent for path in states)])
        return Look(new, len(new) < len(wanted), tuple(places))

    def _is_wanted(self, path: Path, state: State, known: Known) -> bool:
        before = self._taken.get(path) or self.met.get(path)
        if path in known.here:
            self.met.setdefault(path, state)
            return False
        if path in known.refused:
            self.met[path] = before or state
            return before is not None and before != state
        return before is None

    def _since(self, path: Path, state: State) -> tuple[State, float]:
        seen = self._seen.get(path)
        return seen if seen and seen[0] == state else (state, self._now())


class Watching:
    """The watched folders of one library; each verb may block, from any thread."""

    def __init__(self, catalogue: Catalogue, settings: SettingsFile) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self._library = catalogue.database.path.parent
        self._lock = threading.Lock()  # one look at a time
        self._lookout = Lookout(_met(catalogue.note(MET_NOTE)))
        self._kept = dict(self._lookout.met)

    def folders(self) -> tuple[Path, ...]:
        """Return the watched folders; raises ``SettingsError``."""
        return self._settings.read().watched_by(self._library)

    def watch(self, folders: Sequence[Path]) -> None:
        """Watch these folders and no others; raises ``SettingsError``."""
        self._settings.write(self._settings.read().watching(self._library, tuple(folders)))

    def look(self, *, progress: Progress) -> Look:
        """Look for new songs in the watched folders; raises ``SettingsError``."""
        with self._lock:
            folders = self.folders()
            found = self._lookout.look(folders, self._known(), progress=progress)
            self._keep()
        return found

    def _known(self) -> Known:
        shelf = self._catalogue
        waiting = shelf.queued()  # read first: a file that leaves the queue becomes a song
        here = [*waiting, *(song.path for song in shelf.songs())]
        return Known(frozenset(here), frozenset(found.path for found in shelf.problems()))

    def _keep(self) -> None:
        met = self._lookout.met
        if met == self._kept:
            return
        told = {str(path): state for path, state in met.items()}
        self._catalogue.set_note(MET_NOTE, json.dumps(told))
        self._kept = dict(met)


def _met(note: str | None) -> dict[Path, State]:
    told = json.loads(note) if note else {}
    return {Path(name): (state[0], state[1]) for name, state in told.items()}


def _state(path: Path) -> State | None:
    """Return the state of a file that may be a song; None for what holds nothing yet."""
    try:
        facts = path.stat()
    except OSError:
        return None
    is_song = stat.S_ISREG(facts.st_mode) and path.suffix.lower() in AUDIO_SUFFIXES
    return (facts.st_size, facts.st_mtime_ns) if is_song and facts.st_size else None
