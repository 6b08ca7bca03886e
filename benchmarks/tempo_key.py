"""How often tempo and key are right, by the word that says how sure they are.

The songs are renderings of scores by FluidSynth (``version_songs.py``): their tempo is known. Their
key is not annotated, but by how much each is transposed is: of a song that is played in another
key, the key that is heard has to move by just that. A tempo within 4 % is right. Beside it, what
``librosa.beat.beat_track`` says, as it comes.
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import librosa
import numpy as np
import soundfile

from benchmarks.results_page import put_section, table
from benchmarks.version_songs import Change, Playing, Rendering, plans, renderings
from core.embedding.frontend import SAMPLE_RATE_HZ
from core.embedding.steps import N_CLASSES
from core.embedding.work import WorkStream
from core.tempo_key import SAME_TEMPO, key_of, tempo_of
from core.types import Confidence, Float32Array, Key, Tempo

CHANGES = (Change.WRITTEN, Change.KEY, Change.TEMPO, Change.DRUMS)
CANT_TELL = "can't tell"
WORDS = (*(confidence.value for confidence in Confidence), CANT_TELL)
OCTAVES = (0.5, 1.0, 2.0)
RESULTS = Path(__file__).parent / "results" / "tempo_key.md"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in a rendering, and how it was played."""

    rendering: Rendering
    playing: Playing
    tempo: Tempo | None
    key: Key | None
    plain_bpm: float


def hear(rendering: Rendering, playing: Playing) -> Heard:
    """Listen to a rendering."""
    mono: Float32Array = soundfile.read(rendering.path, dtype="float32")[0]
    work = WorkStream()
    work.push(mono)
    work.finish()
    plain, _ = librosa.beat.beat_track(y=mono, sr=SAMPLE_RATE_HZ)
    bpm = float(np.atleast_1d(plain)[0])
    return Heard(rendering, playing, tempo_of(mono), key_of(work.tonal), bpm)


def is_right(bpm: float, played: float, *, factors: tuple[float, ...] = (1.0,)) -> bool:
    """Whether a tempo is the one that was played, or one of its multiples that count as right."""
    return any(abs(bpm / (played * factor) - 1.0) <= SAME_TEMPO for factor in factors)


def tempo_rows(heard: list[Heard]) -> list[tuple[str, ...]]:
    """Return the table of tempi."""
    bpms: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in heard:
        word = one.tempo.confidence.value if one.tempo else CANT_TELL
        bpms[word].append((one.tempo.bpm if one.tempo else 0.0, one.playing.tempo))
    plain = [(one.plain_bpm, one.playing.tempo) for one in heard]
    rows = [("said", "songs", "right", "right but for half or double")]
    for word in WORDS[:-1]:
        rows.append((word, *_shares(bpms[word])))
    rows.append((CANT_TELL, str(len(bpms[CANT_TELL])), "", ""))
    return [*rows, ("librosa's beat_track, of all", *_shares(plain))]


def key_rows(heard: list[Heard]) -> list[tuple[str, ...]]:
    """Return the table of keys: pairs of a song as written and the same played otherwise."""
    written = {h.rendering.composition: h for h in heard if h.rendering.change is Change.WRITTEN}
    moved: dict[str, list[bool]] = defaultdict(list)
    for one in heard:
        base = written[one.rendering.composition]
        if one is not base:
            moved[_less_sure(base.key, one.key)].append(_moves_along(base, one))
    rows = [("the less sure of both says", "pairs", "the key moves as it is played")]
    for word in WORDS[:-1]:
        share = f"{np.mean(moved[word]):.0%}" if moved[word] else ""
        rows.append((word, str(len(moved[word])), share))
    return [*rows, (CANT_TELL, str(len(moved[CANT_TELL])), "")]


def _shares(pairs: list[tuple[float, float]]) -> tuple[str, str, str]:
    if not pairs:
        return "0", "", ""
    right = np.mean([is_right(*pair) for pair in pairs])
    octaves = np.mean([is_right(*pair, factors=OCTAVES) for pair in pairs])
    return str(len(pairs)), f"{right:.0%}", f"{octaves:.0%}"


def _less_sure(a: Key | None, b: Key | None) -> str:
    if a is None or b is None:
        return CANT_TELL
    order = list(Confidence)
    return max(a.confidence, b.confidence, key=order.index).value


def _moves_along(base: Heard, one: Heard) -> bool:
    if base.key is None or one.key is None:
        return False
    shift = one.playing.key - base.playing.key
    expected = (base.key.tonic + shift) % N_CLASSES
    return (one.key.tonic, one.key.is_minor) == (expected, base.key.is_minor)


def main() -> None:
    """Listen to the renderings, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--split", choices=["tuning", "judging"], default="judging")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    played = plans(args.split, cache=args.cache)
    made = renderings(args.split, cache=args.cache, workers=args.workers)
    heard = [hear(one, played[one.path]) for one in made if one.change in CHANGES]
    note = f"{len(heard)} renderings of scores, the {args.split} split (`benchmarks/tempo_key.py`)."
    put_section(RESULTS, "Tempo", f"{note}\n\n{table(tempo_rows(heard))}")
    put_section(RESULTS, "Key", f"{note}\n\n{table(key_rows(heard))}")


if __name__ == "__main__":
    main()
