"""The style of a window: what was learned, what can be counted, and what two teachers would say.

Three parts, all from the same levelled frames:

* the learned vector (``network``), and the statistics (``statistics``), through a linear map onto
  the directions in which songs differ most and moments of one song least;
* an echo of musicnn's penultimate layers (MSD and MTT, ISC licence), which know instruments and
  moods from tags: a linear map from the statistics and the learned features of each third;
* both at length 1, side by side, turned into ``DIMENSION`` numbers.

All three maps are fitted in closed form after the network is trained.
"""

import torch
from torch import Tensor, nn

from core.embedding.network import DIMENSION, SUMMARY, StyleNetwork
from core.embedding.statistics import BLOCKS, statistics
from core.embedding.windows import levelled

N_COUNTED = sum(BLOCKS.values())
N_OWN = N_COUNTED + DIMENSION
N_PART = N_COUNTED + 3 * SUMMARY
ECHO = 128  # 64 directions of each teacher's layer
PARTS = 3  # of a window: 3.3 s each, about what a teacher hears at once
ECHO_WEIGHT = 1.0  # beside 1 for our own; from 0.8 to 1.2 the stopping soundtracks don't care
LIMIT = 5.0  # deviations: what lies further off is as strange as can be


class ScaledMap(nn.Module):
    """Standardises features [B, F], then maps them linearly, [B, D]."""

    centre: Tensor  # [F]
    spread: Tensor  # [F]
    matrix: Tensor  # [F, D]
    offset: Tensor  # [D]

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(n_in))
        self.register_buffer("spread", torch.ones(n_in))
        self.register_buffer("matrix", torch.zeros(n_in, n_out))
        self.register_buffer("offset", torch.zeros(n_out))

    def scaled(self, features: Tensor) -> Tensor:
        """Return the features, standardised and limited."""
        return ((features - self.centre) / self.spread).clamp(-LIMIT, LIMIT)

    def forward(self, features: Tensor) -> Tensor:
        """Return what they map to."""
        return self.scaled(features) @ self.matrix + self.offset


def summed_up(frames: Tensor) -> Tensor:
    """Return mean, deviation and maximum over time, [B, 3 * SUMMARY], of learned features."""
    deviation = frames.var(dim=2, unbiased=False).add(1e-5).sqrt()
    return torch.cat([frames.mean(dim=2), deviation, frames.amax(dim=2)], dim=1)


class StyleBlend(nn.Module):
    """Maps windows [B, N_MELS, T] (natural log power) to vectors [B, DIMENSION] of length 1."""

    turn: Tensor  # [DIMENSION + ECHO, DIMENSION]

    def __init__(self) -> None:
        super().__init__()
        self.network = StyleNetwork()
        self.own = ScaledMap(N_OWN, DIMENSION)
        self.echo = ScaledMap(N_PART, ECHO)
        self.register_buffer("turn", torch.eye(DIMENSION + ECHO, DIMENSION))

    def own_features(self, sounds: Tensor, frames: Tensor) -> Tensor:
        """Return what is counted and learned, [B, N_OWN], of levelled windows and features."""
        vectors = self.network.whitened(self.network.raw(frames))
        return torch.cat([statistics(sounds), vectors], dim=1)

    def part_features(self, sounds: Tensor, frames: Tensor) -> Tensor:
        """Return what the echo is made of, [B, N_PART], of levelled parts and their features."""
        return torch.cat([statistics(sounds), summed_up(frames)], dim=1)

    def both(self, windows: Tensor) -> Tensor:
        """Return our own vector and the echo side by side, [B, DIMENSION + ECHO]."""
        sounds = levelled(windows)
        frames = self.network.frames(sounds)
        own = nn.functional.normalize(self.own(self.own_features(sounds, frames)))
        parts = self.part_features(_parts(sounds), _parts(frames))
        echoes = self.echo(parts).view(PARTS, len(windows), ECHO).mean(dim=0)
        return torch.cat([own, ECHO_WEIGHT * nn.functional.normalize(echoes)], dim=1)

    def forward(self, windows: Tensor) -> Tensor:
        """Return the vectors."""
        return nn.functional.normalize(self.both(windows) @ self.turn)


def _parts(sounds: Tensor) -> Tensor:
    """Return ``PARTS`` parts of each of [B, F, T], [PARTS * B, F, T / PARTS]."""
    length = sounds.shape[2] // PARTS
    return torch.cat(torch.split(sounds[:, :, : PARTS * length], length, dim=2))
