"""Tags copied between songs of the library, in their files and in the catalogue, and back again."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any

from core import tagging
from core.audio.tag_sheet import TagSheet
from core.audio.tags import read_tags
from core.copy_types import ActionKind
from core.errors import TagError, TagProblem, WorldError
from core.library import scan
from core.library.journal import Entry
from core.library.store import Catalogue
from core.types import FileStamp, Song, SongId

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Change:
    """What one file gets, and what it had."""

    song_id: SongId
    before: TagSheet
    old: FileStamp
    new: FileStamp
    undone: FileStamp | None = None  # with its old tags again, while those are written


class _Tags(Enum):
    """Which tags a file has after a stop."""

    NEW = "new"
    OLD = "old"
    AWAY = "away"  # that can't be told today


class Retagging:
    """Writes tags into files, and lets the catalogue follow, so that none counts as changed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def copy(self, source: Song, targets: Sequence[Song]) -> Entry:
        """Write a song's tags into others' files; raise ``TagError``, with nothing done."""
        given = tagging.sheet_to_copy(source.path)
        for song in targets:
            _check_unchanged(song)
        ids = [song.song_id for song in targets]
        # Noted before the first copy is made: whatever stops us, the copies are found and cleared.
        entry = self._catalogue.begin(ActionKind.TAGGED, ids, detail=[])
        changes: list[_Change] = []
        try:
            with self._ready([(song, given) for song in targets], whole=False) as ready:
                changes = [
                    _Change(song.song_id, one.before, song.stamp, one.stamp)
                    for song, one in zip(targets, ready, strict=True)
                ]
                self._catalogue.amend(entry, detail=_to_json(changes))
                self._put(ready, ids)
        except WorldError:
            self._put_back(changes)
            self._catalogue.drop(entry)
            raise
        self._catalogue.conclude(entry)
        return entry

    def undo(self, entry: Entry) -> None:
        """Give the files their old tags back; raise ``TagError``, with nothing done."""
        changes = _from_json(entry.detail)
        known = {song.song_id: song for song in self._catalogue.songs_of(list(entry.songs))}
        here = [change for change in changes if change.song_id in known]
        for change in here:
            _check_unchanged(known[change.song_id])
        sheets = [(known[change.song_id], change.before) for change in here]
        self._catalogue.reopen(entry)
        try:
            with self._ready(sheets, whole=True) as ready:
                undone = [replace(c, undone=one.stamp) for c, one in zip(here, ready, strict=True)]
                entry = self._catalogue.amend(entry, detail=_to_json(undone))
                self._put(ready, [change.song_id for change in here])
        except WorldError:
            self.recover(entry)
            raise
        self._catalogue.drop(entry)

    def recover(self, entry: Entry) -> None:
        """Settle what was cut short: files keep the tags that they have got, and are known.

        Where some have new tags that can be taken back. What can't be settled today, since its
        disk is away, is left for the next start.
        """
        changes = {change.song_id: change for change in _from_json(entry.detail)}
        songs = self._catalogue.songs_of(list(entry.songs))
        found = {self._settle(song, changes.get(song.song_id)) for song in songs}
        if _Tags.AWAY in found:
            return
        if _Tags.NEW in found:
            self._catalogue.conclude(entry)
        else:
            self._catalogue.drop(entry)

    @contextmanager
    def _ready(
        self, sheets: Sequence[tuple[Song, TagSheet]], *, whole: bool
    ) -> Iterator[list[tagging.Retagged]]:
        """Prepare every file before any is changed."""
        with ExitStack() as stack:
            yield [
                stack.enter_context(_prepared(song, sheet, whole=whole)) for song, sheet in sheets
            ]

    def _put(self, ready: Sequence[tagging.Retagged], song_ids: Sequence[SongId]) -> None:
        for one, song_id in zip(ready, song_ids, strict=True):
            tagging.put(one)
            self._follow(self._catalogue.song(song_id), one.stamp)

    def _put_back(self, changes: Sequence[_Change]) -> None:
        """Give those files their old tags back that have new ones already."""
        for change in changes:
            song = self._catalogue.song(change.song_id)
            if scan.stamp(song.path, known=change.new) == change.new:
                with _prepared(song, change.before, whole=True) as ready:
                    self._put([ready], [song.song_id])

    def _settle(self, song: Song, change: _Change | None) -> _Tags:
        """Clear what lies beside a song's file, and know the file as it is."""
        try:
            tagging.clear_part(song.path)
            stamp = scan.stamp(song.path, known=song.stamp)
            if change is None or stamp not in (change.new, change.undone):
                return _Tags.OLD
            self._follow(song, stamp)
        except WorldError as error:
            log.warning("The tags of %s can't be looked at for now: %s", song.path, error)
            return _Tags.AWAY
        return _Tags.NEW if stamp == change.new else _Tags.OLD

    def _follow(self, song: Song, stamp: FileStamp) -> None:
        self._catalogue.retag(song.song_id, read_tags(song.path), stamp=stamp)


def _prepared(
    song: Song, sheet: TagSheet, *, whole: bool
) -> AbstractContextManager[tagging.Retagged]:
    return tagging.prepared(song.path, sheet, whole=whole, stream_sha256=song.stream_sha256)


def _check_unchanged(song: Song) -> None:
    try:
        seen = song.path.stat()
    except OSError as error:
        raise TagError(song.path, TagProblem.VANISHED, detail=str(error)) from error
    if (seen.st_size, seen.st_mtime_ns) != (song.stamp.size_bytes, song.stamp.mtime_ns):
        raise TagError(song.path, TagProblem.CHANGED)


def _to_json(changes: Sequence[_Change]) -> list[dict[str, Any]]:
    return [
        {
            "song_id": change.song_id,
            "before": tagging.to_json(change.before),
            "old": asdict(change.old),
            "new": asdict(change.new),
            "undone": asdict(change.undone) if change.undone else None,
        }
        for change in changes
    ]


def _from_json(shapes: Sequence[dict[str, Any]]) -> list[_Change]:
    return [
        _Change(
            SongId(shape["song_id"]),
            tagging.from_json(shape["before"]),
            FileStamp(**shape["old"]),
            FileStamp(**shape["new"]),
            FileStamp(**shape["undone"]) if shape.get("undone") else None,
        )
        for shape in shapes
    ]
