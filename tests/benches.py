"""A workbench over real parts, with a separator that costs nothing."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from core.answers import Answers
from core.embedding.embed import Embedder
from core.index import LibraryIndex
from core.intake import Library
from core.library.store import Catalogue
from core.listening import Listening
from core.models import Models, spaces_of
from core.ports import SeparatedStems
from core.progress import Progress
from core.settings import SettingsFile
from core.stem_cache import StemCache
from core.types import Float32Array, ModelId
from core.watching import Watching
from core.workbench import Workbench
from ui.messages import sentence

STEMS_MIB = 16  # a minute and a half of both: a long test evicts


class MiddleSeparator:
    """Calls what both channels share the voice: quick, and right for a voice in the middle."""

    model_id = ModelId("middle-1")

    def separate(self, samples: Float32Array, *, progress: Progress) -> SeparatedStems:
        progress.check()
        vocal = np.tile(samples.mean(axis=0, keepdims=True) * 0.5, (2, 1)).astype(np.float32)
        return SeparatedStems(vocal=vocal, backing=samples - vocal)

    def separate_blocks(
        self, blocks: Iterable[Float32Array], *, progress: Progress
    ) -> Iterator[SeparatedStems]:
        return (self.separate(block, progress=progress) for block in blocks)


@contextmanager
def open_bench(folder: Path) -> Iterator[Workbench]:
    """Open a library as the program does, but for the separator."""
    embedder = Embedder.load()
    separator = MiddleSeparator()
    spaces = spaces_of(embedder, separator.model_id)
    catalogue = Catalogue(folder)
    index = LibraryIndex(folder, catalogue, tuple(spaces.values()))
    library = Library(
        catalogue=catalogue,
        index=index,
        answers=Answers(catalogue, index, spaces),
        models=Models(embedder, lambda: separator),
        spaces=spaces,
    )
    stems = StemCache(folder / "stems", lambda: separator, limit_mib=STEMS_MIB)
    settings = SettingsFile(folder / "settings.json")
    listening = Listening(catalogue, stems, settings=settings)
    try:
        watching = Watching(catalogue, settings)
        yield Workbench(library, explain=sentence, listening=listening, watching=watching)
    finally:
        index.close()
        catalogue.close()
