"""What can be counted in a window without learning: spread, movement and self-likeness. Pure.

Windows are float32 [E, N_MELS, T], levelled, of 3 s or more. What is counted, in this order: of 20
cepstral coefficients the mean, the deviation and the deviation of the change over 8 frames; how
they go together; how fast eight groups of bands swing; of every band the deviation, its quiet
and its loud moments; and how each coefficient resembles itself a little later, which tells
held notes from plucked ones and a beat from none.
"""

import math

import torch
from torch import Tensor

from core.embedding.frontend import FRAMES_PER_S, N_MELS

N_COEFFICIENTS = 20
CHANGE_FRAMES = 8  # 0.19 s: about a note
LAGS_FRAMES = (1, 4, 16, 43)  # 0.02 to 1 s
N_GROUPS = 8
N_SWINGS, SLOWEST_HZ, FASTEST_HZ = 10, 0.3, 20.0  # from a bar to a roughness
FAINT_SWING = 1e-2  # power of a swing that is no more than noise
QUIET, LOUD = 0.1, 0.9  # quantiles over time
RANKED_EVERY = 3  # frames: a third of them ranks as well, in a third of the time
BLOCKS = {
    "means": N_COEFFICIENTS,
    "deviations": N_COEFFICIENTS,
    "changes": N_COEFFICIENTS,
    "swings": N_GROUPS * N_SWINGS,
    "correlations": N_COEFFICIENTS * (N_COEFFICIENTS - 1) // 2,
    "band_deviations": N_MELS,
    "band_quantiles": 2 * N_MELS,
    "lags": len(LAGS_FRAMES) * N_COEFFICIENTS,
}


def cosine_basis() -> Tensor:
    """Return the orthonormal cosines over the bands, float32 [N_COEFFICIENTS, N_MELS]."""
    place = (torch.arange(N_MELS) + 0.5) / N_MELS
    waves = torch.cos(math.pi * torch.arange(N_COEFFICIENTS)[:, None] * place)
    waves[0] /= math.sqrt(2.0)
    basis: Tensor = waves * math.sqrt(2.0 / N_MELS)
    return basis


def swing_bank(n_frames: int) -> Tensor:
    """Return which swings fall into which of ``N_SWINGS`` ranges, float32 [bins, N_SWINGS]."""
    hz = torch.fft.rfftfreq(n_frames, 1.0 / FRAMES_PER_S)
    edges = torch.logspace(math.log10(SLOWEST_HZ), math.log10(FASTEST_HZ), N_SWINGS + 1)
    bank: Tensor = ((hz[:, None] >= edges[:-1]) & (hz[:, None] < edges[1:])).float()
    return bank


def statistics(windows: Tensor) -> Tensor:
    """Return what is counted, float32 [E, sum of BLOCKS]."""
    coefficients = cosine_basis().to(windows) @ windows
    mean = coefficients.mean(dim=2, keepdim=True)
    centred = coefficients - mean
    deviation = centred.square().mean(dim=2).sqrt()
    change = coefficients[:, :, CHANGE_FRAMES:] - coefficients[:, :, :-CHANGE_FRAMES]
    blocks = [
        mean[:, :, 0],
        deviation,
        change.std(dim=2, correction=0),
        _swings(windows),
        _correlations(centred, deviation),
        windows.std(dim=2, correction=0),
        _quantiles(windows),
        _lags(centred, deviation),
    ]
    return torch.cat(blocks, dim=1)


def _swings(windows: Tensor) -> Tensor:
    """Return how strongly groups of bands swing, [E, N_GROUPS * N_SWINGS]."""
    count, n_mels, n_frames = windows.shape
    groups = windows.reshape(count, N_GROUPS, n_mels // N_GROUPS, n_frames).mean(dim=2)
    groups = groups - groups.mean(dim=2, keepdim=True)
    power = torch.view_as_real(torch.fft.rfft(groups, dim=2)).square().sum(dim=3)
    bank = swing_bank(windows.shape[2]).to(windows) / windows.shape[2]
    return torch.log(power @ bank + FAINT_SWING).flatten(1)


def _correlations(centred: Tensor, deviation: Tensor) -> Tensor:
    covariance = centred @ centred.transpose(1, 2) / centred.shape[2]
    correlation = covariance / (deviation[:, :, None] * deviation[:, None, :] + 1e-3)
    first, second = torch.triu_indices(N_COEFFICIENTS, N_COEFFICIENTS, 1)
    return correlation[:, first, second]


def _quantiles(windows: Tensor) -> Tensor:
    """Return each band's quiet and loud moments, [E, 2 * N_MELS]."""
    ranked = windows[:, :, ::RANKED_EVERY].sort(dim=2).values
    last = ranked.shape[2] - 1
    return torch.cat([ranked[:, :, round(share * last)] for share in (QUIET, LOUD)], dim=1)


def _lags(centred: Tensor, deviation: Tensor) -> Tensor:
    """Return how coefficients resemble themselves later, [E, lags * N_COEFFICIENTS]."""
    power = (deviation + 1e-2).square()
    alike = [(centred[:, :, lag:] * centred[:, :, :-lag]).mean(dim=2) for lag in LAGS_FRAMES]
    return torch.cat([product / power for product in alike], dim=1)
