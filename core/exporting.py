"""The song vectors of a library as arrays, for whoever wants to work with them elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.answers import Voice
from core.library.store import Catalogue
from core.types import Float32Array, SongId
from core.vectors.spaces import Space


@dataclass(frozen=True, slots=True)
class ExportedVectors:
    """The song vectors of a library, a row a song: each array is float32 [songs, D].

    A song without a vector in a space has a row of NaN there.
    """

    song_ids: tuple[SongId, ...]
    paths: tuple[Path, ...]
    vectors: Mapping[Voice, Float32Array]


def export_vectors(catalogue: Catalogue, spaces: Mapping[Voice, Space]) -> ExportedVectors:
    """Return every song vector of these spaces."""
    songs = catalogue.songs()
    rows = {song.song_id: row for row, song in enumerate(songs)}
    vectors = {}
    for voice, space in spaces.items():
        array = np.full((len(songs), space.dimension), np.nan, np.float32)
        for song_id, vector in catalogue.song_vectors(*voice, space.model_id):
            if song_id in rows:  # else it was added meanwhile
                array[rows[song_id]] = vector
        vectors[voice] = array
    return ExportedVectors(tuple(rows), tuple(song.path for song in songs), vectors)
