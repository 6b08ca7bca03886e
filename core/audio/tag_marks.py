"""What files say of their own tempo and key.

Like all tags a courtesy: what is missing, broken or beyond belief is no mark.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import mutagen

from core.audio.source import opened
from core.audio.tags import MUTAGEN_FAILURES, NUMBER
from core.errors import AudioFileError
from core.progress import Progress

# What the kinds of tags call them: ID3, MP4, Windows Media, Vorbis and APE, in lower case.
BPM_NAMES = ("tbpm", "tmpo", "wm/beatsperminute", "bpm")
KEY_NAMES = ("tkey", "wm/initialkey", "initialkey", "key")
LIKELY_BPM = (20.0, 400.0)
LONGEST_KEY = 12  # characters: "F# minor" and the like


def read_marks(path: Path) -> tuple[float | None, str]:
    """Return tempo in beats a minute and key as the file's tags say; None and empty otherwise."""
    try:
        with opened(path, progress=Progress()) as source:
            tags = getattr(mutagen.File(source), "tags", None)
            values = cast(Mapping[str, object], {} if tags is None else tags)
            found = {name.lower().rpartition(":")[2]: values[name] for name in [*values.keys()]}
            return _bpm(_first(found, BPM_NAMES)), _key(_first(found, KEY_NAMES))
    except (AudioFileError, *MUTAGEN_FAILURES):
        return None, ""


def _first(values: Mapping[str, object], names: tuple[str, ...]) -> str:
    value = next((values[name] for name in names if name in values), "")
    value = getattr(value, "text", value)  # ID3's frames
    first = value[0] if isinstance(value, list) and value else value
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


def _bpm(text: str) -> float | None:
    number = NUMBER.search(text)
    bpm = float(number.group()) if number else 0.0
    return bpm if LIKELY_BPM[0] <= bpm <= LIKELY_BPM[1] else None


def _key(text: str) -> str:
    line = " ".join(text.split())
    return line if line.isprintable() and len(line) <= LONGEST_KEY else ""
