import math

import pytest
import torch

from core.embedding.training.loss import contrastive_loss, targets


def test_weight_lies_on_the_song_and_a_little_on_its_soundtrack():
    songs = torch.tensor([0, 1, 2, 0, 1, 2])
    soundtracks = torch.tensor([0, 0, 1, 0, 0, 1])
    wanted = targets(songs, soundtracks, soundtrack_weight=0.5)
    torch.testing.assert_close(wanted.sum(dim=1), torch.ones(6))
    assert wanted[0].tolist() == pytest.approx([0.0, 1 / 6, 0.0, 2 / 3, 1 / 6, 0.0])
    assert wanted[2].tolist() == pytest.approx([0.0, 0.0, 0.0, 0.0, 0.0, 1.0])


def test_loss_of_vectors_that_are_all_alike_is_that_of_a_guess():
    vectors = torch.nn.functional.normalize(torch.ones(4, 8))
    wanted = targets(torch.tensor([0, 1, 0, 1]), torch.arange(4), soundtrack_weight=0.0)
    assert float(contrastive_loss(vectors, wanted, temperature=0.1)) == pytest.approx(math.log(3))


def test_loss_of_perfect_vectors_is_almost_nothing():
    vectors = torch.eye(8)[[0, 1, 0, 1]]
    wanted = targets(torch.tensor([0, 1, 0, 1]), torch.arange(4), soundtrack_weight=0.0)
    assert float(contrastive_loss(vectors, wanted, temperature=0.1)) < 1e-3
    swapped = wanted[[1, 0, 3, 2]]
    assert float(contrastive_loss(vectors, swapped, temperature=0.1)) > 5.0
