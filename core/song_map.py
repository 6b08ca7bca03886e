"""The map of a library: where its songs lie, kept beside the catalogue.

One model made all vectors that are compared. Where most songs have a backing, they are laid out by
it, and each of the others is placed by its mix among songs that have both; else all are laid out by
their mix. Songs that come later are placed among their neighbours, and nothing else moves, until a
new map is asked for or the songs placed outnumber those laid out.
"""

import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core import map_layout
from core.library.store import Catalogue
from core.progress import Progress
from core.types import Float32Array, ModelId, SongId, SpaceName, Stem

if TYPE_CHECKING:  # the window reads maps before the index and its library are loaded
    from core.answers import Voice
    from core.vectors.spaces import Space

FILE_NAME = "map.npz"
GROUPS = 8  # as many as can be told apart by shape
LEAST_GROUP = 6  # songs for each group, or a small library falls into crumbs
MOST_PLACED = 1.0  # songs placed for each one laid out, before all are laid out anew


@dataclass(frozen=True, slots=True)
class SongMap:
    """Where songs lie: ``places`` is float32 [n, 2], ``groups`` intp [n].

    ``laid`` tells which songs were laid out together; the others were placed among them.
    """

    song_ids: tuple[SongId, ...]
    places: Float32Array
    groups: NDArray[np.intp]
    laid: NDArray[np.bool_]
    model_id: ModelId  # of the vectors
    recipe: int

    def of(self, song_ids: set[SongId]) -> "SongMap":
        """Return the map of some of the songs."""
        kept = np.array([song_id in song_ids for song_id in self.song_ids], np.bool_)
        ids = tuple(song_id for song_id in self.song_ids if song_id in song_ids)
        return replace(
            self,
            song_ids=ids,
            places=self.places[kept],
            groups=self.groups[kept],
            laid=self.laid[kept],
        )


class SongMaps:
    """Makes the map of one library and keeps it; may be asked from any thread."""

    def __init__(
        self, catalogue: Catalogue, spaces: "Mapping[Voice, Space]", *, folder: Path
    ) -> None:
        self._catalogue = catalogue
        self._spaces = spaces
        self._path = folder / FILE_NAME

    def current(self, *, is_anew: bool = False, progress: Progress) -> SongMap:
        """Return the map of all songs that have vectors; ``is_anew`` lays all of them out again.

        What is kept is used where it was made from vectors of the same model.
        """
        mix = self._vectors(Stem.MIX)
        backing = self._vectors(Stem.BACKING)
        stem = Stem.BACKING if 2 * len(backing) >= max(len(mix), 1) else Stem.MIX
        main, model_id = (backing if stem is Stem.BACKING else mix), self._model(stem)
        kept = None if is_anew else self._kept(model_id, main)
        laid = kept or _laid_out(main, model_id, progress=progress)
        found = _with_placed(_with_placed(laid, main, progress=progress), mix, progress=progress)
        if kept is None or len(found.song_ids) != len(kept.song_ids):
            self._keep(found)
        return found

    def _model(self, stem: Stem) -> ModelId:
        return self._spaces[(SpaceName.STYLE, stem)].model_id

    def _vectors(self, stem: Stem) -> dict[SongId, Float32Array]:
        found = self._catalogue.song_vectors(SpaceName.STYLE, stem, self._model(stem))
        return dict(sorted(found))

    def _kept(self, model_id: ModelId, main: Mapping[SongId, Float32Array]) -> SongMap | None:
        """Return what is kept of the songs that are still there, where it still serves."""
        kept = read_map(self._path)
        if kept is None or (kept.model_id, kept.recipe) != (model_id, map_layout.RECIPE):
            return None
        there = kept.of({song.song_id for song in self._catalogue.songs()})
        n_laid = int(there.laid.sum())
        is_worn = len(main) - n_laid > MOST_PLACED * n_laid
        return None if is_worn else there

    def _keep(self, found: SongMap) -> None:
        """Keep a map for the next start; where the disk refuses, it is made again then."""
        half = self._path.with_name(f"{FILE_NAME}.{os.getpid()}")
        try:
            with half.open("wb") as file:
                _write(found, file)
            half.replace(self._path)
        except OSError:
            half.unlink(missing_ok=True)


def read_map(path: Path) -> SongMap | None:
    """Return the map that a file holds; None where there is none, or it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as told:
            ids = tuple(SongId(str(song_id)) for song_id in told["song_ids"])
            found = SongMap(
                song_ids=ids,
                places=told["places"].astype(np.float32),
                groups=told["groups"].astype(np.intp),
                laid=told["laid"].astype(np.bool_),
                model_id=ModelId(str(told["model_id"])),
                recipe=int(told["recipe"]),
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    shapes = (found.places.shape, found.groups.shape, found.laid.shape)
    is_whole = shapes == ((len(ids), 2), (len(ids),), (len(ids),))
    return found if is_whole and bool(np.isfinite(found.places).all()) else None


def _write(found: SongMap, file: object) -> None:
    np.savez(
        file,  # type: ignore[arg-type] # an open file, which NumPy's types don't name
        song_ids=np.array(found.song_ids, np.str_),
        places=found.places,
        groups=found.groups,
        laid=found.laid,
        model_id=np.array(found.model_id),
        recipe=np.array(found.recipe),
    )


def _laid_out(
    vectors: Mapping[SongId, Float32Array], model_id: ModelId, *, progress: Progress
) -> SongMap:
    table = _table(vectors)
    count = min(GROUPS, max(1, len(vectors) // LEAST_GROUP))
    return SongMap(
        song_ids=tuple(vectors),
        places=map_layout.layout(table, progress=progress),
        groups=map_layout.groups(table, count, progress=progress),
        laid=np.ones(len(vectors), np.bool_),
        model_id=model_id,
        recipe=map_layout.RECIPE,
    )


def _with_placed(
    found: SongMap, vectors: Mapping[SongId, Float32Array], *, progress: Progress
) -> SongMap:
    """Place the songs that have a vector and no place among those that have both."""
    there = dict(zip(found.song_ids, range(len(found.song_ids)), strict=True))
    new = {song_id: vector for song_id, vector in vectors.items() if song_id not in there}
    known = [song_id for song_id in found.song_ids if song_id in vectors]
    if not new or not known:
        return found
    rows = np.array([there[song_id] for song_id in known], np.intp)
    places, nearest = map_layout.placed(
        _table(new),
        np.stack([vectors[song_id] for song_id in known]),
        found.places[rows],
        progress=progress,
    )
    return replace(
        found,
        song_ids=(*found.song_ids, *new),
        places=np.concatenate([found.places, places]),
        groups=np.concatenate([found.groups, found.groups[rows[nearest]]]),
        laid=np.concatenate([found.laid, np.zeros(len(new), np.bool_)]),
    )


def _table(vectors: Mapping[SongId, Float32Array]) -> Float32Array:
    """Return the vectors as rows, float32 [n, D]."""
    if not vectors:
        return np.zeros((0, 1), np.float32)
    table: Float32Array = np.stack(list(vectors.values()))
    return table
