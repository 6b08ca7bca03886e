"""What the settings dialog shows and changes, beside how songs are heard (``core.listening``)."""

from dataclasses import dataclass, replace
from pathlib import Path

from core import stem_cache
from core.progress import Progress
from core.settings import Language, Scheme, SeparatorName, Settings, SettingsFile


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so on this machine."""

    library: Path
    separator: SeparatorName  # the one in use
    has_demucs: bool  # whether its weights were fetched
    stems_bytes: int  # what the cache of separated songs holds


class Preferences:
    """The settings file and the folders of one run; each verb may block."""

    def __init__(self, settings: Settings, file: SettingsFile | None = None) -> None:
        self._settings = settings
        self._file = file or SettingsFile()
        self._stems = settings.places.cache / stem_cache.FOLDER

    def facts(self) -> Facts:
        """Return what is so now."""
        from core.separation import demucs  # loads torch, which no window should wait for
        from core.weights import is_fetched

        return Facts(
            library=self._settings.places.library,
            separator=self._settings.separator,
            has_demucs=is_fetched(self._settings.places.weights, demucs.HTDEMUCS_FACTS),
            stems_bytes=stem_cache.held_bytes(self._stems),
        )

    def scheme(self) -> Scheme:
        """Return the colours chosen last; raises ``SettingsError``."""
        return self._file.read().scheme

    def keep_scheme(self, scheme: Scheme) -> None:
        """Keep the chosen colours; raises ``SettingsError``."""
        self._file.write(replace(self._file.read(), scheme=scheme))

    def language(self) -> Language:
        """Return the language chosen last; raises ``SettingsError``."""
        return self._file.read().language

    def keep_language(self, language: Language) -> None:
        """Keep the chosen language; raises ``SettingsError``."""
        self._file.write(replace(self._file.read(), language=language))

    def separator(self) -> SeparatorName:
        """Return the separator chosen last; raises ``SettingsError``."""
        return self._file.read().separator

    def keep_separator(self, separator: SeparatorName) -> None:
        """Keep the chosen separator; raises ``SettingsError``."""
        self._file.write(replace(self._file.read(), separator=separator))

    def empty_stems(self) -> None:
        """Delete the separated songs; what a program holds open stays on some systems."""
        stem_cache.empty(self._stems)

    def fetch_demucs(self, *, progress: Progress) -> None:
        """Fetch the weights of Demucs; raises ``WeightsError``."""
        from core.separation import demucs  # as above

        demucs.fetch_weights(self._settings.places.weights, progress=progress)
