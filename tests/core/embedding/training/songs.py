"""Songs to train on, made up: each a texture of its own."""

import numpy as np

from core.embedding.frontend import log_mel
from core.embedding.training.data import TrainingSong
from tests.core.embedding.sounds import texture


def song(package: str, seed: int, *, seconds: float = 12.0) -> TrainingSong:
    """Return a song of a package; a seed is a timbre and a rhythm."""
    random = np.random.default_rng(seed)
    brightness, rate_hz = random.uniform(-1.5, 0.0), random.uniform(0.5, 6.0)
    mono = texture(seed, seconds=seconds, brightness=brightness, rate_hz=rate_hz)
    return TrainingSong(package, f"song-{seed}", log_mel(mono).astype(np.float16))
