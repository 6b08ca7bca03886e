"""How the screens say tempo and key, how songs are found by them, and how two songs differ."""

import re
from typing import Final

from core.types import Confidence, Key, MusicFacts, Song
from ui.language import N_, ngettext, number, short
from ui.language import gettext as _
from ui.messages import shown
from ui.presenters.words import CONFIDENCES, NO_VALUE

# From A on, by the names that are more usual in each mode.
MAJORS: Final = (
    "A",
    "B\u266d",
    "B",
    "C",
    "D\u266d",
    "D",
    "E\u266d",
    "E",
    "F",
    "F\u266f",
    "G",
    "A\u266d",
)
MINORS: Final = (
    "A",
    "B\u266d",
    "B",
    "C",
    "C\u266f",
    "D",
    "D\u266f",
    "E",
    "F",
    "F\u266f",
    "G",
    "G\u266f",
)
# Whole, since a language may have names of its own for the notes: B flat minor is b-Moll in German.
MAJOR_NAMES: Final = (
    N_("A major"),
    N_("B\u266d major"),
    N_("B major"),
    N_("C major"),
    N_("D\u266d major"),
    N_("D major"),
    N_("E\u266d major"),
    N_("E major"),
    N_("F major"),
    N_("F\u266f major"),
    N_("G major"),
    N_("A\u266d major"),
)
MINOR_NAMES: Final = (
    N_("A minor"),
    N_("B\u266d minor"),
    N_("B minor"),
    N_("C minor"),
    N_("C\u266f minor"),
    N_("D minor"),
    N_("D\u266f minor"),
    N_("E minor"),
    N_("F minor"),
    N_("F\u266f minor"),
    N_("G minor"),
    N_("G\u266f minor"),
)
CLASSES: Final = {"a": 0, "b": 2, "c": 3, "d": 5, "e": 7, "f": 8, "g": 10}
SHIFTS: Final = {"#": 1, "\u266f": 1, "b": -1, "\u266d": -1}
KEY_TERM: Final = re.compile(r"([a-g])([#\u266fb\u266d]?)\s*(m|min|minor|maj|major)?")
RANGE_TERM: Final = re.compile(r"(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?")
CLASSES_IN_ALL: Final = 12
SAME_TEMPO: Final = 0.01  # nobody hears less
FARTHEST_TEMPO: Final = 0.25  # beyond it "faster" may only mean that every other beat was counted


def bpm(music: MusicFacts) -> float | None:
    """Return the tempo as it was heard, else as the file's tags say it."""
    return music.tempo.bpm if music.tempo else music.tag_bpm


def bpm_cell(music: MusicFacts) -> str:
    """Say the tempo in a column."""
    found = bpm(music)
    return NO_VALUE if found is None else f"{found:.0f}"


def key_cell(music: MusicFacts) -> str:
    """Say the key in a column: Am, F."""
    if music.key is None:
        return shown(music.tag_key) or NO_VALUE
    return f"{_tonic(music.key)}m" if music.key.is_minor else _tonic(music.key)


def key_place(music: MusicFacts) -> int | None:
    """Return where a key stands among all, from C on, a major before its parallel minor.

    None where it was not heard, and the file's tags don't say it in a way that can be read.
    """
    if music.key is not None:
        found = music.key.tonic, music.key.is_minor
    elif (told := _read_key(music.tag_key or "")) is not None:
        found = told
    else:
        return None
    tonic, is_minor = found
    return 2 * ((tonic - CLASSES["c"]) % CLASSES_IN_ALL) + is_minor


def chips(music: MusicFacts) -> tuple[str, ...]:
    """Say tempo and key with how sure they are, and what the tags say beside them."""
    found = []
    if music.tempo:
        words = _("{bpm} BPM, {confidence}")
        said = CONFIDENCES[music.tempo.confidence]
        found.append(words.format(bpm=number(music.tempo.bpm), confidence=said))
    if music.tag_bpm is not None:
        found.append(_("{bpm} BPM, tag").format(bpm=short(music.tag_bpm)))
    if music.key:
        words = _("{key}, {confidence}")
        said = CONFIDENCES[music.key.confidence]
        found.append(words.format(key=key_name(music.key), confidence=said))
    if music.tag_key:
        found.append(_("{key}, tag").format(key=shown(music.tag_key)))
    return tuple(found)


def key_name(key: Key) -> str:
    """Say a key: A minor, E flat major."""
    return _((MINOR_NAMES if key.is_minor else MAJOR_NAMES)[key.tonic])


def passes_bpm(music: MusicFacts, asked: str) -> bool:
    """Whether a tempo lies in what was typed: 120, or 118-124."""
    match, found = RANGE_TERM.fullmatch(asked), bpm(music)
    if match is None or found is None:
        return False
    low = float(match[1])
    high = float(match[2]) if match[2] else low
    return low <= round(found) <= high


def passes_key(music: MusicFacts, asked: str) -> bool:
    """Whether a key is what was typed: Am, A minor; A is A major."""
    found = _read_key(asked)
    return (
        found is not None
        and music.key is not None
        and ((music.key.tonic, music.key.is_minor) == found)
    )


def _read_key(text: str) -> tuple[int, bool] | None:
    """Read the tonic, counted from A, and whether it is minor."""
    match = KEY_TERM.fullmatch(text.casefold())
    if match is None:
        return None
    tonic = (CLASSES[match[1]] + SHIFTS.get(match[2], 0)) % CLASSES_IN_ALL
    return tonic, match[3] in ("m", "min", "minor")


def differences(song: Song, about: Song) -> tuple[str, ...]:
    """Say how key and tempo of a song stand to those of the open one, as far as both are known."""
    parts = (_key_difference(song.music, about.music), _tempo_difference(song.music, about.music))
    return tuple(part for part in parts if part)


def _key_difference(theirs: MusicFacts, yours: MusicFacts) -> str:
    a, b = theirs.key, yours.key
    if a is None or b is None or Confidence.UNSURE in (a.confidence, b.confidence):
        return ""
    if a.is_minor != b.is_minor:
        return _("in {key}").format(key=key_name(a))
    up = (a.tonic - b.tonic + 5) % CLASSES_IN_ALL - 5
    if up == 0:
        return _("same key")
    if up > 0:
        return ngettext("{count} semitone up", "{count} semitones up", up).format(count=up)
    return ngettext("{count} semitone down", "{count} semitones down", -up).format(count=-up)


def _tempo_difference(theirs: MusicFacts, yours: MusicFacts) -> str:
    a, b = theirs.tempo, yours.tempo
    if a is None or b is None or Confidence.UNSURE in (a.confidence, b.confidence):
        return ""
    faster = a.bpm / b.bpm - 1.0
    if abs(faster) < SAME_TEMPO:
        return _("same tempo")
    if abs(faster) > FARTHEST_TEMPO:
        return _("{bpm} BPM").format(bpm=number(a.bpm))
    words = _("tempo {percent} % faster") if faster > 0 else _("tempo {percent} % slower")
    return words.format(percent=number(abs(faster) * 100))


def _tonic(key: Key) -> str:
    return (MINORS if key.is_minor else MAJORS)[key.tonic]
