"""The list of neighbours, with or without other copies of the open song's recording."""

from core.types import Song
from ui.presenters.answers import Answer, Tab, neighbours
from ui.presenters.ports import WorkbenchPort
from ui.presenters.results import ResultsPresenter
from ui.presenters.verbs import Lanes


class NeighboursPresenter(ResultsPresenter):
    """Asks for what sounds like the open song."""

    def __init__(self, workbench: WorkbenchPort, *, lanes: Lanes) -> None:
        super().__init__(Tab.NEIGHBOURS, self._neighbours, lanes=lanes)
        self._workbench = workbench
        self._hides_copies = False

    @property
    def hides_copies(self) -> bool:
        """Whether copies of the open song's recording are left out."""
        return self._hides_copies

    def hide_copies(self, hides: bool) -> None:
        """Leave copies of the open song's recording out, or list them again."""
        if hides != self._hides_copies:
            self._hides_copies = hides
            self.refresh()

    def _neighbours(self, song: Song) -> Answer:
        return neighbours(self._workbench, song, without_copies=self._hides_copies)
