"""Sounds to test with: made here, with known answers, written as real files of every format.

Samples are float32 [channels, n].
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import scipy.signal
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE_HZ = 44_100

# The layouts of 1 to 6 channels that the encoders below take.
LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1"}


@dataclass(frozen=True, slots=True)
class Codec:
    """How a suffix is written."""

    container: str
    encoder: str
    sample_format: str
    is_lossless: bool = False


CODECS = {
    ".wav": Codec("wav", "pcm_s16le", "s16", is_lossless=True),
    ".aiff": Codec("aiff", "pcm_s16be", "s16", is_lossless=True),
    ".flac": Codec("flac", "flac", "s16", is_lossless=True),
    ".mp3": Codec("mp3", "libmp3lame", "fltp"),
    ".opus": Codec("ogg", "libopus", "flt"),
    ".m4a": Codec("ipod", "aac", "fltp"),
    ".aac": Codec("adts", "aac", "fltp"),
    ".wma": Codec("asf", "wmav2", "fltp"),
    ".ac3": Codec("ac3", "ac3", "fltp"),
}


def tone(
    frequency_hz: float,
    *,
    seconds: float,
    rate_hz: int = RATE_HZ,
    level: float = 0.5,
    channels: int = 2,
) -> Samples:
    """Return a sine of peak ``level``, the same on every channel."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    wave = level * np.sin(2 * np.pi * frequency_hz * times)
    return np.tile(wave.astype(np.float32), (channels, 1))


def noise(seed: int, *, seconds: float, level: float = 0.1, channels: int = 2) -> Samples:
    """Return white noise of standard deviation ``level``, different on every channel."""
    random = np.random.default_rng(seed)
    shape = (channels, round(seconds * RATE_HZ))
    return (level * random.standard_normal(shape)).astype(np.float32)


def chords(seed: int, *, seconds: float, level: float = 0.4) -> Samples:
    """Return something like music: a chord every half second, with a beat, in stereo."""
    random = np.random.default_rng(seed)
    step = RATE_HZ // 2
    parts = [_chord(random, step) for _ in range(int(np.ceil(seconds * RATE_HZ / step)))]
    music = np.concatenate(parts, axis=1)[:, : round(seconds * RATE_HZ)]
    return (level * music / np.abs(music).max()).astype(np.float32)


def _chord(random: np.random.Generator, n: int) -> NDArray[np.float64]:
    times = np.arange(n) / RATE_HZ
    root_hz = 110.0 * 2 ** (random.integers(0, 12) / 12)
    envelope = np.exp(-3.0 * times)
    both = np.zeros((2, n))
    for interval in random.choice([0, 3, 4, 7, 9, 12], size=3, replace=False):
        pitch_hz = root_hz * 2 ** (interval / 12)
        pan = random.uniform(0.3, 0.7)
        for overtone in range(1, 6):
            wave = envelope * np.sin(2 * np.pi * pitch_hz * overtone * times) / overtone
            both += np.stack([pan * wave, (1 - pan) * wave])
    beat = random.standard_normal(n) * np.exp(-40.0 * times)
    return both + 0.5 * beat


def write(
    path: Path,
    samples: Samples,
    *,
    rate_hz: int = RATE_HZ,
    bit_rate_bps: int = 192_000,
    like: str = "",
) -> Path:
    """Encode as the path's suffix says, or as ``like`` (another suffix) says; return the path."""
    if (like or path.suffix) == ".ogg":  # PyAV carries no encoder of Vorbis
        with soundfile.SoundFile(
            str(path), "w", rate_hz, samples.shape[0], format="OGG", subtype="VORBIS"
        ) as file:
            for start in range(0, samples.shape[1], rate_hz):  # libsndfile crashes on long writes
                file.write(samples[:, start : start + rate_hz].T)
        return path
    codec = CODECS[like or path.suffix]
    layout = LAYOUTS[samples.shape[0]]
    with path.open("wb") as file, av.open(file, "w", format=codec.container) as container:
        add_sound(
            container,
            samples,
            codec=codec,
            layout=layout,
            rate_hz=rate_hz,
            bit_rate_bps=bit_rate_bps,
        )
    return path


def add_sound(
    container: av.container.OutputContainer,
    samples: Samples,
    *,
    codec: Codec,
    layout: str,
    rate_hz: int,
    bit_rate_bps: int = 192_000,
) -> None:
    """Encode one stream of sound into an open container."""
    encoder_rate_hz = 48_000 if codec.encoder == "libopus" else rate_hz
    stream = container.add_stream(codec.encoder, rate=encoder_rate_hz, layout=layout)
    stream.codec_context.format = codec.sample_format
    if not codec.is_lossless:
        stream.bit_rate = bit_rate_bps
    container.start_encoding()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
    frame.sample_rate = rate_hz
    resampler = av.AudioResampler(
        codec.sample_format,
        layout,
        encoder_rate_hz,
        frame_size=stream.codec_context.frame_size or 4096,
    )
    position = 0
    for ready in [*resampler.resample(frame), *resampler.resample(None)]:
        ready.pts, ready.time_base = position, Fraction(1, encoder_rate_hz)
        position += ready.samples
        container.mux(stream.encode(ready))
    container.mux(stream.encode(None))


def write_video(path: Path, samples: Samples | None, *, seconds: float = 1.0) -> Path:
    """Write an mp4 of grey pictures, with sound unless ``samples`` is None."""
    with path.open("wb") as file, av.open(file, "w", format="mp4") as container:
        video = container.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        if samples is not None:
            add_sound(container, samples, codec=CODECS[".m4a"], layout="stereo", rate_hz=RATE_HZ)
        for index in range(round(seconds * 10)):
            grey = np.full((48, 64, 3), 20 * index % 256, np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(grey)))
        container.mux(video.encode(None))
    return path


def protect(path: Path) -> Path:
    """Mark an m4a as encrypted, as a shop's m4p is: rename its sample entry."""
    data = path.read_bytes()
    entry = data.index(b"mp4a", data.index(b"stsd"))
    path.write_bytes(data[:entry] + b"drms" + data[entry + 4 :])
    return path


def damage(path: Path, *, first: float, last: float, seed: int = 0) -> Path:
    """Overwrite the part of the file between two fractions of its length with noise."""
    data = bytearray(path.read_bytes())
    start, stop = int(first * len(data)), int(last * len(data))
    data[start:stop] = np.random.default_rng(seed).bytes(stop - start)
    path.write_bytes(bytes(data))
    return path


def truncate(path: Path, *, keep: float) -> Path:
    """Keep only the first fraction of the file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data))])
    return path


def lag(sound: Samples, got: Samples) -> int:
    """Return how many samples later the sound is heard in ``got``."""
    peaks = scipy.signal.correlate(got[0], sound[0])
    return int(peaks.argmax()) - (sound.shape[1] - 1)


def correlation(a: Samples, b: Samples, *, max_lag: int = 0) -> float:
    """Return the best normalised correlation of two signals over lags up to ``max_lag`` samples."""
    n = min(a.shape[-1], b.shape[-1]) - max_lag
    best = -1.0
    for moved in range(-max_lag, max_lag + 1):
        x = a[..., max(moved, 0) : max(moved, 0) + n].ravel().astype(np.float64)
        y = b[..., max(-moved, 0) : max(-moved, 0) + n].ravel().astype(np.float64)
        norm = float(np.linalg.norm(x) * np.linalg.norm(y))
        best = max(best, float(x @ y) / norm if norm else 0.0)
    return best
