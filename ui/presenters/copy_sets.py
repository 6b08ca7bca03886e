"""What the Duplicates screen lists: groups of copies, then pairs that are related.

Everything here asks the library and runs in a lane. A pair whose song is one of a group's copies
is listed once, by the group's better copy where that is among the pairs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from core.copy_types import CopyFacts, CopyReason, DuplicateGroup
from core.types import PairVerdict, Song, SongId, Verdict
from ui.language import N_, Words, ngettext, number
from ui.language import gettext as _
from ui.messages import shown
from ui.presenters import copy_words, evidence
from ui.presenters.copy_words import CopyLine
from ui.presenters.evidence import Evidence
from ui.presenters.ports import WorkbenchPort
from ui.presenters.verdicts import STRENGTH
from ui.presenters.words import VERDICTS, Named, files_told_apart, searchable, size, told_apart

RELATED: Final = (Verdict.EXCERPT, Verdict.SAME_BACKING, Verdict.VERSION)
RELATIONS: Final = Words(
    {
        Verdict.EXCERPT: N_("{other} is an excerpt of it."),
        Verdict.SAME_BACKING: N_("{other} has the same backing."),
        Verdict.VERSION: N_("{other} is a version of the same composition."),
    }
)
DECIDED: Final = N_("same song")  # by the user, not by its sound


@dataclass(frozen=True, slots=True)
class CopySet:
    """Songs that belong together, the better copy first; ``is_group`` where they are copies.

    A pair that is only related has no better copy, and nothing of it is offered to the trash.
    """

    is_group: bool
    songs: tuple[Song, ...]
    pairs: tuple[PairVerdict, ...]
    reasons: tuple[CopyReason, ...]
    facts: Mapping[SongId, CopyFacts]
    label: str
    haystack: str  # what a search looks in

    @property
    def key(self) -> frozenset[SongId]:
        """What tells one set from another."""
        return frozenset(song.song_id for song in self.songs)

    @property
    def best(self) -> Song | None:
        """The better copy, where there is a reason to call one so."""
        return self.songs[0] if self.is_group and self.reasons else None

    @property
    def title(self) -> str:
        """The first song's title."""
        return shown(self.songs[0].title)

    @property
    def names(self) -> Mapping[SongId, str]:
        """What tells its songs from each other: their titles, or their files."""
        said = told_apart(*(Named(song.title, song.path) for song in self.songs))
        return {song.song_id: name for song, name in zip(self.songs, said, strict=True)}

    @property
    def files(self) -> Mapping[SongId, str]:
        """What tells its files from each other."""
        said = files_told_apart(*(song.path for song in self.songs))
        return {song.song_id: name for song, name in zip(self.songs, said, strict=True)}

    @property
    def detail(self) -> str:
        """How many copies, and how much room keeping one would free; else the other song."""
        if not self.is_group:
            return self.names[self.songs[1].song_id]
        freed = sum(song.stamp.size_bytes for song in self.songs[1:])
        count = len(self.songs)
        said = ngettext(
            "{count} copy · keeping one frees {room}",
            "{count} copies · keeping one frees {room}",
            count,
        )
        return said.format(count=number(count), room=size(freed))

    @property
    def lines(self) -> tuple[CopyLine, ...]:
        """Every copy in words."""
        return tuple(
            copy_words.copy_line(song, self.facts.get(song.song_id), is_best=song is self.best)
            for song in self.songs
        )

    @property
    def why(self) -> str:
        """Why the first copy is the better one, or what the other song is to it."""
        if self.is_group:
            return copy_words.better(self.reasons)
        other = self.names[self.songs[1].song_id]
        return RELATIONS[self.pairs[0].verdict].format(other=other)

    def proof(self, a: SongId, b: SongId) -> Evidence | None:
        """Return what is known of two of the songs, seen from ``a``; None where it is nothing."""
        found = [pair for pair in self.pairs if {pair.a, pair.b} == {a, b}]
        return evidence.of_pair(min(found, key=_strength), a) if found else None


def read_sets(workbench: WorkbenchPort) -> tuple[CopySet, ...]:
    """Return every group, largest first, then the related pairs, strongest first."""
    songs = {song.song_id: song for song in workbench.songs()}
    groups = [group for group in workbench.groups() if songs.keys() >= set(group.songs)]
    pairs = [pair for pair in workbench.duplicates(None) if pair.verdict in RELATED]
    known = [pair for pair in pairs if pair.a in songs and pair.b in songs]
    related = sorted(_one_a_place(known, groups), key=_strength)
    return (*(_of_group(group, songs) for group in groups), *(_of_pair(p, songs) for p in related))


def _of_group(group: DuplicateGroup, songs: Mapping[SongId, Song]) -> CopySet:
    others = [song_id for song_id in group.songs if song_id != group.best]
    members = tuple(songs[song_id] for song_id in (group.best, *others))
    strongest = min(group.pairs, key=_strength, default=None)
    label = VERDICTS[strongest.verdict] if strongest else _(DECIDED)
    facts = {copy.song_id: copy for copy in group.copies}
    return CopySet(
        True, members, group.pairs, group.reasons, facts, label, _haystack(members, label)
    )


def _of_pair(pair: PairVerdict, songs: Mapping[SongId, Song]) -> CopySet:
    """List a pair with its longer song first: it is the whole, the other the excerpt."""
    members = (songs[pair.a], songs[pair.b])
    if pair.verdict is Verdict.EXCERPT and members[0].duration_s < members[1].duration_s:
        members = (members[1], members[0])
    label = VERDICTS[pair.verdict]
    return CopySet(False, members, (pair,), (), {}, label, _haystack(members, label))


def _one_a_place(
    pairs: Iterable[PairVerdict], groups: Iterable[DuplicateGroup]
) -> Iterable[PairVerdict]:
    """Keep one pair of every two recordings, of their better copies where these were proved."""
    best = {song_id: group.best for group in groups for song_id in group.songs}
    kept: dict[tuple[frozenset[SongId], Verdict], PairVerdict] = {}
    for pair in pairs:
        ends = frozenset(best.get(song_id, song_id) for song_id in (pair.a, pair.b))
        is_of_best = ends == {pair.a, pair.b}
        if len(ends) > 1 and (is_of_best or (ends, pair.verdict) not in kept):
            kept[ends, pair.verdict] = pair
    return kept.values()


def _strength(pair: PairVerdict) -> tuple[int, float]:
    return STRENGTH[pair.verdict], -pair.score


def _haystack(songs: Iterable[Song], label: str) -> str:
    names = (f"{song.title}\n{song.artist}\n{song.album}\n{song.path.name}" for song in songs)
    return searchable("\n".join((*names, label)))
