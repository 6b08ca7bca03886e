"""Learns to tell music from speech and noise: ``python -m core.embedding.training.kinds``.

Learned from are the music, the ambience (weather, water, days outdoors) and the shouts of the
training packages, the prompts of ``asterisk-core-sounds-en-wav``, what ``made_sounds`` makes, and
music with speech or noise over it, which is music still. espeak-ng, FluidSynth and its sound font
are needed. Writes ``kind-N.json``.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.audio.decode import read
from core.audio.signal import mono_22k
from core.embedding.frontend import SAMPLE_RATE_HZ, log_mel
from core.embedding.kinds import KINDS, MEASURES, KindModel, audible, expanded, measures
from core.embedding.training import made_sounds
from core.embedding.training.data import SHORTEST_S, SUFFIXES, fetch, unpack
from core.embedding.windows import levels
from core.errors import AudioFileError
from core.progress import Progress
from core.types import Float32Array, SoundKind

VERSION = 1
MUSIC = ("0ad-data", "nexuiz-music", "supertuxkart-data", "ufoai-music", "warzone2100-music")
PROMPTS = "asterisk-core-sounds-en-wav"
N_SPOKEN, N_NOISES, N_DRUMS, N_LONE, N_DRONES, N_OVERLAID = 160, 108, 60, 70, 24, 500
# How far the music lies above what is over it. Speech that is louder still may be called speech.
SPEECH_DB, NOISE_DB = (-2.0, 12.0), (0.0, 20.0)
FEW = 8  # windows of one sound: no song is to speak for its package
MUSIC_WEIGHT = 3.0  # music is not to be lost; the others may
PENALTY = 1e-4  # cross-validated by packages: from 3e-5 to 1e-3 little changes
PROGRAMME_S = 45.0
LICENCE = (
    "GPL-3.0-or-later. Learned from sounds of the named Debian packages (their copyright files name"
    " their licences) and from sounds made with espeak-ng, FluidSynth and random numbers; the file"
    " holds none of them."
)

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heard:
    """Windows of one sound, float32 [E, N_MELS, T], and the group that it came with."""

    kind: SoundKind
    group: str
    windows: Float32Array


@dataclass(frozen=True, slots=True)
class Example:
    """The measures of one sound, float32 [E, F]."""

    kind: SoundKind
    group: str
    found: Float32Array


def fit(examples: Sequence[Example]) -> KindModel:
    """Return the model of these examples."""
    found = np.concatenate([example.found for example in examples]).astype(np.float64)
    kinds = np.concatenate([[KINDS.index(e.kind)] * len(e.found) for e in examples])
    centre, spread = found.mean(axis=0), found.std(axis=0) + 1e-3
    features = expanded(found.astype(np.float32), *_singles(centre, spread))
    matrix, offset = _regressed(features, kinds, weights=weights_of(examples))
    return KindModel(*_singles(centre, spread, matrix, offset))


def weights_of(examples: Sequence[Example]) -> Matrix:
    """Return what each window counts: kinds alike but for music, groups by the root of their size.

    The windows of all examples stand one after the other.
    """
    groups = [(e.kind, e.group) for e in examples for _ in e.found]
    sizes = {group: groups.count(group) for group in set(groups)}
    weights = np.array([sizes[group] ** -0.5 for group in groups])
    kinds = np.array([KINDS.index(kind) for kind, _ in groups])
    for number, kind in enumerate(KINDS):
        total = weights[kinds == number].sum()
        weights[kinds == number] *= (MUSIC_WEIGHT if kind is SoundKind.MUSIC else 1.0) / total
    return weights


def overlaid(heard: Sequence[Heard], count: int) -> Iterator[Heard]:
    """Yield music with speech, and every fourth time with noise over it."""
    random = np.random.default_rng(5)
    by_kind = {kind: [one for one in heard if one.kind is kind] for kind in KINDS}
    for number in range(count):
        kind, range_db = (
            (SoundKind.NOISE, NOISE_DB) if number % 4 == 0 else (SoundKind.SPEECH, SPEECH_DB)
        )
        music, over = (_any(random, by_kind[one]) for one in (SoundKind.MUSIC, kind))
        yield Heard(
            SoundKind.MUSIC,
            f"with {kind.value}",
            laid_over(
                _few(music.windows, 2),
                over.windows[random.integers(len(over.windows))],
                music_db=random.uniform(*range_db),
            ),
        )


def laid_over(music: Float32Array, other: Float32Array, *, music_db: float) -> Float32Array:
    """Return windows of music [E, N_MELS, T] with another [N_MELS, T] so far below them."""
    below, over = torch.from_numpy(music), torch.from_numpy(other)[None]
    gain = levels(below) - levels(over) - music_db * np.log(10.0) / 10.0
    found: Float32Array = torch.logaddexp(below, over + gain[:, None, None]).numpy()
    return found


def write_model(model: KindModel, path: Path) -> None:
    """Write a model and its facts as JSON, a row of the matrix a line."""
    facts = {
        "name": "kind",
        "version": VERSION,
        "licence": LICENCE,
        "training_packages": sorted((*MUSIC, PROMPTS)),
        "measures": list(MEASURES),
    }
    numbers = {"centre": model.centre, "spread": model.spread, "offset": model.offset}
    lines = [f'"{name}": {json.dumps(value)}' for name, value in facts.items()]
    lines += [f'"{name}": {_row(values)}' for name, values in numbers.items()]
    rows = ",\n    ".join(_row(values) for values in model.matrix)
    lines.append(f'"matrix": [\n    {rows}\n  ]')
    path.write_text("{\n  " + ",\n  ".join(lines) + "\n}\n", encoding="utf-8")


def all_heard(folder: Path) -> Iterator[Heard]:
    """Yield the windows of all sounds but the overlaid; fetch and unpack what is missing."""
    for package in MUSIC:
        for sound in _sounds(folder, package, within="music"):
            if len(sound) >= SHORTEST_S * SAMPLE_RATE_HZ:
                yield _heard(SoundKind.MUSIC, package, sound)
    for sound in _sounds(folder, "0ad-data", within="/ambient/"):
        yield _heard(SoundKind.NOISE, "0ad-data", sound)
    for package, within in (("0ad-data", "/voice/"), (PROMPTS, "/")):
        for sound in strung(_sounds(folder, package, within=within)):
            yield _heard(SoundKind.SPEECH, package, sound)
    text = _text()
    makers: tuple[tuple[SoundKind, str, int, Callable[[int], Float32Array]], ...] = (
        (SoundKind.SPEECH, "espeak-ng", N_SPOKEN, lambda n: made_sounds.speech(n, text)),
        (SoundKind.NOISE, "made", N_NOISES, lambda n: made_sounds.noise(n, text)),
        (SoundKind.MUSIC, "drums", N_DRUMS, made_sounds.drums),
        (SoundKind.MUSIC, "lone", N_LONE, made_sounds.lone),
        (SoundKind.MUSIC, "drones", N_DRONES, made_sounds.drone),
    )
    for kind, group, count, make in makers:
        for number in range(count):
            yield _heard(kind, group, make(number))


def strung(sounds: Iterable[Float32Array]) -> Iterator[Float32Array]:
    """Yield short sounds strung together, half a second apart; what is left over is left out."""
    pause = np.zeros(SAMPLE_RATE_HZ // 2, np.float32)
    parts: list[Float32Array] = []
    for sound in sounds:
        parts += [0.7 * sound / max(float(np.abs(sound).max(initial=0.0)), 1e-6), pause]
        if sum(map(len, parts)) > PROGRAMME_S * SAMPLE_RATE_HZ:
            yield np.concatenate(parts)
            parts = []


def main() -> None:
    """Hear, fit and write."""
    parser = argparse.ArgumentParser(
        prog="python -m core.embedding.training.kinds", description=__doc__
    )
    parser.add_argument("--packages-dir", type=Path, required=True, help="Debian packages")
    parser.add_argument("--out", type=Path, required=True, help="where kind-N.json goes")
    options = parser.parse_args()
    options.packages_dir.mkdir(parents=True, exist_ok=True)
    heard = [one for one in all_heard(options.packages_dir) if len(one.windows)]
    heard += overlaid(heard, N_OVERLAID)
    examples = [Example(one.kind, one.group, _measured(one.windows)) for one in heard]
    options.out.mkdir(parents=True, exist_ok=True)
    write_model(fit(examples), options.out / f"kind-{VERSION}.json")


def _regressed(
    features: Float32Array, kinds: NDArray[np.int_], *, weights: Matrix
) -> tuple[Matrix, Matrix]:
    """Return the matrix [F, len(KINDS)] and offset of a logistic regression with a penalty."""
    known, wanted = torch.from_numpy(features).double(), torch.from_numpy(kinds)
    counted = torch.from_numpy(weights / weights.sum())
    matrix = torch.zeros((features.shape[1], len(KINDS)), dtype=torch.float64, requires_grad=True)
    offset = torch.zeros(len(KINDS), dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([matrix, offset], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        off = torch.nn.functional.cross_entropy(known @ matrix + offset, wanted, reduction="none")
        total = (off * counted).sum() + PENALTY * matrix.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    search.step(loss)  # type: ignore[no-untyped-call, unused-ignore]
    return _array(matrix), _array(offset)


def _array(values: torch.Tensor) -> Matrix:
    found: Matrix = values.detach().numpy()
    return found


def _singles(*values: Matrix) -> tuple[Float32Array, ...]:
    return tuple(one.astype(np.float32) for one in values)


def _row(values: Float32Array) -> str:
    return "[" + ", ".join(f"{float(value):.4g}" for value in values) + "]"


def _any(random: np.random.Generator, heard: Sequence[Heard]) -> Heard:
    return heard[int(random.integers(len(heard)))]


def _few(windows: Float32Array, most: int) -> Float32Array:
    """Return at most so many windows, spread over all."""
    places = np.linspace(0, len(windows) - 1, min(most, len(windows))).round().astype(int)
    found: Float32Array = windows[places]
    return found


def _measured(windows: Float32Array) -> Float32Array:
    with torch.inference_mode():
        found: Float32Array = measures(torch.from_numpy(windows)).numpy()
    return found


def _heard(kind: SoundKind, group: str, sound: Float32Array) -> Heard:
    return Heard(kind, group, _few(audible(log_mel(sound)), FEW))


def _sounds(folder: Path, package: str, *, within: str) -> Iterator[Float32Array]:
    """Yield the sounds of a package whose path holds ``within``, at 22.05 kHz."""
    unpacked = folder / package
    if not unpacked.is_dir():
        unpack(fetch(package, folder), unpacked)
    for path in sorted(unpacked.rglob("*")):
        place = path.relative_to(folder).as_posix().lower()
        if path.suffix.lower() in SUFFIXES and path.is_file() and within in place:
            try:
                yield mono_22k(read(path, progress=Progress()))
            except AudioFileError:
                continue


def _text() -> str:
    """Return something to read aloud: this project's own pages."""
    root = Path(__file__).parents[3]
    pages = [page.read_text("utf-8") for page in sorted((root / "docs").rglob("*.md"))]
    letters = "".join(c if c.isalnum() or c in " .,;?" else " " for c in " ".join(pages))
    return " ".join(letters.split())


if __name__ == "__main__":
    main()
