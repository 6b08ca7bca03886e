"""The cluster's list of a song beside the local one: where each song stands, and what became of it.

``read_sides`` asks the library and the cluster, and runs in a lane; the rest is pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.cluster_types import ExplainedLine, Explanation
from core.errors import UnknownSongError
from core.ports import SyncPort
from core.types import CatalogueId, Neighbour, Song, SongId
from ui.language import N_, number
from ui.language import gettext as _
from ui.messages import shown
from ui.presenters import told
from ui.presenters.answers import NEIGHBOURS_LIMIT, UNTITLED
from ui.presenters.ports import WorkbenchPort
from ui.presenters.results import ListState
from ui.presenters.words import NO_ARTIST, NO_VALUE, songs

NO_SONG: Final = N_("Choose a song in the library to see how the cluster came to its list.")
NO_LIST: Final = N_(
    "The cluster has no list for this song yet. Sync, and look again after its pass."
)
ONLY_HERE: Final = N_("only in your list")


@dataclass(frozen=True, slots=True)
class SideLine:
    """One song with its place in the local list and in the cluster's, and what became of it."""

    title: str
    artist: str
    here: str  # its place, or a dash
    there: str
    score: str
    became: str
    is_dropped: bool = False


@dataclass(frozen=True, slots=True)
class Sides:
    """The two lists of one song; ``note`` says what they are, or why there is nothing."""

    state: ListState
    note: str
    lines: tuple[SideLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Titles and artists of songs of this library, and their places in the local list."""

    songs: Mapping[SongId, Song]
    ranks: Mapping[SongId, int]


def read_sides(workbench: WorkbenchPort, sync: SyncPort, song: Song) -> Sides:
    """Ask both sides about a song."""
    explained = sync.explanation(song.song_id)
    if explained is None:
        return Sides(ListState.EMPTY, _(NO_LIST))
    near = workbench.similar(song.song_id, limit=NEIGHBOURS_LIMIT)
    asked = [_local_id(line.catalogue_id) for line in explained.lines]
    ids = (*(neighbour.song_id for neighbour in near), *asked)
    ranks = {neighbour.song_id: rank for rank, neighbour in enumerate(near, start=1)}
    return beside(explained, near, names=Names(_known(workbench, ids), ranks))


def beside(explained: Explanation, near: Sequence[Neighbour], *, names: Names) -> Sides:
    """Put the cluster's lines first, then the songs that only the local list holds."""
    titles = {line.catalogue_id: _names(line, names)[0] for line in explained.lines}
    lines = [_line(line, names=names, titles=titles) for line in explained.lines]
    there = {_local_id(line.catalogue_id) for line in explained.lines}
    lines += [_only_here(found, names) for found in near if found.song_id not in there]
    kept = sum(line.kept_rank is not None for line in explained.lines)
    said = _("The cluster looked at {seen}, kept {kept} and dropped {dropped}.")
    note = said.format(
        seen=songs(explained.recalled),
        kept=number(kept),
        dropped=number(len(explained.lines) - kept),
    )
    return Sides(ListState.FULL, note, tuple(lines))


def _line(line: ExplainedLine, *, names: Names, titles: Mapping[CatalogueId, str]) -> SideLine:
    title, artist = _names(line, names)
    is_dropped = line.kept_rank is None
    return SideLine(
        title,
        artist,
        here=str(names.ranks.get(_local_id(line.catalogue_id), NO_VALUE)),
        there=NO_VALUE if is_dropped else str(line.kept_rank),
        score=number(line.score, 2),
        became=_dropped(line, titles) if is_dropped else _kept(line),
        is_dropped=is_dropped,
    )


def _dropped(line: ExplainedLine, titles: Mapping[CatalogueId, str]) -> str:
    why = told.reason(line.dropped)
    if not line.of:
        return _("dropped: {why}").format(why=why)
    return _("dropped: {why} ({song})").format(why=why, song=titles.get(line.of) or _(UNTITLED))


def _kept(line: ExplainedLine) -> str:
    """Say how ranking moved a kept song, and why it is there."""
    why = told.reason(line.reason)
    if not line.moved:
        return why
    said = _("up {count}: {why}") if line.moved > 0 else _("down {count}: {why}")
    return said.format(count=abs(line.moved), why=why)


def _only_here(near: Neighbour, names: Names) -> SideLine:
    song = names.songs.get(near.song_id)
    return SideLine(
        shown(song.title) if song else _(UNTITLED),
        shown(song.artist) or NO_ARTIST if song else NO_ARTIST,
        here=str(names.ranks[near.song_id]),
        there=NO_VALUE,
        score=number(near.score, 2),
        became=_(ONLY_HERE),
    )


def _names(line: ExplainedLine, names: Names) -> tuple[str, str]:
    """Return title and artist: from here where the song is of this library."""
    song = names.songs.get(_local_id(line.catalogue_id))
    title, artist = (song.title, song.artist) if song else (line.title, line.artist)
    return shown(title) or _(UNTITLED), shown(artist) or NO_ARTIST


def _local_id(catalogue_id: CatalogueId) -> SongId:
    """Return the song's part of "library:song"."""
    return SongId(catalogue_id.rpartition(":")[2])


def _known(workbench: WorkbenchPort, song_ids: Iterable[SongId]) -> dict[SongId, Song]:
    found = {}
    for song_id in dict.fromkeys(song_ids):
        try:
            found[song_id] = workbench.catalogue.song(song_id)
        except UnknownSongError:  # a song of another library
            continue
    return found
