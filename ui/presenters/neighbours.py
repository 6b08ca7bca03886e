"""The list of neighbours: of the open song, weighed by stem, or of several songs at once."""

from dataclasses import dataclass, replace

from core.settings import Weights
from core.types import Song, SongId, Stem
from core.weighing import share
from ui.presenters.answers import Answer, Tab, neighbours
from ui.presenters.hook import Hook
from ui.presenters.ports import WorkbenchPort
from ui.presenters.remembering import Remembering
from ui.presenters.results import ResultsPresenter
from ui.presenters.seeds import NOTHING_ASKED, SeedQuestion, alike
from ui.presenters.verbs import Lane, Lanes, Verb
from ui.presenters.weighed import Candidates, candidates


@dataclass(frozen=True, slots=True)
class _Weighable(Answer):
    """An answer that can be ranked anew."""

    near: Candidates


class NeighboursPresenter(ResultsPresenter):
    """Asks for what sounds like the open song.

    Candidates by every stem are fetched once for a song, and only where the user weighs stems;
    then every change of a weight ranks them anew in memory. While a question of several songs is
    asked, its answer is listed whatever song is open.
    """

    def __init__(self, workbench: WorkbenchPort, *, lanes: Lanes) -> None:
        super().__init__(Tab.NEIGHBOURS, self._neighbours, lanes=lanes)
        self.weighed: Hook[None] = Hook()  # the weights, what can be weighed, or the trouble
        self.weights = Weights()
        self.trouble = ""  # why the weights are not remembered
        self.question = NOTHING_ASKED
        self._opened: tuple[Song | None, bool] = (None, False)  # whether answers are to come
        self._workbench = workbench
        self._hides_copies = False
        self._is_weighing = False
        self._is_restored = False
        self._remembering = Remembering(
            lambda: workbench.listening.remember_weights(self.weights),
            lanes=lanes,
            on_failure=self._fret,
        )
        self._near: Candidates | None = None

    @property
    def hides_copies(self) -> bool:
        """Whether copies of the open song's recording are left out."""
        return self._hides_copies

    def hide_copies(self, hides: bool) -> None:
        """Leave copies of the open song's recording out, or list them again."""
        if hides != self._hides_copies:
            self._hides_copies = hides
            self.refresh()

    def ask_for(self, question: SeedQuestion) -> None:
        """List what several songs have in common, or the open song's neighbours again."""
        self.question = question
        if question.is_asked:
            self._near = None
            super().open(question.liked[0])
        else:
            song, to_come = self._opened
            self.open(song, to_come=to_come)

    def refresh(self, song: Song | None = None) -> None:
        """Ask again, showing the old answer meanwhile."""
        if song:
            self._opened = (song, False)
        super().refresh(None if self.question.is_asked else song)

    def open(self, song: Song | None, *, to_come: bool = False) -> None:
        """Show the list of another song, unless several are asked about."""
        self._opened = (song, to_come)
        if self.question.is_asked:
            return
        self._near = None
        if not self._is_restored:
            self._is_restored = True
            self._restore()
        super().open(song, to_come=to_come)
        self.weighed.emit(None)

    def drop(self, song_id: SongId) -> None:
        """Take a song's lines out at once; the next weight asks anew."""
        self._near = None
        super().drop(song_id)

    def can_weigh(self, stem: Stem) -> bool:
        """Whether the open song can be compared by a stem, as far as that is known."""
        return self._near is None or bool(self._near.found.get(stem))

    def show_weights(self, shows: bool) -> None:
        """Fetch what the weights rank, once the user looks at them."""
        self._is_weighing = shows
        if shows and self._near is None:
            self.refresh()

    def weigh(self, stem: Stem, counts: float) -> None:
        """Let a stem count more or less, a share in [0, 1]."""
        if counts != share(self.weights, stem):
            self._turn(replace(self.weights, **{stem.value: counts}))

    def reset_weights(self) -> None:
        """Compare as it comes: by the backing, or the mix where there is none yet."""
        self._turn(Weights())

    def _neighbours(self, song: Song) -> Answer:
        if self.question.is_asked:
            return alike(self._workbench, self.question, without_copies=self._hides_copies)
        if not self._is_weighing and self.weights == Weights():
            return neighbours(self._workbench, song, without_copies=self._hides_copies)
        near = candidates(self._workbench, song, without_copies=self._hides_copies)
        return _Weighable((), "", near)

    def _take(self, answer: Answer) -> None:
        if isinstance(answer, _Weighable):
            self._near = answer.near
            answer = self._near.answer(self.weights)
            self.weighed.emit(None)
        super()._take(answer)

    def _turn(self, weights: Weights) -> None:
        self.weights = weights
        self._rank()
        self._remembering.ask()
        self.weighed.emit(None)

    def _rank(self) -> None:
        if self._near is None:
            self.refresh()
        else:
            super()._take(self._near.answer(self.weights))

    def _restore(self) -> None:
        verb = Verb(lambda _: self._workbench.listening.weights(), self._use, on_failure=self._fret)
        self._lanes.run(verb, Lane.COMPUTE)

    def _use(self, weights: Weights) -> None:
        if weights != self.weights:
            self.weights = weights
            self._rank()
            self.weighed.emit(None)

    def _fret(self, sentence: str) -> None:
        self.trouble = sentence
        self.weighed.emit(None)
