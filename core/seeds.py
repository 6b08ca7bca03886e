"""Several songs as one question: more like these, less like those.

The seeds' vectors are combined as Rocchio does it (1971, "Relevance feedback in information
retrieval"): the mean of what is liked, less a share of the mean of what is not. What is nearest to
that is recalled once; the seeds themselves are left out.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from core.answers import Voice
from core.index import LibraryIndex
from core.library.store import Catalogue
from core.similarity import best_match
from core.types import Float32Array, Neighbour, SongId, SoundKind, SpaceName, Stem, StemVectors
from core.vectors.spaces import Space

# What is not wanted counts for less than what is, or it leads to what is merely far from it:
# the usual weight (Manning, Raghavan and Schuetze 2008, 9.1.1).
DISLIKED_WEIGHT = 0.2
LEAST_LENGTH = 1e-3  # of a combination: what is liked and disliked alike has no direction


class Seeds:
    """Asks for songs that are like several of one library."""

    def __init__(
        self, catalogue: Catalogue, index: LibraryIndex, spaces: Mapping[Voice, Space]
    ) -> None:
        self._catalogue = catalogue
        self._index = index
        self._spaces = spaces

    def similar_to_all(
        self,
        liked: Sequence[SongId],
        disliked: Sequence[SongId],
        *,
        limit: int,
        stem: Stem | None = None,
        leaving_out: Collection[SongId] = (),
    ) -> list[Neighbour]:
        """Return the songs nearest to what the liked have in common, best first.

        Without a stem, by the backing where that of every seed is known, else by the mix. The
        match is with the liked seed that is nearest. What is no music is found only where all that
        is liked is of its kind. Raises ``UnknownSongError``.
        """
        seeds = list(dict.fromkeys((*liked, *disliked)))
        kinds = {song_id: self._catalogue.song(song_id).kind for song_id in seeds}
        companies = {kinds[song_id].company for song_id in liked}
        voice = self._voice(seeds, stem=stem)
        known = self._known(seeds, voice)
        wanted = {song_id: known[song_id] for song_id in liked if song_id in known}
        unwanted = {song_id: known[song_id] for song_id in disliked if song_id in known}
        query = combined(*([v.song for v in side.values()] for side in (wanted, unwanted)))
        if query is None:
            return []
        without = {*seeds, *leaving_out}
        company = companies.pop() if len(companies) == 1 else SoundKind.MUSIC

        def kept(near: Sequence[SongId]) -> list[SongId]:
            others = [song_id for song_id in near if song_id not in without]
            return self._catalogue.in_company(others, company)

        others = self._index.nearest_of(self._spaces[voice], query, limit=limit, kept=kept)
        found = self._catalogue.vectors_of(others, *voice)
        nearest = sorted(found, key=lambda song_id: -float(found[song_id].song @ query))
        return [neighbour(s, found[s], query=query, liked=wanted) for s in nearest[:limit]]

    def _voice(self, seeds: Sequence[SongId], *, stem: Stem | None) -> Voice:
        if stem is not None:
            return SpaceName.STYLE, stem
        backing = SpaceName.STYLE, Stem.BACKING
        is_known = backing in self._spaces and len(self._known(seeds, backing)) == len(seeds)
        return backing if is_known else (SpaceName.STYLE, Stem.MIX)

    def _known(self, seeds: Sequence[SongId], voice: Voice) -> dict[SongId, StemVectors]:
        """Return the seeds' vectors, those of this session's model only."""
        space = self._spaces.get(voice)
        found = self._catalogue.vectors_of(seeds, *voice)
        if space is None:
            return {}
        return {s: vectors for s, vectors in found.items() if vectors.model_id == space.model_id}


def combined(
    liked: Sequence[Float32Array], disliked: Sequence[Float32Array]
) -> Float32Array | None:
    """Return the direction, of length 1, of vectors [D]; None where there is none."""
    if not liked:
        return None
    mean = np.mean(liked, axis=0)
    if disliked:
        mean = mean - DISLIKED_WEIGHT * np.mean(disliked, axis=0)
    length = float(np.linalg.norm(mean))
    if length < LEAST_LENGTH:
        return None
    direction: Float32Array = (mean / length).astype(np.float32)
    return direction


def neighbour(
    song_id: SongId,
    song: StemVectors,
    *,
    query: Float32Array,
    liked: Mapping[SongId, StemVectors],
) -> Neighbour:
    """Return a song with its likeness to the combination and its match with the nearest liked."""
    seed = max(liked, key=lambda one: float(liked[one].song @ song.song))
    score = float(np.clip(song.song @ query, -1.0, 1.0))
    return Neighbour(song_id, score, best_match(liked[seed], song), song.stem, seed)
