"""What listening asks of a library, over invented songs."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import WorldError
from core.progress import Progress
from core.settings import SoundChoices, Weights
from core.types import Level, SongId, Stem


@dataclass(slots=True)
class FakeListening:
    """Songs are as loud as ``levels`` says; stems lie beside nothing, and are there at once."""

    kept: SoundChoices = field(default_factory=SoundChoices)
    kept_weights: Weights = field(default_factory=Weights)
    levels: dict[str, Level] = field(default_factory=dict)
    folder: Path | None = None  # where stems are "separated" to
    separated: list[tuple[str, Stem]] = field(default_factory=list)
    failure: WorldError | None = None
    may_separate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_separate.set()

    def level(self, path: Path, _song_id: SongId | None, *, progress: Progress) -> Level:
        progress.check()
        return self.levels.get(path.stem, Level(-12.0, 0.9))

    def stem(self, path: Path, stem: Stem, *, duration_s: float, progress: Progress) -> Path:
        progress.report(1, max(round(duration_s), 4), what=path.name)
        while not self.may_separate.wait(0.002):
            progress.check()
        if self.failure:
            raise self.failure
        assert self.folder is not None, "the test must say where stems go"
        self.separated.append((path.stem, stem))
        made = self.folder / f"{path.stem}.{stem.value}.flac"
        made.touch()
        return made

    def choices(self) -> SoundChoices:
        return self.kept

    def remember(self, choices: SoundChoices) -> None:
        self.kept = choices

    def weights(self) -> Weights:
        return self.kept_weights

    def remember_weights(self, weights: Weights) -> None:
        if self.failure:
            raise self.failure
        self.kept_weights = weights
