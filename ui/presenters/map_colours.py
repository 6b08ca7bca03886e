"""What the map's points are told apart by: the folder, the group, and what is known of the sound.

A category is a word and a place in the legend; the widget gives each place a colour and a shape.
"""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.types import Song
from ui.language import gettext as _
from ui.messages import file_name, shown
from ui.presenters import music_words
from ui.presenters.map_points import Points, middles

MOST = 8  # categories that can be told apart; what is left is "others"
TEMPO_STEP = 20  # beats a minute in one category
SLOWEST, FASTEST = 80, 160


class Colour(Enum):
    """What the points are coloured by."""

    GROUP = "group"
    FOLDER = "folder"
    TEMPO = "tempo"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Legend:
    """The categories in order with how many songs each has, and each point's place among them.

    The last category is what fits no other, where ``has_rest``.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    places: NDArray[np.intp]  # [n]
    has_rest: bool


def colour_name(colour: Colour) -> str:
    """Say what the points are coloured by."""
    match colour:
        case Colour.GROUP:
            return _("Groups alike")
        case Colour.FOLDER:
            return _("Folder")
        case Colour.TEMPO:
            return _("Tempo")
        case Colour.KEY:
            return _("Key")


class Colouring:
    """What the points are told apart by now."""

    def __init__(self) -> None:
        self.by = Colour.GROUP
        self.tempo_of: Callable[[Song], float | None] = _tempo_of
        self.key_of: Callable[[Song], str | None] = _key_of

    def choices(self, songs: Sequence[Song]) -> tuple[Colour, ...]:
        """Return what they can be told apart by: tempo and key once some song's is known."""
        is_known = {
            Colour.TEMPO: any(self.tempo_of(song) for song in songs),
            Colour.KEY: any(self.key_of(song) for song in songs),
        }
        return tuple(colour for colour in Colour if is_known.get(colour, True))

    def legend(self, points: Points) -> Legend:
        """Return the categories of the points."""
        match self.by:
            case Colour.GROUP:
                return by_group(points.songs, points.groups, middles(points))
            case Colour.FOLDER:
                return by_folder(points.songs)
            case Colour.TEMPO:
                return by_tempo([self.tempo_of(song) for song in points.songs])
            case Colour.KEY:
                return by_key([self.key_of(song) for song in points.songs])


def _tempo_of(song: Song) -> float | None:
    """Return the tempo as the table shows it."""
    return music_words.bpm(song.music)


def _key_of(song: Song) -> str | None:
    """Return the key as the table shows it."""
    is_known = song.music.key is not None or song.music.tag_key
    return music_words.key_cell(song.music) if is_known else None


def by_group(songs: Sequence[Song], groups: NDArray[np.intp], middles: Sequence[int]) -> Legend:
    """Name each group after the song in its middle; ``middles`` tells which that is."""
    names = {
        int(groups[at]): _("like {title}").format(title=shown(songs[at].title)) for at in middles
    }
    return _legend([names[group] for group in groups.tolist()], _by_count)


def by_folder(songs: Sequence[Song]) -> Legend:
    """Name each song's folder; two folders of one name are told apart by the one above."""
    # Not ``path.parent``: of 20,000 songs it would hold the window up.
    lying = [str(song.path).rpartition(os.sep)[0] for song in songs]
    folders = [Path(folder) for folder in set(lying)]
    twice = Counter(folder.name for folder in folders)
    names = {
        str(folder): file_name(folder)
        if twice[folder.name] == 1
        else f"{file_name(folder.parent)} / {file_name(folder)}"
        for folder in folders
    }
    return _legend([names[folder] for folder in lying], _by_count)


def by_tempo(tempos: Sequence[float | None]) -> Legend:
    """Name steps of tempo, the slowest first."""
    steps = list(range(SLOWEST, FASTEST + 1, TEMPO_STEP))
    below = _("below {bpm} BPM").format(bpm=SLOWEST)
    above = _("{bpm} BPM and faster").format(bpm=FASTEST)
    between = _("{low} to {high} BPM")
    middle = [between.format(low=low, high=low + TEMPO_STEP) for low in steps[:-1]]
    names = [below, *middle, above]

    def label(tempo: float | None) -> str | None:
        if tempo is None:
            return None
        return names[sum(tempo >= step for step in steps)]

    return _legend(
        [label(tempo) for tempo in tempos], lambda found: [n for n in names if n in found]
    )


def by_key(keys: Sequence[str | None]) -> Legend:
    """Name the keys, the commonest first."""
    return _legend(list(keys), _by_count)


def _by_count(found: Counter[str]) -> list[str]:
    return sorted(found, key=lambda name: (-found[name], name))


def _legend(labels: Sequence[str | None], order: Callable[[Counter[str]], list[str]]) -> Legend:
    found = Counter(label for label in labels if label is not None)
    names = order(found)
    has_rest = len(names) > MOST or None in labels
    kept = names[: MOST - 1] if len(names) > MOST else names
    place = {name: at for at, name in enumerate(kept)}
    rest = len(kept)
    places = np.array([place.get(label or "", rest) for label in labels], np.intp)
    rest_name = _("others") if len(names) > MOST else _("not known")
    shown_names = (*kept, rest_name) if has_rest else tuple(kept)
    counts = np.bincount(places, minlength=len(shown_names))
    return Legend(shown_names, tuple(int(count) for count in counts), places, has_rest)
