"""Songs to fill a catalogue with, made up but complete."""

import uuid
from pathlib import Path

import numpy as np

from core.types import (
    AudioFacts,
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

MODEL = ModelId("style-1")


def new_id() -> SongId:
    return SongId(str(uuid.uuid4()))


def make_song(path: Path, *, song_id: SongId | None = None, added_at: float = 1000.0) -> Song:
    return Song(
        song_id=song_id or new_id(),
        path=path,
        stamp=FileStamp(4_000_000, 1_700_000_000_123_456_789, f"{abs(hash(path)):064x}"),
        facts=AudioFacts("mp3", 320_000, 44_100, 2, None),
        title=path.stem,
        artist="Ärtist",
        album="",
        duration_s=240.25,
        stage=Stage.FIRST_ANSWER,
        added_at=added_at,
    )


def unit(rng: np.random.Generator, shape: tuple[int, ...]) -> Float32Array:
    values = rng.standard_normal(shape).astype(np.float32)
    return values / np.linalg.norm(values, axis=-1, keepdims=True)


def make_vectors(
    seed: int, *, stem: Stem = Stem.MIX, n_excerpts: int = 3, model_id: ModelId = MODEL
) -> StemVectors:
    rng = np.random.default_rng(seed)
    return StemVectors(
        space=SpaceName.STYLE,
        stem=stem,
        model_id=model_id,
        song=unit(rng, (16,)),
        excerpts=unit(rng, (n_excerpts, 16)),
        starts_s=np.arange(n_excerpts, dtype=np.float32) * 12.0,
        excerpt_s=11.9,
    )


def make_codes(seed: int, n: int = 50) -> Fingerprint:
    rng = np.random.default_rng(seed)
    return Fingerprint(Stem.MIX, 0.0, rng.integers(0, 2**32, n, dtype=np.uint32))


def make_record(song: Song, *, seed: int = 1, cover: bytes | None = b"\x89PNG\x00") -> SongRecord:
    rng = np.random.default_rng(seed)
    return SongRecord(
        song=song,
        cover=cover,
        overview=rng.random(400, dtype=np.float32),
        fingerprints=(make_codes(seed),),
        vectors=(make_vectors(seed),),
    )


def same_vectors(a: StemVectors, b: StemVectors) -> bool:
    return (
        (a.space, a.stem, a.model_id, a.excerpt_s) == (b.space, b.stem, b.model_id, b.excerpt_s)
        and np.array_equal(a.song, b.song)
        and np.array_equal(a.excerpts, b.excerpts)
        and np.array_equal(a.starts_s, b.starts_s)
    )
