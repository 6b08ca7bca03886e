"""Libraries of any size: songs of other music, stored like a real one.

Their vectors are random, their codes shuffled pieces of real ones.
"""

from dataclasses import replace

import numpy as np

from core.types import (
    FileStamp,
    Fingerprint,
    Float32Array,
    SongId,
    SongRecord,
    Stem,
    StemVectors,
)
from core.workbench import Workbench

SEED = 20
TITLES = ("Harbour Lights", "Glass Orchard", "Night Tram", "Élan", "Salt", "A Map of Rain", "Übung")
ARTISTS = ("Ines Moreau", "The Low Tides", "Kōji", "Wren and the Wires", "")
CODES_PER_PIECE = 40  # five seconds: long enough to look like music, too short to prove anything


def fill(bench: Workbench, model: SongId, *, count: int) -> None:
    """Put so many songs into a library that are stored like ``model``."""
    rng = np.random.default_rng(SEED)
    for number in range(count):
        bench.catalogue.put(_made_up(bench, model, number=number, rng=rng))


def _made_up(
    bench: Workbench, model: SongId, *, number: int, rng: np.random.Generator
) -> SongRecord:
    """Return a song of other music that is stored like ``model``."""
    catalogue = bench.catalogue
    song = catalogue.song(model)
    vectors = [
        found
        for space, stem in bench.spaces
        if (found := catalogue.vectors(model, space, stem)) is not None
    ]
    return SongRecord(
        song=replace(
            song,
            song_id=SongId(f"00000000-0000-4000-8000-{number:012d}"),
            path=song.path.with_name(f"made up {number}.mp3"),
            title=f"{TITLES[number % len(TITLES)]} {number // len(TITLES) + 1}",
            artist=ARTISTS[number % len(ARTISTS)],
            added_at=float(number),
            stamp=FileStamp(song.stamp.size_bytes, 0, f"{number:064x}"),
            stream_sha256=f"{number:064x}",
        ),
        cover=None,
        overview=catalogue.overview(model),
        fingerprints=tuple(
            _shuffled(found, rng) for found in catalogue.fingerprints(model, Stem.MIX)
        ),
        vectors=tuple(_elsewhere(found, rng) for found in vectors),
    )


def _shuffled(fingerprint: Fingerprint, rng: np.random.Generator) -> Fingerprint:
    codes = fingerprint.codes
    pieces = np.array_split(codes, max(len(codes) // CODES_PER_PIECE, 1))
    order = rng.permutation(len(pieces))
    flips = rng.integers(0, 2**32, len(codes), dtype=np.uint32) & rng.integers(
        0, 2**32, len(codes), dtype=np.uint32
    )
    return replace(fingerprint, codes=np.concatenate([pieces[i] for i in order]) ^ flips)


def _elsewhere(vectors: StemVectors, rng: np.random.Generator) -> StemVectors:
    shift = _unit(rng.standard_normal(vectors.song.shape).astype(np.float32))
    return replace(
        vectors, song=_unit(vectors.song + shift), excerpts=_unit(vectors.excerpts + shift)
    )


def _unit(vectors: Float32Array) -> Float32Array:
    unit: Float32Array = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit
