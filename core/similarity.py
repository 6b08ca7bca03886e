"""How near songs are in a space: cosines of vectors of length 1. Pure.

Vectors of two models, spaces or lengths are never compared: that is a bug of the caller's.
"""

from collections.abc import Sequence

import numpy as np

from core.errors import BugError
from core.types import Match, Neighbour, SongId, StemVectors


def best_match(query: StemVectors, song: StemVectors) -> Match:
    """Return the pair of moments where two songs are nearest: their nearest pair of excerpts."""
    _check_comparable(query, song)
    if len(query.excerpts) == 0 or len(song.excerpts) == 0:
        raise BugError("vectors of a song without excerpts have no nearest moment")
    cosines = query.excerpts @ song.excerpts.T
    in_query, in_song = np.unravel_index(np.argmax(cosines), cosines.shape)
    return Match(
        query_s=float(query.starts_s[in_query]),
        song_s=float(song.starts_s[in_song]),
        duration_s=min(query.excerpt_s, song.excerpt_s),
    )


def rank(
    query: StemVectors, candidates: Sequence[tuple[SongId, StemVectors]], *, limit: int
) -> list[Neighbour]:
    """Return the nearest candidates, the nearest first, each with its match."""
    for _, vectors in candidates:
        _check_comparable(query, vectors)
    if not candidates or limit <= 0:
        return []
    cosines = np.stack([vectors.song for _, vectors in candidates]) @ query.song
    nearest = np.argsort(-cosines, kind="stable")[:limit]
    return [
        Neighbour(
            song_id=candidates[place][0],
            score=float(np.clip(cosines[place], -1.0, 1.0)),  # rounding may leave 1.0000001
            match=best_match(query, candidates[place][1]),
            stem=query.stem,
        )
        for place in nearest
    ]


def _check_comparable(a: StemVectors, b: StemVectors) -> None:
    if (a.space, a.model_id) != (b.space, b.model_id):
        raise BugError(
            f"vectors of {a.space.value}/{a.model_id} met those of {b.space.value}/{b.model_id}"
        )
    if a.song.shape != b.song.shape:
        raise BugError(f"vectors of {a.song.shape} met those of {b.song.shape}")
