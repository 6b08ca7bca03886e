"""Check before release: whether a demo is too close to something here or in the catalogue.

Nothing is added. The library answers first; the catalogue is asked only when the user says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from core.copy_types import CheckReport
from core.ports import SyncPort
from core.progress import Progress, ProgressReport
from ui.language import N_
from ui.language import gettext as _
from ui.messages import file_name
from ui.presenters import findings, told
from ui.presenters.answers import NO_WAVE, Result
from ui.presenters.decks import Deck
from ui.presenters.findings import NOT_CHECKED, STOPPED, Answered, Findings, Where
from ui.presenters.hook import Hook
from ui.presenters.ports import WorkbenchPort
from ui.presenters.results import ListState
from ui.presenters.transport import TransportPresenter
from ui.presenters.verbs import Lane, Lanes, Verb

T = TypeVar("T")

PROMISE = N_(
    "Nothing is added, and nothing leaves this machine unless you then ask the catalogue. "
    "The sound never does."
)
KEPT = N_("Nothing was added, and the sound stayed on this machine.")
NOTHING_YET = Findings(ListState.NO_SONG)
LOOKING = Findings(ListState.LOADING)


class Finding:
    """The lines found in one place, with the one that is chosen; what a list shows."""

    def __init__(self, where: Where) -> None:
        self.changed: Hook[None] = Hook()
        self.chosen: Hook[None] = Hook()
        self.where = where
        self._found = NOTHING_YET
        self._current: int | None = None

    @property
    def found(self) -> Findings:
        """What was found."""
        return self._found

    @property
    def results(self) -> Sequence[Result]:
        """The lines, closest first."""
        return self._found.results

    @property
    def index(self) -> int | None:
        """Which line is chosen."""
        return self._current

    @property
    def current(self) -> Result | None:
        """The chosen line."""
        return None if self._current is None else self._found.results[self._current]

    def choose(self, index: int) -> None:
        """Choose a line."""
        if 0 <= index < len(self.results) and index != self._current:
            self._current = index
            self.chosen.emit(None)

    def step(self, by: int) -> None:
        """Choose the line that is ``by`` further."""
        if self.results:
            self.choose(min(len(self.results) - 1, max(0, (self._current or 0) + by)))

    def show(self, found: Findings) -> None:
        """Show other findings, the closest chosen."""
        self._found, self._current = found, 0 if found.results else None
        self.changed.emit(None)


class CheckPresenter:
    """Checks one file at a time; ``changed`` when file, progress or note did."""

    def __init__(
        self,
        workbench: WorkbenchPort,
        sync: SyncPort,
        *,
        transport: TransportPresenter,
        lanes: Lanes,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.places = {where: Finding(where) for where in Where}
        self._workbench = workbench
        self._sync = sync
        self._transport = transport
        self._lanes = lanes
        self._place = Where.HERE  # whose lines the keys are about
        self._path: Path | None = None
        self._duration_s = 0.0
        self._heard: CheckReport | None = None  # what the catalogue can be asked with
        self._cluster = ""
        self._running: Progress | None = None
        self._report: ProgressReport | None = None

    @property
    def name(self) -> str:
        """The name of the file that is checked; empty where none is."""
        return file_name(self._path) if self._path else ""

    @property
    def is_running(self) -> bool:
        """Whether something is being compared."""
        return self._running is not None

    @property
    def report(self) -> ProgressReport | None:
        """How far the comparison is."""
        return self._report

    @property
    def words(self) -> str:
        """What is being done."""
        if self._running is None:
            return ""
        if self._is_asking:
            return _("Asking the catalogue")
        what = told.doing(self._report.what) if self._report else ""
        return what or _("Listening")

    @property
    def finding(self) -> Finding:
        """The lines that the keys are about: where the user is, else where there are some."""
        there = self.places[self._place]
        return there if there.results else self.places[_other(self._place)]

    @property
    def note(self) -> str:
        """What is added, and what leaves this machine."""
        if self._path is None or self.places[Where.HERE].found.state is ListState.LOADING:
            return _(PROMISE)
        there = self.places[Where.CATALOGUE].found
        if not there.sent_to:
            return _(KEPT)
        return f"{_(KEPT)} {self._sent(there).format(cluster=there.sent_to)}"

    def _sent(self, there: Findings) -> str:
        if there.state in (ListState.FULL, ListState.EMPTY):
            return _("One vector was sent to {cluster}.")
        if self._running:
            return _("One vector is on its way to {cluster}.")
        return _("One vector may have gone to {cluster}.")

    @property
    def _is_asking(self) -> bool:
        """Whether the catalogue is being asked, the library having answered."""
        return (
            self._running is not None
            and self.places[Where.CATALOGUE].found.state is ListState.LOADING
        )

    def turn(self, where: Where) -> None:
        """Let the keys be about one place's lines."""
        self._place = where

    def check(self, path: Path) -> None:
        """Check a file, instead of the one before."""
        if self._running:
            self._running.cancel()
        self._path, self._duration_s, self._heard = path, 0.0, None
        self._place = Where.HERE
        self._show(LOOKING, NOTHING_YET)
        self._start(
            lambda progress: self._workbench.check(path, progress=progress),
            self._take_report,
            where=Where.HERE,
        )

    def again(self) -> None:
        """Check the same file once more."""
        if self._path:
            self.check(self._path)

    def cancel(self) -> None:
        """Stop at once: what the library answered stays, else it is as if nothing was dropped."""
        if self._running is None:
            return
        self._running.cancel()
        if self._is_asking:
            stopped = Findings(ListState.TO_COME, _(STOPPED), sent_to=self._cluster)
            self.places[Where.CATALOGUE].show(stopped)
        else:
            self._path, self._heard = None, None
            self._show(NOTHING_YET, NOTHING_YET)
        self._end()

    def meet(self, cluster: str) -> None:
        """Offer to ask another cluster, once it was signed in to; its name is as it is shown."""
        if self._heard is None or self._running or cluster == self._cluster:
            return
        there = self.places[Where.CATALOGUE]
        is_offer = there.found == findings.offer(self._cluster)
        self._cluster = cluster
        if is_offer:  # else it says what another one answered, or did not
            there.show(findings.offer(cluster))

    @property
    def needs_cluster(self) -> bool:
        """Whether the catalogue could be asked, were a cluster set up."""
        return self._heard is not None and not self._cluster

    def ask_catalogue(self) -> None:
        """Ask the catalogue about the demo that the library has answered for."""
        heard = self._heard
        if heard is None or self._running or not self._cluster:
            return
        self._place = Where.CATALOGUE
        self.places[Where.CATALOGUE].show(replace(LOOKING, sent_to=self._cluster))
        self._start(
            lambda progress: findings.catalogue(self._sync, heard, progress=progress),
            self._take_there,
            where=Where.CATALOGUE,
        )

    def play_demo(self) -> None:
        """Play the demo alone, once it was listened to."""
        if self._path and self._duration_s:
            self._transport.play_alone(self._demo(self._path, 0.0, match_s=0.0))

    def play(self, result: Result) -> None:
        """Play a song where it meets the demo, with the demo on side A."""
        if self._path is None:
            return
        match = result.match
        start_s, long_s = (match.query_s, match.duration_s) if match else (0.0, 0.0)
        self._transport.play_beside(self._demo(self._path, start_s, match_s=long_s), result)

    def switch(self, result: Result) -> None:
        """Switch between the demo and a song; the two come to the transport first."""
        if self._path and result.path and self._transport.holds_pair(self._path, result.path):
            self._transport.switch()
        else:
            self.play(result)

    def _demo(self, path: Path, meeting_s: float, *, match_s: float) -> Deck:
        return Deck(None, path, self.name, self._duration_s, meeting_s, match_s, NO_WAVE)

    def _take_report(self, report: CheckReport) -> None:
        self._duration_s, self._heard = report.duration_s, report
        self._start(
            lambda _: findings.answered(self._workbench, self._sync, report),
            self._take_here,
            where=Where.HERE,
        )

    def _take_here(self, found: Answered) -> None:
        self._cluster = found.cluster
        self._show(found.here, found.offer)
        self._end()

    def _take_there(self, found: Findings) -> None:
        self.places[Where.CATALOGUE].show(found)
        self._end()

    def _start(
        self, work: Callable[[Progress], T], take: Callable[[T], None], *, where: Where
    ) -> None:
        verb = Verb(
            work, on_success=take, on_failure=partial(self._fail, where), on_progress=self._hear
        )
        self._running, self._report = self._lanes.run(verb, Lane.COMPUTE), None
        self.changed.emit(None)

    def _hear(self, report: ProgressReport) -> None:
        self._report = report
        self.changed.emit(None)

    def _fail(self, where: Where, sentence: str) -> None:
        if where is Where.HERE:
            self._heard = None
            not_asked = Findings(ListState.EMPTY, _(NOT_CHECKED))
            self._show(Findings(ListState.FAILED, sentence), not_asked)
        else:
            failed = Findings(ListState.FAILED, sentence, sent_to=self._cluster)
            self.places[Where.CATALOGUE].show(failed)
        self._end()

    def _end(self) -> None:
        self._running, self._report = None, None
        self.changed.emit(None)

    def _show(self, here: Findings, catalogue: Findings) -> None:
        self.places[Where.HERE].show(here)
        self.places[Where.CATALOGUE].show(catalogue)


def _other(where: Where) -> Where:
    return Where.CATALOGUE if where is Where.HERE else Where.HERE


def one_demo(paths: Sequence[Path]) -> tuple[Path | None, str]:
    """Return the first file of what was dropped, and what is to be said where it was not all."""
    demo = next((path for path in paths if not path.is_dir()), None)
    if demo is None:
        said = _("{folder} is a folder. Drop one demo to check it.")
        return None, said.format(folder=file_name(paths[0]))
    if len(paths) == 1:
        return demo, ""
    return demo, _("One demo at a time: {file} is checked.").format(file=file_name(demo))
