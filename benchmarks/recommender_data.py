"""A catalogue as large as asked for, of songs that sound like real ones, on a real server.

Style vectors of windows of real songs, each moved a little at random: neighbourhoods are as uneven
as those of real music. Codes are random, 2,000 to a song (some four minutes), which is as long a
text as real ones are.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import numpy as np

from cluster_sync import collections as shapes
from cluster_sync.collections import SharedSong, SharedVector
from cluster_sync.recommender.migrate import migrate
from cluster_sync.recommender.traits import new_traits, traits_row
from core.audio.decode import read
from core.audio.signal import mono_22k
from core.embedding.embed import Embedder
from core.embedding.frontend import log_mel
from core.embedding.training.data import music_files
from core.progress import Progress
from core.types import Float32Array, LibraryId, ModelId, SongId, SpaceName, Stem
from core.vectors.milvus import MilvusStore

MODEL = ModelId("style-1-0123abcd")
LIBRARIES = 50
CODES = 2000
STEP = 1000  # songs that are written at once
# How far a song is moved from its window: to a cosine of about 0.93, as windows of one song have.
SPREAD = 0.4


def real_vectors() -> Float32Array:
    """Return the style vectors of all windows of the songs at hand, float32 [n, D]."""
    embedder = Embedder.load()
    found = []
    for path in sorted(music_files(Path(os.environ["SONGKIN_MUSIC"]))):
        frames = log_mel(mono_22k(read(path, progress=Progress())))
        heard = embedder.embed(frames, stem=Stem.MIX)
        if heard is not None:
            found.append(heard.excerpts)
    return np.concatenate(found)


def jittered(real: Float32Array, count: int, *, seed: int) -> Float32Array:
    """Return so many vectors near real ones, float32 [count, D] of length 1."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(count, real.shape[1])).astype(np.float32)
    noise *= SPREAD / np.sqrt(real.shape[1])
    moved = real[rng.integers(0, len(real), count)] + noise
    found: Float32Array = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return found


def library(number: int) -> LibraryId:
    """Return the id of a library of the benchmark."""
    return LibraryId(str(UUID(int=(1 << 64) + number)))


def songs(vectors: Float32Array, *, first: int, owner: LibraryId | None = None) -> list[SharedSong]:
    """Return songs with these vectors, numbered from ``first``, of one library or of many."""
    rng = np.random.default_rng(first)
    return [
        SharedSong(
            key=shapes.catalogue_id(
                owner or library(number % LIBRARIES), SongId(str(UUID(int=number)))
            ),
            vectors=tuple(
                SharedVector(space, stem, MODEL, vector)
                for space, stem in (
                    (SpaceName.STYLE, Stem.BACKING),
                    (SpaceName.STYLE, Stem.MIX),
                    (SpaceName.STYLE, Stem.VOCAL),
                )
            ),
            codes=rng.integers(0, 1 << 32, CODES, dtype=np.uint32),
            duration_s=248.0,
            title=f"A title of usual length {number}",
            artist=f"Artist {number % 20_000}",
            changed_at=1000.0,
        )
        for number, vector in enumerate(vectors, start=first)
    ]


def prepare(store: MilvusStore, dimension: int) -> None:
    """Make the shared collections, for vectors of this benchmark's model."""
    store.ensure(shapes.catalogue_spec(dimension))
    migrate(store)
    store.upsert(shapes.MODELS, [shapes.model_row(MODEL)])


def fill(store: MilvusStore, vectors: Float32Array, *, first: int) -> None:
    """Write songs straight into the catalogue, as passes of long ago would have left them."""
    for some, start in _steps(vectors, first):
        made = songs(some, first=start)
        rows = [shapes.song_row(one) for one in made]
        traits = [
            traits_row(row.key, new_traits(str(row.values["digest"]), one.codes))
            for row, one in zip(rows, made, strict=True)
        ]
        store.upsert(shapes.CATALOGUE, rows)
        store.upsert("traits", traits)


def send(store: MilvusStore, vectors: Float32Array, *, number: int) -> None:
    """Put new songs into the inbox of a library of their own."""
    owner = library(10_000 + number)
    store.ensure(shapes.inbox_spec(owner, vectors.shape[1]))
    for some, start in _steps(vectors, (number + 1) * 10_000_000):
        rows = [shapes.song_row(one) for one in songs(some, first=start, owner=owner)]
        store.upsert(shapes.inbox_name(owner), rows)


def _steps(vectors: Float32Array, first: int) -> Iterator[tuple[Float32Array, int]]:
    for start in range(0, len(vectors), STEP):
        yield vectors[start : start + STEP], first + start
