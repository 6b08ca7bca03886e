"""What happens to a song before it is met again: recipes for ffmpeg, the same on every run.

A recipe turns one file into another. Those that depend on chance (where a clip begins) take it
from a seed and the song's name.
"""

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import soundfile

from core.types import Float32Array

SAMPLE_RATE_HZ = 44_100
SEED = 4


class Group(Enum):
    """Kinds of variants that are counted together."""

    TAGS = "other tags"
    CODEC = "codec, resampling, mono"
    LEVEL = "level"
    EQ = "equaliser"
    MASTERING = "compressor, limiter, clipping"
    TRIM = "trim, fade, silence around it"
    SPEED = "speed ±1, ±2, ±4 %"
    PITCH = "pitch ±1 semitone, same length"
    NOISE = "noise"
    ROOM = "room"
    CLIP_10 = "clip of 10 s"
    CLIP_20 = "clip of 20 s"
    CLIP_40 = "clip of 40 s"
    MIX = "song in a mix of two"
    LONG_MIX = "song in a mix of ten"
    VOICE = "voice, or another, or none"
    LEAD = "lead guitar or none"


@dataclass(frozen=True, slots=True)
class Encoding:
    """A file's ending and what makes ffmpeg write it."""

    suffix: str
    arguments: tuple[str, ...]


# The fastest setting of LAME: four times the speed, and rather worse than what people use.
MP3_128 = Encoding(".mp3", ("-c:a", "libmp3lame", "-b:a", "128k", "-compression_level", "9"))


def mp3(kbit_s: int) -> Encoding:
    """Return LAME at a constant bit rate, at its default quality."""
    return Encoding(".mp3", ("-c:a", "libmp3lame", "-b:a", f"{kbit_s}k"))


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one variant is made; ``filters`` is a filter graph of ffmpeg from one stream to one."""

    name: str
    group: Group
    filters: str = "anull"
    encoding: Encoding = MP3_128
    needs_room: bool = False  # the graph's second input is an impulse response
    noise_db: float | None = None  # how far under the song white noise lies


def _speed(percent: int) -> Recipe:
    rate = round(SAMPLE_RATE_HZ * (1 + percent / 100))
    return Recipe(f"speed {percent:+d} %", Group.SPEED, f"asetrate={rate},aresample=44100")


def _pitch(semitones: int) -> Recipe:
    factor = 2 ** (semitones / 12)
    rate = round(SAMPLE_RATE_HZ * factor)
    graph = f"asetrate={rate},aresample=44100,atempo={1 / factor:.6f}"
    return Recipe(f"pitch {semitones:+d} semitone", Group.PITCH, graph)


_CODECS = (
    *(Recipe(f"mp3 {rate}k", Group.CODEC, encoding=mp3(rate)) for rate in (64, 128, 192, 320)),
    Recipe("mp3 32k mono", Group.CODEC, "aresample=22050,pan=mono|c0=.5*c0+.5*c1", mp3(32)),
    Recipe("opus 32k", Group.CODEC, encoding=Encoding(".opus", ("-c:a", "libopus", "-b:a", "32k"))),
    Recipe("opus 96k", Group.CODEC, encoding=Encoding(".opus", ("-c:a", "libopus", "-b:a", "96k"))),
    Recipe("aac 64k", Group.CODEC, encoding=Encoding(".m4a", ("-c:a", "aac", "-b:a", "64k"))),
    Recipe("aac 160k", Group.CODEC, encoding=Encoding(".m4a", ("-c:a", "aac", "-b:a", "160k"))),
    Recipe("vorbis q0", Group.CODEC, encoding=Encoding(".ogg", ("-c:a", "libvorbis", "-q:a", "0"))),
    Recipe("resampled to 22 kHz", Group.CODEC, "aresample=22050"),
    Recipe("resampled to 48 kHz", Group.CODEC, "aresample=48000"),
    Recipe("mono", Group.CODEC, "pan=mono|c0=.5*c0+.5*c1"),
)
_LEVELS = (
    Recipe("12 dB quieter", Group.LEVEL, "volume=-12dB"),
    Recipe("24 dB quieter", Group.LEVEL, "volume=-24dB"),
)
_EQUALISERS = (
    Recipe("bass +8, treble -8 dB", Group.EQ, "volume=-6dB,bass=g=8,treble=g=-8"),
    Recipe("bass -10, treble +8 dB", Group.EQ, "volume=-6dB,bass=g=-10,treble=g=8"),
    Recipe("middle -9 dB", Group.EQ, "equalizer=f=1000:t=o:w=2:g=-9"),
    Recipe("rumble filter 120 Hz", Group.EQ, "highpass=f=120"),
)
_MASTERING = (
    Recipe(
        "compressor 8:1",
        Group.MASTERING,
        "acompressor=threshold=0.05:ratio=8:makeup=4:attack=5:release=80,alimiter=limit=0.9",
    ),
    Recipe("loudness evened out", Group.MASTERING, "dynaudnorm=f=500:g=31:p=0.5"),
    Recipe("limiter, 9 dB into it", Group.MASTERING, "volume=9dB,alimiter=limit=0.8:level=false"),
    Recipe("clipped, 9 dB over", Group.MASTERING, "volume=9dB,aformat=s16,volume=-3dB"),
)
_TRIMS = (
    Recipe("start trimmed by 3.4 s", Group.TRIM, "atrim=start=3.4"),
    Recipe("faded in 3 s, out 6 s", Group.TRIM, "afade=d=3,areverse,afade=d=6,areverse"),
    Recipe("silence 4.3 s and 5 s around it", Group.TRIM, "adelay=4300:all=1,apad=pad_dur=5"),
)
_NOISE = (
    Recipe("noise at 20 dB", Group.NOISE, noise_db=20.0),
    Recipe("noise at 10 dB", Group.NOISE, noise_db=10.0),
)
_ROOM = (Recipe("room of 0.6 s", Group.ROOM, "[0:a][1:a]afir=dry=6:wet=6", needs_room=True),)

WHOLE_SONG = (
    *_CODECS,
    *_LEVELS,
    *_EQUALISERS,
    *_MASTERING,
    *_TRIMS,
    *(_speed(percent) for percent in (-4, -2, -1, 1, 2, 4)),
    *(_pitch(semitones) for semitones in (-1, 1)),
    *_NOISE,
    *_ROOM,
)
CLIPS = {Group.CLIP_10: 10.0, Group.CLIP_20: 20.0, Group.CLIP_40: 40.0}


def random_for(*names: object) -> np.random.Generator:
    """Return the generator of chance for one purpose, the same in every run."""
    digest = hashlib.sha256(repr((SEED, *names)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8]))


def make(source: Path, target: Path, recipe: Recipe, *, impulse: Path | None = None) -> Path:
    """Write what the recipe makes of a file, unless it is there already."""
    graph = recipe.filters
    if recipe.noise_db is not None:
        graph = _noise_graph(source, snr_db=recipe.noise_db)
    inputs = [source, impulse] if recipe.needs_room and impulse is not None else [source]
    return encode(inputs, target, graph=graph, encoding=recipe.encoding)


def encode(inputs: list[Path], target: Path, *, graph: str, encoding: Encoding) -> Path:
    """Run ffmpeg over a filter graph; the file appears only when it is whole."""
    unfinished = target.with_name(f"unfinished-{target.name}")
    if not target.exists():
        sources = [part for path in inputs for part in ("-i", path)]
        run_ffmpeg(*sources, "-filter_complex", graph, *encoding.arguments, unfinished)
        unfinished.rename(target)
    return target


def clip(source: Path, target: Path, *, start_s: float, length_s: float) -> Path:
    """Write a clip of a file as an mp3 of 128 kbit/s."""
    graph = f"[0:a]atrim=start={start_s:.3f}:duration={length_s:.3f},asetpts=PTS-STARTPTS"
    return encode([source], target, graph=graph, encoding=MP3_128)


def retag(source: Path, target: Path) -> Path:
    """Write the very same audio stream under another title and artist."""
    tags = [
        part
        for scope in ("-metadata", "-metadata:s:a:0")  # Ogg keeps its tags with the stream
        for part in (scope, "title=Untitled 3", scope, "artist=Somebody Else")
    ]
    if not target.exists():
        run_ffmpeg("-i", source, "-map", "0:a:0", "-c", "copy", *tags, target)
    return target


def cross_faded(sources: list[Path], target: Path, *, fade_s: float) -> Path:
    """Write songs one after the other, each faded into the next."""
    steps, last = [], "[n0]"
    for number in range(len(sources)):
        steps.append(f"[{number}:a]aresample=44100,aformat=fltp:channel_layouts=stereo[n{number}]")
    for number in range(1, len(sources)):
        steps.append(f"{last}[n{number}]acrossfade=d={fade_s}[m{number}]")
        last = f"[m{number}]"
    graph = ";".join(steps)
    return encode(sources, target, graph=f"{graph};{last}anull", encoding=MP3_128)


def impulse_response(path: Path, *, decay_s: float = 0.6) -> Path:
    """Write a room's answer to a clap: noise that dies away by 60 dB in ``decay_s``."""
    rng = random_for("room")
    time_s = np.arange(int(decay_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    tail = rng.standard_normal((len(time_s), 2)) * 10.0 ** (-3.0 * time_s / decay_s)[:, None]
    tail[0] = 12.0  # the sound that comes straight
    soundfile.write(path, tail / np.sqrt((tail**2).sum(axis=0)), SAMPLE_RATE_HZ, subtype="FLOAT")
    return path


def level(samples: Float32Array) -> float:
    """Return the root of the mean square of samples."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def run_ffmpeg(*arguments: object) -> None:
    """Run ffmpeg on one thread, so that several variants are made side by side."""
    ffmpeg = shutil.which("ffmpeg") or "ffmpeg"
    words = [str(argument) for argument in arguments]
    subprocess.run([ffmpeg, "-v", "error", "-nostdin", "-y", "-threads", "1", *words], check=True)


def _noise_graph(source: Path, *, snr_db: float) -> str:
    """Return the graph that puts white noise under a file, by the file's own level."""
    samples, _ = soundfile.read(source, dtype="float32")
    # A uniform distribution of amplitude 1, as ffmpeg's, has a level of 1 / sqrt(3); turned from
    # mono to stereo, another 3 dB less.
    amplitude = min(level(samples) * 10.0 ** (-snr_db / 20.0) * 6.0**0.5, 1.0)
    noise = f"anoisesrc=color=white:seed={SEED}:sample_rate=44100:amplitude={amplitude:.6f}"
    mixing = "amix=inputs=2:duration=first:normalize=0"
    return f"{noise},aformat=channel_layouts=stereo[n];[0:a][n]{mixing}"
