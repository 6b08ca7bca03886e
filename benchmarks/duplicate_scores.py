"""Different songs that are hard to tell apart, made here: piano, takes, drum loops, ambient.

Scores come from music21's corpus, rendered by FluidSynth: many solo piano pieces with one
soundfont, other takes of a piece, the same score on other instruments. Drum loops are random bars
on one kit, some of them one pattern at two tempos. Ambient is made of slow pads, wind and rain.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from benchmarks.duplicate_peers import python_of_peers
from benchmarks.variants import SAMPLE_RATE_HZ, random_for

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
OTHER_SOUNDFONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
LONGEST_S = 60.0
N_SCORES = 260
N_DRUM_LOOPS = 110
N_AMBIENT = 110
TICKS_A_SECOND = 960  # 480 a quarter at the 120 beats a minute that a MIDI file has without asking
PEAK = 0.7
PIANO, STRINGS, CHOIR, ORGAN = 0, 48, 52, 19  # programs of General MIDI
DRUM_CHANNEL = 9

# Dumps notes (onset and length in quarters, MIDI pitch) of scores, one JSON object a line.
DUMP = """
import json, sys
from music21 import converter, corpus, environment
wanted = int(sys.argv[1])
parts = {"bach": 110, "palestrina": 40, "monteverdi": 20, "trecento": 20, "ryansMammoth": 0,
         "beethoven": 15, "mozart": 15, "haydn": 9, "schumann_robert": 7, "schumann_clara": 5,
         "josquin": 8, "oneills1850": 0, "joplin": 1, "chopin": 1, "airdsAirs": 0}
paths = sorted(map(str, corpus.getCorePaths()))
chosen = []
for composer, count in parts.items():
    own = [p for p in paths if f"/corpus/{composer}/" in p and not p.endswith(".rntxt")]
    chosen += own[:: max(len(own) // max(count, 1), 1)][:count]
chosen += [p for p in paths if "/corpus/ryansMammoth/" in p][::20]
given = 0
for path in chosen:
    try:
        notes = []
        for element in converter.parse(path).flatten().notes:
            for pitch in element.pitches:
                length = float(element.quarterLength)
                notes.append([float(element.offset), length, int(pitch.midi)])
    except Exception:
        continue
    if len(notes) >= 40:
        print(json.dumps({"name": path.split("/corpus/")[1], "notes": notes}), flush=True)
        given += 1
    if given == wanted:
        break
"""

Notes = NDArray[np.float64]  # [n, 4]: onset and length in seconds, MIDI pitch, velocity


class Kind(Enum):
    """Why a pair of made songs could be taken for one."""

    PIANO = "solo piano"
    TAKE = "another take"
    IN_STEP = "another take, to the same metronome"
    INSTRUMENTS = "the same score, other instruments"
    SOUNDFONT = "the same score, another soundfont"
    DRUMS = "drum loop"
    AMBIENT = "ambient"


@dataclass(frozen=True, slots=True)
class MadeSong:
    """A rendered song: its file, its kind, and the work (score or pattern) that it plays."""

    path: Path
    kind: Kind
    work: str


@dataclass(frozen=True, slots=True)
class _Take:
    """How a score is played."""

    tempo: float  # quarters a minute
    program: int = PIANO
    jitter_s: float = 0.008
    wander: float = 0.0  # how far the tempo strays, a share of it
    soundfont: Path = SOUNDFONT


@dataclass(frozen=True, slots=True)
class _Job:
    song: MadeSong
    notes: tuple[tuple[float, float, int], ...] = ()  # in quarters
    take: _Take = _Take(100.0)


def made_songs(cache: Path, *, workers: int, share: float = 1.0) -> list[MadeSong]:
    """Return the made songs, rendered where they are missing; ``share`` of all of them."""
    folder = cache / "made"
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [*_score_jobs(folder), *_loop_jobs(folder), *_ambient_jobs(folder)]
    jobs = jobs[:: round(1 / share)]
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_render, jobs, chunksize=4))
    return [job.song for job in jobs]


def _score_jobs(folder: Path) -> Iterator[_Job]:
    """Yield every score as solo piano, and some of them again in each other way."""
    for number, line in enumerate(scores_file(folder).read_text("utf-8").splitlines()):
        score = json.loads(line)
        rng = random_for("score", score["name"])
        slow = _Take(tempo=float(rng.uniform(84.0, 116.0)), wander=0.01)
        again = replace(slow, tempo=slow.tempo * float(rng.uniform(0.95, 1.05)), wander=0.03)
        other = replace(slow, program=int(rng.choice([STRINGS, CHOIR, ORGAN])))
        takes = [(Kind.PIANO, slow)]
        if number % 2 == 0:
            takes.append((Kind.TAKE, replace(again, jitter_s=0.02)))
        if number % 6 == 1:
            takes.append((Kind.IN_STEP, replace(slow, jitter_s=0.02)))
        if number % 4 == 3:
            takes.append((Kind.INSTRUMENTS, other))
        if number % 8 == 5:
            takes.append((Kind.SOUNDFONT, replace(slow, soundfont=OTHER_SOUNDFONT)))
        notes = tuple((onset, length, pitch) for onset, length, pitch in score["notes"])
        for kind, take in takes:
            path = folder / f"score {number:03d} {kind.name.lower()}.flac"
            yield _Job(MadeSong(path, kind, score["name"]), notes, take)


def _loop_jobs(folder: Path) -> Iterator[_Job]:
    """Yield drum loops; every third pattern comes again, at a tempo a few percent off."""
    for number in range(N_DRUM_LOOPS):
        pattern = number - 1 if number % 3 == 1 else number
        rng = random_for("loop", pattern)
        bar = drum_bar(rng)
        tempo = float(rng.uniform(80.0, 170.0)) * (1.03 if pattern != number else 1.0)
        hits = tuple((4.0 * b + onset, 0.1, drum) for b in range(60) for onset, drum in bar)
        path = folder / f"loop {number:03d}.flac"
        take = _Take(tempo, program=-1, jitter_s=0.0)
        yield _Job(MadeSong(path, Kind.DRUMS, f"pattern {pattern}"), hits, take)


def _ambient_jobs(folder: Path) -> Iterator[_Job]:
    for number in range(N_AMBIENT):
        path = folder / f"ambient {number:03d}.flac"
        yield _Job(MadeSong(path, Kind.AMBIENT, f"ambient {number}"))


def scores_file(folder: Path) -> Path:
    """Return the file of the scores' notes, made where it is missing: an object a line."""
    kept = folder / "scores.jsonl"
    if not kept.exists():
        command = [str(python_of_peers()), "-W", "ignore", "-c", DUMP, str(N_SCORES)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        kept.write_text(done.stdout, "utf-8")
    return kept


def drum_bar(rng: np.random.Generator) -> list[tuple[float, int]]:
    """Return a bar of sixteen steps as (quarter, drum of General MIDI)."""
    chances = {36: 0.3, 38: 0.2, 42: 0.6, 46: 0.1, 45: 0.08, 39: 0.05}
    steps = [(step, drum) for drum, chance in chances.items() for step in range(16)]
    hits = [s for s in steps if rng.random() < chances[s[1]]]
    return [(step / 4.0, drum) for step, drum in [(0, 36), *hits]]


def _render(job: _Job) -> None:
    """Write a job's song as FLAC, unless it is there."""
    target = job.song.path
    if target.exists():
        return
    rng = random_for("render", target.name)
    samples = ambient(rng) if job.song.kind is Kind.AMBIENT else _played(job, rng)
    loud = samples * (PEAK / max(float(np.abs(samples).max()), 1e-6))
    unfinished = target.with_suffix(".part.flac")
    soundfile.write(unfinished, loud, SAMPLE_RATE_HZ, subtype="PCM_16")
    unfinished.rename(target)


def _played(job: _Job, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the job's notes through FluidSynth, mono [n]."""
    notes = performed(job.notes, job.take, rng=rng)
    is_drums = job.take.program < 0
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "song.mid", Path(folder) / "song.wav"
        channel = DRUM_CHANNEL if is_drums else 0
        midi.write_bytes(midi_file(notes, program=max(job.take.program, 0), channel=channel))
        fluidsynth = shutil.which("fluidsynth") or "fluidsynth"
        options = ["-ni", "-q", "-g", "0.5", "-r", str(SAMPLE_RATE_HZ), "-F", str(wav)]
        command = [fluidsynth, *options, str(job.take.soundfont), str(midi)]
        subprocess.run(command, check=True, capture_output=True)
        samples, _ = soundfile.read(wav, stop=int(LONGEST_S * SAMPLE_RATE_HZ))
    mono: NDArray[np.float64] = samples.mean(axis=1)
    return mono


def performed(
    notes: Sequence[tuple[float, float, int]], take: _Take, *, rng: np.random.Generator
) -> Notes:
    """Return notes in seconds as a player would place them, up to ``LONGEST_S``."""
    quarters = np.array(notes, dtype=np.float64)
    quarters = quarters[np.argsort(quarters[:, 0], kind="stable")]
    onset, length = quarters[:, 0] - quarters[0, 0], quarters[:, 1]
    seconds = 60.0 / take.tempo
    # The tempo strays slowly, in waves of some bars, and the place is its integral.
    phase, waves = rng.uniform(0.0, 2 * np.pi), rng.uniform(0.12, 0.25)
    strayed = take.wander * (np.sin(waves * onset + phase) - np.sin(phase)) / waves
    start = (onset + strayed) * seconds + rng.normal(0.0, take.jitter_s, len(onset))
    velocity = np.clip(rng.normal(76.0, 10.0, len(onset)), 30, 120)
    placed = np.stack(
        [np.maximum(start, 0.0), np.maximum(length, 0.1) * seconds, quarters[:, 2], velocity], 1
    )
    kept: Notes = placed[placed[:, 0] < LONGEST_S]
    return kept


def midi_file(notes: Notes, *, program: int, channel: int) -> bytes:
    """Return a MIDI file of one track."""
    starts = [(start, 0x90, pitch, velocity) for start, _, pitch, velocity in notes]
    ends = [(start + length, 0x80, pitch, 0.0) for start, length, pitch, _ in notes]
    track, last = bytearray(b"\x00" + bytes([0xC0 | channel, program])), 0
    for time_s, verb, pitch, velocity in sorted([*starts, *ends]):
        tick = round(time_s * TICKS_A_SECOND)
        track += variable_length(tick - last)
        track += bytes([verb | channel, int(pitch), int(velocity)])
        last = tick
    track += b"\x00\xff\x2f\x00"
    header = b"MThd" + (6).to_bytes(4) + bytes([0, 0, 0, 1]) + (TICKS_A_SECOND // 2).to_bytes(2)
    return header + b"MTrk" + len(track).to_bytes(4) + bytes(track)


def variable_length(value: int) -> bytes:
    """Return a number as MIDI writes it: seven bits a byte, the last byte without its top bit."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(0x80 | (value & 0x7F))
    return bytes(reversed(parts))


def ambient(rng: np.random.Generator, *, length_s: float = LONGEST_S) -> NDArray[np.float64]:
    """Return slow pads with wind or rain under them, mono [n]."""
    time_s = np.arange(int(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    sound = np.zeros_like(time_s)
    root_hz = 55.0 * 2.0 ** (rng.integers(0, 12) / 12.0)
    for semitone in rng.choice([0, 7, 12, 15, 16, 19, 22, 24, 26], size=5, replace=False):
        for detune in rng.normal(1.0, 0.002, 2):
            hz = root_hz * 2.0 ** (semitone / 12.0) * detune
            sound += _swell(time_s, rng) * _voice(time_s, hz)
    return sound + float(rng.choice([0.1, 0.5, 1.5])) * _weather(len(time_s), rng)


def _swell(time_s: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a level that comes and goes over 8 to 30 s, [n] in [0, 1]."""
    period_s, phase = rng.uniform(8.0, 30.0), rng.uniform(0.0, 2 * np.pi)
    wave: NDArray[np.float64] = 0.5 + 0.5 * np.sin(2 * np.pi * time_s / period_s + phase)
    return wave


def _voice(time_s: NDArray[np.float64], hz: float) -> NDArray[np.float64]:
    turns = 2 * np.pi * hz * time_s
    voice: NDArray[np.float64] = np.sin(turns) + 0.3 * np.sin(2 * turns) + 0.1 * np.sin(3 * turns)
    return voice


def _weather(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return wind (low) or rain (high): noise around a frequency, in gusts, [n]."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(n, 1 / SAMPLE_RATE_HZ), 1.0))
    middle = np.log2(rng.choice([300.0, 700.0, 4000.0]))
    noise = np.fft.irfft(spectrum * np.exp(-0.5 * ((octaves - middle) / 0.8) ** 2), n)
    gusts = np.interp(np.arange(n), np.linspace(0, n, 25), rng.uniform(0.2, 1.0, 25))
    weather: NDArray[np.float64] = gusts * noise / np.abs(noise).max()
    return weather
