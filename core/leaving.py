"""Songs leave the library with an action of the journal, and come back with all that they were."""

import logging
from collections.abc import Sequence

from core.errors import WorldError
from core.intake import Library
from core.library.journal import Entry
from core.types import SongId

log = logging.getLogger(__name__)


class Leaving:
    """Lets songs go and come back, in catalogue and index alike."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def let_go(self, entry: Entry) -> None:
        """Take an action's songs out of the library, and conclude the action."""
        library = self._library
        with library.judging:
            for song_id in entry.songs:
                library.index.remove(song_id)
            try:
                library.catalogue.conclude(entry, leaving=entry.songs)
            except WorldError:
                self._index_again(entry.songs)
                raise
            for song_id in entry.songs:
                library.answers.forget(song_id)

    def welcome_back(self, entry: Entry, song_ids: Sequence[SongId]) -> list[SongId]:
        """Take songs back that left with an action, as they were; return those that are back.

        They are compared with what came meanwhile. Once the catalogue has them they are back, even
        if the index can't be written: then its check at the next start mends it.
        """
        library = self._library
        with library.judging:
            back = library.catalogue.take_back(entry, song_ids=song_ids)
            try:
                self._learn(back)
            except WorldError as error:
                log.warning("Songs are back, and could not be indexed or compared: %s", error)
        return back

    def _learn(self, song_ids: Sequence[SongId]) -> None:
        """Index songs that are back, and compare them with what came meanwhile."""
        library = self._library
        self._index_again(song_ids)
        songs = library.catalogue.songs_of(song_ids)
        questions = [library.answers.question(song) for song in songs]
        for question in questions:
            library.answers.remember(question.evidence)
        for question in questions:
            pairs = library.answers.duplicates(question)
            library.catalogue.add_verdicts(question.evidence.song_id, pairs)

    def _index_again(self, song_ids: Sequence[SongId]) -> None:
        for song in self._library.catalogue.songs_of(song_ids):
            vectors = self._library.answers.question(song).vectors
            self._library.index.put(song.song_id, vectors.values())
