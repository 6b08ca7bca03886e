"""What happens to a recording on its way: codecs, equalisers, noise. Mono float32 at 22.05 kHz."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from scipy.signal import sosfilt

from core.embedding.frontend import SAMPLE_RATE_HZ
from core.types import Float32Array

Damage = Callable[[Float32Array], Float32Array]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A change of level above (or below) a frequency."""

    hz: float
    gain_db: float
    is_high: bool


def through_codec(
    mono: Float32Array, *, container: str, encoder: str, bit_rate: int
) -> Float32Array:
    """Return the sound after encoding and decoding."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as written:
        stream = written.add_stream(
            encoder, rate=SAMPLE_RATE_HZ if encoder != "libopus" else 48_000
        )
        stream.bit_rate, stream.layout = bit_rate, "mono"
        frame = av.AudioFrame.from_ndarray(mono[None], format="flt", layout="mono")
        frame.sample_rate, frame.time_base = SAMPLE_RATE_HZ, Fraction(1, SAMPLE_RATE_HZ)
        written.mux([*stream.encode(frame), *stream.encode(None)])
    buffer.seek(0)
    return _decoded(buffer, len(mono))


def _decoded(buffer: io.BytesIO, length: int) -> Float32Array:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE_HZ)
    with av.open(buffer) as source:
        frames = [f for frame in source.decode(audio=0) for f in resampler.resample(frame)]
    frames += resampler.resample(None)
    mono: Float32Array = np.concatenate([frame.to_ndarray()[0] for frame in frames])[:length]
    return mono


def equalised(mono: Float32Array, *shelves: Shelf) -> Float32Array:
    """Return the sound through shelving filters (Bristow-Johnson's, slope 1)."""
    filtered = sosfilt(np.array([_section(shelf) for shelf in shelves]), mono)
    return np.asarray(filtered, dtype=np.float32)


def _section(shelf: Shelf) -> list[float]:
    a = 10.0 ** (shelf.gain_db / 40.0)
    angle = 2 * np.pi * shelf.hz / SAMPLE_RATE_HZ
    cos = np.cos(angle) * (1.0 if shelf.is_high else -1.0)
    slope = 2 * np.sqrt(a) * np.sin(angle) / np.sqrt(2.0)
    sign = -1.0 if shelf.is_high else 1.0
    over = [a * (a + 1 + (a - 1) * cos + slope), sign * 2 * a * (a - 1 + (a + 1) * cos)]
    over.append(a * (a + 1 + (a - 1) * cos - slope))
    under = [a + 1 - (a - 1) * cos + slope, -sign * 2 * (a - 1 - (a + 1) * cos)]
    under.append(a + 1 - (a - 1) * cos - slope)
    return [value / under[0] for value in (*over, *under)]


def noisy(mono: Float32Array, *, snr_db: float) -> Float32Array:
    """Return the sound with white noise under it."""
    noise = np.random.default_rng(len(mono)).standard_normal(len(mono))
    level = np.sqrt(np.mean(mono**2)) * 10.0 ** (-snr_db / 20.0)
    return (mono + level * noise).astype(np.float32)


DAMAGES: Mapping[str, Damage] = {
    "mp3 32 kbit/s": lambda mono: through_codec(
        mono, container="mp3", encoder="libmp3lame", bit_rate=32_000
    ),
    "opus 24 kbit/s": lambda mono: through_codec(
        mono, container="ogg", encoder="libopus", bit_rate=24_000
    ),
    "bass +9, treble -9 dB": lambda mono: equalised(
        mono, Shelf(200.0, 9.0, is_high=False), Shelf(3000.0, -9.0, is_high=True)
    ),
    "bass -9, treble +9 dB": lambda mono: equalised(
        mono, Shelf(200.0, -9.0, is_high=False), Shelf(3000.0, 9.0, is_high=True)
    ),
    "noise at 10 dB": lambda mono: noisy(mono, snr_db=10.0),
}
