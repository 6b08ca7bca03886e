"""The verbs that ask the catalogue alone: they answer before any model is loaded."""

from core.library.store import Catalogue
from core.types import Decision, Float32Array, PairVerdict, Problem, Song, SongId


class CatalogueVerbs:
    """What is read of a library without its index and its models, from any thread."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    @property
    def catalogue(self) -> Catalogue:
        """The library's catalogue."""
        return self._catalogue

    def songs(self) -> list[Song]:
        """Return every song of the library, in the order in which they were added."""
        return self._catalogue.songs()

    def problems(self) -> list[Problem]:
        """Return the files that could not be added."""
        return self._catalogue.problems()

    def duplicates(self, song_id: SongId | None = None) -> list[PairVerdict]:
        """Return the proved pairs of a song, or of the whole library."""
        return self._catalogue.verdicts(song_id)

    def decisions(self) -> list[tuple[SongId, SongId, Decision]]:
        """Return what the user said of pairs, the latest first."""
        return [(found.a, found.b, found.decision) for found in self._catalogue.decisions()]

    def listened(self, song_id: SongId, *, heard_s: float) -> None:
        """Remember how much of a song was heard."""
        self._catalogue.record_listen(song_id, heard_s=heard_s)

    def overview(self, song_id: SongId) -> Float32Array:
        """Return the song's peak levels, float32 [n] in [0, 1], from start to end."""
        return self._catalogue.overview(song_id)

    def cover(self, song_id: SongId) -> bytes | None:
        """Return the song's cover, an encoded image."""
        return self._catalogue.cover(song_id)
