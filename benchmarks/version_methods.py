"""Ways to rank songs by how likely they are versions of one composition.

* the cosine of ``work`` vectors;
* the cosine of musicnn's penultimate layer, which today's leading open-source tool stores;
* chroma and Qmax as published (Serra, Serra and Andrzejak 2009), on every pair;
* what Songkin shows: the nearest hundred by vector, put in order by alignment.

All but musicnn are given the same chroma in the same half seconds.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray

from benchmarks.version_songs import Rendering
from core.embedding.chroma import ChromaStream
from core.embedding.frontend import SAMPLE_RATE_HZ
from core.embedding.pool import unit
from core.embedding.projection import read_projection
from core.embedding.tonal import tonal_sequence
from core.embedding.training.musicnn import checkpoint, load_musicnn, log_mel, penultimate
from core.embedding.work import DIMENSION, WEIGHTS, describe
from core.types import Float32Array, Stem, Tonal
from core.versions.alignment import scores

CANDIDATES = 100
# The paper's best: runs of ten steps, the nearest tenth of them, and what a gap costs.
QMAX_CONTEXT = 10
QMAX_NEAREST = 0.1
QMAX_AT_ONCE = 64  # songs: their tables lie side by side
QMAX_ONSET, QMAX_EXTENSION = 5.0, 0.5  # what a gap costs where it begins, and where it goes on

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heard:
    """What is kept of a rendering: its tonal sequence, and two vectors of length 1.

    Zeros stand for a ``vector`` [D] that there is none of; ``musicnn`` is [200].
    """

    tonal: Tonal
    vector: Float32Array
    musicnn: Float32Array


def hear_all(songs: Sequence[Rendering], *, workers: int) -> list[Heard]:
    """Return what is heard in each rendering."""
    projection = read_projection(WEIGHTS)
    layers = hear_musicnn(songs, workers=workers)
    heard = []
    for tonal, layer in zip(hear_tonal(songs, workers=workers), layers, strict=True):
        found = describe(tonal, projection, stem=Stem.MIX)
        vector = np.zeros(DIMENSION, np.float32) if found is None else found.song
        heard.append(Heard(tonal, vector, layer))
    return heard


def hear_musicnn(songs: Sequence[Rendering], *, workers: int) -> list[Float32Array]:
    """Return the mean of musicnn's penultimate layer over each rendering, of length 1."""
    index = checkpoint()
    parts = [[song.path for song in songs[start::workers]] for start in range(workers)]
    layers: list[Float32Array] = [np.zeros(0, np.float32)] * len(songs)
    with ProcessPoolExecutor(workers) as pool:
        for start, found in enumerate(pool.map(partial(_musicnn_of, index=index), parts)):
            layers[start::workers] = found
    return layers


def _musicnn_of(paths: Sequence[Path], *, index: Path) -> list[Float32Array]:
    torch.set_num_threads(1)
    network = load_musicnn(index)
    layers = []
    for path in paths:
        mono, _ = soundfile.read(path, dtype="float32")
        layers.append(unit(penultimate(network, log_mel(mono, SAMPLE_RATE_HZ)).mean(axis=0)))
    return layers


def hear_tonal(songs: Sequence[Rendering], *, workers: int) -> list[Tonal]:
    """Return the tonal sequence of each rendering."""
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(hear, [song.path for song in songs], chunksize=8))


def hear(path: Path) -> Tonal:
    """Return the tonal sequence of a file of mono sound at 22.05 kHz."""
    torch.set_num_threads(1)
    mono, _ = soundfile.read(path, dtype="float32")
    stream = ChromaStream()
    stream.push(mono)
    return tonal_sequence(stream.finish())


def by_vector(query: int, songs: Sequence[Heard]) -> Scores:
    """Return the cosine of each song's vector with the query's."""
    vectors = np.stack([song.vector for song in songs])
    return (vectors @ songs[query].vector).astype(np.float64)


def by_musicnn(query: int, songs: Sequence[Heard]) -> Scores:
    """Return the cosine of each song's musicnn layer with the query's."""
    layers = np.stack([song.musicnn for song in songs])
    return (layers @ songs[query].musicnn).astype(np.float64)


def by_qmax(query: int, songs: Sequence[Heard]) -> Scores:
    """Return Qmax over the root of the song's length, of every song."""
    ours, found = songs[query].tonal, []
    for start in range(0, len(songs), QMAX_AT_ONCE):
        theirs = [song.tonal for song in songs[start : start + QMAX_AT_ONCE]]
        longest = max(len(tonal) for tonal in theirs)
        links = np.zeros((len(ours), len(theirs), longest), np.bool_)
        for place, tonal in enumerate(theirs):
            one = recurrences(ours, tonal)
            links[: len(one), place, : one.shape[1]] = one
        lengths = np.array([max(len(tonal), 1) for tonal in theirs])
        found.append(qmax(links) / np.sqrt(lengths))
    return np.concatenate(found)


def by_alignment(query: int, songs: Sequence[Heard], *, recall: int = CANDIDATES) -> Scores:
    """Return what puts the songs nearest by vector in order, and all others behind them."""
    cosines = by_vector(query, songs)
    cosines[query] = np.inf
    nearest = np.argsort(-cosines, kind="stable")[: recall + 1]
    found = cosines - 2.0
    found[nearest] = scores(songs[query].tonal, [songs[place].tonal for place in nearest])
    return found


def by_alignment_of_all(query: int, songs: Sequence[Heard]) -> Scores:
    """Return the alignment's score of every song."""
    return np.array(scores(songs[query].tonal, [song.tonal for song in songs]))


def recurrences(a: Tonal, b: Tonal) -> NDArray[np.bool_]:
    """Return which runs of steps are among each other's nearest, in the likeliest key, [N, M]."""
    means = a.mean(axis=0), b.mean(axis=0)
    key = int(np.argmax([means[0] @ np.roll(means[1], moved) for moved in range(12)]))
    ours, theirs = _embedded(a), _embedded(np.roll(b, key, axis=1))
    if len(ours) == 0 or len(theirs) == 0:
        return np.zeros((len(ours), len(theirs)), np.bool_)
    lengths = (ours**2).sum(axis=1)[:, None] + (theirs**2).sum(axis=1)
    apart = lengths - 2.0 * ours @ theirs.T
    in_row, in_column = (max(round(QMAX_NEAREST * n), 1) - 1 for n in apart.T.shape)
    rows = np.partition(apart, in_row, axis=1)[:, in_row, None]
    columns = np.partition(apart, in_column, axis=0)[in_column]
    links: NDArray[np.bool_] = (apart <= rows) & (apart <= columns)
    return links


def _embedded(tonal: Tonal) -> Float32Array:
    """Return what sounds in each run of steps, float32 [n, QMAX_CONTEXT * 12]."""
    n_runs = max(len(tonal) - QMAX_CONTEXT + 1, 0)
    steps = tonal.astype(np.float32) / 255.0
    views = [steps[late : late + n_runs] for late in range(QMAX_CONTEXT)]
    return np.concatenate(views, axis=1)


def qmax(links: NDArray[np.bool_]) -> Float32Array:
    """Return the longest trace through recurrences that lie side by side, [N, C, M], gaps off."""
    n_rows, n_tables, n_columns = links.shape
    # Two columns and two rows of nothing stand before the first.
    traces = np.zeros((3, n_tables, n_columns + 2), np.float32)
    after_gap = np.zeros_like(traces)
    best = np.zeros(n_tables, np.float32)
    for row in range(n_rows):
        here, one, two = (back % 3 for back in (row, row - 1, row - 2))
        ways = ((one, slice(1, -1)), (two, slice(1, -1)), (one, slice(0, -2)))
        longest = np.maximum.reduce([traces[back, :, at] for back, at in ways]) + 1.0
        broken = np.maximum.reduce([after_gap[back, :, at] for back, at in ways])
        reached = np.where(links[row], longest, np.maximum(broken, 0.0))
        traces[here, :, 2:] = reached
        after_gap[here, :, 2:] = reached - np.where(links[row], QMAX_ONSET, QMAX_EXTENSION)
        best = np.maximum(best, reached.max(axis=1, initial=0.0))
    return best


METHODS = {
    "`work` vector alone": by_vector,
    "musicnn (MSD), penultimate layer": by_musicnn,
    "chroma and Qmax, every pair": by_qmax,
    "**vector, then alignment of 100**": by_alignment,
    "alignment of every pair": by_alignment_of_all,
}


def rankings(name: str, songs: Sequence[Heard], *, workers: int) -> NDArray[np.float64]:
    """Return a method's scores of every song for every song, [S, S]."""
    with ProcessPoolExecutor(workers) as pool:
        asked = partial(METHODS[name], songs=songs)
        return np.stack(list(pool.map(asked, range(len(songs)), chunksize=8)))
