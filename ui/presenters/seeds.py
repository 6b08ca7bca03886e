"""Several songs as one question, more like these and less like those, and the list it brings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.types import Neighbour, Song, SongId, Stage
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.presenters import answers
from ui.presenters.answers import Answer, Drawn, Result
from ui.presenters.music_words import differences
from ui.presenters.ports import WorkbenchPort
from ui.presenters.words import DOT, STEMS, Named, clock, either, told_apart

MOST_NAMED = 6  # of each kind; a sentence with more is read by nobody


@dataclass(frozen=True, slots=True)
class SeedQuestion:
    """The songs that are liked and those that are not; nothing is asked while none is liked."""

    liked: tuple[Song, ...] = ()
    disliked: tuple[Song, ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether there is a question."""
        return bool(self.liked)

    @property
    def words(self) -> str:
        """What is asked: "More like A, B; less like C"."""
        if not self.is_asked:
            return ""
        liked, disliked = (_listed(names_of(songs)) for songs in (self.liked, self.disliked))
        if not disliked:
            return _("More like {liked}").format(liked=liked)
        said = _("More like {liked}; less like {disliked}")
        return said.format(liked=liked, disliked=disliked)

    def dislikes(self, songs: Sequence[Song]) -> bool:
        """Return whether each of these is among those that are not liked."""
        return {song.song_id for song in songs} <= {song.song_id for song in self.disliked}

    def also_like(self, songs: Sequence[Song]) -> "SeedQuestion":
        """Return the question with more songs that are liked."""
        ids = {song.song_id for song in songs}
        return SeedQuestion((*_less(self.liked, ids), *songs), _less(self.disliked, ids))

    def toggle_disliked(self, songs: Sequence[Song]) -> "SeedQuestion":
        """Return the question with songs that are not liked, or without them where they were in."""
        ids = {song.song_id for song in songs}
        added = () if self.dislikes(songs) else tuple(songs)
        return SeedQuestion(_less(self.liked, ids), (*_less(self.disliked, ids), *added))

    def without(self, ids: Collection[SongId]) -> "SeedQuestion":
        """Return the question without some songs."""
        return SeedQuestion(_less(self.liked, ids), _less(self.disliked, ids))


NOTHING_ASKED = SeedQuestion()


def names_of(songs: Sequence[Song]) -> tuple[str, ...]:
    """Return a name of each song that tells it from the others."""
    return told_apart(*(Named(song.title, song.path) for song in songs))


def alike(
    workbench: WorkbenchPort, question: SeedQuestion, *, without_copies: bool = False
) -> Answer:
    """Return the songs that are like what several have in common; runs in a lane."""
    found = workbench.similar_to_all(
        [song.song_id for song in question.liked],
        [song.song_id for song in question.disliked],
        limit=answers.NEIGHBOURS_LIMIT,
        without_copies=without_copies,
    )
    seeds = {near.seed: _drawn(workbench, near.seed) for near in found if near.seed}
    listed = ((near, seeds.get(near.seed) if near.seed else None) for near in found)
    lines = (_result(workbench, near, seed) for near, seed in listed if seed)
    results = tuple(line for line in lines if line)
    return Answer(results, _note(found, [seed.song for seed in seeds.values() if seed]))


def _result(workbench: WorkbenchPort, near: Neighbour, seed: Drawn) -> Result | None:
    song = answers.song_of(workbench, near.song_id)
    if song is None:
        return None
    (name,) = names_of([seed.song])
    theirs, its = clock(near.match.song_s), clock(near.match.query_s)
    said = _("their {theirs} ↔ {moment} of {seed}")
    differs = DOT.join(differences(song, seed.song))
    return answers.near_result(
        near,
        song,
        label=answers.near_label(near, seed.song, song),
        measure=_(answers.ALIKE),
        overview=answers.overview_of(workbench, song),
        moments=said.format(theirs=theirs, moment=its, seed=name),
        differs=(differs,) if differs else (),
        seed=seed,
    )


def _note(found: Sequence[Neighbour], seeds: Sequence[Song]) -> str:
    if not found:
        return _("Nothing to compare with yet. Add more songs.")
    if any(seed.stage is Stage.FIRST_ANSWER for seed in seeds):
        return _("First answer, by the whole mix. The backing's is to come.")
    stems = [STEMS[stem] for stem in dict.fromkeys(near.stem for near in found)]
    said = _("Alike to all of them together, by the {stems}: 1.00 is the same sound.")
    return said.format(stems=either(stems))


def _drawn(workbench: WorkbenchPort, song_id: SongId) -> Drawn | None:
    song = answers.song_of(workbench, song_id)
    return Drawn(song, answers.overview_of(workbench, song)) if song else None


def _less(songs: Sequence[Song], ids: Collection[SongId]) -> tuple[Song, ...]:
    return tuple(song for song in songs if song.song_id not in ids)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    said = ", ".join(names[:MOST_NAMED])
    if more <= 0:
        return said
    others = ngettext("{count} more", "{count} more", more).format(count=number(more))
    return _("{one} and {other}").format(one=said, other=others)
