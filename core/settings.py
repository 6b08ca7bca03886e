"""Where things live on this machine, and what the user chose."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import platformdirs

APP_NAME = "songkin"


class SeparatorName(Enum):
    """The separators that ship."""

    SPLEETER = "spleeter"  # works without a download
    DEMUCS = "demucs"  # better and slower; its weights are fetched on request


@dataclass(frozen=True, slots=True)
class Places:
    """The folders that Songkin writes to."""

    library: Path  # catalogue and vectors
    cache: Path  # may be emptied at any time
    weights: Path  # models fetched on request
    logs: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose."""

    places: Places
    separator: SeparatorName = SeparatorName.SPLEETER


def default_places(library: Path | None = None) -> Places:
    """Return the system's own folders for data, cache and logs; ``library`` overrides one."""
    data = Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))
    return Places(
        library=library or data / "library",
        cache=Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False)),
        weights=data / "weights",
        logs=Path(platformdirs.user_log_dir(APP_NAME, appauthor=False)),
    )
