"""The groups of copies in one library: proofs and the user's word from the catalogue, made groups.

Nothing is decoded here: what copies are compared by was measured when they were added.
"""

from collections.abc import Mapping, Sequence

from core import copies, groups
from core.copy_types import CopyFacts, DuplicateGroup
from core.groups import Pair
from core.library.store import Catalogue
from core.types import Decision, PairVerdict, Song, SongId


class Grouping:
    """Answers which songs of a library are one recording, and which copy is better."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def groups(self) -> list[DuplicateGroup]:
        """Return every group, the largest first."""
        verdicts = self._catalogue.verdicts()
        found = groups.build(verdicts, self._decisions())
        facts = self._facts() if found else {}
        known = groups.by_pair(verdicts)
        return [_group(songs, known, facts) for songs in found]

    def copies_of_asked(self, pairs: Sequence[PairVerdict], song: Song | None) -> frozenset[SongId]:
        """Return the songs that are one recording with what is asked about; ``a`` in the pairs.

        What the user said counts where it is a song of the library.
        """
        if song is None:
            return frozenset(pair.b for pair in pairs if pair.verdict in groups.COPIES)
        return self.copies_of([song.song_id])

    def copies_of(self, song_ids: Sequence[SongId]) -> frozenset[SongId]:
        """Return the other songs that are one recording with any of these."""
        asked = frozenset(song_ids)
        found = groups.build(self._catalogue.verdicts(), self._decisions())
        together = [group for group in found if not asked.isdisjoint(group)]
        return frozenset(one for group in together for one in group) - asked

    def _decisions(self) -> dict[Pair, Decision]:
        return {frozenset((d.a, d.b)): d.decision for d in self._catalogue.decisions()}

    def _facts(self) -> dict[SongId, CopyFacts]:
        measures, covered = self._catalogue.measures(), self._catalogue.with_cover()
        return {
            song.song_id: copies.facts_of(
                song, measures.get(song.song_id), has_cover=song.song_id in covered
            )
            for song in self._catalogue.songs()
        }


def _group(
    songs: Sequence[SongId],
    known: Mapping[Pair, Sequence[PairVerdict]],
    facts: Mapping[SongId, CopyFacts],
) -> DuplicateGroup:
    compared = tuple(facts[song_id] for song_id in songs)
    choice = copies.choose(compared)
    return DuplicateGroup(
        songs=tuple(songs),
        pairs=groups.pairs_within(songs, known),
        best=choice.best,
        reasons=choice.reasons,
        copies=compared,
    )
