"""The one place that builds objects and joins them."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.answers import Answers
from core.embedding.embed import Embedder
from core.index import LibraryIndex
from core.intake import Library
from core.library.store import Catalogue
from core.models import Models, spaces_of
from core.settings import Settings
from core.workbench import Workbench
from ui.messages import sentence


@contextmanager
def open_catalogue(settings: Settings) -> Iterator[Catalogue]:
    """Open the library's catalogue alone: what needs no model and no index."""
    catalogue = Catalogue(settings.places.library)
    try:
        yield catalogue
    finally:
        catalogue.close()


@contextmanager
def open_workbench(settings: Settings) -> Iterator[Workbench]:
    """Open the library with its index and models."""
    embedder = Embedder.load()
    spaces = spaces_of(embedder, separator_id(settings.separator))
    with open_catalogue(settings) as catalogue:
        index = LibraryIndex(settings.places.library, catalogue, tuple(spaces.values()))
        library = Library(
            catalogue=catalogue,
            index=index,
            answers=Answers(catalogue, index, spaces),
            models=Models(embedder, lambda: make_separator(settings)),
            spaces=spaces,
        )
        try:
            yield Workbench(library, explain=sentence)
        finally:
            index.close()
