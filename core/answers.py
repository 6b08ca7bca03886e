"""What the library answers about a song: what sounds like it, and what it is a copy of.

Milvus recalls, the catalogue's excerpt vectors and fingerprints decide. A ``Question`` is a song
of the library or one that was only analysed to ask; the answers are the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core import duplicates, similarity
from core.code_index import LibraryCodes
from core.duplicates import SongEvidence
from core.errors import UnknownSongError
from core.fingerprint.segments import placed
from core.fingerprint.speeds import TEMPO_SLOPES, Speeds
from core.index import LibraryIndex
from core.library.store import Catalogue
from core.types import (
    Float32Array,
    Neighbour,
    PairVerdict,
    Song,
    SongId,
    SoundKind,
    SpaceName,
    Stem,
    StemVectors,
    Verdict,
)
from core.vectors.spaces import Space
from core.versions.ranking import by_alignment

# A duplicate is the nearest song or among the next few; the fingerprint decides, so that more
# proposals cost little and miss less.
DUPLICATE_CANDIDATES = 30
# A song is in the library a few times at most; a mix holds another song every minute or so.
CODE_CANDIDATES = 20
_CODES_A_SONG = 500
# At another speed only the nearest few of each kind are looked at: a proof takes as long as a
# fingerprint.
SPEED_CANDIDATES = 12
# What the vector's nearest hundred hold is told in docs/decisions/versions.md; to align one takes
# milliseconds, whatever the library holds.
VERSION_CANDIDATES = 100

# An alignment of two songs of four minutes takes 30 ms, and songs are judged under one lock.
WORKS_ALIGNED = 6

Voice = tuple[SpaceName, Stem]
_Found = Mapping[SongId, Sequence[PairVerdict]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is known of the song that is asked about."""

    evidence: SongEvidence
    vectors: Mapping[Voice, StemVectors]
    song: Song | None = None  # None where it is not of the library
    speeds: Speeds | None = None  # None: what plays at another speed can't be told
    kind: SoundKind = SoundKind.UNCLEAR


class Answers:
    """Asks the index and the catalogue of one library."""

    def __init__(
        self, catalogue: Catalogue, index: LibraryIndex, spaces: Mapping[Voice, Space]
    ) -> None:
        self._catalogue = catalogue
        self._index = index
        self._spaces = spaces
        self._codes = LibraryCodes(catalogue)

    def question(self, song: Song) -> Question:
        """Return the question about a song of the library; raise ``UnknownSongError``."""
        found = {voice: self._vectors(song.song_id, voice) for voice in self._spaces}
        return Question(
            evidence=self._evidence(song),
            vectors={voice: vectors for voice, vectors in found.items() if vectors is not None},
            song=song,
            kind=song.kind,
        )

    def similar(
        self, question: Question, space: SpaceName, *, stem: Stem | None, limit: int
    ) -> list[Neighbour]:
        """Return the nearest songs, best first; in sound, those of the asked kind: music by music.

        Without a stem, songs whose backing is known are compared by backing, the others by mix.
        Of the same composition are told by alignment those that the vector proposes.
        """
        if space is SpaceName.WORK:
            return self._versions(question, limit=limit)
        if stem is not None:
            return self._nearest(question, (space, stem), limit=limit)
        by_backing = self._nearest(question, (space, Stem.BACKING), limit=limit)
        by_mix = self._nearest(question, (space, Stem.MIX), limit=limit)
        if not by_backing:
            return by_mix
        found = self._catalogue.vectors_of([near.song_id for near in by_mix], space, Stem.BACKING)
        current = self._spaces[space, Stem.BACKING].model_id
        known = {song_id for song_id, vectors in found.items() if vectors.model_id == current}
        waiting = [near for near in by_mix if near.song_id not in known]
        return sorted((*by_backing, *waiting), key=lambda near: -near.score)[:limit]

    def by_stem(
        self, question: Question, *, limit: int, leaving_out: Collection[SongId] = ()
    ) -> dict[Stem, list[Neighbour]]:
        """Return the nearest songs by any stem, each with its likeness by every stem it has.

        A stem that the asked song lacks, or no other has, is empty.
        """
        voices = [(SpaceName.STYLE, stem) for stem in Stem]
        near = [found for voice in voices for found in self._nearest(question, voice, limit=limit)]
        ids = [one for one in dict.fromkeys(n.song_id for n in near) if one not in leaving_out]
        return {voice[1]: self._ranked(question, voice, ids) for voice in voices}

    def duplicates(self, question: Question) -> list[PairVerdict]:
        """Return what is proved of the song and its candidates, the surest first.

        A song that lies in a mix several times has a verdict for each place.
        """
        candidates = self._candidates(question)
        found = self._at_own_speed(question.evidence, candidates)
        if question.speeds is not None:
            open_ids = [s for s in candidates if not _is_settled(found.get(s, ()))]
            near = open_ids[:SPEED_CANDIDATES]
            sped = self._at_other_speeds(question, near, known=found)
            found |= {song.song_id: [pair] for song, pair in sped}
        pairs = [pair for several in found.values() for pair in several]
        return sorted(pairs, key=lambda pair: -pair.score)

    def at_other_speeds(
        self, question: Question, *, anew: bool = False
    ) -> list[tuple[Song, PairVerdict]]:
        """Return what more than is known is proved of a song that is played otherwise.

        Each pair comes with the other song as it was when it was judged: this takes long. What is
        known at other speeds is judged again where ``anew``.
        """
        known: dict[SongId, list[PairVerdict]] = {}
        again: dict[SongId, None] = {}
        for pair in self._catalogue.verdicts(question.evidence.song_id):
            if anew and pair.overlap.speed != 1.0:
                again[pair.b] = None
            else:
                known.setdefault(pair.b, []).append(pair)
        near = [s for s in self._candidates(question) if not _is_settled(known.get(s, ()))]
        return self._at_other_speeds(question, [*again, *near[:SPEED_CANDIDATES]], known=known)

    def remember(self, evidence: SongEvidence) -> None:
        """Let later questions find this song by its fingerprints."""
        self._codes.put(evidence.song_id, placed(evidence.mix, evidence.backing))

    def forget(self, song_id: SongId) -> None:
        """No longer propose a song."""
        self._codes.remove(song_id)

    def warm_up(self) -> None:
        """Load what the first question would wait for."""
        self._codes.warm_up()
        for space in self._spaces.values():
            self._index.nearest(space, _anything(space), limit=1)

    def _at_own_speed(
        self, asked: SongEvidence, candidates: Sequence[SongId]
    ) -> dict[SongId, list[PairVerdict]]:
        known = [evidence for _, evidence in self._with_evidence(candidates)]
        aligned = _works_to_align(asked, known)
        return {
            one.song_id: duplicates.judge_places(
                asked, one if one.song_id in aligned else replace(one, tonal=None)
            )
            for one in known
        }

    def _at_other_speeds(
        self, question: Question, near: Sequence[SongId], *, known: _Found
    ) -> list[tuple[Song, PairVerdict]]:
        """Judge again, played otherwise, what isn't known to be one recording."""
        asked, speeds = question.evidence, question.speeds
        if speeds is None:
            return []
        left = [
            song_id
            for song_id in dict.fromkeys((*self._candidates_at(speeds), *near))
            if song_id != asked.song_id and not _is_settled(known.get(song_id, ()))
        ]
        found = []
        for song, evidence in self._with_evidence(left):
            pair = duplicates.judge_at_speeds(asked, evidence, speeds=speeds)
            if pair is not None and is_stronger(pair, known.get(song.song_id, ())):
                found.append((song, pair))
        return found

    def _versions(self, question: Question, *, limit: int) -> list[Neighbour]:
        near = self._nearest(question, (SpaceName.WORK, Stem.MIX), limit=VERSION_CANDIDATES)
        asked = question.evidence.tonal
        if asked is None:
            return near[:limit]
        tonals = self._catalogue.tonals_of([found.song_id for found in near])
        return by_alignment(asked, near, tonals=tonals)[:limit]

    def _nearest(self, question: Question, voice: Voice, *, limit: int) -> list[Neighbour]:
        query, space = question.vectors.get(voice), self._spaces.get(voice)
        if query is None or space is None or query.model_id != space.model_id:
            return []
        recalled = self._recalled(question, voice, limit=limit)
        found = self._catalogue.vectors_of(recalled, *voice)
        return similarity.rank(query, list(found.items()), limit=limit)

    def _recalled(self, question: Question, voice: Voice, *, limit: int) -> list[SongId]:
        """Return the songs near by a voice; in sound, only those that are asked among."""
        query, space = question.vectors[voice], self._spaces[voice]

        def kept(near: Sequence[SongId]) -> list[SongId]:
            others = [song_id for song_id in near if song_id != question.evidence.song_id]
            is_sound = voice[0] is SpaceName.STYLE
            return self._catalogue.in_company(others, question.kind) if is_sound else others

        return self._index.nearest_of(space, query.song, limit=limit, kept=kept)

    def _ranked(
        self, question: Question, voice: Voice, song_ids: Sequence[SongId]
    ) -> list[Neighbour]:
        """Return those of these songs that can be compared by a voice, best first."""
        query, space = question.vectors.get(voice), self._spaces.get(voice)
        if query is None or space is None or query.model_id != space.model_id:
            return []
        found = self._catalogue.vectors_of(song_ids, *voice)
        known = [(one, v) for one, v in found.items() if v.model_id == query.model_id]
        return similarity.rank(query, known, limit=len(known))

    def _candidates(self, question: Question) -> list[SongId]:
        """Return the songs worth judging: the same bytes, near vectors, shared codes."""
        asked, catalogue = question.evidence, self._catalogue
        same = (*catalogue.by_sha256(asked.sha256), *catalogue.by_stream(asked.stream_sha256))
        ids = {song.song_id: None for song in same}
        for voice, space in self._spaces.items():
            query = question.vectors.get(voice)
            if query is not None and query.model_id == space.model_id:
                hits = self._index.nearest(space, query.song, limit=DUPLICATE_CANDIDATES)
                ids |= {SongId(hit.key): None for hit in hits}
        limit = CODE_CANDIDATES + len(asked.mix) // _CODES_A_SONG
        codes = placed(asked.mix, asked.backing)
        ids |= dict.fromkeys(self._codes.candidates(codes, limit=limit))
        ids.pop(asked.song_id, None)
        return list(ids)

    def _candidates_at(self, speeds: Speeds) -> list[SongId]:
        votes: dict[SongId, int] = {}
        for sped in speeds.sped:
            slopes = TEMPO_SLOPES if sped.factor == 1.0 else (1.0, sped.factor)
            for song_id, n in self._codes.votes(placed(sped.codes), slopes=slopes).items():
                votes[song_id] = max(n, votes.get(song_id, 0))
        return sorted(votes, key=lambda song_id: -votes[song_id])[:SPEED_CANDIDATES]

    def _with_evidence(self, song_ids: Sequence[SongId]) -> Iterator[tuple[Song, SongEvidence]]:
        """Yield those of the songs that the library has, and still has when it is their turn."""
        for song in self._catalogue.songs_of(song_ids):
            try:
                evidence = self._evidence(song)
            except UnknownSongError:
                continue
            yield song, evidence

    def _evidence(self, song: Song) -> SongEvidence:
        """Return what a song is judged by; raise ``UnknownSongError`` where it has left."""
        mix = self._catalogue.fingerprints(song.song_id, Stem.MIX)
        if not mix:
            raise UnknownSongError(song.song_id)
        return SongEvidence(
            song_id=song.song_id,
            sha256=song.stamp.sha256,
            duration_s=song.duration_s,
            mix=mix[0].codes,
            backing=self._catalogue.fingerprints(song.song_id, Stem.BACKING),
            stream_sha256=song.stream_sha256,
            work=self._vectors(song.song_id, (SpaceName.WORK, Stem.MIX)),
            grain=self._catalogue.grain(song.song_id),
            tonal=self._catalogue.tonal(song.song_id),
        )

    def _vectors(self, song_id: SongId, voice: Voice) -> StemVectors | None:
        space, stem = voice
        return self._catalogue.vectors(song_id, space, stem)


def _is_settled(pairs: Iterable[PairVerdict]) -> bool:
    """Whether nothing stronger can be found by playing the song otherwise."""
    return any(pair.verdict in (Verdict.EXACT_FILE, Verdict.SAME_RECORDING) for pair in pairs)


def is_stronger(pair: PairVerdict, known: Iterable[PairVerdict]) -> bool:
    """Whether a verdict says more than all that is known of its pair."""
    strength = list(Verdict)  # declared strongest first
    return all(strength.index(pair.verdict) < strength.index(other.verdict) for other in known)


def _anything(space: Space) -> Float32Array:
    """Return some vector of length 1: what it finds does not matter."""
    vector = np.zeros(space.dimension, np.float32)
    vector[0] = 1.0
    return vector


def _works_to_align(asked: SongEvidence, known: Sequence[SongEvidence]) -> set[SongId]:
    """Return the songs whose compositions are compared with the asked one: the nearest few.

    The first answer, before the backing is known, does not wait for that.
    """
    work = asked.work
    if work is None or not asked.backing:
        return set()
    near = [
        (-float(work.song @ one.work.song), one.song_id)
        for one in known
        if one.work is not None and one.work.model_id == work.model_id
    ]
    return {song_id for _, song_id in sorted(near)[:WORKS_ALIGNED]}
