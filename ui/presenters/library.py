"""The library table: which rows are shown, and in which order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from operator import attrgetter, itemgetter
from pathlib import Path

from core.types import AnalysisStep, SongId
from ui.presenters.hook import Hook
from ui.presenters.music_words import bpm, key_place
from ui.presenters.row_store import RowStore
from ui.presenters.rows import Filter, RowChange, Snapshot, SongRow, fits, passes, shown_of
from ui.presenters.words import NO_ARTIST, VERDICTS, Named, searchable, told_apart

Place = tuple[float | str, ...]
STEP_ORDER = {step: index for index, step in enumerate(AnalysisStep)}


class Order(Enum):
    """What the rows are sorted by."""

    NEWEST = "newest"
    TITLE = "title"
    ARTIST = "artist"
    BPM = "bpm"
    KEY = "key"
    ADDED = "added"
    TIME = "time"
    STAGE = "stage"


class Shelf(Enum):
    """What the table as a whole shows."""

    LOADING = "loading"
    EMPTY = "empty"
    NOTHING_FOUND = "nothing_found"
    FULL = "full"
    FAILED = "failed"


class LibraryPresenter:
    """Lists the rows that the filter and the search let through.

    ``listed`` is told when the list as a whole changed, ``changed`` when only some of its rows
    did (by index), ``counted`` when the numbers on the filters may have, ``arrived`` with the
    first file of what the user has just added.
    """

    def __init__(self) -> None:
        self.listed: Hook[None] = Hook()
        self.changed: Hook[list[int]] = Hook()
        self.counted: Hook[None] = Hook()
        self.arrived: Hook[Path] = Hook()
        self._store = RowStore()
        self._in_order: list[SongRow] | None = None  # all rows; None: to be sorted anew
        self._visible: list[SongRow] = []
        self._places: dict[Path, int] = {}
        self._filter = Filter.ALL
        self._words: tuple[str, ...] = ()
        self._order = (Order.NEWEST, False)
        self._is_loading = True
        self._awaits_first = False
        self._failure = ""

    @property
    def rows(self) -> Sequence[SongRow]:
        """The rows that are shown, in order."""
        return self._visible

    @property
    def filter(self) -> Filter:
        """Which rows are shown."""
        return self._filter

    @property
    def failure(self) -> str:
        """Why the library could not be read."""
        return self._failure

    @property
    def shelf(self) -> Shelf:
        """What the table as a whole shows."""
        if self._failure:
            return Shelf.FAILED
        if self._visible:
            return Shelf.FULL
        if self._is_loading:
            return Shelf.LOADING
        return Shelf.NOTHING_FOUND if len(self._store) else Shelf.EMPTY

    def count(self, which: Filter) -> int:
        """Return how many rows a filter lets through."""
        return self._store.count(which)

    def latest_problem(self) -> str:
        """Return why the latest file that failed did."""
        if not self.count(Filter.PROBLEMS):
            return ""
        failed = (row for row in self._store.rows() if passes(row, Filter.PROBLEMS))
        return min(failed, key=lambda row: (row.place[0], -row.place[1])).reason

    def waiting(self) -> int:
        """Return how many files still have work to do."""
        return self._store.waiting()

    def index_of(self, path: Path) -> int | None:
        """Return where a file is in the list, where it is shown."""
        return self._places.get(path)

    def row(self, path: Path) -> SongRow | None:
        """Return a file's row, shown or not."""
        return self._store.row(path)

    def row_of_song(self, song_id: SongId) -> SongRow | None:
        """Return a song's row, shown or not."""
        return self._store.row_of_song(song_id)

    def relation(self, row: SongRow) -> str:
        """Say which song a row is a copy of; empty where it is none."""
        twin = self.row_of_song(row.twin) if row.twin else None
        if row.verdict is None or twin is None:
            return ""
        _, other = told_apart(Named(row.title, row.path), Named(twin.title, twin.path))
        return f"{VERDICTS[row.verdict]}: {other}"

    def show(self, which: Filter) -> None:
        """Show the rows of a filter."""
        self._filter = which
        self._list()
        self.counted.emit(None)

    def search(self, text: str) -> None:
        """Show the rows that hold every word of the text."""
        self._words = tuple(searchable(text).split())
        self._list()

    def sort(self, order: Order, *, descending: bool = False) -> None:
        """Sort the rows."""
        self._order = (order, descending)
        self._in_order = None
        self._list()

    def reveal(self, path: Path) -> None:
        """Bring a row into view, whatever the search."""
        if path not in self._places:
            self._filter, self._words = Filter.ALL, ()
            self._list()
            self.counted.emit(None)
        self.arrived.emit(path)

    def load(self, snapshot: Snapshot) -> None:
        """Show a whole library; what was heard since it was read is kept."""
        self._is_loading = False
        self._failure = ""
        self._store.load(snapshot)
        self._in_order = None
        self._list()
        self.counted.emit(None)

    def fail(self, sentence: str) -> None:
        """Say that the library could not be read."""
        self._failure = sentence
        self.listed.emit(None)

    def begin_batch(self) -> None:
        """List what comes from now on above what was there."""
        self._store.begin_batch()
        self._awaits_first = True

    def hear(self, changes: Sequence[RowChange]) -> None:
        """Take in what workers told, as one change of the list."""
        touched: set[Path] = set()
        for change in changes:
            touched |= self._store.take(change)
        self._tell(touched)
        if self._awaits_first and changes:
            self._awaits_first = False
            self.arrived.emit(changes[0].event.path)

    def settle(self) -> None:
        """Show every row where it stands when nothing works on it."""
        self._tell(self._store.settle())

    def remove(self, path: Path) -> None:
        """Take a row out of the list."""
        self._tell(self._store.drop(path))

    def _tell(self, touched: set[Path]) -> None:
        """List anew only where rows come, go or change places."""
        if not touched:
            return
        self._in_order = None
        if any(self._changes_list(path) for path in touched):
            self._list()
        else:
            self._update(touched)
        self.counted.emit(None)

    def _changes_list(self, path: Path) -> bool:
        row, index = self._store.row(path), self._places.get(path)
        is_shown = row is not None and self._is_shown(row)
        if row is None or index is None:
            return is_shown or index is not None
        order, _descending = self._order
        return not is_shown or place_of(row, order) != place_of(self._visible[index], order)

    def _update(self, touched: set[Path]) -> None:
        indices = sorted(self._places[path] for path in touched if path in self._places)
        for index in indices:
            row = self._store.row(self._visible[index].path)
            self._visible[index] = row or self._visible[index]
        if indices:
            self.changed.emit(indices)

    def _list(self) -> None:
        if self._in_order is None:
            order, descending = self._order
            self._in_order = in_order(self._store.rows(), order, descending=descending)
        self._visible = shown_of(self._in_order, self._filter, self._words)
        self._places = {row.path: index for index, row in enumerate(self._visible)}
        self.listed.emit(None)

    def _is_shown(self, row: SongRow) -> bool:
        return passes(row, self._filter) and fits(row, self._words)


def in_order(rows: Iterable[SongRow], order: Order, *, descending: bool) -> list[SongRow]:
    """Return the rows sorted; those where what they are sorted by isn't known come last."""
    known: list[tuple[Place, SongRow]] = []
    unknown: list[SongRow] = []
    place_in = PLACES[order]
    for row in rows:
        place = place_in(row)
        if place is None:
            unknown.append(row)
        else:
            known.append((place, row))
    known.sort(key=itemgetter(0), reverse=descending)
    unknown.sort(key=attrgetter("place"))
    return [*(row for _place, row in known), *unknown]


def place_of(row: SongRow, order: Order) -> Place | None:
    """Return where a row stands in an order; None where what it is sorted by isn't known."""
    return PLACES[order](row)


def _artist_place(row: SongRow) -> Place | None:
    artist = row.artist
    return (searchable(artist), row.haystack) if artist != NO_ARTIST else None


def _key_place(row: SongRow) -> Place | None:
    key = key_place(row.music)
    return None if key is None else (key, bpm(row.music) or 0.0)


def _known(value: float | None) -> Place | None:
    return None if value is None else (value,)


PLACES: Mapping[Order, Callable[[SongRow], Place | None]] = {
    Order.NEWEST: attrgetter("place"),
    Order.TITLE: lambda row: (row.haystack,),  # it begins with title and artist, made ready once
    Order.ARTIST: _artist_place,
    Order.BPM: lambda row: _known(bpm(row.music)),
    Order.KEY: _key_place,
    Order.ADDED: lambda row: _known(row.song.added_at if row.song else None),
    Order.TIME: lambda row: _known(row.duration_s),
    Order.STAGE: lambda row: (STEP_ORDER[row.step],),
}
