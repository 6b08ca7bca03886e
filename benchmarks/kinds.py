"""Whether speech, noise and music are told apart: ``python -m benchmarks.kinds``.

Everything comes from Debian packages of which nothing was learned: music of games, prompts of
telephone exchanges and readings by people, rain, wind and engines. Prompts and words are strung
together into programmes of ``PROGRAMME_S``; noises of less than ten seconds are played over and
over. Prints a table and writes ``benchmarks/results/kinds.md``.
"""

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from benchmarks.duplicate_score import Share
from benchmarks.results_page import table
from core.audio.decode import read
from core.audio.signal import mono_22k
from core.embedding.frontend import SAMPLE_RATE_HZ, log_mel
from core.embedding.kinds import kind_of
from core.embedding.training.data import SHORTEST_S, SUFFIXES, fetch, unpack
from core.errors import AudioFileError
from core.progress import Progress
from core.types import Float32Array, SoundKind

RESULTS = Path(__file__).parent / "results" / "kinds.md"
PROGRAMME_S, PROGRAMMES = 45.0, 8  # of each speaker or language
PAUSES_S = (0.2, 0.8)  # between two prompts
SHORT_S, LONG_S, LOOP_S = 3.0, 10.0, 20.0  # of noises


@dataclass(frozen=True, slots=True)
class Source:
    """Sounds of one kind: those of a package whose path holds ``within``.

    ``each`` names the folders, so many from the sound upwards, that are told apart. ``what`` is the
    line of the table under which they are summed up.
    """

    kind: SoundKind
    package: str
    within: str = ""
    each: int = 0
    what: str = "music"


MUSIC = [
    Source(SoundKind.MUSIC, package, within)
    for package, within in (
        ("asc-music", ""),
        ("asterisk-moh-opsound-wav", ""),
        ("colobot-common-sounds", "/music/"),
        ("drascula-music", ""),
        ("extremetuxracer-data", "/music/"),
        ("freedroidrpg-data", "/music/"),
        ("fretsonfire-songs-sectoid", ""),
        ("hedgewars-data", "/Music/"),
        ("hyperrogue-music", "/music/"),
        ("lincity-ng-data", "/music/"),
        ("megaglest-data", "/music/"),
        ("planetblupi-music-ogg", ""),
        ("singularity-music", ""),
        ("supertux-data", "/music/"),
        ("wesnoth-1.16-music", ""),
    )
]
CONNECTED, WORDS, LETTERS = "speech", "single words", "letters and syllables"
SPEECH = [
    Source(SoundKind.SPEECH, "asterisk-core-sounds-fr-wav", what=CONNECTED),
    Source(SoundKind.SPEECH, "asterisk-core-sounds-it-wav", what=CONNECTED),
    Source(SoundKind.SPEECH, "asterisk-core-sounds-ru-wav", what=CONNECTED),
    Source(SoundKind.SPEECH, "asterisk-prompt-it-menardi-wav", what=CONNECTED),
    Source(SoundKind.SPEECH, "festvox-ru", what=CONNECTED),
    Source(SoundKind.SPEECH, "pocketsphinx-testdata", what=CONNECTED),
    Source(SoundKind.SPEECH, "hedgewars-data", "/voices/", what=CONNECTED),
    Source(SoundKind.SPEECH, "ktuberling-data", "/sounds/", each=1, what=WORDS),
    Source(SoundKind.SPEECH, "klettres-data", "/klettres/", each=2, what=LETTERS),
]
RECORDED, LOOPED = "noise", "short noises, looped"
NOISE = [
    Source(SoundKind.NOISE, package, within, what=what)
    for what in (RECORDED, LOOPED)
    for package, within in (
        ("hyperrogue-music", "/sounds/"),
        ("lincity-ng-data", "/sounds/"),
        ("megaglest-data", "/tilesets/"),
        ("minetest-data", ""),
        ("torcs-data", "/sound/"),
    )
]


def sounds(folder: Path, source: Source) -> list[Path]:
    """Return the sounds of a source, each once; fetch and unpack what is missing in ``folder``."""
    unpacked = folder / source.package
    if not unpacked.is_dir():
        unpack(fetch(source.package, folder), unpacked)
    found = [
        path
        for path in sorted(unpacked.rglob("*"))
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not path.is_symlink()
        and source.within in path.as_posix()
    ]
    # The rain of one scene is the rain of another: the same bytes count once.
    return list({hashlib.sha256(path.read_bytes()).digest(): path for path in found}.values())


def mono(path: Path) -> Float32Array:
    """Return a sound at 22.05 kHz; nothing of what can't be read."""
    try:
        return mono_22k(read(path, progress=Progress()))
    except AudioFileError:
        return np.zeros(0, np.float32)


def songs(paths: Iterable[Path]) -> Iterator[Float32Array]:
    """Yield what is long enough to be a song."""
    heard = (mono(path) for path in paths)
    return (sound for sound in heard if len(sound) >= SHORTEST_S * SAMPLE_RATE_HZ)


def programmes(paths: Iterable[Path]) -> Iterator[Float32Array]:
    """Yield prompts strung together, in an order that is always the same."""
    random = np.random.default_rng(1)
    shuffled = np.array(sorted(paths), dtype=object)
    random.shuffle(shuffled)
    parts: list[Float32Array] = []
    told = 0
    for path in shuffled:
        sound = mono(path)
        pause = np.zeros(int(random.uniform(*PAUSES_S) * SAMPLE_RATE_HZ), np.float32)
        parts += [0.7 * sound / max(float(np.abs(sound).max(initial=0.0)), 1e-6), pause]
        if sum(map(len, parts)) > PROGRAMME_S * SAMPLE_RATE_HZ:
            yield np.concatenate(parts)
            parts, told = [], told + 1
        if told == PROGRAMMES:
            return
    if sum(map(len, parts)) > SHORTEST_S * SAMPLE_RATE_HZ:
        yield np.concatenate(parts)


def noises(paths: Iterable[Path], *, looped: bool) -> Iterator[Float32Array]:
    """Yield noises of ten seconds or more, or those of three to ten over and over."""
    for path in paths:
        sound = mono(path)
        length_s = len(sound) / SAMPLE_RATE_HZ
        if length_s >= LONG_S and not looped:
            yield sound
        if SHORT_S <= length_s < LONG_S and looped:
            yield np.tile(sound, int(np.ceil(LOOP_S / length_s)))


def heard(folder: Path, source: Source) -> Iterator[Float32Array]:
    """Yield the sounds of a source as they are judged."""
    paths = sounds(folder, source)
    match source.kind:
        case SoundKind.SPEECH:
            speakers = {path.parents[source.each - 1] if source.each else None for path in paths}
            for speaker in sorted(speakers, key=str):
                yield from programmes(
                    p for p in paths if speaker is None or p.is_relative_to(speaker)
                )
        case SoundKind.NOISE:
            yield from noises(paths, looped=source.what == LOOPED)
        case _:
            yield from songs(paths)


def counted(folder: Path, source: Source) -> Counter[SoundKind]:
    """Return how often what was called what."""
    return Counter(kind_of(log_mel(sound)) for sound in heard(folder, source))


def report(counts: dict[Source, Counter[SoundKind]]) -> str:
    """Return the page that is kept."""
    columns = (*SoundKind,)
    rows: list[tuple[str, ...]] = [("", *(kind.value for kind in columns), "called so")]
    for what in dict.fromkeys(source.what for source in counts):
        parts = {source: n for source, n in counts.items() if source.what == what and n}
        for source, n in parts.items():
            rows.append((f"{what}: {source.package}", *(str(n[one]) for one in columns), ""))
        every, kind = sum(parts.values(), Counter()), next(iter(parts)).kind
        right = str(Share(every[kind], every.total()))
        rows.append((f"**{what}**", *(f"**{every[one]}**" for one in columns), f"**{right}**"))
    return (
        "# Music, speech, noise\n\nNothing of these packages was learned from. A programme of"
        " speech is some 45 s of prompts, sentences or words of one speaker or language. What can't"
        " be told (unclear) counts as music. Intervals are Wilson's, 95 %.\n\n"
        f"{table(rows)}\n"
    )


def main() -> None:
    """Listen, count, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kinds", description=__doc__)
    music = Path(platformdirs.user_cache_dir("songkin", appauthor=False)) / "training"
    parser.add_argument("--packages-dir", type=Path, default=music, help="Debian packages")
    folder = parser.parse_args().packages_dir
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for source in (*MUSIC, *SPEECH, *NOISE):
        counts[source] = counted(folder, source)
        print(source.package, source.kind.value, dict(counts[source]), flush=True)
    page = report(counts)
    RESULTS.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
