"""Which song of a pair carries its verdict as a label in the table.

A pair is labelled once, on the song that the user would call the copy: the excerpt itself, else
the one that was added later. A song in several pairs carries the strongest verdict.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.types import PairVerdict, Song, SongId, Verdict

STRENGTH = {verdict: index for index, verdict in enumerate(Verdict)}  # strongest first


@dataclass(frozen=True, slots=True)
class Label:
    """What a song is, and to which other song."""

    verdict: Verdict
    twin: SongId


class VerdictBook:
    """The verdicts of all pairs, by song."""

    def __init__(self) -> None:
        self._pairs: dict[SongId, dict[SongId, PairVerdict]] = {}

    def add(self, verdicts: Sequence[PairVerdict]) -> set[SongId]:
        """Note verdicts; return the songs that they touch."""
        for verdict in verdicts:
            self._pairs.setdefault(verdict.a, {})[verdict.b] = verdict
            self._pairs.setdefault(verdict.b, {})[verdict.a] = verdict
        return {song_id for verdict in verdicts for song_id in (verdict.a, verdict.b)}

    def replace(self, song_id: SongId, verdicts: Sequence[PairVerdict]) -> set[SongId]:
        """Replace what is known of a song's pairs; return the songs that this touches."""
        old = self._pairs.pop(song_id, {})
        for other in old:
            self._pairs[other].pop(song_id, None)
        touched = self.add(verdicts) | old.keys()
        return touched | {song_id} if touched else set()

    def label(self, song: Song, song_of: Callable[[SongId], Song | None]) -> Label | None:
        """Return the strongest verdict of the pairs in which this song is the copy."""
        carried = [
            Label(pair.verdict, other)
            for other, pair in self._pairs.get(song.song_id, {}).items()
            if _is_copy(pair.verdict, song, song_of(other))
        ]
        return min(carried, key=lambda label: STRENGTH[label.verdict], default=None)


def _is_copy(verdict: Verdict, song: Song, other: Song | None) -> bool:
    if other is None:  # not in the list yet
        return True
    if verdict is Verdict.EXCERPT and song.duration_s != other.duration_s:
        return song.duration_s < other.duration_s
    return (song.added_at, song.song_id) > (other.added_at, other.song_id)
