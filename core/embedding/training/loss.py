"""What training makes smaller: crops of one song together, other music apart. Pure.

The loss is the soft-target form of contrastive learning (Khosla et al. 2020): for each crop, the
cross-entropy between where its neighbours should be (all weight on crops of its song, a little on
crops of its soundtrack, which mostly shares instruments and production) and where they are.
"""

import torch
from torch import Tensor


def targets(songs: Tensor, soundtracks: Tensor, *, soundtrack_weight: float) -> Tensor:
    """Return where the neighbours of each crop should be, float32 [B, B], rows summing to 1.

    ``songs`` and ``soundtracks`` number, [B], what each crop is of.
    """
    same_song = (songs[:, None] == songs).float()
    same_soundtrack = (soundtracks[:, None] == soundtracks).float()
    other_songs = same_soundtrack * (1.0 - same_song)
    spread = other_songs / other_songs.sum(dim=1, keepdim=True).clamp(min=1.0)
    own = same_song - torch.eye(len(songs))
    own = own / own.sum(dim=1, keepdim=True).clamp(min=1.0)
    wanted = own + soundtrack_weight * spread
    return wanted / wanted.sum(dim=1, keepdim=True)


def contrastive_loss(vectors: Tensor, wanted: Tensor, *, temperature: float) -> Tensor:
    """Return the mean cross-entropy, in nats, of vectors [B, D] of length 1."""
    logits = vectors @ vectors.T / temperature
    own = torch.eye(len(vectors), dtype=torch.bool)
    log_share = torch.log_softmax(logits.masked_fill(own, -1e9), dim=1)
    return -(wanted * log_share).sum(dim=1).mean()
