"""What a library gives out: vectors, the map, lists from several seeds, stems of its songs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.audio.sound_formats import SoundFormat
from core.catalogue_verbs import CatalogueVerbs
from core.errors import BugError
from core.exporting import ExportedVectors, export_vectors
from core.grouping import Grouping
from core.intake import Library
from core.listening import Listening
from core.progress import Progress
from core.seeds import Seeds
from core.song_map import SongMap, SongMaps
from core.stems import StemOrder, StemReport, export_stems
from core.types import Neighbour, Song, SongId, Stem
from core.watching import Watching


def _ignore(_: StemReport) -> None:
    """Hear nothing."""


class Outlets(CatalogueVerbs):
    """The verbs that take something out of one open library and change nothing in it."""

    def __init__(
        self,
        library: Library,
        listening: Listening | None = None,
        watching: Watching | None = None,
    ) -> None:
        super().__init__(library.catalogue)
        self._library = library
        self._listening = listening
        self._watching = watching
        folder = library.catalogue.database.path.parent
        self._maps = SongMaps(library.catalogue, library.spaces, folder=folder)

    @property
    def listening(self) -> Listening:
        """What listening needs; only where songs are heard."""
        if self._listening is None:
            raise BugError("this library was opened without a place for stems")
        return self._listening

    @property
    def watching(self) -> Watching:
        """The watched folders; only where they are looked at."""
        if self._watching is None:
            raise BugError("this library was opened without its settings")
        return self._watching

    def song_map(self, *, is_anew: bool = False, progress: Progress) -> SongMap:
        """Return where the songs lie on the map; ``is_anew`` lays all of them out again."""
        return self._maps.current(is_anew=is_anew, progress=progress)

    def similar_to_all(
        self,
        liked: Sequence[SongId],
        disliked: Sequence[SongId] = (),
        *,
        limit: int,
        stem: Stem | None = None,
        without_copies: bool = False,
    ) -> list[Neighbour]:
        """Return the songs nearest to what several songs have in common, best first.

        ``without_copies`` leaves out those that are one recording with a liked one.
        """
        seeds = Seeds(self.catalogue, self._library.index, self._library.spaces)
        copies = Grouping(self.catalogue).copies_of(liked) if without_copies else frozenset()
        return seeds.similar_to_all(liked, disliked, limit=limit, stem=stem, leaving_out=copies)

    def by_stem(
        self, song_id: SongId, *, limit: int, without_copies: bool = False
    ) -> dict[Stem, list[Neighbour]]:
        """Return the songs nearest by any stem, each with its likeness by every stem it has."""
        catalogue, answers = self._library.catalogue, self._library.answers
        question = answers.question(catalogue.song(song_id))
        copies = Grouping(catalogue).copies_of([song_id]) if without_copies else frozenset()
        return answers.by_stem(question, limit=limit + len(copies), leaving_out=copies)

    def export_stems(
        self,
        songs: Sequence[Song],
        folder: Path,
        *,
        sound_format: SoundFormat,
        progress: Progress,
        on_report: Callable[[StemReport], None] = _ignore,
    ) -> list[StemReport]:
        """Write voice and backing of whole songs into a folder."""
        order = StemOrder(folder, sound_format, lambda: self._library.models.separator)
        if self._listening is not None:
            order = replace(order, kept=self._listening.kept_stems)
        return export_stems(songs, order, progress=progress, on_report=on_report)

    def export_vectors(self) -> ExportedVectors:
        """Return every song vector of the library."""
        return export_vectors(self._library.catalogue, self._library.spaces)
