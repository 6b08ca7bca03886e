"""What listening needs of a library: how loud songs are, their stems, and how it was set last."""

from dataclasses import replace
from pathlib import Path

from core.audio import decode
from core.audio.loudness import measured
from core.audio.tags import read_level
from core.library.store import Catalogue
from core.progress import Progress
from core.settings import SettingsFile, SoundChoices, Weights
from core.stem_cache import StemCache
from core.stems import StemFiles
from core.types import Level, SongId, Stem


class Listening:
    """Answers what the transport asks; each verb may block."""

    def __init__(self, catalogue: Catalogue, stems: StemCache, *, settings: SettingsFile) -> None:
        self._catalogue = catalogue
        self._stems = stems
        self._settings = settings

    def level(self, path: Path, song_id: SongId | None, *, progress: Progress) -> Level:
        """Return how loud a song is: as was measured, as its tags say, or measured now.

        Raises ``AudioFileError``.
        """
        known = self._catalogue.level(song_id) if song_id else None
        told = known or read_level(path)
        if told:
            return told
        level = measured(decode.blocks(path, progress=progress))
        if song_id:
            self._catalogue.keep_level(song_id, level)
        return level

    def stem(self, path: Path, stem: Stem, *, duration_s: float, progress: Progress) -> Path:
        """Return the file of a song's stem, separated first where it isn't there."""
        return self._stems.stem(path, stem, duration_s=duration_s, progress=progress)

    def kept_stems(self, path: Path, progress: Progress) -> StemFiles | None:
        """Return the stems of a song that was separated to be heard, where they are there."""
        return self._stems.kept(path, progress)

    def choices(self) -> SoundChoices:
        """Return how it was set last; raises ``SettingsError``."""
        return self._settings.read().sound

    def remember(self, choices: SoundChoices) -> None:
        """Keep how it is set; raises ``SettingsError``."""
        self._stems.limit(choices.stems_mib)
        self._settings.write(replace(self._settings.read(), sound=choices))

    def weights(self) -> Weights:
        """Return how much each stem counted last; raises ``SettingsError``."""
        return self._settings.read().weights

    def remember_weights(self, weights: Weights) -> None:
        """Keep how much each stem counts; raises ``SettingsError``."""
        self._settings.write(replace(self._settings.read(), weights=weights))
