"""Ways to say how alike two recordings sound, all fed the same mono samples at 22.05 kHz."""

from collections.abc import Sequence
from typing import Any, Protocol

import librosa
import numpy as np
import pymusly

from core.embedding.embed import Embedder
from core.embedding.frontend import SAMPLE_RATE_HZ, log_mel
from core.embedding.pool import unit
from core.embedding.training.musicnn import MusicnnNetwork, checkpoint, load_musicnn, penultimate
from core.embedding.training.musicnn import log_mel as musicnn_frames
from core.types import Float32Array, Stem

Sketch = Any  # what a method keeps of a recording: an array, or the peer's own opaque object


class StyleMethod(Protocol):
    """Listens once to each recording, then compares."""

    name: str

    def listen(self, mono: Float32Array) -> Sketch:
        """Return what is kept of a recording, float32 [n]."""
        ...

    def distances(self, queries: Sequence[Sketch], items: Sequence[Sketch]) -> Float32Array:
        """Return how far each query is from each item, float32 [Q, N]."""
        ...


class NetworkMethod:
    """Our network: the cosine of song vectors."""

    def __init__(self, name: str, embedder: Embedder) -> None:
        self.name = name
        self._embedder = embedder

    def listen(self, mono: Float32Array) -> Sketch:
        """Return the song vector; zeros for silence."""
        vectors = self._embedder.embed(log_mel(mono), stem=Stem.MIX)
        return np.zeros(self._embedder.dimension, np.float32) if vectors is None else vectors.song

    def distances(self, queries: Sequence[Sketch], items: Sequence[Sketch]) -> Float32Array:
        """Return 1 - cosine."""
        cosines: Float32Array = np.stack(queries) @ np.stack(items).T
        return 1.0 - cosines


class MfccMethod:
    """Mean and deviation of 20 MFCCs, each evened out over the items: the textbook's way."""

    name = "20 MFCCs, mean and deviation"

    def listen(self, mono: Float32Array) -> Sketch:
        """Return means and deviations, [40]."""
        mfcc = librosa.feature.mfcc(y=mono, sr=SAMPLE_RATE_HZ, n_mfcc=20)
        return np.concatenate([mfcc.mean(axis=1), mfcc.std(axis=1)])

    def distances(self, queries: Sequence[Sketch], items: Sequence[Sketch]) -> Float32Array:
        """Return Euclidean distances of standardised values."""
        known = np.stack(items)
        scale = known.std(axis=0) + 1e-9
        apart = (np.stack(queries)[:, None] - known[None]) / scale
        lengths: Float32Array = np.linalg.norm(apart, axis=2)
        return lengths


class MusicnnMethod:
    """musicnn's penultimate layer, its mean over the song, compared by cosine."""

    name = "musicnn (MSD), penultimate layer"

    def __init__(self, network: MusicnnNetwork) -> None:
        self._network = network

    def listen(self, mono: Float32Array) -> Sketch:
        """Return the mean, float32 [200]."""
        return penultimate(self._network, musicnn_frames(mono, SAMPLE_RATE_HZ)).mean(axis=0)

    def distances(self, queries: Sequence[Sketch], items: Sequence[Sketch]) -> Float32Array:
        """Return 1 - cosine."""
        return 1.0 - unit(np.stack(queries)) @ unit(np.stack(items)).T


class MuslyMethod:
    """Musly's own jukebox: Gaussians of MFCCs (and more), corrected for hubs over the items."""

    def __init__(self, method: str) -> None:
        self.name = f"Musly `{method}`"
        self._method = method
        self._ears = pymusly.MuslyJukebox(method=method, decoder="none")

    def listen(self, mono: Float32Array) -> Sketch:
        """Return Musly's track."""
        return self._ears.track_from_audiodata(mono.tolist())

    def distances(self, queries: Sequence[Sketch], items: Sequence[Sketch]) -> Float32Array:
        """Return what Musly calls similarity, which is smaller for nearer tracks."""
        jukebox = pymusly.MuslyJukebox(method=self._method, decoder="none")
        jukebox.set_style(list(items))
        numbered = list(enumerate([*items, *queries]))
        jukebox.add_tracks(numbered)
        known, asked = numbered[: len(items)], numbered[len(items) :]
        return np.array([jukebox.compute_similarity(q, known) for q in asked], dtype=np.float32)


def all_methods() -> list[StyleMethod]:
    """Return ours first, then what it must beat."""
    return [
        NetworkMethod("**Songkin**", Embedder.load()),
        MfccMethod(),
        MusicnnMethod(load_musicnn(checkpoint())),
        MuslyMethod("timbre"),
        MuslyMethod("mandelellis"),
    ]
