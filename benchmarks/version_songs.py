"""The songs that versions are judged on: scores of music21's corpus, each played in many ways.

A composition is the first minute or so of a score. It is played once as written, and again in
another key, at another tempo, with a tempo that wanders, with its parts in another order, with
drums, under a voice, its chorus alone, and with nearly all of that at once; each time by other
instruments, of one of two soundfonts. Scores that are left over are played once, as strangers.

Compositions, never renderings, are split: ``TUNING`` may be looked at and learned from; every
published figure comes from ``JUDGING``.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from benchmarks.duplicate_scores import (
    DRUM_CHANNEL,
    OTHER_SOUNDFONT,
    PEAK,
    SOUNDFONT,
    TICKS_A_SECOND,
    drum_bar,
    scores_file,
    variable_length,
)
from benchmarks.duplicate_voices import VOICE_DB, Voice, make_voice
from benchmarks.variants import level, random_for
from core.embedding.frontend import SAMPLE_RATE_HZ
from core.types import Float32Array

N_COMPOSITIONS = {"tuning": 40, "judging": 50}
SHORTEST_QUARTERS, LONGEST_QUARTERS = 36, 84  # what is shorter is played twice, as folk tunes are
PART_QUARTERS = 4  # parts begin with a bar
CHORUS_SHARE = 3  # a chorus is this part of a composition, 15 s or so
# Programs of General MIDI for the low, the middle and the high third of the notes.
LOW = (0, 32, 33, 42, 43, 58, 70)
MIDDLE = (0, 4, 19, 24, 25, 27, 48, 49, 52, 89)
HIGH = (0, 11, 22, 40, 56, 65, 68, 71, 73, 80)

Notes = NDArray[np.float64]  # [n, 5]: onset and length, MIDI pitch, velocity, channel


class Change(Enum):
    """What sets a rendering apart from the composition as it is written."""

    WRITTEN = "as written"
    KEY = "other key"
    TEMPO = "other tempo"
    WANDER = "wandering tempo"
    STRUCTURE = "other structure"
    DRUMS = "drums added"
    VOICE = "voice added"
    CHORUS = "chorus only"
    ALL = "most of it at once"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Rendering:
    """A file, the composition in it, and how that is played; FLAC, mono at 22.05 kHz."""

    path: Path
    composition: str
    change: Change


@dataclass(frozen=True, slots=True)
class Playing:
    """How a composition is played."""

    programs: tuple[int, int, int]
    soundfont: Path
    tempo: float  # quarters a minute
    key: int = 0  # semitones
    wander: float = 0.0  # how far the tempo strays, a share of it
    parts: tuple[tuple[int, int], ...] = ()  # in quarters, in the order in which they are played
    has_drums: bool = False
    voice: Path | None = None
    voice_db: float = 0.0


@dataclass(frozen=True, slots=True)
class _Job:
    rendering: Rendering
    notes: tuple[tuple[float, float, int], ...]  # in quarters
    playing: Playing


def renderings(split: str, *, cache: Path, workers: int) -> list[Rendering]:
    """Return the renderings of a split, ``tuning`` or ``judging``, made where missing."""
    folder = cache / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    voices = {kind: make_voice(kind, folder / f"voice {kind.name.lower()}.wav") for kind in Voice}
    jobs = list(_jobs(folder, split, voices=voices))
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_render, jobs, chunksize=4))
    return [job.rendering for job in jobs]


def plans(split: str, *, cache: Path) -> dict[Path, Playing]:
    """Return how each rendering of a split is played: what tempo and key are to be heard."""
    folder = cache / "versions"
    voices = {kind: folder / f"voice {kind.name.lower()}.wav" for kind in Voice}
    return {job.rendering.path: job.playing for job in _jobs(folder, split, voices=voices)}


def _jobs(folder: Path, split: str, *, voices: dict[Voice, Path]) -> Iterator[_Job]:
    lines = scores_file(folder).read_text("utf-8").splitlines()
    order = random_for("compositions").permutation(len(lines))
    n_tuning = N_COMPOSITIONS["tuning"]
    n_known = n_tuning + N_COMPOSITIONS["judging"]
    own = order[:n_tuning] if split == "tuning" else order[n_tuning:n_known]
    strangers = order[n_known:n_known] if split == "tuning" else order[n_known:]
    for number in own:
        for change in list(Change)[:-1]:
            yield _job(folder, int(number), lines[number], change=change, voices=voices)
    for number in strangers:
        yield _job(folder, int(number), lines[number], change=Change.STRANGER, voices=voices)


def _job(
    folder: Path, number: int, line: str, *, change: Change, voices: dict[Voice, Path]
) -> _Job:
    score = json.loads(line)
    notes, quarters = composition(score["notes"])
    rng = random_for("playing", score["name"], change.name)
    path = folder / f"{number:03d} {change.name.lower()}.flac"
    rendering = Rendering(path, score["name"], change)
    tempo = float(random_for("tempo", score["name"]).uniform(88.0, 116.0))
    playing = _playing(change, rng, tempo=tempo, quarters=quarters, voices=voices)
    return _Job(rendering, notes, playing)


def composition(
    notes: Sequence[Sequence[float]],
) -> tuple[tuple[tuple[float, float, int], ...], int]:
    """Return a score's first notes and how many quarters they last; short ones come twice."""
    first = min(onset for onset, _, _ in notes)
    kept = [
        (onset - first, min(length, 8.0), int(pitch))
        for onset, length, pitch in notes
        if onset - first < LONGEST_QUARTERS
    ]
    end = max(onset + length for onset, length, _ in kept)
    quarters = min(-(-int(np.ceil(end)) // PART_QUARTERS) * PART_QUARTERS, LONGEST_QUARTERS)
    if quarters < LONGEST_QUARTERS * 2 // 3:
        kept += [(onset + quarters, length, pitch) for onset, length, pitch in kept]
        quarters *= 2
    return tuple(kept), quarters


def _playing(
    change: Change,
    rng: np.random.Generator,
    *,
    tempo: float,
    quarters: int,
    voices: dict[Voice, Path],
) -> Playing:
    is_all = change is Change.ALL
    has_voice = change is Change.VOICE or is_all
    kind = list(Voice)[int(rng.integers(len(Voice)))]
    factor = float(rng.choice([0.72, 0.8, 0.88, 1.14, 1.25, 1.4])) * float(rng.uniform(0.97, 1.03))
    other_key = int(rng.choice([-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5]))
    moves = is_all or change is Change.KEY or (change is not Change.WRITTEN and rng.random() < 0.5)
    return Playing(
        programs=(int(rng.choice(LOW)), int(rng.choice(MIDDLE)), int(rng.choice(HIGH))),
        soundfont=SOUNDFONT if rng.random() < 0.5 else OTHER_SOUNDFONT,
        tempo=tempo * (factor if is_all or change is Change.TEMPO else rng.uniform(0.97, 1.03)),
        key=other_key if moves else 0,
        wander=float(rng.uniform(0.15, 0.3)) if change is Change.WANDER else 0.02,
        parts=_parts(change, rng, quarters=quarters),
        has_drums=is_all or change is Change.DRUMS,
        voice=voices[kind] if has_voice else None,
        voice_db=VOICE_DB[kind],
    )


def _parts(
    change: Change, rng: np.random.Generator, *, quarters: int
) -> tuple[tuple[int, int], ...]:
    """Return the stretches of a composition in the order in which they are played."""
    if change is Change.CHORUS:
        length = max(quarters // CHORUS_SHARE // PART_QUARTERS * PART_QUARTERS, 24)
        first = int(rng.integers(0, (quarters - length) // PART_QUARTERS + 1)) * PART_QUARTERS
        return ((first, first + length),)
    if change not in (Change.STRUCTURE, Change.ALL):
        return ((0, quarters),)
    edges = np.round(np.linspace(0, quarters, 5) / PART_QUARTERS).astype(int) * PART_QUARTERS
    forms = ((1, 2, 1, 3), (2, 0, 1), (0, 2, 0, 2), (3, 1, 2, 0), (1, 1, 3, 2), (2, 3, 0, 0))
    form = forms[int(rng.integers(len(forms)))]
    return tuple((int(edges[part]), int(edges[part + 1])) for part in form)


def _render(job: _Job) -> None:
    """Write a job's rendering, unless it is there."""
    target, playing = job.rendering.path, job.playing
    if target.exists():
        return
    rng = random_for("render", target.name)
    samples = _through_fluidsynth(performed(job.notes, playing, rng=rng), playing)
    if playing.voice is not None:
        samples = _under_voice(samples, playing.voice, voice_db=playing.voice_db)
    loud = samples * (PEAK / max(float(np.abs(samples).max()), 1e-6))
    unfinished = target.with_suffix(".part.flac")
    soundfile.write(unfinished, loud, SAMPLE_RATE_HZ, subtype="PCM_16")
    unfinished.rename(target)


def performed(
    notes: Sequence[tuple[float, float, int]], playing: Playing, *, rng: np.random.Generator
) -> Notes:
    """Return notes in seconds as a band would place them."""
    quarters = np.array(sorted(notes), dtype=np.float64)
    lower, upper = np.quantile(quarters[:, 2], [1 / 3, 2 / 3])
    pieces, begin = [], 0.0
    for start, stop in playing.parts:
        part = quarters[(quarters[:, 0] >= start) & (quarters[:, 0] < stop)].copy()
        part[:, 0] += begin - start
        pieces.append(part)
        begin += stop - start
    placed = np.concatenate(pieces)
    channel = (placed[:, 2] > lower).astype(float) + (placed[:, 2] > upper)
    velocity = np.clip(rng.normal(76.0, 10.0, len(placed)), 30, 120)
    placed[:, 2] = np.clip(placed[:, 2] + playing.key, 12, 115)
    placed[:, 1] = np.maximum(placed[:, 1], 0.1)
    played = np.column_stack([placed, velocity, channel])
    if playing.has_drums:
        played = np.concatenate([played, _drums(rng, quarters=begin)])
    return _in_seconds(played, playing, rng=rng)


def _drums(rng: np.random.Generator, *, quarters: float) -> Notes:
    bar = drum_bar(rng)
    hits = [(4.0 * b + at, 0.1, drum) for b in range(int(quarters) // 4) for at, drum in bar]
    return np.array([(*hit, 100.0, DRUM_CHANNEL) for hit in hits])


def _in_seconds(notes: Notes, playing: Playing, *, rng: np.random.Generator) -> Notes:
    """Return notes in quarters, [n, 5], at the times that a wandering tempo brings them to."""
    seconds, onset = 60.0 / playing.tempo, notes[:, 0]
    # The tempo strays slowly, in waves of some bars, and the place is its integral.
    phase, waves = rng.uniform(0.0, 2 * np.pi), rng.uniform(0.12, 0.3)
    strayed = playing.wander * (np.sin(waves * onset + phase) - np.sin(phase)) / waves
    played = notes.copy()
    hand = rng.normal(0.0, 0.01, len(notes))
    played[:, 0] = np.maximum((onset + strayed) * seconds + hand, 0.0)
    played[:, 1] *= seconds
    return played


def midi_of(notes: Notes, programs: Sequence[int]) -> bytes:
    """Return a MIDI file of one track; channel *i* plays program *i*."""
    starts = [(at, 0x90, channel, pitch, loud) for at, _, pitch, loud, channel in notes]
    ends = [(at + length, 0x80, channel, pitch, 0.0) for at, length, pitch, _, channel in notes]
    track, last = bytearray(), 0
    for channel, program in enumerate(programs):
        track += bytes([0, 0xC0 | channel, program])
    for time_s, verb, channel, pitch, loud in sorted([*starts, *ends]):
        tick = round(time_s * TICKS_A_SECOND)
        track += variable_length(tick - last)
        track += bytes([verb | int(channel), int(pitch), int(loud)])
        last = tick
    track += b"\x00\xff\x2f\x00"
    header = b"MThd" + (6).to_bytes(4) + bytes([0, 0, 0, 1]) + (TICKS_A_SECOND // 2).to_bytes(2)
    return header + b"MTrk" + len(track).to_bytes(4) + bytes(track)


def _through_fluidsynth(notes: Notes, playing: Playing) -> Float32Array:
    """Return what FluidSynth makes of notes, mono [n]."""
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "song.mid", Path(folder) / "song.wav"
        midi.write_bytes(midi_of(notes, playing.programs))
        fluidsynth = shutil.which("fluidsynth") or "fluidsynth"
        options = ["-ni", "-q", "-g", "0.5", "-r", str(SAMPLE_RATE_HZ), "-F", str(wav)]
        command = [fluidsynth, *options, str(playing.soundfont), str(midi)]
        subprocess.run(command, check=True, capture_output=True)
        samples, _ = soundfile.read(wav, dtype="float32")
    mono: Float32Array = samples.mean(axis=1)
    return mono


def _under_voice(samples: Float32Array, voice: Path, *, voice_db: float) -> Float32Array:
    """Return a backing with a voice over all of it, as loud as said beside the backing."""
    sung, rate_hz = soundfile.read(voice, dtype="float32")
    sung = soxr.resample(sung, rate_hz, SAMPLE_RATE_HZ)
    heard = sung[np.abs(sung) > 0.02 * np.abs(sung).max()]
    gain = 10.0 ** (voice_db / 20.0) * level(samples) / level(heard)
    line: Float32Array = np.resize(sung * gain, len(samples)).astype(np.float32)
    return samples + line
