"""The front end of every network here: mono sound to log-mel frames.

Sound is float32 [n] at ``SAMPLE_RATE_HZ``, full scale at 1. Frames are float32 [N_MELS, T]:
natural logarithms of power, so scaled that the bands of a frame sum (as powers) to the mean square
of its samples. Frame *t* covers the samples from ``t * HOP_SAMPLES`` to ``t * HOP_SAMPLES +
WINDOW_SAMPLES``; a last frame that is not full is left out. Pure: no state but a stream's.
"""

import numpy as np
import torch

from core.types import Float32Array

SAMPLE_RATE_HZ = 22_050
WINDOW_SAMPLES = 1024  # 46 ms: fine enough for drums, and half the cost of librosa's default
HOP_SAMPLES = 512
N_MELS = 80
FRAMES_PER_S = SAMPLE_RATE_HZ / HOP_SAMPLES
LOWEST_HZ = 30.0  # below it is rumble; the mel bands would be narrower than a bin anyway
FLOOR_POWER = 1e-12  # per band, -120 dB: below what 16 bits can hold
CHUNK_FRAMES = 2048  # 24 s at a time keeps the scratch memory under 20 MB


def mel_of(frequency_hz: Float32Array) -> Float32Array:
    """Return mels after O'Shaughnessy (the scale of HTK)."""
    mels: Float32Array = (2595.0 * np.log10(1.0 + frequency_hz / 700.0)).astype(np.float32)
    return mels


def mel_bank() -> Float32Array:
    """Return triangular filters of height 1, float32 [N_MELS, WINDOW_SAMPLES // 2 + 1]."""
    bins_hz = np.linspace(0.0, SAMPLE_RATE_HZ / 2, WINDOW_SAMPLES // 2 + 1, dtype=np.float64)
    lowest, highest = mel_of(np.array([LOWEST_HZ, SAMPLE_RATE_HZ / 2], dtype=np.float32))
    edges_hz = 700.0 * (10.0 ** (np.linspace(lowest, highest, N_MELS + 2) / 2595.0) - 1.0)
    left, centre, right = (edges_hz[i : i + N_MELS, None] for i in range(3))
    rising = (bins_hz - left) / (centre - left)
    falling = (right - bins_hz) / (right - centre)
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


class LogMelStream:
    """Turns sound that arrives in pieces of any length into the frames of the whole."""

    def __init__(self) -> None:
        window = np.hanning(WINDOW_SAMPLES + 1)[:-1].astype(np.float32)
        # One-sided bins hold half of the power; the window takes its own share of it.
        scale = 2.0 / (WINDOW_SAMPLES * float(np.sum(window**2)))
        self._window = torch.from_numpy(window)
        self._bank = torch.from_numpy(mel_bank() * np.float32(scale)).T.contiguous()
        self._rest = np.zeros(0, dtype=np.float32)

    def push(self, mono: Float32Array) -> Float32Array:
        """Return the frames, float32 [N_MELS, t], that these samples complete."""
        pending = np.concatenate([self._rest, mono])
        n_frames = max(0, (len(pending) - WINDOW_SAMPLES) // HOP_SAMPLES + 1)
        self._rest = pending[n_frames * HOP_SAMPLES :].copy()
        pieces = [
            self._frames(pending[first * HOP_SAMPLES :], min(CHUNK_FRAMES, n_frames - first))
            for first in range(0, n_frames, CHUNK_FRAMES)
        ]
        return np.concatenate(pieces or [np.zeros((N_MELS, 0), np.float32)], axis=1)

    def finish(self) -> Float32Array:
        """Forget the samples that don't fill a frame; return no frames, float32 [N_MELS, 0]."""
        self._rest = np.zeros(0, dtype=np.float32)
        return np.zeros((N_MELS, 0), dtype=np.float32)

    def _frames(self, samples: Float32Array, count: int) -> Float32Array:
        """Return the first ``count`` frames of ``samples``."""
        cut = torch.from_numpy(samples).unfold(0, WINDOW_SAMPLES, HOP_SAMPLES)[:count]
        spectrum = torch.view_as_real(torch.fft.rfft(cut * self._window))
        power = spectrum.square_().sum(dim=-1) @ self._bank
        frames: Float32Array = power.clamp_(min=FLOOR_POWER).log_().T.contiguous().numpy()
        return frames


def log_mel(mono: Float32Array) -> Float32Array:
    """Return the frames, float32 [N_MELS, T], of float32 [n] at ``SAMPLE_RATE_HZ``."""
    return LogMelStream().push(mono)
