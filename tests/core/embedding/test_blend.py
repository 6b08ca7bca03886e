import numpy as np
import pytest
import torch

from core.embedding.blend import DIMENSION, ECHO, ECHO_WEIGHT, LIMIT, ScaledMap
from core.embedding.embed import Embedder
from core.embedding.frontend import N_MELS
from core.embedding.windows import WINDOW_FRAMES


@pytest.fixture(scope="module")
def blend():
    return Embedder.load()._network.requires_grad_(False)


@pytest.fixture(scope="module")
def windows():
    made = np.random.default_rng(4).normal(-9.0, 2.0, (3, N_MELS, WINDOW_FRAMES))
    return torch.from_numpy(made.astype(np.float32))


def test_a_scaled_map_standardises_limits_and_maps():
    scaled = ScaledMap(2, 1)
    scaled.centre.copy_(torch.tensor([1.0, 0.0]))
    scaled.spread.copy_(torch.tensor([2.0, 1e-6]))
    scaled.matrix.copy_(torch.tensor([[1.0], [10.0]]))
    scaled.offset.fill_(0.5)
    assert float(scaled(torch.tensor([[3.0, 1.0]]))) == 1.0 + 10.0 * LIMIT + 0.5


def test_both_parts_have_their_weight(blend, windows):
    both = blend.both(windows)
    torch.testing.assert_close(both[:, :DIMENSION].norm(dim=1), torch.ones(3))
    torch.testing.assert_close(both[:, DIMENSION:].norm(dim=1), ECHO_WEIGHT * torch.ones(3))
    assert both.shape == (3, DIMENSION + ECHO)


def test_the_turn_keeps_most_of_both(blend, windows):
    identity = blend.turn.T @ blend.turn
    torch.testing.assert_close(identity, torch.eye(DIMENSION), atol=1e-4, rtol=0)
    kept = (blend.both(windows) @ blend.turn).norm(dim=1) / blend.both(windows).norm(dim=1)
    assert float(kept.min()) > 0.9


def test_other_sounds_have_other_vectors(blend, windows):
    vectors = blend(windows)
    tilted = blend(windows + torch.linspace(3.0, -3.0, N_MELS)[:, None])
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(3))
    assert float((vectors * tilted).sum(dim=1).max()) < 0.99
