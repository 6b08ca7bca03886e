"""Verdicts on a song's pairs are asked for and kept, so that none outlives what it was proved on.

Songs come, go and are judged under one lock. What plays at another speed is sought outside of it,
since that takes long and a song that was just dropped would wait; under the lock it is only
checked that the other songs are still those that were judged.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace

from core.answers import Answers, Question, is_stronger
from core.library.store import Catalogue
from core.types import PairVerdict, Song


class Judge:
    """Judges the songs of one library and keeps the verdicts."""

    def __init__(self, catalogue: Catalogue, answers: Answers, *, lock: threading.Lock) -> None:
        self._catalogue = catalogue
        self._answers = answers
        self._lock = lock

    def judge(self, question: Question, *, twin: Song | None = None) -> list[PairVerdict]:
        """Keep what is proved at the song's own speed, and return all that is known of it.

        What is known at other speeds stays. A copy is at other speeds what its ``twin`` is.
        """
        catalogue, song_id = self._catalogue, question.evidence.song_id
        with self._lock:
            pairs = self._answers.duplicates(replace(question, speeds=None))
            if twin is not None:
                known = [p for p in catalogue.verdicts(twin.song_id) if p.overlap.speed != 1.0]
                pairs += [replace(pair, a=song_id) for pair in known if pair.b != song_id]
            catalogue.put_verdicts(song_id, pairs, keeps_speeds=True)
            return catalogue.verdicts(song_id)

    def judge_at_speeds(self, question: Question) -> None:
        """Keep what is proved of the song at other speeds, where that is more than is known."""
        sped = self._answers.at_other_speeds(question)
        with self._lock:
            pairs = self._still_true(sped)
            self._catalogue.strengthen_verdicts(question.evidence.song_id, pairs)

    def judge_again(self, question: Question) -> None:
        """Judge anew, at all speeds, a song of which more is known than when it was judged."""
        sped = self._answers.at_other_speeds(question, anew=True)
        with self._lock:
            pairs = self._answers.duplicates(replace(question, speeds=None))
            more = self._still_true(sped)
            pairs += [
                pair for pair in more if is_stronger(pair, (p for p in pairs if p.b == pair.b))
            ]
            self._catalogue.put_verdicts(
                question.evidence.song_id,
                pairs,
                keeps_speeds=True,
                anew=[pair.b for pair in more],
            )

    def _still_true(self, sped: Sequence[tuple[Song, PairVerdict]]) -> list[PairVerdict]:
        """Return the pairs whose other song is still the one that was judged."""
        songs = self._catalogue.songs_of([song.song_id for song, _ in sped])
        # A file that changes becomes the same song, added anew.
        now = {song.song_id: song.added_at for song in songs}
        return [pair for song, pair in sped if now.get(song.song_id) == song.added_at]
