"""The neighbours of one song by every stem, held in memory: a slider only ranks them anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.settings import Weights
from core.types import Float32Array, Neighbour, Song, SongId, Stem
from core.weighing import Weighed, rerank
from ui.language import gettext as _
from ui.language import number
from ui.presenters import answers
from ui.presenters.answers import Answer, Result
from ui.presenters.music_words import differences
from ui.presenters.ports import WorkbenchPort
from ui.presenters.words import DOT, STEMS

# A list of 24 is ranked anew from this many by each stem: what a slider can bring to the top lies
# near by one of them.
CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class Candidates:
    """What may be listed of one song, with all that its lines say."""

    about: Song
    found: Mapping[Stem, Sequence[Neighbour]]
    songs: Mapping[SongId, tuple[Song, Float32Array]]  # with the peaks

    def answer(self, weights: Weights) -> Answer:
        """Return the list for these weights; asks nobody."""
        known = [one for one in rerank(self.found, weights) if one.near.song_id in self.songs]
        listed = known[: answers.NEIGHBOURS_LIMIT]
        results = tuple(self._result(one) for one in listed)
        return Answer(results, self._note(results, listed))

    def _note(self, results: Sequence[Result], listed: Sequence[Weighed]) -> str:
        if any(len(one.spoke) > 1 for one in listed):
            return _("Alike in sound, as you weigh it: 1.00 is the same sound.")
        return answers.neighbours_note(results, _stems(listed), about=self.about)

    def _result(self, one: Weighed) -> Result:
        song, overview = self.songs[one.near.song_id]
        differs = differences(song, self.about)
        label = answers.near_label(one.near, self.about, song)
        if len(one.spoke) > 1:
            # Three lines have room: the moments, the stems, and what differs.
            differs = tuple(line for line in (_heard(one), DOT.join(differs)) if line)
            label = " + ".join(STEMS[stem] for stem, _score in one.spoke)
        return answers.near_result(
            one.near,
            song,
            label=label,
            differs=differs,
            measure=_(answers.ALIKE),
            overview=overview,
        )


def candidates(workbench: WorkbenchPort, song: Song, *, without_copies: bool = False) -> Candidates:
    """Fetch what a song's list is ranked from; asks the library, so it runs in a lane."""
    found = workbench.by_stem(song.song_id, limit=CANDIDATES, without_copies=without_copies)
    ids = dict.fromkeys(near.song_id for several in found.values() for near in several)
    known = (answers.song_of(workbench, song_id) for song_id in ids)
    songs = {
        one.song_id: (one, answers.overview_of(workbench, one)) for one in known if one is not None
    }
    return Candidates(song, found, songs)


def _heard(one: Weighed) -> str:
    """Say which stems spoke, and what each said."""
    said = DOT.join(f"{STEMS[stem]} {number(score, 2)}" for stem, score in one.spoke)
    return _("By {scores}").format(scores=said)


def _stems(listed: Sequence[Weighed]) -> list[Stem]:
    return list(dict.fromkeys(stem for one in listed for stem, _score in one.spoke))
