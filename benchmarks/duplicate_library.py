"""The library in which the trials are asked: real songs, made songs, and made-up ones to fill it.

It is built through the workbench, as a user's would be, and kept; what was analysed by other
sources than those of today is made again (``analysis_key``). Questions are kept too, since
asking again with new thresholds then takes no new analysis.
"""

import hashlib
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np

from app import wiring
from benchmarks.duplicate_trials import Trial
from benchmarks.variants import Group, random_for
from core.answers import Question
from core.duplicates import SongEvidence, judge, judge_at_speeds
from core.progress import Progress
from core.settings import Settings, default_places
from core.types import (
    FileStamp,
    Fingerprint,
    Float32Array,
    PairVerdict,
    Song,
    SongId,
    SongRecord,
    Stem,
    StemVectors,
    Verdict,
)
from core.workbench import Workbench

Result = TypeVar("Result")

# What changes evidence or vectors; thresholds and the search lie elsewhere.
ANALYSIS_SOURCES = (
    "analysis.py",
    "audio/decode.py",
    "audio/signal.py",
    "embedding/*.py",
    "embedding/weights/*",
    "fingerprint/extract.py",
    "fingerprint/grain.py",
    "separation/*.py",
    "library/schema.py",
)
# Two seconds of real music: a third of what proves an excerpt.
CODES_PER_PIECE = 16
# Of a separated window, which is shorter, and whose codes are pooled with two others'.
CODES_PER_WINDOW_PIECE = 4
TURNED_BITS = 2  # of each code
# How far a made-up song's vectors are from those of the two songs between which they lie.
STRAYING = 0.4
# Trials whose voice is taken off before they are asked; the others get the first answer.
SEPARATED = (Group.EQ, Group.MASTERING, Group.NOISE, Group.ROOM, Group.VOICE, Group.LEAD)


@dataclass(frozen=True, slots=True)
class Asked:
    """A trial and what the library said of it; ``a`` is the trial's file in every verdict."""

    trial: Trial
    question: Question
    verdicts: tuple[PairVerdict, ...]


def analysis_key() -> str:
    """Return what names the state of all sources that an analysis depends on."""
    return sources_key(ANALYSIS_SOURCES)


def sources_key(patterns: Sequence[str]) -> str:
    """Return what names the state of some sources of ``core``."""
    core = Path(__file__).parent.parent / "core"
    files = sorted(set(chain.from_iterable(core.glob(pattern) for pattern in patterns)))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def remembered(
    folder: Path, name: str, sources: Sequence[str], *, make: Callable[[], Result]
) -> Result:
    """Return what was made by the sources as they are now; made where nothing is kept."""
    file = folder / f"{name}-{sources_key(sources)}.pickle"
    if not file.exists():
        file.write_bytes(pickle.dumps(make()))
    result: Result = pickle.loads(file.read_bytes())  # written by this benchmark
    return result


@contextmanager
def opened(folder: Path) -> Iterator[Workbench]:
    """Open a library as the window does."""
    with wiring.open_workbench(Settings(places=default_places(folder))) as bench:
        bench.warm_up()
        yield bench


def build(
    folder: Path, *, whole: Sequence[Path], quick: Sequence[Path], fill_to: int, workers: int
) -> Path:
    """Return a library with these files, the first with their backings; made where missing."""
    if (folder / "complete").exists():
        return folder
    with opened(folder) as bench:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda path: _add(bench, path, quick=True), [*whole, *quick]))
        for path in whole:
            _add(bench, path, quick=False)
        fill(bench, bench.songs(), up_to=fill_to)
    (folder / "complete").touch()
    return folder


def _add(bench: Workbench, path: Path, *, quick: bool) -> None:
    for report in bench.add([path], quick=quick, progress=Progress()):
        if report.song_id is None:
            print(f"left out: {path.name}: {report.reason}")


def evidence_of(bench: Workbench, songs: Sequence[Song]) -> list[Question]:
    """Return what the library knows of its songs, as questions."""
    return [bench.ask(str(song.song_id), whole=False, progress=Progress()) for song in songs]


def ask_all(
    bench: Workbench, trials: Sequence[Trial], *, kept: Path, workers: int
) -> Iterator[Asked]:
    """Analyse every trial's file, unless its question is kept, and ask the library about it."""
    kept.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(workers) as pool:
        questions = pool.map(lambda trial: _question(bench, trial, kept=kept), trials)
        for trial, question in zip(trials, questions, strict=True):
            yield Asked(trial, question, tuple(bench.duplicates_of(question)))


def _question(bench: Workbench, trial: Trial, *, kept: Path) -> Question:
    name = hashlib.sha256(str(trial.path).encode()).hexdigest()[:20]
    file = kept / f"{name}.pickle"
    if file.exists():
        question: Question = pickle.loads(file.read_bytes())  # written by this benchmark
        return question
    question = bench.ask(str(trial.path), whole=trial.group in SEPARATED, progress=Progress())
    with suppress(pickle.PicklingError, AttributeError, TypeError):
        file.write_bytes(pickle.dumps(question))  # what holds a function is analysed again
    return question


def alone(question: Question, other: SongEvidence) -> PairVerdict | None:
    """Return the verdict on a pair that is put before the judge, at other speeds too."""
    pair = judge(question.evidence, other)
    is_settled = pair is not None and pair.verdict in (Verdict.EXACT_FILE, Verdict.SAME_RECORDING)
    if question.speeds is None or is_settled:
        return pair
    sped = judge_at_speeds(question.evidence, other, speeds=question.speeds)
    strength = list(Verdict)  # declared strongest first
    told = [one for one in (pair, sped) if one is not None]
    return min(told, key=lambda one: strength.index(one.verdict), default=None)


def fill(bench: Workbench, models: Sequence[Song], *, up_to: int) -> None:
    """Add made-up songs: real codes cut, shuffled and with bits turned; vectors between two."""
    rng = random_for("fill")
    known = [_record(bench, song) for song in models[:200]]
    for number in range(len(bench.songs()), up_to):
        first, second = (known[int(n)] for n in rng.integers(len(known), size=2))
        bench.catalogue.put(_made_up(first, second, number=number, rng=rng))


def _record(bench: Workbench, song: Song) -> SongRecord:
    catalogue = bench.catalogue
    vectors = (catalogue.vectors(song.song_id, *voice) for voice in bench.spaces)
    return SongRecord(
        song=song,
        cover=None,
        overview=np.zeros(1, np.float32),
        fingerprints=tuple(
            found for stem in Stem for found in catalogue.fingerprints(song.song_id, stem)
        ),
        vectors=tuple(found for found in vectors if found is not None),
    )


def _made_up(
    first: SongRecord, second: SongRecord, *, number: int, rng: np.random.Generator
) -> SongRecord:
    """Return a song of other music, stored like ``first`` and sounding between the two."""
    others: Mapping[object, StemVectors] = {(v.space, v.stem): v for v in second.vectors}
    name = f"{number:064x}"
    return replace(
        first,
        song=replace(
            first.song,
            song_id=SongId(f"00000000-0000-4000-8000-{number:012d}"),
            path=first.song.path.with_name(f"made up {number}.mp3"),
            stamp=FileStamp(number, 0, name),
            stream_sha256=name,
            title=f"made up {number}",
        ),
        fingerprints=tuple(shuffled(found, rng) for found in first.fingerprints),
        vectors=tuple(
            _between(found, others.get((found.space, found.stem), found), rng=rng)
            for found in first.vectors
        ),
    )


def shuffled(fingerprint: Fingerprint, rng: np.random.Generator) -> Fingerprint:
    """Return the codes in short pieces, no two of them neighbours as before."""
    codes = fingerprint.codes
    length = CODES_PER_PIECE if fingerprint.stem is Stem.MIX else CODES_PER_WINDOW_PIECE
    pieces = np.array_split(codes, max(len(codes) // length, 1))
    order = [*range(1, len(pieces), 2), *range(0, len(pieces), 2)]
    first = int(rng.integers(len(order)))
    turned = np.zeros(len(codes), np.uint32)
    for _ in range(TURNED_BITS):
        turned ^= np.uint32(1) << rng.integers(0, 32, len(codes), dtype=np.uint32)
    moved = np.concatenate([pieces[place] for place in [*order[first:], *order[:first]]])
    return replace(fingerprint, codes=moved ^ turned)


def _between(a: StemVectors, b: StemVectors, *, rng: np.random.Generator) -> StemVectors:
    share = float(rng.uniform(0.3, 0.7))
    strayed = STRAYING * _unit(rng.standard_normal(a.song.shape).astype(np.float32))
    song = _unit(_unit(share * a.song + (1.0 - share) * b.song) + strayed)
    return replace(a, song=song, excerpts=_unit(a.excerpts + song - a.song))


def _unit(vectors: Float32Array) -> Float32Array:
    unit: Float32Array = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit
