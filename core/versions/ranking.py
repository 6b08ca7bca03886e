"""Which of the songs that the vector proposes are versions of the asked one, best first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.embedding.steps import STEP_S
from core.types import Match, Neighbour, SongId, Tonal
from core.versions.alignment import Stretch, align, own_gain, scores_of


def by_alignment(
    query: Tonal, near: Sequence[Neighbour], *, tonals: Mapping[SongId, Tonal]
) -> list[Neighbour]:
    """Return the proposed songs in the order of their alignment, each with where it leads.

    A score of 1.0 is the song itself. Songs without a sequence come last, as they stood; so do all
    where the asked song has none.
    """
    known = [found for found in near if len(tonals.get(found.song_id, ())) > 0]
    sequences = [tonals[found.song_id] for found in known]
    own = own_gain(query) / max(len(query), 1) ** 0.5
    if own <= 0.0:
        return list(near)
    stretches = align(query, sequences)
    scores = scores_of(stretches, sequences)
    aligned = [
        _told(found, stretch, score=min(score / own, 1.0))
        for found, stretch, score in zip(known, stretches, scores, strict=True)
        if stretch is not None
    ]
    placed = {found.song_id for found in aligned}
    unknown = [found for found in near if found.song_id not in placed]
    return [*sorted(aligned, key=lambda found: -found.score), *unknown]


def _told(found: Neighbour, stretch: Stretch, *, score: float) -> Neighbour:
    match = Match(
        query_s=stretch.a_start * STEP_S,
        song_s=stretch.b_start * STEP_S,
        duration_s=(stretch.a_stop - stretch.a_start) * STEP_S,
    )
    return replace(found, score=score, match=match)
