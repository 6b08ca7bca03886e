"""Cuts frames into the windows that the network hears, and takes their loudness off. Pure.

A window is float32 [N_MELS, WINDOW_FRAMES] (10 s). Its level is the natural logarithm of its mean
power (the mean square of its samples), so 0 is full scale.
"""

import numpy as np
import torch

from core.embedding.frontend import FRAMES_PER_S, N_MELS
from core.types import Float32Array

WINDOW_FRAMES = 430  # 9.98 s
WINDOW_S = WINDOW_FRAMES / FRAMES_PER_S
SILENCE_LEVEL = float(np.log(1e-7))  # -70 dB: what a noisy microphone hears in an empty room
# Cells fade out from 60 dB below the window's level: there codecs and noise decide, not the music.
FADE_OUT = float(np.log(1e6))


def cut(frames: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Return windows, float32 [E, N_MELS, WINDOW_FRAMES], and their starts in seconds, float32 [E].

    They lie side by side, the last one aligned to the end; what is shorter than one is repeated.
    """
    n_frames = frames.shape[1]
    if n_frames == 0:
        return np.zeros((0, N_MELS, WINDOW_FRAMES), np.float32), np.zeros(0, np.float32)
    if n_frames < WINDOW_FRAMES:
        repeats = -(-WINDOW_FRAMES // n_frames)
        frames, n_frames = np.tile(frames, repeats)[:, :WINDOW_FRAMES], WINDOW_FRAMES
    firsts = list(range(0, n_frames - WINDOW_FRAMES + 1, WINDOW_FRAMES))
    if firsts[-1] + WINDOW_FRAMES < n_frames:
        firsts.append(n_frames - WINDOW_FRAMES)
    windows = np.stack([frames[:, first : first + WINDOW_FRAMES] for first in firsts])
    return windows, (np.array(firsts) / FRAMES_PER_S).astype(np.float32)


def levels(windows: torch.Tensor) -> torch.Tensor:
    """Return the level [E] of windows [E, N_MELS, T]."""
    return windows.exp().sum(dim=1).mean(dim=1).log()


def levelled(windows: torch.Tensor) -> torch.Tensor:
    """Return windows [E, N_MELS, T] without their loudness: at least 0, about 10 where loud."""
    relative = windows - levels(windows)[:, None, None]
    return torch.nn.functional.softplus(relative + FADE_OUT)
