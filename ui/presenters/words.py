"""How the screens say times, steps, verdicts and facts: short, plain, never colour alone."""

import math
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from core.types import AnalysisStep, AudioFacts, Confidence, Stem, Verdict
from ui.messages import file_name, shown

NO_VALUE: Final = "\N{EN DASH}"
NO_ARTIST: Final = "\N{EM DASH}"
BETWEEN: Final = " ↔ "
DOT: Final = " · "
MINUTE_S: Final = 60
HOUR_S: Final = 3600
KILO: Final = 1000

STEPS: Final = {
    AnalysisStep.WAITING: "waiting",
    AnalysisStep.READING: "reading",
    AnalysisStep.FIRST_ANSWER: "first answer",
    AnalysisStep.SEPARATING: "separating",
    AnalysisStep.READY: "ready",
    AnalysisStep.SKIPPED: "already here",
    AnalysisStep.FAILED: "can't read",
}

VERDICTS: Final = {
    Verdict.EXACT_FILE: "exact file",
    Verdict.SAME_RECORDING: "same recording",
    Verdict.EXCERPT: "excerpt",
    Verdict.SAME_BACKING: "same backing",
    Verdict.VERSION: "version",
}

CONFIDENCES: Final = {
    Confidence.SURE: "sure",
    Confidence.LIKELY: "likely",
    Confidence.UNSURE: "unsure",
}

STEMS: Final = {Stem.MIX: "mix", Stem.BACKING: "backing", Stem.VOCAL: "voice"}

CHANNELS: Final = {1: "mono", 2: "stereo"}


@dataclass(frozen=True, slots=True)
class Named:
    """What a song can be called by."""

    title: str
    path: Path


def told_apart(*songs: Named) -> tuple[str, ...]:
    """Return a name of each: the title, or the file where two titles are the same."""
    titles = tuple(shown(song.title) or file_name(song.path) for song in songs)
    if len(set(titles)) == len(titles):
        return titles
    return files_told_apart(*(song.path for song in songs))


def files_told_apart(*paths: Path) -> tuple[str, ...]:
    """Return a name of each: the file's, with its folder where two files have the same."""
    names = tuple(map(file_name, paths))
    if len(set(names)) == len(names):
        return names
    return tuple(f"{file_name(path)} in {shown(folder(path))}" for path in paths)


def clock(time_s: float | None) -> str:
    """Say a moment or a length as 4:03, or 1:02:03 from an hour on."""
    if time_s is None or not math.isfinite(time_s):
        return NO_VALUE
    whole = max(0, int(time_s))
    hours, rest = divmod(whole, HOUR_S)
    minutes, seconds = divmod(rest, MINUTE_S)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def moment(at: float) -> str:
    """Say when something was done (Unix time), in this machine's time."""
    then = datetime.fromtimestamp(at)
    return f"{then:%Y-%m-%d} at {then:%H:%M}"


def time_left(left_s: float) -> str:
    """Say roughly how long it will take, no finer than it can be known."""
    if left_s < MINUTE_S:
        return "less than a minute left"
    if left_s < HOUR_S:
        return f"about {math.ceil(left_s / MINUTE_S)} min left"
    return f"about {left_s / HOUR_S:.1f} h left"


def file_facts(facts: AudioFacts) -> str:
    """Say what the file is: codec, bit rate, sample rate, channels."""
    rate = f" {round(facts.bit_rate_bps / 1000)} kb/s" if facts.bit_rate_bps else ""
    channels = CHANNELS.get(facts.channels, f"{facts.channels} channels")
    return DOT.join(
        [f"{codec(facts.codec)}{rate}", f"{facts.sample_rate_hz / 1000:g} kHz", channels]
    )


def codec(name: str) -> str:
    """Say a codec's name without what only decoders care for."""
    return "PCM" if name.startswith("pcm_") else name


def folder(path: Path) -> str:
    """Say where a file lies, from the user's own folder on where it is in there."""
    parent = path.parent
    if parent.is_relative_to(Path.home()):
        return f"~/{parent.relative_to(Path.home()).as_posix()}"
    return str(parent)


def size(size_bytes: int) -> str:
    """Say how much room a file takes, as file managers do."""
    if size_bytes < KILO:
        return f"{size_bytes} bytes"
    if size_bytes < KILO**2:
        return f"{size_bytes / KILO:.0f} kB"
    if size_bytes < KILO**3:
        return f"{size_bytes / KILO**2:.1f} MB"
    return f"{size_bytes / KILO**3:.1f} GB"


def songs(count: int) -> str:
    """Say a number of songs."""
    return "1 song" if count == 1 else f"{count:,} songs"


def searchable(text: str) -> str:
    """Return text without case and accents, so that "unde" finds "Ünder"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
