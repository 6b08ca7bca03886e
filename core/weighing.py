"""How songs are ranked where more than one stem counts. Pure, so that a list can follow a slider.

The mix stands in where the backing counts and isn't known yet. A song that has none of the stems
that count is left out: it can't be said how near it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.settings import Weights
from core.types import Neighbour, SongId, Stem

_Parts = dict[Stem, Neighbour]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A near song, its score weighed; its moment and stem are those of the stem that counts most.

    ``spoke`` are the stems that were heard, the one that counts most first, each with its score.
    """

    near: Neighbour
    spoke: tuple[tuple[Stem, float], ...]


def share(weights: Weights, stem: Stem) -> float:
    """Return how much a stem counts."""
    return {Stem.BACKING: weights.backing, Stem.VOCAL: weights.vocal, Stem.MIX: weights.mix}[stem]


def rerank(found: Mapping[Stem, Sequence[Neighbour]], weights: Weights) -> list[Weighed]:
    """Return the songs found by any stem, best first by the weighted mean of what each has.

    Where nothing that is there counts, what is chosen by default does.
    """
    there = [stem for stem in Stem if found.get(stem)]
    chosen = weights if any(share(weights, stem) > 0 for stem in there) else Weights()
    weighed = (_weighed(parts, chosen) for parts in _by_song(found))
    return sorted((one for one in weighed if one), key=lambda one: -one.near.score)


def _by_song(found: Mapping[Stem, Sequence[Neighbour]]) -> Iterable[_Parts]:
    songs: dict[SongId, _Parts] = {}
    for stem in (Stem.BACKING, Stem.VOCAL, Stem.MIX):  # of equal scores the backing's comes first
        for near in found.get(stem, ()):
            songs.setdefault(near.song_id, {})[stem] = near
    return songs.values()


def _weighed(parts: _Parts, weights: Weights) -> Weighed | None:
    counted = {stem: share(weights, stem) for stem in parts}
    if not any(counted.values()):
        mix = parts.get(Stem.MIX)
        stands_in = mix is not None and weights.backing > 0 and Stem.BACKING not in parts
        return Weighed(mix, ((Stem.MIX, mix.score),)) if mix and stands_in else None
    heard = sorted((stem for stem in parts if counted[stem] > 0), key=lambda stem: -counted[stem])
    total = sum(counted[stem] for stem in heard)
    score = sum(parts[stem].score * (counted[stem] / total) for stem in heard)
    spoke = tuple((stem, parts[stem].score) for stem in heard)
    return Weighed(replace(parts[heard[0]], score=score), spoke)
