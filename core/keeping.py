"""What is done with copies, so that it can be taken back: trash, removal, tags, the user's word.

Everything is one action in the catalogue's journal, and one at a time. What goes wrong on the way
leaves files and songs as they were. A stop in the middle (a crash, a power cut) leaves an action
that is pending: ``recover`` puts things back at the next start.
"""

import base64
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

from core import trash
from core.copy_types import ActionKind, DoneAction
from core.errors import BugError, TrashError, TrashProblem, UnknownSongError, WorldError
from core.intake import Library
from core.leaving import Leaving
from core.library.journal import Entry
from core.retagging import Retagging
from core.trash import FileFacts
from core.types import Decision, Song, SongId

log = logging.getLogger(__name__)


class Keeping:
    """Does and undoes, in one library."""

    def __init__(self, library: Library) -> None:
        self._catalogue = library.catalogue
        self._leaving = Leaving(library)
        self._retagging = Retagging(library.catalogue)
        self._lock = threading.Lock()

    def keep(self, song_id: SongId, *, others: Sequence[SongId]) -> DoneAction:
        """Move the others' files to the trash, and take their songs out of the library."""
        with self._lock:
            kept = self._catalogue.song(song_id)
            gone = [self._catalogue.song(other) for other in dict.fromkeys(others)]
            if not gone or kept in gone:
                raise BugError("a song to keep, and others that go, are needed")
            files = [_checked(song, kept=kept) for song in gone]
            ids = [song.song_id for song in gone]
            entry = self._catalogue.begin(ActionKind.TRASHED, ids, detail=_to_json(files))
            self._send(entry, files, kept=kept)
            return _done(entry)

    def remove(self, song_id: SongId) -> DoneAction:
        """Take a song out of the library; its file stays."""
        with self._lock:
            self._catalogue.song(song_id)
            entry = self._catalogue.begin(ActionKind.REMOVED, [song_id], detail=None)
            self._leaving.let_go(entry)
            return _done(entry)

    def decide(self, a: SongId, b: SongId, *, decision: Decision | None) -> DoneAction:
        """Remember what the user says of a pair."""
        with self._lock:
            before = self._catalogue.decide(a, b, decision=decision)
            detail = before.value if before else None
            entry = self._catalogue.begin(ActionKind.DECIDED, [a, b], detail=detail)
            self._catalogue.conclude(entry)
            return _done(entry)

    def copy_tags(self, from_id: SongId, *, to: Sequence[SongId]) -> DoneAction:
        """Write a song's tags and cover into the files of others."""
        with self._lock:
            source = self._catalogue.song(from_id)
            targets = [self._catalogue.song(song_id) for song_id in dict.fromkeys(to)]
            if not targets or source in targets:
                raise BugError("a song to copy tags from, and others, are needed")
            return _done(self._retagging.copy(source, targets))

    def last_action(self) -> DoneAction | None:
        """Return what would be taken back next."""
        entry = self._catalogue.last_done()
        return _done(entry) if entry else None

    def undo(self) -> DoneAction | None:
        """Take back what was done last."""
        with self._lock:
            entry = self._catalogue.last_done()
            if entry is None:
                return None
            match entry.kind:
                case ActionKind.TRASHED:
                    return self._untrash(entry)
                case ActionKind.REMOVED:
                    return self._returned(entry, entry.songs)
                case ActionKind.DECIDED:
                    self._undecide(entry)
                case ActionKind.TAGGED:
                    self._retagging.undo(entry)
            return _done(entry)

    def give_up(self, action: DoneAction) -> bool:
        """Forget an action that can't be taken back, so that what was done before can be.

        Files stay where they are. Return False, with nothing forgotten, where it is not the last.
        """
        with self._lock:
            entry = self._catalogue.last_done()
            if entry is None or _done(entry) != action:
                return False
            self._catalogue.drop(entry)
            return True

    def recover(self) -> None:
        """Put back what an action that was cut short has moved; called before anything else."""
        for entry in self._catalogue.pending():
            log.info("An action was cut short, and is taken back: %s.", entry.kind.value)
            try:
                self._recover(entry)
            except WorldError as error:
                # Its files may be on a disk that is not there today: the next start tries again.
                log.warning("It could not be taken back: %s", error)

    def _recover(self, entry: Entry) -> None:
        if entry.kind is ActionKind.TAGGED:
            self._retagging.recover(entry)
            return
        files = _from_json(entry.detail) if entry.kind is ActionKind.TRASHED else []
        self._fetch(entry, [file for file in files if not os.path.lexists(file.path)])

    def _send(self, entry: Entry, files: Sequence[FileFacts], *, kept: Song) -> None:
        """Move files to the trash, and let their songs go; all of it or nothing."""
        sent: list[FileFacts] = []
        try:
            for number, file in enumerate(files):
                sent.append(trash.send(file.path))
                self._catalogue.amend(entry, detail=_to_json([*sent, *files[number + 1 :]]))
            if not kept.path.exists():  # whatever led there led through what has just moved
                raise TrashError(kept.path, TrashProblem.SAME_FILE)
            self._leaving.let_go(entry)
        except WorldError:
            self._fetch(entry, sent)
            raise

    def _fetch(self, entry: Entry, files: Sequence[FileFacts]) -> None:
        """Put files back; what can't come back today is left for the next start."""
        rest = [file for file in files if not _is_settled(file)]
        if rest:
            self._catalogue.amend(entry, detail=_to_json(rest))
        else:
            self._catalogue.drop(entry)

    def _untrash(self, entry: Entry) -> DoneAction:
        """Put the files back, and their songs; a file that is lost for good costs only its song."""
        files = dict(zip(entry.songs, _from_json(entry.detail), strict=True))
        back: dict[SongId, _Way] = {}
        try:
            for song_id, file in files.items():
                back[song_id] = _brought_back(file)
            there = [song_id for song_id, way in back.items() if way is not _Way.LOST]
            if there:
                return self._returned(entry, there)
        except WorldError:
            moved = [song_id for song_id, way in back.items() if way is _Way.MOVED]
            self._send_again(entry, files, moved=moved)
            raise
        self._catalogue.drop(entry)  # nothing is left to take back
        raise TrashError(files[entry.songs[0]].path, TrashProblem.EMPTIED)

    def _send_again(
        self, entry: Entry, files: dict[SongId, FileFacts], *, moved: Sequence[SongId]
    ) -> None:
        """Move files to the trash again, since not all could come back."""
        for song_id in moved:
            files = {**files, song_id: trash.send(files[song_id].path)}
        if moved:
            self._catalogue.amend(entry, detail=_to_json(list(files.values())))

    def _returned(self, entry: Entry, song_ids: Sequence[SongId]) -> DoneAction:
        back = set(self._leaving.welcome_back(entry, song_ids))
        return replace(_done(entry), songs=tuple(s for s in entry.songs if s in back))

    def _undecide(self, entry: Entry) -> None:
        a, b = entry.songs
        before = Decision(entry.detail) if entry.detail else None
        try:
            self._catalogue.decide(a, b, decision=before)
        except UnknownSongError:
            log.info("A song of the pair has left the library since.")
        self._catalogue.drop(entry)


class _Way(Enum):
    """How a file came back from the trash."""

    MOVED = "moved"
    THERE = "there"  # the user had put it back
    LOST = "lost"  # the trash was emptied


def _brought_back(file: FileFacts) -> _Way:
    try:
        return _Way.MOVED if trash.bring_back(file) else _Way.THERE
    except TrashError as error:
        if error.problem is not TrashProblem.EMPTIED:
            raise
        return _Way.LOST


def _is_settled(file: FileFacts) -> bool:
    """Put a file back; return whether there is nothing left to try."""
    try:
        if _brought_back(file) is _Way.LOST:
            log.warning("%s is lost: the trash was emptied.", file.path)
    except TrashError as error:
        log.warning("%s stays in the trash for now: %s", file.path, error)
        return False
    return True


def _checked(song: Song, *, kept: Song) -> FileFacts:
    """Return the facts of a file that may go; raise ``TrashError`` where it must not."""
    if not kept.path.exists():
        raise TrashError(kept.path, TrashProblem.KEPT_VANISHED)
    facts = trash.facts_of(song.path)
    if song.path.exists() and song.path.resolve() == kept.path.resolve():
        raise TrashError(song.path, TrashProblem.SAME_FILE)
    for one in (song, kept):
        if not _is_unchanged(one):
            raise TrashError(one.path, TrashProblem.CHANGED)
    return facts


def _is_unchanged(song: Song) -> bool:
    """Whether a song's file is the one that was heard."""
    if not song.path.exists():
        return False
    seen, stamp = song.path.stat(), song.stamp
    return (seen.st_size, seen.st_mtime_ns) == (stamp.size_bytes, stamp.mtime_ns)


def _done(entry: Entry) -> DoneAction:
    return DoneAction(entry.kind, entry.songs, entry.at)


def _to_json(files: Sequence[FileFacts]) -> list[dict[str, Any]]:
    return [
        {
            "path": _path_text(file.path),
            "size_bytes": file.size_bytes,
            "mtime_ns": file.mtime_ns,
            "place": _path_text(file.place) if file.place else None,
        }
        for file in files
    ]


def _from_json(shapes: Sequence[dict[str, Any]]) -> list[FileFacts]:
    return [
        FileFacts(
            _path(shape["path"]),
            shape["size_bytes"],
            shape["mtime_ns"],
            _path(shape["place"]) if shape["place"] else None,
        )
        for shape in shapes
    ]


def _path_text(path: Path) -> str:
    """Return a path as JSON can hold it: names that are no text survive."""
    return base64.b64encode(os.fsencode(path)).decode()


def _path(text: str) -> Path:
    return Path(os.fsdecode(base64.b64decode(text)))
