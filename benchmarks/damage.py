"""What happens to a recording on its way: codecs, equalisers, noise. Mono float32 at 22.05 kHz."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.stream import AudioStream

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
        if not isinstance(stream, AudioStream):
            raise TypeError(encoder)
        stream.bit_rate, stream.layout = bit_rate, "mono"
        frame = av.AudioFrame.from_ndarray(mono[None], format="flt", layout="mono")
        frame.sample_rate, frame.time_base = SAMPLE_RATE_HZ, Fraction(1, SAMPLE_RATE_HZ)
        written.mux([*stream.encode(frame), *stream.encode(None)])
    buffer.seek(0)
    return _decoded(buffer, len(mono))


def _decoded(buffer: io.BytesIO, length: int) -> Float32Array:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE_HZ)
    with av.open(buffer, "r") as source:
        frames = [f for frame in source.decode(audio=0) for f in resampler.resample(frame)]
    frames += resampler.resample(None)
    mono: Float32Array = np.concatenate([frame.to_ndarray()[0] for frame in frames])[:length]
    return mono


def equalised(mono: Float32Array, *shelves: Shelf) -> Float32Array:
    """Return the sound with its levels changed above or below frequencies, an octave wide."""
    hz = np.fft.rfftfreq(len(mono), 1 / SAMPLE_RATE_HZ)
    octaves = np.log2(np.maximum(hz, 1.0))
    gain_db = np.zeros_like(hz)
    for shelf in shelves:
        above = 1.0 / (1.0 + np.exp(-4.0 * (octaves - np.log2(shelf.hz))))
        gain_db += shelf.gain_db * (above if shelf.is_high else 1.0 - above)
    filtered = np.fft.irfft(np.fft.rfft(mono) * 10.0 ** (gain_db / 20.0), len(mono))
    return filtered.astype(np.float32)


def noisy(mono: Float32Array, *, snr_db: float) -> Float32Array:
    """Return the sound with white noise under it."""
    noise = np.random.default_rng(len(mono)).standard_normal(len(mono))
    level = np.sqrt(np.mean(mono**2)) * 10.0 ** (-snr_db / 20.0)
    mixed: Float32Array = (mono + level * noise).astype(np.float32)
    return mixed


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
