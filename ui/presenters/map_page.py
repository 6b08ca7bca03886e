"""The map of the library: where the songs lie, which one is chosen, and which are in the list.

A point is known by its index among those that are shown; songs that the search or the filter
leaves out stay on the map as faint points and can't be chosen.
"""

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, ProgressReport
from core.types import SongId
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.messages import shown
from ui.presenters.hook import Hook
from ui.presenters.library import LibraryPresenter
from ui.presenters.map_colours import Colour, Colouring, Legend
from ui.presenters.map_points import NO_POINTS, Heading, Points, beyond, inside
from ui.presenters.ports import WorkbenchPort
from ui.presenters.song_list import SongListPresenter
from ui.presenters.transport import TransportPresenter
from ui.presenters.verbs import Lane, Lanes, Verb
from ui.presenters.words import DOT, songs

if TYPE_CHECKING:
    from core.song_map import SongMap

HEARD_FROM = 0.3  # of a song that the pointer rests on: past its intro
NO_LEGEND = Legend((), (), np.zeros(0, np.intp), has_rest=False)


class MapState(Enum):
    """What the map as a whole shows."""

    LOADING = "loading"
    EMPTY = "empty"
    FULL = "full"
    STOPPED = "stopped"
    FAILED = "failed"


class MapPresenter:
    """Asks for the map while it is shown.

    ``changed`` when points or legend did, ``turned`` when the chosen point or the listed ones did,
    ``told`` with how far the layout is, ``opened`` when a song's page should show.
    """

    def __init__(
        self,
        workbench: WorkbenchPort,
        library: LibraryPresenter,
        *,
        songs: SongListPresenter,
        transport: TransportPresenter,
        lanes: Lanes,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.turned: Hook[None] = Hook()
        self.told: Hook[None] = Hook()
        self.opened: Hook[Path] = Hook()
        self._workbench = workbench
        self._library = library
        self._list = songs
        self._transport = transport
        self._lanes = lanes
        self._state = MapState.LOADING
        self._failure = ""
        self._map: SongMap | None = None
        self._points = NO_POINTS
        self._legend = NO_LEGEND
        self._chosen: SongId | None = None
        self._index: dict[SongId, int] = {}
        self._share = 0.0
        self._running: Progress | None = None
        self._is_shown = self._is_stale = False
        self.plays_on_hover = True
        self.colouring = Colouring()
        library.listed.connect(lambda _: self._sift())
        songs.changed.connect(self.turned.emit)

    @property
    def state(self) -> MapState:
        """What the map shows."""
        return self._state

    @property
    def share(self) -> float:
        """How far the layout is, in [0, 1]."""
        return self._share

    @property
    def is_busy(self) -> bool:
        """Whether the layout runs."""
        return self._running is not None

    @property
    def note(self) -> str:
        """What stands where the map would be."""
        return self._failure if self._state is MapState.FAILED else _note(self._state)

    @property
    def points(self) -> Points:
        """What is drawn."""
        return self._points

    @property
    def legend(self) -> Legend:
        """What the colours and shapes say."""
        return self._legend

    @property
    def chosen(self) -> int | None:
        """Which point is chosen."""
        return self._index.get(self._chosen) if self._chosen else None

    @property
    def listed(self) -> NDArray[np.bool_]:
        """Which points are in the list, [n]."""
        found = np.zeros(len(self._points.songs), np.bool_)
        found[[self._index[song_id] for song_id in self._list.ids if song_id in self._index]] = True
        return found

    @property
    def words(self) -> str:
        """Say what is on the map."""
        return map_words(len(self._points.songs), int(self._points.passing.sum()))

    def want(self, song_id: SongId | None = None) -> None:
        """Ask for the map; it is shown from now on, with a song chosen."""
        self._is_shown = True
        self._chosen = song_id or self._chosen
        self._sift()  # the library may have changed while the map was away
        if self._running is None and (self._is_stale or self._map is None):
            self._ask(is_anew=False)
        self.turned.emit(None)

    def hide(self) -> None:
        """Ask nothing any more until the map is shown again."""
        self._is_shown = False

    def refresh(self) -> None:
        """Ask again, now or when the map is shown next."""
        self._is_stale = True
        if self._is_shown and self._running is None:
            self._ask(is_anew=False)

    def arrange(self) -> None:
        """Lay all songs out again."""
        if self._running is None:
            self._ask(is_anew=True)

    def stop(self) -> None:
        """Stop the layout; an older map stays."""
        if self._running is not None:
            self._running.cancel()

    def colour_by(self, colour: Colour) -> None:
        """Colour the points by something else."""
        if colour is not self.colouring.by:
            self.colouring.by = colour
            self._tell()

    def title(self, index: int) -> str:
        """Say which song a point is, and where it belongs."""
        song = self._points.songs[index]
        names = [shown(song.title), shown(song.artist)]
        place = self._legend.names[int(self._legend.places[index])]
        return DOT.join(part for part in (*names, place) if part)

    def choose(self, index: int) -> None:
        """Choose a song; its page opens."""
        song = self._points.songs[index]
        self._chosen = song.song_id
        self.turned.emit(None)
        self.opened.emit(song.path)

    def head(self, heading: Heading, *, is_listing: bool = False) -> None:
        """Choose the nearest song in a direction, and list it where that is asked."""
        index = beyond(self._points, self.chosen, heading)
        if index is not None:
            self.choose(index)
            if is_listing:
                self._list.add([self._points.songs[index]])

    def toggle(self) -> None:
        """Put the chosen song into the list, or take it out."""
        at = self.chosen
        if at is not None:
            self._list.toggle(self._points.songs[at])

    def hear(self, index: int) -> None:
        """Play the song that the pointer rests on."""
        song = self._points.songs[index]
        if not self.plays_on_hover:
            return
        at_s = HEARD_FROM * song.duration_s
        verb = Verb(
            lambda _progress: self._workbench.overview(song.song_id),
            on_success=lambda wave: self._transport.play_song(song, wave, at_s=at_s),
        )
        self._lanes.run(verb, Lane.COMPUTE)

    def lasso(self, corners: Sequence[tuple[float, float]], *, is_adding: bool = False) -> None:
        """List the songs inside a line drawn around them."""
        found = inside(self._points.at, np.array(corners, np.float64)) & self._points.passing
        songs = [self._points.songs[at] for at in np.flatnonzero(found)]
        if is_adding:
            self._list.add(songs)
        else:
            self._list.take(songs)

    def list_category(self, place: int) -> None:
        """List the songs of one place of the legend."""
        found = (self._legend.places == place) & self._points.passing
        self._list.take([self._points.songs[at] for at in np.flatnonzero(found)])

    def list_all(self) -> None:
        """List every song that the search and filter let through."""
        self._list.take([self._points.songs[at] for at in np.flatnonzero(self._points.passing)])

    def _ask(self, *, is_anew: bool) -> None:
        self._is_stale, self._share = False, 0.0
        if self._map is None:
            self._state = MapState.LOADING
        verb = Verb(
            lambda progress: self._workbench.song_map(is_anew=is_anew, progress=progress),
            on_success=self._take,
            on_failure=self._fail,
            on_progress=self._hear_progress,
            on_end=self._asked,
        )
        self._running = self._lanes.run(verb, Lane.COMPUTE)
        (self.told if self._map else self.changed).emit(None)

    def _asked(self) -> None:
        was_stopped = self._running is not None and self._running.is_cancelled
        self._running = None
        if was_stopped and self._map is None:
            self._state = MapState.STOPPED
            self.changed.emit(None)
        self.told.emit(None)
        if self._is_stale and self._is_shown and not was_stopped:
            self._ask(is_anew=False)

    def _hear_progress(self, report: ProgressReport) -> None:
        self._share = report.done / report.total if report.total else 0.0
        self.told.emit(None)

    def _take(self, found: "SongMap") -> None:
        self._map = found
        self._sift()

    def _fail(self, sentence: str) -> None:
        self._failure, self._map = sentence, None
        self._points, self._index = NO_POINTS, {}
        self._state = MapState.FAILED
        self._tell()

    def _sift(self) -> None:
        """Show the songs of the map that are in the library, and which of them pass."""
        if self._map is None or not self._is_shown:
            return
        rows = [self._library.row_of_song(song_id) for song_id in self._map.song_ids]
        kept = [at for at, row in enumerate(rows) if row is not None and row.song is not None]
        songs = tuple(row.song for row in rows if row is not None and row.song is not None)
        is_passing = [self._library.index_of(song.path) is not None for song in songs]
        before, was = self._points, self._state
        self._points = Points(
            songs, self._map.places[kept], self._map.groups[kept], np.array(is_passing, np.bool_)
        )
        self._state = MapState.FULL if songs else MapState.EMPTY
        if songs == before.songs and was is self._state:
            self._show_moved(before)
        else:
            self._index = {song.song_id: at for at, song in enumerate(songs)}
            self._tell()

    def _show_moved(self, before: Points) -> None:
        """Draw the same songs again, where they lie elsewhere or the search lets others through."""
        now = self._points
        is_still = np.array_equal(now.at, before.at) and np.array_equal(now.groups, before.groups)
        if not is_still:
            self._tell()
        elif not np.array_equal(now.passing, before.passing):
            self.changed.emit(None)

    def _tell(self) -> None:
        self._legend = self.colouring.legend(self._points)
        self.changed.emit(None)


def _note(state: MapState) -> str:
    match state:
        case MapState.STOPPED:
            return _("The map was stopped before it was laid out.")
        case MapState.LOADING:
            return _("The map is being laid out: songs that sound alike come together.")
        case _:
            return _("Add songs, and they come together here by how they sound.")


def map_words(all_songs: int, passing: int) -> str:
    """Say how many songs are on the map, and how many of them can be chosen."""
    if passing == all_songs:
        return songs(all_songs)
    said = ngettext("{count} of {total} song", "{count} of {total} songs", all_songs)
    return said.format(count=number(passing), total=number(all_songs))
