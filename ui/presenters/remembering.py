"""What is chosen is kept: a slider that is dragged writes once, not at each step."""

from collections.abc import Callable

from core.progress import Progress
from ui.presenters.verbs import Lane, Lanes, Verb


class Remembering:
    """Writes what is chosen by the time when the lane comes to it."""

    def __init__(
        self, keep: Callable[[], None], *, lanes: Lanes, on_failure: Callable[[str], None]
    ) -> None:
        self._keep = keep
        self._lanes = lanes
        self._on_failure = on_failure
        self._is_asked = False

    def ask(self) -> None:
        """Ask for a write, unless one is to come anyway."""
        if not self._is_asked:
            self._is_asked = True
            self._lanes.run(Verb(self._write, on_failure=self._on_failure), Lane.WRITE)

    def _write(self, _: Progress) -> None:
        self._is_asked = False
        self._keep()
