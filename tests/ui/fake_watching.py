"""Watched folders of an invented library: the folders and the files in them are real."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import WorldError
from core.progress import Progress
from core.watching import Known, Look, Lookout

if TYPE_CHECKING:
    from tests.ui.fake_library import FakeWorkbench


class FakeWatching:
    """Looks as the real one does; files need no rest, where a test doesn't ask for it."""

    def __init__(self, workbench: "FakeWorkbench") -> None:
        self._shelf = workbench.catalogue
        self.lookout = Lookout(rest_s=0.0)
        self.kept: tuple[Path, ...] = ()
        self.looks = 0
        self.failure: WorldError | None = None

    def folders(self) -> tuple[Path, ...]:
        return self.kept

    def watch(self, folders: Sequence[Path]) -> None:
        self.kept = tuple(folders)

    def look(self, *, progress: Progress) -> Look:
        self.looks += 1
        if self.failure:
            raise self.failure
        here = [*self._shelf.queue, *(song.path for song in self._shelf.songs.values())]
        known = Known(frozenset(here), frozenset(self._shelf.problems))
        return self.lookout.look(self.kept, known, progress=progress)
