"""Fits the three linear maps of ``StyleBlend`` in closed form, on the training songs alone.

The echo is a ridge regression. Our own map maximises what differs between songs over what differs
within one (and, ``SOUNDTRACK`` times, between songs of one soundtrack), shrunk strongly: with 240
songs most directions are noise. The turn keeps the directions in which both vary.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.embedding.blend import ECHO, ScaledMap, StyleBlend
from core.embedding.network import DIMENSION, StyleNetwork
from core.embedding.statistics import BLOCKS
from core.embedding.training.augment import Strength, augmented
from core.embedding.training.data import TrainingSong
from core.embedding.training.patches import Answers
from core.embedding.windows import SILENCE_LEVEL, WINDOW_FRAMES, levelled, levels

DIRECTIONS = 64  # of each teacher's 200 numbers
EVENED = 0.125  # 0 leaves the teachers' directions as they are, 0.5 makes all count alike
RIDGE = 1e-3
SHRINKAGE = 30.0  # times the mean variance within songs
SOUNDTRACK = 4.0
LEARNED = 2.0  # how much the learned vector weighs beside a block of statistics
CROPS, SLACK = 4, 1.3  # of a song; a crop is cut longer, so that it can be played faster
BATCH = 64

Matrix = NDArray[np.float64]


def teachers_space(layers: Matrix) -> tuple[Matrix, Matrix]:
    """Return the mean [L] and the directions [L, ECHO] in which two teachers' layers vary."""
    centre, half = layers.mean(axis=0), layers.shape[1] // 2
    directions = np.zeros((2 * half, ECHO))
    for number in range(2):
        own = slice(number * half, (number + 1) * half)
        variances, axes = np.linalg.eigh(np.cov((layers[:, own] - centre[own]).T))
        kept = axes[:, -DIRECTIONS:] * variances[-DIRECTIONS:] ** -EVENED
        spread = np.sqrt(np.mean(np.sum(((layers[:, own] - centre[own]) @ kept) ** 2, axis=1)))
        directions[own, number * DIRECTIONS : (number + 1) * DIRECTIONS] = kept / spread
    return centre, directions


def standardise(target: ScaledMap, features: Tensor) -> Matrix:
    """Let a map standardise by these features [B, F]; return them so."""
    target.centre.copy_(features.mean(dim=0))
    target.spread.copy_(features.std(dim=0) + 1e-3)
    scaled: Matrix = target.scaled(features).double().numpy()
    return scaled


def fit_echo(blend: StyleBlend, answers: Answers) -> None:
    """Fit the echo on patches and their answers."""
    parts = torch.cat(
        [_part(blend, batch) for batch in torch.split(torch.from_numpy(answers.patches), BATCH)]
    )
    scaled = standardise(blend.echo, parts)
    centre, directions = teachers_space(answers.layers.astype(np.float64))
    wanted = (answers.layers - centre) @ directions
    count = scaled.size  # patches times features: the ridge means the same for any number of both
    ridge = RIDGE * np.eye(scaled.shape[1])
    matrix = np.linalg.solve(scaled.T @ scaled / count + ridge, scaled.T @ wanted / count)
    blend.echo.matrix.copy_(torch.from_numpy(matrix))


def _part(blend: StyleBlend, patches: Tensor) -> Tensor:
    with torch.inference_mode():
        sounds = levelled(patches)
        return blend.part_features(sounds, blend.network.frames(sounds))


def moments(song: TrainingSong, *, random: torch.Generator) -> Tensor:
    """Return windows of a song, spread over it: clean ones, then each changed, without silence."""
    length = int(WINDOW_FRAMES * SLACK)
    frames = song.frames
    if frames.shape[1] < length:
        frames = np.tile(frames, (1, -(-length // frames.shape[1])))
    firsts = np.linspace(0, frames.shape[1] - length, CROPS).astype(int)
    crops = torch.from_numpy(np.stack([frames[:, i : i + length] for i in firsts])).float()
    crops = crops[levels(crops[:, :, :WINDOW_FRAMES]) > SILENCE_LEVEL]
    if len(crops) == 0:
        return crops[:, :, :WINDOW_FRAMES]
    others = crops[torch.randperm(len(crops), generator=random)]
    changed = augmented(
        crops, WINDOW_FRAMES, voices=others, strength=Strength(eq_db=2.5), random=random
    )
    return torch.cat([crops[:, :, :WINDOW_FRAMES], changed])


def weights_of_features() -> Matrix:
    """Return what each feature of our own map weighs: a block as a whole weighs one."""
    sizes = [*BLOCKS.values(), DIMENSION]
    blocks = [1.0] * len(BLOCKS) + [LEARNED]
    pairs = zip(sizes, blocks, strict=True)
    return np.concatenate([np.full(size, weight / np.sqrt(size)) for size, weight in pairs])


def discriminants(
    features: Matrix, songs: NDArray[np.int64], packages: NDArray[np.int64]
) -> Matrix:
    """Return the directions [F, DIMENSION] of features [B, F]; ``packages`` number each [B] too."""
    names, numbers = np.unique(songs, return_inverse=True)
    of_song = np.stack([features[numbers == i].mean(axis=0) for i in range(len(names))])
    package_of = np.array([packages[numbers == i][0] for i in range(len(names))])
    of_package = np.stack([of_song[package_of == p].mean(axis=0) for p in package_of])
    within, beside = features - of_song[numbers], of_song - of_package
    between = of_song - of_song.mean(axis=0)
    noise = within.T @ within / len(within) + SOUNDTRACK * beside.T @ beside / len(beside)
    size = len(noise)
    noise += SHRINKAGE * np.trace(noise) / size * np.eye(size)
    # The generalised eigenvectors: whiten the noise, then take what is left of the rest.
    whitener = np.linalg.inv(np.linalg.cholesky(noise))
    _, directions = np.linalg.eigh(whitener @ between.T @ between @ whitener.T)
    found: Matrix = whitener.T @ directions[:, -DIMENSION:]
    return found


def fit_own(blend: StyleBlend, windows: Tensor, songs: Sequence[tuple[int, int]]) -> None:
    """Fit our own map on windows; ``songs`` says of each which song and soundtrack it is of."""
    features = torch.cat([_own(blend, batch) for batch in torch.split(windows, BATCH)])
    weights = weights_of_features()
    numbers, packages = (np.array(column) for column in zip(*songs, strict=True))
    scaled = standardise(blend.own, features) * weights
    matrix = weights[:, None] * discriminants(scaled, numbers, packages)
    blend.own.matrix.copy_(torch.from_numpy(matrix))
    blend.own.offset.copy_(-torch.from_numpy((scaled / weights).mean(axis=0) @ matrix))


def _own(blend: StyleBlend, windows: Tensor) -> Tensor:
    with torch.inference_mode():
        sounds = levelled(windows)
        return blend.own_features(sounds, blend.network.frames(sounds))


def fit_turn(blend: StyleBlend, windows: Tensor) -> None:
    """Fit the turn: the directions in which both vectors, uncentred, are longest."""
    with torch.inference_mode():
        both = torch.cat([blend.both(batch) for batch in torch.split(windows, BATCH)]).double()
    _, axes = torch.linalg.eigh(both.T @ both)
    blend.turn.copy_(axes[:, -DIMENSION:])


def fit(
    network: StyleNetwork, songs: Sequence[TrainingSong], answers: Answers, *, seed: int
) -> StyleBlend:
    """Return a blend around a trained network."""
    blend = StyleBlend().eval()
    blend.network.load_state_dict(network.state_dict())
    random = torch.Generator().manual_seed(seed)
    packages = sorted({song.package for song in songs})
    windows = [moments(song, random=random) for song in songs]
    numbered = [
        (number, packages.index(songs[number].package))
        for number, some in enumerate(windows)
        for _ in some
    ]
    together = torch.cat(windows)
    fit_echo(blend, answers)
    fit_own(blend, together, numbered)
    fit_turn(blend, together)
    return blend
