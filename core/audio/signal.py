"""Arithmetic on samples: mono, resampling, the overview drawn on screen, level.

Stereo is float32 [2, n] at 44.1 kHz, mono float32 [n]; full scale is +-1.0. Streams take blocks of
any length and give, joined, what the whole signal at once would give.
"""

import numpy as np
import soxr

from core.types import Float32Array

STEREO_RATE_HZ = 44_100
MONO_RATE_HZ = 22_050  # the rate of the CNN's front end
RESAMPLER_QUALITY = "HQ"  # 20 ms for four minutes: the cheaper ones save nothing

SLICE_SAMPLES = 1_024  # an overview's grain while the song's length isn't known yet
SILENCE_DB = -120.0  # what is quieter counts as this quiet; 20 bits of a digital file


def to_mono(stereo: Float32Array) -> Float32Array:
    """Return the mean of both channels."""
    mono: Float32Array = (stereo[0] + stereo[1]) * np.float32(0.5)
    return mono


def mono_22k(stereo: Float32Array) -> Float32Array:
    """Return float32 [m] at 22.05 kHz, as ``MonoStream`` gives it."""
    stream = MonoStream()
    return np.concatenate([stream.push(stereo), stream.finish()])


def level_db(samples: Float32Array) -> float:
    """Return the root mean square over all samples and channels, in dB of full scale."""
    if samples.size == 0:
        return SILENCE_DB
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(10.0 * float(np.log10(power)), SILENCE_DB) if power > 0 else SILENCE_DB


class MonoStream:
    """Resamples 44.1 kHz stereo to 22.05 kHz mono, block by block."""

    def __init__(self) -> None:
        self._resampler = soxr.ResampleStream(
            STEREO_RATE_HZ, MONO_RATE_HZ, 1, dtype="float32", quality=RESAMPLER_QUALITY
        )

    def push(self, block: Float32Array) -> Float32Array:
        """Take float32 [2, n]; return the mono samples that are ready, float32 [m]."""
        return self._chunk(to_mono(block), last=False)

    def finish(self) -> Float32Array:
        """Return the samples still held back, float32 [m]; the stream is then spent."""
        return self._chunk(np.zeros(0, np.float32), last=True)

    def _chunk(self, mono: Float32Array, *, last: bool) -> Float32Array:
        samples: Float32Array = self._resampler.resample_chunk(mono, last=last)
        return samples


class Overview:
    """Gathers the peaks of a song, for the waveform on screen."""

    def __init__(self) -> None:
        self._peaks: list[Float32Array] = []
        self._rest = np.zeros(0, np.float32)

    def feed(self, block: Float32Array) -> None:
        """Take the next float32 [2, n] of the song."""
        levels = np.abs(block).max(axis=0, initial=0.0)
        levels = np.concatenate([self._rest, levels])
        whole = len(levels) // SLICE_SAMPLES * SLICE_SAMPLES
        self._peaks.append(levels[:whole].reshape(-1, SLICE_SAMPLES).max(axis=1, initial=0.0))
        self._rest = levels[whole:]

    def finish(self, n_slices: int = 400) -> Float32Array:
        """Return float32 [n_slices] in [0, 1]: the peak of each equal part of the song."""
        if len(self._rest):
            self._peaks.append(self._rest.max(keepdims=True))
            self._rest = self._rest[:0]
        peaks = np.concatenate([np.zeros(0, np.float32), *self._peaks])
        if len(peaks) == 0:
            return np.zeros(n_slices, np.float32)
        edges = np.linspace(0, len(peaks), n_slices + 1)
        first = np.floor(edges[:-1]).astype(int)
        last = np.maximum(np.ceil(edges[1:]).astype(int), first + 1)
        parts = [peaks[a:b].max() for a, b in zip(first, last, strict=True)]
        return np.clip(np.array(parts, np.float32), 0.0, 1.0)
