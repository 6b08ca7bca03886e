import numpy as np
import torch

from core.embedding.frontend import FRAMES_PER_S, N_MELS
from core.embedding.statistics import (
    BLOCKS,
    LAGS_FRAMES,
    N_COEFFICIENTS,
    N_GROUPS,
    N_SWINGS,
    cosine_basis,
    statistics,
)


def blocks(windows):
    """Return the statistics by the names of their blocks."""
    parts = torch.split(statistics(windows), list(BLOCKS.values()), dim=1)
    return dict(zip(BLOCKS, parts, strict=True))


def noise(seed, frames=430):
    made = np.random.default_rng(seed).normal(5.0, 1.0, (2, N_MELS, frames))
    return torch.from_numpy(made.astype(np.float32))


def test_cosines_are_orthonormal():
    basis = cosine_basis()
    torch.testing.assert_close(basis @ basis.T, torch.eye(N_COEFFICIENTS), atol=1e-5, rtol=0)


def test_means_and_deviations_are_those_of_numpy():
    windows = noise(1)
    found, cepstrum = blocks(windows), (cosine_basis() @ windows).numpy()
    np.testing.assert_allclose(found["means"], cepstrum.mean(axis=2), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found["deviations"], cepstrum.std(axis=2), rtol=1e-4)
    np.testing.assert_allclose(found["band_deviations"], windows.numpy().std(axis=2), rtol=1e-4)


def test_a_swing_is_found_at_its_rate():
    time_s = torch.arange(430) / FRAMES_PER_S
    for hz, wanted in ((0.5, 1), (4.0, 6), (15.0, 9)):
        wave = torch.sin(2 * np.pi * hz * time_s).expand(1, N_MELS, 430) + 5.0
        swings = blocks(wave)["swings"].view(N_GROUPS, N_SWINGS)
        assert swings.argmax(dim=1).tolist() == [wanted] * N_GROUPS


def test_held_sounds_resemble_themselves_later_and_noise_does_not():
    slow = torch.sin(torch.arange(430) / 100.0) * torch.randn(1, N_MELS, 1)
    lags = blocks(torch.cat([slow, noise(2)[:1]]))["lags"].view(2, len(LAGS_FRAMES), -1)
    assert float(lags[0, 0].median()) > 0.9
    assert float(lags[1].abs().max()) < 0.3


def test_a_part_is_counted_as_a_window_is():
    assert statistics(noise(3, frames=143)).shape == (2, sum(BLOCKS.values()))
    assert torch.isfinite(statistics(torch.zeros(1, N_MELS, 143))).all()
