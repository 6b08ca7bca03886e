"""The learned part of ``style``: log-mel windows to vectors by convolutions.

Four convolutions halve time and frequency; the frequencies that are left are told apart, time is
summed up by its mean and deviation (what sounds together, not when), and a last linear map, fitted
on the training vectors after training, whitens: directions that all music shares count for less.
"""

import torch
from torch import Tensor, nn

from core.embedding.frontend import N_MELS
from core.embedding.windows import levelled

DIMENSION = 128
CHANNELS = (32, 64, 128, 256)
BANDS_LEFT = N_MELS // 2 ** len(CHANNELS)
SUMMARY = 256  # features per frame before time is summed up


def _halving(n_in: int, n_out: int) -> nn.Sequential:
    """Return a convolution that halves time and frequency."""
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, kernel_size=3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
    )


class StyleNetwork(nn.Module):
    """Maps windows [B, N_MELS, T] (natural log power) to vectors [B, DIMENSION], any length."""

    centre: Tensor  # [DIMENSION]
    whitener: Tensor  # [DIMENSION, DIMENSION]

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.BatchNorm1d(N_MELS)
        pairs = zip((1, *CHANNELS[:-1]), CHANNELS, strict=True)
        self.trunk = nn.Sequential(*(_halving(n_in, n_out) for n_in, n_out in pairs))
        self.summary = nn.Sequential(
            nn.Conv1d(CHANNELS[-1] * BANDS_LEFT, SUMMARY, kernel_size=1, bias=False),
            nn.BatchNorm1d(SUMMARY),
            nn.ReLU(inplace=True),
        )
        # Means and deviations are all positive: centred, they point apart from the first step on.
        self.head = nn.Sequential(nn.BatchNorm1d(2 * SUMMARY), nn.Linear(2 * SUMMARY, DIMENSION))
        # Convolutions of few channels are twice as fast on a CPU with the channels last.
        self.trunk.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # in torch's documentation, not in its types
        self.register_buffer("centre", torch.zeros(DIMENSION))
        self.register_buffer("whitener", torch.eye(DIMENSION))

    def frames(self, sounds: Tensor) -> Tensor:
        """Return the features [B, SUMMARY, T / 16] of levelled windows."""
        frames: Tensor = self.summary(self.trunk(self.entry(sounds).unsqueeze(1)).flatten(1, 2))
        return frames

    def raw(self, frames: Tensor) -> Tensor:
        """Return the vectors [B, DIMENSION] of features, before whitening."""
        deviation = frames.var(dim=2, unbiased=False).add(1e-5).sqrt()
        vectors: Tensor = self.head(torch.cat([frames.mean(dim=2), deviation], dim=1))
        return nn.functional.normalize(vectors)

    def whitened(self, raw: Tensor) -> Tensor:
        """Return whitened vectors [B, DIMENSION], of length 1."""
        return nn.functional.normalize((raw - self.centre) @ self.whitener)

    def features(self, windows: Tensor) -> Tensor:
        """Return the vectors [B, DIMENSION] before whitening."""
        return self.raw(self.frames(levelled(windows)))

    def forward(self, windows: Tensor) -> Tensor:
        """Return the whitened vectors [B, DIMENSION], of length 1."""
        return self.whitened(self.features(windows))
