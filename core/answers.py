"""What the library answers about a song: what sounds like it, and what it is a copy of.

Milvus recalls, the catalogue's excerpt vectors and fingerprints decide. A ``Question`` is a song
of the library or one that was only analysed to ask; the answers are the same.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core import duplicates, similarity
from core.duplicates import SongEvidence
from core.fingerprint.index import CodeIndex
from core.index import LibraryIndex
from core.library.store import Catalogue
from core.types import (
    Float32Array,
    Neighbour,
    PairVerdict,
    Song,
    SongId,
    SpaceName,
    Stem,
    StemVectors,
)
from core.vectors.spaces import Space

# How many more songs Milvus recalls than are asked for: the asked song itself, and copies.
RECALL_MARGIN = 10
# A duplicate is the nearest song or among the next few; the fingerprint decides, so that more
# proposals cost little and miss less.
DUPLICATE_CANDIDATES = 30

Voice = tuple[SpaceName, Stem]


@dataclass(frozen=True, slots=True)
class Question:
    """What is known of the song that is asked about."""

    evidence: SongEvidence
    vectors: Mapping[Voice, StemVectors]
    song: Song | None = None  # None where it is not of the library


class Answers:
    """Asks the index and the catalogue of one library."""

    def __init__(
        self, catalogue: Catalogue, index: LibraryIndex, spaces: Mapping[Voice, Space]
    ) -> None:
        self._catalogue = catalogue
        self._index = index
        self._spaces = spaces
        self._codes: CodeIndex | None = None
        self._codes_lock = threading.Lock()

    def question(self, song: Song) -> Question:
        """Return the question about a song of the library."""
        found = {voice: self._vectors(song.song_id, voice) for voice in self._spaces}
        return Question(
            evidence=self._evidence(song),
            vectors={voice: vectors for voice, vectors in found.items() if vectors is not None},
            song=song,
        )

    def similar(
        self, question: Question, space: SpaceName, *, stem: Stem | None, limit: int
    ) -> list[Neighbour]:
        """Return the nearest songs, best first.

        Without a stem, songs whose backing is known are compared by backing, the others by mix.
        """
        if stem is not None:
            return self._nearest(question, (space, stem), limit=limit)
        by_backing = self._nearest(question, (space, Stem.BACKING), limit=limit)
        by_mix = self._nearest(question, (space, Stem.MIX), limit=limit)
        if not by_backing:
            return by_mix
        known = self._catalogue.vectors_of([found.song_id for found in by_mix], space, Stem.BACKING)
        waiting = [found for found in by_mix if found.song_id not in known]
        return sorted((*by_backing, *waiting), key=lambda found: -found.score)[:limit]

    def duplicates(self, question: Question) -> list[PairVerdict]:
        """Return what is proved of the song and its candidates, the surest first."""
        asked = question.evidence
        verdicts = (
            duplicates.judge(asked, self._evidence(song)) for song in self._candidates(question)
        )
        found = [verdict for verdict in verdicts if verdict is not None]
        return sorted(found, key=lambda verdict: -verdict.score)

    def remember(self, evidence: SongEvidence) -> None:
        """Let later questions find this song by its fingerprint."""
        codes = self._code_index()
        with self._codes_lock:
            codes.remove(evidence.song_id)
            codes.add(evidence.song_id, evidence.mix)

    def forget(self, song_id: SongId) -> None:
        """No longer propose a song."""
        codes = self._code_index()
        with self._codes_lock:
            codes.remove(song_id)

    def warm_up(self) -> None:
        """Load what the first question would wait for."""
        self._code_index()
        for space in self._spaces.values():
            self._index.nearest(space, _anything(space), limit=1)

    def _nearest(self, question: Question, voice: Voice, *, limit: int) -> list[Neighbour]:
        query, space = question.vectors.get(voice), self._spaces.get(voice)
        if query is None or space is None or query.model_id != space.model_id:
            return []
        hits = self._index.nearest(space, query.song, limit=limit + RECALL_MARGIN)
        recalled = [SongId(hit.key) for hit in hits if hit.key != question.evidence.song_id]
        found = self._catalogue.vectors_of(recalled, *voice)
        return similarity.rank(query, list(found.items()), limit=limit)

    def _candidates(self, question: Question) -> list[Song]:
        asked = question.evidence
        ids = {song.song_id: None for song in self._catalogue.by_sha256(asked.sha256)}
        for voice in ((SpaceName.STYLE, Stem.MIX), (SpaceName.STYLE, Stem.BACKING)):
            query, space = question.vectors.get(voice), self._spaces.get(voice)
            if query is not None and space is not None:
                hits = self._index.nearest(space, query.song, limit=DUPLICATE_CANDIDATES)
                ids |= {SongId(hit.key): None for hit in hits}
        codes = self._code_index()
        with self._codes_lock:
            ids |= dict.fromkeys(codes.candidates(asked.mix))
        ids.pop(asked.song_id, None)
        return self._catalogue.songs_of(list(ids))

    def _evidence(self, song: Song) -> SongEvidence:
        mix = self._catalogue.fingerprints(song.song_id, Stem.MIX)
        return SongEvidence(
            song_id=song.song_id,
            sha256=song.stamp.sha256,
            duration_s=song.duration_s,
            mix=mix[0].codes,
            backing=self._catalogue.fingerprints(song.song_id, Stem.BACKING),
        )

    def _vectors(self, song_id: SongId, voice: Voice) -> StemVectors | None:
        space, stem = voice
        return self._catalogue.vectors(song_id, space, stem)

    def _code_index(self) -> CodeIndex:
        with self._codes_lock:
            if self._codes is None:
                self._codes = CodeIndex()
                self._codes.add_all(self._catalogue.mix_codes())
            return self._codes


def _anything(space: Space) -> Float32Array:
    """Return some vector of length 1: what it finds does not matter."""
    vector = np.zeros(space.dimension, np.float32)
    vector[0] = 1.0
    return vector
