"""What the teachers say: patches of 3 s of the training songs, changed, and heard by musicnn.

A patch is a random moment of a song, half of the time played faster or slower by up to four
semitones, two times in five with another song over it: there are only some 240 songs, but any
number of such patches, and the teachers answer for each as it sounds. The answers are kept in
files of ``SHARD`` patches, so that a training that is stopped loses a few seconds' work.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
import torch
from numpy.typing import NDArray

from core.audio.decode import blocks
from core.audio.signal import MonoStream
from core.embedding.frontend import SAMPLE_RATE_HZ, log_mel
from core.embedding.training.data import SHORTEST_S, fetch, music_files, unpack
from core.embedding.training.musicnn import (
    PATCH_FRAMES,
    MusicnnNetwork,
    checkpoint,
    load_musicnn,
)
from core.embedding.training.musicnn import log_mel as teachers_frames
from core.errors import AudioFileError
from core.progress import Progress
from core.types import Float32Array

TEACHERS = ("MSD_musicnn", "MTT_musicnn")
SHARD = 400
SECONDS, FRAMES = 3.25, 136  # of sound, and of ours in it
FIRST_FRAME = 4  # of the teachers': 64 ms, so that both hear the middle of the sound
SEMITONES = 4.0
PLAYED_OTHERWISE, MIXED = 0.5, 0.4  # shares of the patches
MIXED_DB = (-15.0, 0.0)
FAINTEST = 1e-6  # mean square: below it is a pause
PCM = 32767.0


@dataclass(frozen=True, slots=True)
class Answers:
    """Patches float32 [P, N_MELS, FRAMES] and the teachers' layers [P, 400], side by side."""

    patches: Float32Array
    layers: Float32Array


def sound_of(path: Path) -> NDArray[np.int16] | None:
    """Return a file's sound, mono at ``SAMPLE_RATE_HZ``; None if it is short or can't be read."""
    mono = MonoStream()
    try:
        pieces = [mono.push(block) for block in blocks(path, progress=Progress())]
    except AudioFileError:
        return None
    sound = np.concatenate([*pieces, mono.finish()])
    if len(sound) < SHORTEST_S * SAMPLE_RATE_HZ:
        return None
    return (sound.clip(-1.0, 1.0) * PCM).astype(np.int16)


def sounds_of(package: str, *, packages_dir: Path, cache: Path) -> list[Path]:
    """Return the sound of a package's songs, a file of numbers each, made where it is missing."""
    folder = cache / f"{package}.sound"
    if not folder.is_dir():
        unpacked, unfinished = cache / f"{package}.unpacked", cache / f"{package}.unfinished"
        unfinished.mkdir(parents=True, exist_ok=True)
        unpack(fetch(package, packages_dir), unpacked)
        for path in music_files(unpacked):
            sound = sound_of(path)
            if sound is not None:
                name = str(path.relative_to(unpacked)).replace("/", "__")
                np.save(unfinished / f"{name}.npy", sound)
        shutil.rmtree(unpacked)
        unfinished.rename(folder)
    return sorted(folder.glob("*.npy"))


class PatchSource:
    """Draws patches of songs, soundtracks as often as the square root of their size."""

    def __init__(self, sounds: Sequence[Sequence[Path]]) -> None:
        self._paths = [path for soundtrack in sounds for path in soundtrack]
        sizes = np.array([len(soundtrack) for soundtrack in sounds for _ in soundtrack])
        self._shares = sizes**-0.5 / np.sum(sizes**-0.5)

    def draw(self, random: np.random.Generator) -> Float32Array:
        """Return a patch, float32 [SECONDS]."""
        otherwise = random.random() < PLAYED_OTHERWISE
        patch = self._moment(random, semitones=SEMITONES if otherwise else 0.0)
        if random.random() < MIXED:
            other = self._moment(random, semitones=SEMITONES)
            gain = 10.0 ** (random.uniform(*MIXED_DB) / 20.0) * _rms(patch) / _rms(other)
            patch = patch + other * np.float32(gain)
        return patch.astype(np.float32)

    def _moment(self, random: np.random.Generator, *, semitones: float) -> Float32Array:
        """Return a moment of a song, faster or slower by up to ``semitones``."""
        song = np.load(self._paths[random.choice(len(self._paths), p=self._shares)], mmap_mode="r")
        speed = 2.0 ** (random.uniform(-semitones, semitones) / 12.0)
        length = int(SECONDS * SAMPLE_RATE_HZ)
        first = int(random.integers(0, len(song) - int(length * speed) - 200))
        moment = song[first : first + int(length * speed) + 200].astype(np.float32) / np.float32(
            PCM
        )
        if speed != 1.0:
            moment = soxr.resample(moment, SAMPLE_RATE_HZ * speed, SAMPLE_RATE_HZ)
        patch: Float32Array = moment[:length]
        return patch


def _rms(sound: Float32Array) -> float:
    return float(np.sqrt(np.mean(sound**2))) + 1e-5


def teachers() -> list[MusicnnNetwork]:
    """Return both, their weights fetched by pip when first asked for."""
    return [load_musicnn(checkpoint(name)) for name in TEACHERS]


def asked(
    source: PatchSource, heard_by: Sequence[MusicnnNetwork], *, count: int, seed: int
) -> Answers:
    """Return at most ``count`` patches, without pauses, and what each teacher says of them."""
    random = np.random.default_rng(seed)
    patches, layers = [], []
    for _ in range(count):
        sound = source.draw(random)
        if np.mean(sound**2) < FAINTEST:
            continue
        frames = teachers_frames(sound, SAMPLE_RATE_HZ)[FIRST_FRAME : FIRST_FRAME + PATCH_FRAMES]
        with torch.inference_mode():
            said = [teacher(torch.from_numpy(frames)[None])[0] for teacher in heard_by]
        patches.append(log_mel(sound)[:, :FRAMES])
        layers.append(torch.cat(said).numpy())
    return Answers(np.stack(patches), np.stack(layers))


def answers(folder: Path, source: PatchSource, *, count: int, seed: int) -> Answers:
    """Return ``count`` patches and their answers, kept in ``folder`` as they come."""
    folder.mkdir(parents=True, exist_ok=True)
    heard_by: list[MusicnnNetwork] = []
    for number in range(-(-count // SHARD)):
        shard = folder / f"{number:03d}.npz"
        if not shard.exists():
            heard_by = heard_by or teachers()
            some = asked(source, heard_by, count=SHARD, seed=seed * 1000 + number)
            np.savez(
                folder / "unfinished.npz",
                patches=some.patches.astype(np.float16),
                layers=some.layers,
            )
            (folder / "unfinished.npz").replace(shard)
    kept = [np.load(path) for path in sorted(folder.glob("[0-9]*.npz"))]
    return Answers(
        np.concatenate([shard["patches"] for shard in kept]).astype(np.float32),
        np.concatenate([shard["layers"] for shard in kept]),
    )
