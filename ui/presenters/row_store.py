"""All rows of the library, shown or not, and what the workers' news does to them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from core.types import AnalysisStep, PairVerdict, Song, SongId
from ui.messages import retold
from ui.presenters.rows import (
    ENDED,
    Filter,
    RowChange,
    Snapshot,
    SongRow,
    passes,
    song_row,
    with_haystack,
)
from ui.presenters.verdicts import VerdictBook

# Where a row stands once the work on it was stopped.
SETTLED = {
    AnalysisStep.READING: AnalysisStep.WAITING,
    AnalysisStep.SEPARATING: AnalysisStep.FIRST_ANSWER,
}
LOOKING = frozenset({AnalysisStep.WAITING, AnalysisStep.READING})


class RowStore:
    """Rows by path and by song; every change answers with the paths that it touched."""

    def __init__(self) -> None:
        self._rows: dict[Path, SongRow] = {}
        self._paths: dict[SongId, Path] = {}
        self._book = VerdictBook()
        self._counts: Counter[Filter] = Counter()
        self._batch = 0

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self) -> Iterable[SongRow]:
        """Return every row, in the order in which they came."""
        return self._rows.values()

    def row(self, path: Path) -> SongRow | None:
        """Return a file's row."""
        return self._rows.get(path)

    def row_of_song(self, song_id: SongId) -> SongRow | None:
        """Return a song's row."""
        path = self._paths.get(song_id)
        return self._rows.get(path) if path else None

    def count(self, which: Filter) -> int:
        """Return how many rows a filter lets through."""
        return self._counts[which]

    def waiting(self) -> int:
        """Return how many files still have work to do."""
        return sum(row.step not in ENDED for row in self._rows.values())

    def load(self, snapshot: Snapshot) -> None:
        """Add a whole library; what was heard since it was read is kept."""
        for row in snapshot.rows:
            if row.path not in self._rows:
                self._store(row)
        for song_id in self._book.add(snapshot.verdicts):
            self._label(song_id)

    def begin_batch(self) -> None:
        """Place what comes from now on above what was there."""
        self._batch += 1

    def take(self, change: RowChange) -> set[Path]:
        """Take in what a worker told of one file."""
        event = change.event
        touched = {event.path}
        if event.step is AnalysisStep.SKIPPED:
            touched |= self._skip(change)
        elif not self._is_old_news(change):
            touched |= self._advance(change)
        if change.verdicts is not None and event.song_id is not None:
            touched |= self.judge(event.song_id, change.verdicts)
        return touched

    def settle(self) -> set[Path]:
        """Put every row where it stands when nothing works on it."""
        moving = [row for row in self._rows.values() if row.step in SETTLED]
        for row in moving:
            self._put(replace(row, step=SETTLED[row.step]))
        return {row.path for row in moving}

    def judge(self, song_id: SongId, verdicts: Sequence[PairVerdict]) -> set[Path]:
        """Replace what is known of the pairs of a song."""
        touched = self._book.replace(song_id, verdicts)
        return {path for path in map(self._label, touched) if path}

    def drop(self, path: Path) -> set[Path]:
        """Take a row out."""
        row = self._rows.pop(path, None)
        if row is None:
            return set()
        self._count(row, -1)
        touched = {path}
        if row.song:
            self._paths.pop(row.song.song_id, None)
            touched |= self.judge(row.song.song_id, ())
        return touched

    def _is_old_news(self, change: RowChange) -> bool:
        """Return whether a song that is there is only being looked at again."""
        row = self._rows.get(change.event.path)
        is_there = row is not None and row.song is not None
        return is_there and change.event.step in LOOKING

    def _advance(self, change: RowChange) -> set[Path]:
        event = change.event
        old = self._rows.get(event.path)
        song = change.song or (old.song if old else None)
        place = old.place if old else (-self._batch, float(len(self._rows)))
        moved = self._drop_other_place(song, event.path)
        self._put(SongRow(event.path, song, event.step, place, retold(event.reason)))
        return moved

    def _skip(self, change: RowChange) -> set[Path]:
        """Show the song that was there already, and no second row for it."""
        song, path = change.song, change.event.path
        old = self._rows.get(path)
        if song is None or song.path != path:
            return self.drop(path) if old and not old.song else set()
        moved = self._drop_other_place(song, path)
        row = song_row(song)
        self._put(replace(row, place=old.place) if old else row)
        return moved

    def _drop_other_place(self, song: Song | None, path: Path) -> set[Path]:
        """Drop the row of a song that has moved to ``path``."""
        other = self._paths.get(song.song_id) if song else None
        return self.drop(other) if other and other != path else set()

    def _put(self, row: SongRow) -> None:
        if row.song:
            label = self._book.label(row.song, self._song)
            verdict, twin = (label.verdict, label.twin) if label else (None, None)
            row = replace(row, verdict=verdict, twin=twin)
        self._store(with_haystack(row))

    def _store(self, row: SongRow) -> None:
        old = self._rows.get(row.path)
        if old:
            self._count(old, -1)
        self._count(row, 1)
        self._rows[row.path] = row
        if row.song:
            self._paths[row.song.song_id] = row.path

    def _count(self, row: SongRow, step: int) -> None:
        self._counts.update({which: step for which in Filter if passes(row, which)})

    def _label(self, song_id: SongId) -> Path | None:
        row = self.row_of_song(song_id)
        if row is None:
            return None
        self._put(row)
        return row.path

    def _song(self, song_id: SongId) -> Song | None:
        row = self.row_of_song(song_id)
        return row.song if row else None
