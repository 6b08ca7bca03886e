"""How the screens say times, steps, verdicts and facts: short, plain, never colour alone."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Final

from core.types import AnalysisStep, AudioFacts, Confidence, SoundKind, Stem, Verdict
from ui.language import N_, Words, ngettext, number, short
from ui.language import gettext as _
from ui.messages import file_name, shown

NO_VALUE: Final = "\N{EN DASH}"
NO_ARTIST: Final = "\N{EM DASH}"
BETWEEN: Final = " ↔ "
DOT: Final = " · "
MINUTE_S: Final = 60
HOUR_S: Final = 3600
KILO: Final = 1000

STEPS: Final = Words(
    {
        AnalysisStep.WAITING: N_("waiting"),
        AnalysisStep.READING: N_("reading"),
        AnalysisStep.FIRST_ANSWER: N_("first answer"),
        AnalysisStep.SEPARATING: N_("separating"),
        AnalysisStep.READY: N_("ready"),
        AnalysisStep.SKIPPED: N_("already here"),
        AnalysisStep.FAILED: N_("can't read"),
    }
)

VERDICTS: Final = Words(
    {
        Verdict.EXACT_FILE: N_("exact file"),
        Verdict.SAME_RECORDING: N_("same recording"),
        Verdict.EXCERPT: N_("excerpt"),
        Verdict.SAME_BACKING: N_("same backing"),
        Verdict.VERSION: N_("version"),
    }
)

CONFIDENCES: Final = Words(
    {
        Confidence.SURE: N_("sure"),
        Confidence.LIKELY: N_("likely"),
        Confidence.UNSURE: N_("unsure"),
    }
)

STEMS: Final = Words({Stem.MIX: N_("mix"), Stem.BACKING: N_("backing"), Stem.VOCAL: N_("voice")})

CHANNELS: Final = Words({1: N_("mono"), 2: N_("stereo")})

# Of what is music, and of what can't be told, nothing is said.
KINDS: Final = Words(
    {
        SoundKind.SPEECH: N_("speech"),
        SoundKind.NOISE: N_("noise"),
        SoundKind.SILENCE: N_("silence"),
    }
)

OTHER_KINDS: Final = Words(
    {
        SoundKind.SPEECH: N_("This is speech: it is compared with other speech, not with music."),
        SoundKind.NOISE: N_("This is noise: it is compared with other noise, not with music."),
        SoundKind.SILENCE: N_("This is silence: it is not compared with music."),
    }
)


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
    said = _("{file} in {folder}")
    return tuple(said.format(file=file_name(p), folder=shown(folder(p))) for p in paths)


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
    return _("{date} at {time}").format(date=day(at), time=f"{then:%H:%M}")


def day(at: float) -> str:
    """Say the day of a moment (Unix time), in this machine's time, so that days sort as words."""
    return f"{datetime.fromtimestamp(at):%Y-%m-%d}"


def time_left(left_s: float) -> str:
    """Say roughly how long it will take, no finer than it can be known."""
    if left_s < MINUTE_S:
        return _("less than a minute left")
    if left_s < HOUR_S:
        return _("about {minutes} min left").format(minutes=math.ceil(left_s / MINUTE_S))
    return _("about {hours} h left").format(hours=number(left_s / HOUR_S, 1))


def file_facts(facts: AudioFacts) -> str:
    """Say what the file is: codec, bit rate, sample rate, channels."""
    return DOT.join(coding(facts))


def coding(facts: AudioFacts) -> tuple[str, str, str]:
    """Say the codec with its bit rate, the sample rate, and the channels."""
    rate = f" {round(facts.bit_rate_bps / 1000)} kb/s" if facts.bit_rate_bps else ""
    n = facts.channels
    channels = CHANNELS.get(n) or _("{count} channels").format(count=n)
    return f"{codec(facts.codec)}{rate}", f"{short(facts.sample_rate_hz / 1000)} kHz", channels


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
        return _("{count} bytes").format(count=size_bytes)
    if size_bytes < KILO**2:
        return f"{number(size_bytes / KILO)} kB"
    if size_bytes < KILO**3:
        return f"{number(size_bytes / KILO**2, 1)} MB"
    return f"{number(size_bytes / KILO**3, 1)} GB"


def songs(count: int) -> str:
    """Say a number of songs."""
    return ngettext("{count} song", "{count} songs", count).format(count=number(count))


def either(names: Sequence[str]) -> str:
    """Say one or another of some names."""
    return reduce(lambda said, name: _("{one} or {other}").format(one=said, other=name), names)


def together(names: Sequence[str]) -> str:
    """Say all of some names."""
    return reduce(lambda said, name: _("{one} and {other}").format(one=said, other=name), names)


def searchable(text: str) -> str:
    """Return text without case and accents, so that "unde" finds "Ünder"."""
    if text.isascii():
        return text.lower()  # the same, a thousand times as often in a library
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
