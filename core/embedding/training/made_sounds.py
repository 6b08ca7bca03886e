"""Sounds that are made to learn kinds from: speech, noise, and music that is hard to know as such.

All are float32 mono at 22.05 kHz, of half a minute or more, and follow from the number that they
are asked by. Speech is espeak-ng's; drums, lone voices and instruments are played by FluidSynth
from a sound font of General MIDI; noises and drones are made of random numbers. A dressed sound
stands in a room, goes through a narrow line, or has hiss under it.
"""

import math
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.audio.decode import read
from core.audio.signal import mono_22k
from core.embedding.frontend import SAMPLE_RATE_HZ
from core.progress import Progress
from core.types import Float32Array

Sound = NDArray[np.float64]
SECONDS = 40.0
LETTERS = 900  # a minute of speech
SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
TICKS = 960  # a second, at 120 beats a minute
DRUMS, FIRST_CHANNEL = 9, 0
PATTERNS = ((36, 0.3), (38, 0.2), (42, 0.6), (46, 0.1), (62, 0.15))  # instrument, how often
LONE = (52, 53, 54, 53, 52, 73, 71, 40, 42, 65, 0, 24, 46, 19, 89, 91, 78, 75)  # choirs first
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 7, 10))
PEOPLE = ("", "+m1", "+m3", "+m5", "+m7", "+f1", "+f2", "+f3", "+f4", "+croak", "+whisper")
LANGUAGES = (
    "en-us", "en-gb", "de", "fr-fr", "es", "it", "pt", "nl", "sv", "da", "fi", "pl", "cs", "ru",
    "uk", "el", "tr", "hu", "ro", "hi", "bn", "ta", "id", "vi", "cmn", "ja", "ko", "ar", "fa", "sw",
)  # fmt: skip

Note = tuple[float, float, int, int]  # start and end in seconds, key, velocity


def even(sound: Sound) -> Sound:
    """Return a sound at a mean square of 1."""
    level: Sound = sound / max(float(np.sqrt(np.mean(sound**2))), 1e-9)
    return level


def tilted(sound: Sound, db_per_octave: float) -> Sound:
    """Return a sound whose spectrum is tilted around 1 kHz."""
    hz = np.maximum(np.fft.rfftfreq(len(sound), 1.0 / SAMPLE_RATE_HZ), 1.0)
    gain = 10.0 ** (db_per_octave * np.log2(hz / 1000.0) / 20.0)
    return even(np.fft.irfft(np.fft.rfft(sound) * gain, len(sound)))


def narrowed(sound: Sound, lowest_hz: float, highest_hz: float) -> Sound:
    """Return a sound without what lies outside a band."""
    hz = np.maximum(np.fft.rfftfreq(len(sound), 1.0 / SAMPLE_RATE_HZ), 1.0)
    gain = 1.0 / (1.0 + (lowest_hz / hz) ** 6) / (1.0 + (hz / highest_hz) ** 6)
    return even(np.fft.irfft(np.fft.rfft(sound) * gain, len(sound)))


def smeared(sound: Sound, echo: Sound) -> Sound:
    """Return a sound as it is heard through an echo."""
    size = 1 << math.ceil(math.log2(len(sound) + len(echo)))
    product = np.fft.rfft(sound, size) * np.fft.rfft(echo, size)
    return even(np.fft.irfft(product, size)[: len(sound)])


def swelling(random: np.random.Generator, n: int, *, rate_hz: float, depth_db: float) -> Sound:
    """Return a gain that wanders."""
    knots = max(2, int(n / SAMPLE_RATE_HZ * rate_hz) + 2)
    places = np.linspace(0, knots - 1, n)
    curve: Sound = np.interp(places, np.arange(knots), random.uniform(-1.0, 1.0, knots))
    return 10.0 ** (depth_db * curve / 20.0)


def dressed(sound: Sound, random: np.random.Generator) -> Sound:
    """Return a sound in a room, through a line or with hiss, or as it was."""
    sound = even(sound)
    if random.random() < 0.35:
        n = int(random.uniform(0.1, 1.0) * SAMPLE_RATE_HZ)
        echo = random.normal(size=n) * np.exp(-6.9 * np.arange(n) / n)
        echo[0] = 8.0
        sound = smeared(sound, echo)
    if random.random() < 0.35:
        sound = narrowed(sound, random.uniform(80.0, 300.0), random.uniform(2800.0, 8000.0))
    if random.random() < 0.3:
        sound = tilted(sound, random.uniform(-3.0, 3.0))
    if random.random() < 0.6:
        hiss = tilted(random.normal(size=len(sound)), random.uniform(-6.0, 0.0))
        sound = sound + hiss * 10.0 ** (-random.uniform(15.0, 50.0) / 20.0)
    return sound


def levelled(sound: Sound, random: np.random.Generator) -> Float32Array:
    """Return a sound at some peak level below full scale."""
    peak = 10.0 ** (-random.uniform(0.5, 14.0) / 20.0)
    found: Float32Array = (sound / max(float(np.abs(sound).max()), 1e-9) * peak).astype(np.float32)
    return found


def spoken(random: np.random.Generator, text: str, *, letters: int = LETTERS) -> Sound:
    """Return what espeak-ng makes of some place of a text, in one of many voices."""
    start = int(random.integers(0, max(1, len(text) - letters)))
    voice = str(random.choice(LANGUAGES)) + str(random.choice(PEOPLE))
    rate, pitch = str(random.integers(110, 210)), str(random.integers(15, 85))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = [_tool("espeak-ng"), "-v", voice, "-s", rate, "-p", pitch, "-w", str(path)]
        said = text[start : start + letters]
        subprocess.run([*command, said], check=True)  # noqa: S603 - voices from the lists above
        return _read(path)


def speech(number: int, text: str) -> Float32Array:
    """Return one speaker, with or without pauses."""
    random = np.random.default_rng([1, number])
    sound = spoken(random, text)
    if random.random() < 0.4:
        parts = np.array_split(sound, int(random.integers(3, 10)))
        gaps = [np.zeros(int(random.uniform(0.2, 1.8) * SAMPLE_RATE_HZ)) for _ in parts]
        sound = np.concatenate([one for pair in zip(parts, gaps, strict=True) for one in pair])
    return levelled(dressed(sound, random), random)


def noise(number: int, text: str) -> Float32Array:
    """Return one of six kinds of noise: of a colour, a band, swelling, rain, a crowd, wind."""
    random = np.random.default_rng([2, number])
    n = int(random.uniform(25.0, 50.0) * SAMPLE_RATE_HZ)
    white = random.normal(size=n)
    match number % 6:
        case 0:
            sound = tilted(white, random.uniform(-7.0, 3.0))
        case 1:
            sound = narrowed(white, random.uniform(30.0, 2000.0), random.uniform(2500.0, 11000.0))
        case 2:
            gain = swelling(
                random, n, rate_hz=random.uniform(0.1, 2.0), depth_db=random.uniform(3.0, 15.0)
            )
            sound = tilted(white, random.uniform(-8.0, 0.0)) * gain
        case 3:
            drizzle = tilted(white, random.uniform(-4.0, 1.0)) * random.uniform(0.2, 1.0)
            sound = drizzle + tilted(_drops(random, n), random.uniform(-3.0, 3.0))
        case 4:
            sound = _crowd(random, n, text)
        case _:
            sound = _wind(random, n)
    if random.random() < 0.3:
        hum_hz = float(random.choice([50.0, 60.0, 100.0]))
        sound = even(sound) + 0.15 * np.sin(2 * np.pi * hum_hz * np.arange(n) / SAMPLE_RATE_HZ)
    return levelled(sound, random)


def drone(number: int) -> Float32Array:
    """Return held tones that swell and beat, some with noise over them."""
    random = np.random.default_rng([3, number])
    n = int(SECONDS * SAMPLE_RATE_HZ)
    time_s = np.arange(n) / SAMPLE_RATE_HZ
    lowest_hz, sound = random.uniform(45.0, 220.0), np.zeros(n)
    for rank in range(int(random.integers(3, 9))):
        hz = lowest_hz * float(random.choice([1.0, 1.5, 2.0, 2.005, 3.0, 4.0, 1.189, 5.0, 6.0]))
        sway = 3.0 * np.sin(2 * np.pi * random.uniform(0.05, 0.4) * time_s)
        gain = swelling(random, n, rate_hz=random.uniform(0.05, 0.4), depth_db=8.0)
        sound += np.sin(2 * np.pi * hz * time_s + sway) * gain / (rank + 1)
    air = tilted(random.normal(size=n), -4.0) * swelling(random, n, rate_hz=0.3, depth_db=8.0)
    return levelled(even(sound) + float(random.choice([0.0, 0.05, 0.3])) * air, random)


def drums(number: int) -> Float32Array:
    """Return a bar of drums over and over, with small changes."""
    random = np.random.default_rng([4, number])
    step_s = 15.0 / random.uniform(70.0, 180.0)
    bars = {key: random.random(16) < often for key, often in PATTERNS}
    bars[36][0] = True
    notes: list[Note] = []
    for step in range(int(SECONDS / step_s)):
        for key, bar in bars.items():
            if bar[step % 16] != (random.random() < 0.04):
                start_s = max(0.0, step * step_s + random.normal(0.0, 0.004))
                notes.append((start_s, start_s + 0.1, key, int(random.integers(60, 120))))
    kit = int(random.choice([0, 8, 16, 24, 25, 32, 40]))
    return levelled(dressed(played(notes, program=kit, channel=DRUMS), random), random)


def lone(number: int) -> Float32Array:
    """Return one voice or instrument that wanders over a scale."""
    random = np.random.default_rng([5, number])
    scale = SCALES[int(random.integers(len(SCALES)))]
    root, beat_s = int(random.integers(50, 64)), 60.0 / random.uniform(50.0, 130.0)
    notes: list[Note] = []
    place, at_s = 5, 0.0
    while at_s < SECONDS:
        length_s = beat_s * float(random.choice([0.5, 0.5, 1.0, 1.0, 1.5, 2.0, 3.0]))
        place = int(np.clip(place + random.choice([-2, -1, -1, 0, 1, 1, 2]), 0, 13))
        key = root + 12 * (place // len(scale)) + scale[place % len(scale)]
        if random.random() > 0.12:
            end_s = at_s + length_s * random.uniform(0.6, 1.0)
            notes.append((at_s, end_s, key, int(random.integers(55, 110))))
        at_s += length_s
    sound = played(notes, program=int(random.choice(LONE)), channel=FIRST_CHANNEL)
    return levelled(dressed(sound, random), random)


def played(notes: Sequence[Note], *, program: int, channel: int) -> Sound:
    """Return what FluidSynth makes of notes."""
    with tempfile.TemporaryDirectory() as folder:
        score, target = Path(folder) / "score.mid", Path(folder) / "score.wav"
        score.write_bytes(midi(notes, program=program, channel=channel))
        options = ["-ni", "-q", "-g", "0.6", "-r", "44100", "-F", str(target)]
        command = [_tool("fluidsynth"), *options, str(SOUND_FONT), str(score)]
        subprocess.run(command, check=True)  # noqa: S603 - files of our own
        return _read(target)


def midi(notes: Sequence[Note], *, program: int, channel: int) -> bytes:
    """Return a MIDI file of one track."""
    events = [(0, bytes([0xC0 | channel, program]))]
    for start_s, end_s, key, velocity in notes:
        events.append((int(start_s * TICKS), bytes([0x90 | channel, key, velocity])))
        events.append((int(end_s * TICKS), bytes([0x80 | channel, key, 0])))
    track, now = b"", 0
    for tick, message in sorted(events, key=lambda event: event[0]):  # the program stays first
        track += _length(tick - now) + message
        now = tick
    track += b"\x00\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS // 2)
    return head + b"MTrk" + struct.pack(">I", len(track)) + track


def _length(ticks: int) -> bytes:
    """Return a number as MIDI writes it: seven bits a byte, all but the last marked."""
    found = [ticks & 127]
    while ticks := ticks >> 7:
        found.append(ticks & 127 | 128)
    return bytes(reversed(found))


def _drops(random: np.random.Generator, n: int) -> Sound:
    """Return a crackle: rain, fire, applause, by how dense and how short its drops are."""
    drops = np.zeros(n)
    count = random.poisson(10.0 ** random.uniform(0.5, 3.2) * n / SAMPLE_RATE_HZ)
    drops[random.integers(0, n, count)] = random.normal(size=count) * random.exponential(1.0, count)
    length = int(random.uniform(0.002, 0.05) * SAMPLE_RATE_HZ)
    splash = np.exp(-5.0 * np.arange(length) / length) * random.normal(size=length)
    return smeared(drops, splash)


def _crowd(random: np.random.Generator, n: int, text: str) -> Sound:
    """Return so many voices at once that none can be followed."""
    sound = np.zeros(n)
    for _ in range(int(random.integers(12, 24))):
        voice = even(spoken(random, text, letters=500))
        turned = np.roll(voice, int(random.integers(len(voice))))
        sound += np.resize(turned, n) * random.uniform(0.3, 1.0)
    echo = random.normal(size=13_000) * np.exp(-6.9 * np.arange(13_000) / 13_000)
    return smeared(sound, echo) + 0.3 * tilted(random.normal(size=n), -4.0)


def _wind(random: np.random.Generator, n: int) -> Sound:
    """Return bands that swell each on its own."""
    sound = 0.2 * tilted(random.normal(size=n), -3.0)
    for _ in range(4):
        low_hz, high_hz = random.uniform(60.0, 500.0), random.uniform(600.0, 3000.0)
        gain = swelling(random, n, rate_hz=random.uniform(0.2, 1.0), depth_db=12.0)
        sound += narrowed(random.normal(size=n), low_hz, high_hz) * gain
    return sound


def _read(path: Path) -> Sound:
    return mono_22k(read(path, progress=Progress())).astype(np.float64)


def _tool(name: str) -> str:
    return shutil.which(name) or name
