"""The two sides of the transport, and what is heard of each: at which level, and which stem."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from core.audio.levels import matched_gains_db
from core.progress import Progress, ProgressReport
from core.types import Float32Array, Level, SongId, Stem
from ui.presenters.hook import Hook
from ui.presenters.notices import NoticePresenter
from ui.presenters.ports import WorkbenchPort
from ui.presenters.verbs import Lane, Lanes, Verb


class Side(Enum):
    """Which of the two is heard."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class Deck:
    """A song on one side of the transport; ``pace`` is its seconds in one second of side A."""

    song_id: SongId | None  # None where it is not of this library
    path: Path
    title: str
    duration_s: float
    meeting_s: float
    match_s: float  # how long the match is; 0 where there is none
    overview: Float32Array
    pace: float = 1.0


class Levels:
    """How loud songs are, asked in a lane; ``changed`` when one was told."""

    def __init__(self, workbench: WorkbenchPort, lanes: Lanes) -> None:
        self.changed: Hook[None] = Hook()
        self._workbench = workbench
        self._lanes = lanes
        self._levels: dict[Path, Level | None] = {}  # None while it is asked, or can't be told

    def gain_db(self, deck: Deck, other: Deck | None) -> float | None:
        """Return what makes a song as loud as the other; None while that isn't known."""
        here = self._levels.get(deck.path)
        there = self._levels.get(other.path) if other else None
        return matched_gains_db(here, there)[0] if here and there else None

    def want(self, decks: Iterable[Deck]) -> None:
        """Ask for what isn't known."""
        for deck in decks:
            if deck.path not in self._levels:
                self._levels[deck.path] = None
                self._ask(deck)

    def _ask(self, deck: Deck) -> None:
        def ask(progress: Progress) -> Level:
            listening = self._workbench.listening
            return listening.level(deck.path, deck.song_id, progress=progress)

        def keep(level: Level) -> None:
            self._levels[deck.path] = level
            self.changed.emit(None)

        # A file that can't be read is told by the player, who tries it as well.
        self._lanes.run(Verb(ask, keep), Lane.COMPUTE)


class Stems:
    """Which stem is heard, separated in a lane; ``changed`` when that, or how far it is, did."""

    def __init__(self, workbench: WorkbenchPort, lanes: Lanes, *, notices: NoticePresenter) -> None:
        self.changed: Hook[None] = Hook()
        self.stem = Stem.MIX
        self.percent: int | None = None  # of the song that is being separated
        self._workbench = workbench
        self._lanes = lanes
        self._notices = notices
        self._files: dict[tuple[Path, Stem], Path] = {}
        self._running: Progress | None = None

    def source(self, deck: Deck) -> Path:
        """Return the file to play: the chosen stem's, the song's own until that is there."""
        found = self._files.get((deck.path, self.stem))
        return found if found and found.exists() else deck.path

    def choose(self, stem: Stem, decks: Iterable[Deck]) -> None:
        """Hear another stem of the decks, the first one first."""
        self._cancel()
        self.stem = stem
        self.want(decks)
        self.changed.emit(None)

    def stop(self) -> None:
        """Separate no more, and hear the mix."""
        self.choose(Stem.MIX, ())

    def want(self, decks: Iterable[Deck]) -> None:
        """Separate the decks that aren't, one after the other."""
        missing = [deck for deck in decks if self.source(deck) == deck.path]
        if self.stem is Stem.MIX or not missing or self._running:
            return
        deck, *rest = missing
        stem, self.percent = self.stem, 0

        def separate(progress: Progress) -> Path:
            listening = self._workbench.listening
            return listening.stem(deck.path, stem, duration_s=deck.duration_s, progress=progress)

        def keep(file: Path) -> None:
            self._files[deck.path, stem] = file
            self._running = self.percent = None
            self.want(rest)
            self.changed.emit(None)

        self._running = self._lanes.run(
            Verb(separate, keep, on_failure=self._fail, on_progress=self._hear), Lane.COMPUTE
        )

    def _hear(self, report: ProgressReport) -> None:
        self.percent = 100 * report.done // max(report.total, 1)
        self.changed.emit(None)

    def _fail(self, said: str) -> None:
        self._running = None
        self._notices.warn(said)
        self.stop()

    def _cancel(self) -> None:
        running, self._running, self.percent = self._running, None, None
        if running:
            running.cancel()
