"""Whitening: the last linear map of a network, fitted after training (PCA on its own vectors)."""

import copy

import torch

from core.embedding.network import StyleNetwork
from core.embedding.training.score import LabelledWindows, vectors_of

LEAST_SHARE = 1e-2  # of the largest variance: below it is noise, not to be blown up


def whiten(network: StyleNetwork, songs: LabelledWindows, *, strength: float) -> StyleNetwork:
    """Return a copy whose vectors have their mean taken off and their directions evened out.

    With ``strength`` 1 all directions vary alike on ``songs``, with 0 as they did before.
    """
    whitened = copy.deepcopy(network)
    vectors = vectors_of(network.features, songs.windows)
    centre = vectors.mean(dim=0)
    variances, directions = torch.linalg.eigh(torch.cov((vectors - centre).T))
    least = LEAST_SHARE * variances.max()
    scales = variances.clamp(min=least) ** (-strength / 2)
    whitened.centre.copy_(centre)
    whitened.whitener.copy_(directions * scales @ directions.T)
    return whitened
