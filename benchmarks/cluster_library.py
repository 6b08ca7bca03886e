"""Libraries of made-up songs: as large in every field as real ones of four minutes, or short ones.

Each artist's songs lie near each other, and artists spread over few directions, as real music does:
in random vectors all strangers are equally far, and which of them a graph finds is arbitrary.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np

from core.fingerprint.codes import CODE_PERIOD_S
from core.library.store import Catalogue
from core.types import (
    AudioFacts,
    Codes,
    FileStamp,
    Fingerprint,
    Float32Array,
    ModelId,
    Song,
    SongId,
    SongRecord,
    SpaceName,
    Stage,
    Stem,
    StemVectors,
)

WINDOWS = 3
WINDOW_S = 11.9
WINDOW_CODES = 80
SONGS_AN_ARTIST = 10
SPREAD = 0.3  # how far an artist's songs lie from their middle
DIRECTIONS = 12  # that artists differ in
STYLE = ModelId("style-1-0123abcd")
SEPARATED = ModelId(f"{STYLE}+spleeter-2stems-01234567")
WORK = ModelId("work-2")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a made-up song has: how long it is, and its first so many vectors of ``VECTORS``."""

    seconds: float
    n_vectors: int


# Space, stem, model and dimension of what a song that is ready has; what is searched comes first.
VECTORS = (
    (SpaceName.STYLE, Stem.BACKING, SEPARATED, 128),
    (SpaceName.STYLE, Stem.MIX, STYLE, 128),
    (SpaceName.STYLE, Stem.VOCAL, SEPARATED, 128),
    (SpaceName.WORK, Stem.MIX, WORK, 253),
)
WHOLE = Kind(240.0, len(VECTORS))  # 15 kB a row
SHORT = Kind(20.0, 1)  # 3 kB a row


def song_id(number: int) -> SongId:
    """Return the id of a made-up song."""
    return SongId(str(UUID(int=number)))


def fill(catalogue: Catalogue, numbers: range, *, kind: Kind = WHOLE, generation: int = 0) -> None:
    """Put songs into a catalogue, ready to be shared, in the place of older generations of them.

    A number, a kind and a generation always make the same song.
    """
    for number in numbers:
        catalogue.put(_record(number, kind, generation=generation))


def _record(number: int, kind: Kind, *, generation: int) -> SongRecord:
    rng = np.random.default_rng((number, generation))
    artist = number // SONGS_AN_ARTIST
    song = Song(
        song_id=song_id(number),
        path=Path(f"/made up/{number}.mp3"),
        stamp=FileStamp(9_600_000, number, f"{number:064x}"),
        facts=AudioFacts("mp3", 320_000, 44_100, 2, kind.seconds),
        title=f"Song {number}",
        artist=f"Artist {artist}",
        album="",
        duration_s=kind.seconds,
        stage=Stage.READY,
        added_at=float(number),
    )
    return SongRecord(
        song=song,
        cover=None,
        overview=np.zeros(4, np.float32),
        fingerprints=tuple(_fingerprints(rng, kind)),
        vectors=tuple(_vectors(rng, kind, middle=np.random.default_rng(10_000_000 + artist))),
    )


def _fingerprints(rng: np.random.Generator, kind: Kind) -> Iterator[Fingerprint]:
    yield Fingerprint(Stem.MIX, 0.0, _codes(rng, int(kind.seconds / CODE_PERIOD_S)))
    if kind is WHOLE:
        for start_s in _starts_s(kind):
            yield Fingerprint(Stem.BACKING, float(start_s), _codes(rng, WINDOW_CODES))


def _codes(rng: np.random.Generator, length: int) -> Codes:
    return rng.integers(0, 1 << 32, length, dtype=np.uint32)


def _starts_s(kind: Kind) -> Float32Array:
    return np.arange(1, WINDOWS + 1, dtype=np.float32) * np.float32(kind.seconds / (WINDOWS + 1))


def _vectors(
    rng: np.random.Generator, kind: Kind, *, middle: np.random.Generator
) -> Iterator[StemVectors]:
    for space, stem, model, dimension in VECTORS[: kind.n_vectors]:
        ways = np.random.default_rng(dimension).standard_normal((dimension, DIRECTIONS))
        home = _unit(ways @ middle.standard_normal(DIRECTIONS))
        song = _unit(home + SPREAD * _unit(rng.standard_normal(dimension)))
        yield StemVectors(
            space=space,
            stem=stem,
            model_id=model,
            song=song,
            excerpts=np.tile(song, (WINDOWS, 1)),
            starts_s=_starts_s(kind),
            excerpt_s=WINDOW_S,
        )


def _unit(vector: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Float32Array:
    return (vector / np.linalg.norm(vector)).astype(np.float32)
