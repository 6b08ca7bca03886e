"""Libraries of made-up songs, in real catalogues, for tests of sync and recommender."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np

from cluster_sync import collections as shapes
from cluster_sync.credentials import OneSync
from cluster_sync.sync import ClusterSync
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
from core.vectors.milvus import MilvusStore

DIMENSION = 16
MODEL = ModelId("style-1-0123abcd")
SEPARATED = ModelId(f"{MODEL}+spleeter-2stems-01234567")
N_CODES = 600  # 74 s


@dataclass(frozen=True)
class Cluster:
    """A way to open the same store again and again: a server, or a folder that stands in."""

    uri: str
    token: str

    def open(self) -> MilvusStore:
        return MilvusStore(self.uri, token=self.token)


def unit(*, seed: int, dimension: int = DIMENSION) -> Float32Array:
    found = np.random.default_rng(seed).normal(size=dimension).astype(np.float32)
    return found / np.linalg.norm(found)


def near(vector: Float32Array, *, seed: int, noise: float = 0.1) -> Float32Array:
    moved = vector + noise * unit(seed=seed, dimension=len(vector))
    return (moved / np.linalg.norm(moved)).astype(np.float32)


def codes(*, seed: int, length: int = N_CODES) -> Codes:
    return np.random.default_rng(1_000_000 + seed).integers(0, 1 << 32, length, dtype=np.uint32)


def encoded_again(original: Codes, *, seed: int = 1, share: float = 0.03) -> Codes:
    """Flip a share of the bits, as another encoding of the same recording does."""
    flips = np.random.default_rng(seed).random((len(original), 32)) < share
    masks = (flips * (np.uint64(1) << np.arange(32, dtype=np.uint64))).sum(axis=1)
    return original ^ masks.astype(np.uint32)


def song_id(number: int) -> SongId:
    return SongId(str(UUID(int=number)))


def add(
    catalogue: Catalogue,
    number: int,
    *,
    vector: Float32Array | None = None,
    sound: Codes | None = None,
    artist: str = "",
    model: ModelId = MODEL,
) -> SongId:
    """Put a song at its first answer into a catalogue; its number seeds what isn't given."""
    one = song_id(number)
    style = vector if vector is not None else unit(seed=number)
    stored = sound if sound is not None else codes(seed=number)
    song = Song(
        song_id=one,
        path=Path(f"/music/secret folder/{number}.mp3"),
        stamp=FileStamp(1000 + number, number, f"{number:064x}"),
        facts=AudioFacts("mp3", 320_000, 44_100, 2, 74.0),
        title=f"Song {number}",
        artist=artist,
        album="",
        duration_s=74.0,
        stage=Stage.FIRST_ANSWER,
        added_at=float(number),
    )
    catalogue.put(
        SongRecord(
            song=song,
            cover=None,
            overview=np.zeros(4, np.float32),
            fingerprints=(Fingerprint(Stem.MIX, 0.0, stored),),
            vectors=(stem_vectors(Stem.MIX, style, model=model),),
        )
    )
    return one


def stem_vectors(stem: Stem, vector: Float32Array, *, model: ModelId = MODEL) -> StemVectors:
    return StemVectors(
        space=SpaceName.STYLE,
        stem=stem,
        model_id=model,
        song=vector,
        excerpts=vector[np.newaxis],
        starts_s=np.zeros(1, np.float32),
        excerpt_s=11.9,
    )


def complete(catalogue: Catalogue, one: SongId, *, vector: Float32Array) -> None:
    """Give a song its backing, as the separation does."""
    found = stem_vectors(Stem.BACKING, vector, model=SEPARATED)
    catalogue.complete(one, fingerprints=(), vectors=(found,))


def sync_of(
    catalogue: Catalogue,
    cluster: Cluster,
    *,
    share_titles: bool = True,
    opener: Callable[[str, str], MilvusStore] | None = None,
) -> ClusterSync:
    made = ClusterSync(
        catalogue,
        opener=opener or (lambda uri, token: MilvusStore(uri, token=token)),
        credentials=OneSync(cluster.token),
        share_titles=share_titles,
    )
    made.sign_in(cluster.uri, token=cluster.token)
    return made


def inbox_of(cluster: Cluster, catalogue: Catalogue) -> dict[SongId, dict[str, object]]:
    """Return what a library's inbox holds, by song; the tombstones too."""
    store = cluster.open()
    try:
        name = shapes.inbox_name(catalogue.library_id)
        if store.dimension(name) is None:
            return {}
        rows = store.scan(name, shapes.SONG_FIELDS, with_vectors=False)
        return {shapes.own_song(row.key): dict(row.values) for row in rows}
    finally:
        store.close()


def obey(cluster: Cluster, catalogue: Catalogue) -> None:
    """Do what a pass does with a library's tombstones at its end: bury them, and drop them."""
    store = cluster.open()
    name = shapes.inbox_name(catalogue.library_id)
    if store.dimension(name) is not None:
        dead = [
            row
            for row in store.scan(name, shapes.GRAVE_FIELDS, with_vectors=False)
            if row.values["deleted"] != shapes.LIVE
        ]
        shapes.bury(store, dead)
        store.delete(name, [row.key for row in dead])
    store.close()
