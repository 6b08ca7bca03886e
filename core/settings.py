"""Where things live on this machine, and what the user chose.

The clusters that the user works with are profiles in a small file in the config folder. Tokens are
never in it: they lie in the system's keyring.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

import platformdirs

from core.addresses import checked_address
from core.errors import ClusterError, ClusterProblem, SettingsError

APP_NAME = "songkin"


class SeparatorName(Enum):
    """The separators that ship."""

    SPLEETER = "spleeter"  # works without a download
    DEMUCS = "demucs"  # better and slower; its weights are fetched on request


class Scheme(Enum):
    """The colours of the window."""

    SYSTEM = "system"  # dark or light, as the system is
    DARK = "dark"
    LIGHT = "light"


class Language(Enum):
    """The language of the window; what is no wish is a code by which catalogues are found."""

    SYSTEM = "system"  # the system's, where the window speaks it
    ENGLISH = "en"
    GERMAN = "de"


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


class ProfileName(Enum):
    """The clusters that a musician meets."""

    DEV = "dev"  # one server on this machine, or a folder that stands in for it
    FAT = "fat"  # a small cluster, for trying out
    PROD = "prod"  # everyone's songs


@dataclass(frozen=True, slots=True)
class Profile:
    """A cluster: its address, and the certificate authority to trust, where it is not public."""

    name: ProfileName
    uri: str
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class SoundChoices:
    """How songs are heard."""

    volume: float = 1.0  # a share in [0, 1] of the slider
    is_muted: bool = False
    device: str | None = None  # None is what the system plays to
    is_level_matched: bool = True
    stems_mib: int = 4096  # how large the cache of separated songs may grow

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "SoundChoices":
        """Read what a settings file says; what it leaves out is as it comes."""
        known = {name: told[name] for name in cls.__slots__ if name in told}
        made = cls(**known)
        return replace(made, volume=min(max(float(made.volume), 0.0), 1.0))


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each stem counts where songs are compared by ear, shares in [0, 1]."""

    backing: float = 1.0  # alone: what songs are compared by where nothing was chosen
    vocal: float = 0.0
    mix: float = 0.0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Weights":
        """Read what a settings file says; what it leaves out is as it comes."""
        known = {name: float(told[name]) for name in cls.__slots__ if name in told}
        return cls(**{name: min(max(share, 0.0), 1.0) for name, share in known.items()})


@dataclass(frozen=True, slots=True)
class Choices:
    """What the settings file says: the profiles, and the one in use."""

    profiles: Mapping[ProfileName, Profile] = field(default_factory=dict)
    current: ProfileName | None = None
    sound: SoundChoices = field(default_factory=SoundChoices)
    watched: Mapping[Path, tuple[Path, ...]] = field(default_factory=dict)  # by library
    weights: Weights = field(default_factory=Weights)
    scheme: Scheme = Scheme.SYSTEM
    language: Language = Language.SYSTEM
    separator: SeparatorName = SeparatorName.SPLEETER

    def watched_by(self, library: Path) -> tuple[Path, ...]:
        """Return the folders whose new songs a library takes in by itself."""
        return self.watched.get(library.absolute(), ())

    def watching(self, library: Path, folders: tuple[Path, ...]) -> "Choices":
        """Return these choices with a library watching these folders and no others."""
        return replace(self, watched={**self.watched, library.absolute(): folders})

    def with_profile(self, profile: Profile) -> "Choices":
        """Return these choices with a profile set; the first one set is the one in use."""
        profiles = {**self.profiles, profile.name: profile}
        return replace(self, profiles=profiles, current=self.current or profile.name)

    def using(self, name: ProfileName) -> "Choices":
        """Return these choices with another profile in use."""
        return replace(self, current=name)

    def ca_file_of(self, uri: str) -> Path | None:
        """Return the certificate authority of the profile with this address, if it has one."""
        found = (one.ca_file for one in self.profiles.values() if one.uri == uri)
        return next(found, None)


def checked(profile: Profile) -> Profile:
    """Return a profile; raise ``ClusterError`` for an address that must not be kept or used.

    A password has no place in it, and the production cluster is met over TLS only.
    """
    checked_address(profile.uri)
    if profile.name is ProfileName.PROD and not profile.uri.startswith("https://"):
        raise ClusterError(profile.uri, ClusterProblem.PLAIN_TEXT)
    return profile


class SettingsFile:
    """The file in the config folder; raises ``SettingsError`` where it can't be used."""

    def __init__(self, path: Path | None = None) -> None:
        folder = Path(platformdirs.user_config_dir(APP_NAME, appauthor=False))
        self.path = path or folder / "settings.json"

    def read(self) -> Choices:
        """Return what the user chose; nothing is chosen where there is no file."""
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
            return _choices(told)
        except FileNotFoundError:
            return Choices()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsError(self.path, detail=str(error)) from error

    def write(self, choices: Choices) -> None:
        """Keep choices, in the place of those before; a stop leaves the old file or the new."""
        told = {
            "profile": choices.current.value if choices.current else None,
            "profiles": {
                name.value: {"uri": one.uri, "ca_file": str(one.ca_file) if one.ca_file else None}
                for name, one in choices.profiles.items()
            },
            "sound": asdict(choices.sound),
            "weights": asdict(choices.weights),
            "scheme": choices.scheme.value,
            "language": choices.language.value,
            "separator": choices.separator.value,
            "watched": {
                str(library): [str(folder) for folder in folders]
                for library, folders in choices.watched.items()
            },
        }
        half = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            half.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
            half.replace(self.path)
        except OSError as error:
            raise SettingsError(self.path, detail=str(error)) from error


def _choices(told: Mapping[str, Any]) -> Choices:
    profiles = {
        ProfileName(name): Profile(
            ProfileName(name), str(one["uri"]), Path(one["ca_file"]) if one["ca_file"] else None
        )
        for name, one in told["profiles"].items()
    }
    current = ProfileName(told["profile"]) if told["profile"] else None
    watched = {
        Path(library): tuple(map(Path, folders))
        for library, folders in told.get("watched", {}).items()
    }
    return Choices(
        profiles,
        current,
        sound=SoundChoices.of(told.get("sound", {})),
        watched=watched,
        weights=Weights.of(told.get("weights", {})),
        scheme=Scheme(told.get("scheme", Scheme.SYSTEM.value)),
        language=Language(told.get("language", Language.SYSTEM.value)),
        separator=SeparatorName(told.get("separator", SeparatorName.SPLEETER.value)),
    )


def chosen_separator() -> SeparatorName:
    """Return what takes the voice off where no option says: a file that can't be read says nothing.

    What is wrong with the file is told where the rest of it is read.
    """
    try:
        return SettingsFile().read().separator
    except SettingsError:
        return SeparatorName.SPLEETER
