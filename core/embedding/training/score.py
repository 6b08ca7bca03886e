"""How well a network places songs that it never heard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.embedding.training.data import TrainingSong
from core.embedding.windows import SILENCE_LEVEL, cut, levels
from core.types import Float32Array

BATCH = 64
AT = 10  # the list that a user sees


@dataclass(frozen=True, slots=True)
class LabelledWindows:
    """Windows [E, N_MELS, T], the number of the song of each [E], and each song's soundtrack."""

    windows: Tensor
    songs: Tensor
    soundtracks: tuple[str, ...]


def song_windows(songs: Sequence[TrainingSong], *, at_most: int) -> LabelledWindows:
    """Return a few windows of every song, spread over it, but no silent ones."""
    windows, numbers = [], []
    for number, song in enumerate(songs):
        whole = cut(song.frames.astype(np.float32))[0]
        places = np.linspace(0, len(whole) - 1, min(at_most, len(whole))).round()
        few = torch.from_numpy(whole[places.astype(int)])
        windows.append(few[levels(few) > SILENCE_LEVEL])
        numbers.append(torch.full((len(windows[-1]),), number))
    return LabelledWindows(
        torch.cat(windows), torch.cat(numbers), tuple(song.package for song in songs)
    )


def vectors_of(network: Callable[[Tensor], Tensor], windows: Tensor) -> Tensor:
    """Return the vectors [E, D] of windows [E, N_MELS, T]."""
    with torch.no_grad():
        return torch.cat([network(batch) for batch in torch.split(windows, BATCH)])


def ranked_scores(likeness: Float32Array, soundtracks: Sequence[str]) -> dict[str, Float32Array]:
    """Return, [S] each, how well the songs most like each, by [S, S], are of its soundtrack.

    ``p_at_10`` is their share of the first ten, ``map`` the average precision. What a song is
    like itself does not count.
    """
    labels = np.array(soundtracks)
    others = np.where(np.eye(len(labels), dtype=np.bool_), -np.inf, likeness)
    order = np.argsort(-others, axis=1)[:, :-1]
    hits = (labels[order] == labels[:, None]).astype(np.float32)
    precision = hits.cumsum(axis=1) / np.arange(1, hits.shape[1] + 1)
    average = (precision * hits).sum(axis=1) / np.maximum(hits.sum(axis=1), 1.0)
    return {
        "p_at_10": hits[:, :AT].mean(axis=1).astype(np.float32),
        "map": average.astype(np.float32),
    }


def own_song(vectors: Tensor, songs: Tensor) -> float:
    """Return the share of windows [E, D] whose nearest other window is of the same song [E]."""
    likeness = (vectors @ vectors.T).fill_diagonal_(-1.0)
    return float((songs[likeness.argmax(dim=1)] == songs).float().mean())


def retrieval_score(
    network: Callable[[Tensor], Tensor], songs: LabelledWindows
) -> dict[str, float]:
    """Return the means of ``ranked_scores`` for the pooled vectors of a network, and ``own_song``.

    ``overall`` is the mean of ``map`` and ``own_song``: what sounds alike, and what is the same.
    """
    vectors = vectors_of(network, songs.windows)
    sums = torch.zeros((len(songs.soundtracks), vectors.shape[1]))
    sums.index_add_(0, songs.songs, vectors)
    pooled = torch.nn.functional.normalize(sums).numpy()
    scores = ranked_scores(pooled @ pooled.T, songs.soundtracks)
    figures = {name: float(values.mean()) for name, values in scores.items()}
    figures["own_song"] = own_song(vectors, songs.songs)
    figures["overall"] = (figures["map"] + figures["own_song"]) / 2.0
    return {name: round(value, 4) for name, value in figures.items()}
