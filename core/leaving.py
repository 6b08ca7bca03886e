"""Songs leave the library with an action of the journal, and come back with all that they were."""

from collections.abc import Sequence

from core.errors import WorldError
from core.intake import Library
from core.library.journal import Entry
from core.types import SongId


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

        They are compared with what came meanwhile.
        """
        library = self._library
        with library.judging:
            back = library.catalogue.take_back(entry, song_ids=song_ids)
            self._index_again(back)
            songs = library.catalogue.songs_of(back)
            questions = [library.answers.question(song) for song in songs]
            for question in questions:
                library.answers.remember(question.evidence)
            for question in questions:
                pairs = library.answers.duplicates(question)
                library.catalogue.add_verdicts(question.evidence.song_id, pairs)
        return back

    def _index_again(self, song_ids: Sequence[SongId]) -> None:
        for song in self._library.catalogue.songs_of(song_ids):
            vectors = self._library.answers.question(song).vectors
            self._library.index.put(song.song_id, vectors.values())
