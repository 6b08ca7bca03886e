"""The models of one session: loaded when first used, once, whoever asks first."""

import threading
from collections.abc import Callable

from core.embedding import work
from core.embedding.embed import Embedder
from core.ports import Separator
from core.types import ModelId, SpaceName, Stem
from core.vectors.spaces import Space


class Models:
    """The embedder, and the separator that the user chose."""

    def __init__(self, embedder: Embedder, make_separator: Callable[[], Separator]) -> None:
        self.embedder = embedder
        self._make_separator = make_separator
        self._separator: Separator | None = None
        self._lock = threading.Lock()

    @property
    def separator(self) -> Separator:
        """The separator; loading it takes a second or two. Raises ``WeightsError``."""
        with self._lock:
            if self._separator is None:
                self._separator = self._make_separator()
            return self._separator


def spaces_of(embedder: Embedder, separator_id: ModelId) -> dict[tuple[SpaceName, Stem], Space]:
    """Return the spaces of this session's models; a separator is part of its stems' version."""
    separated = ModelId(f"{embedder.model_id}+{separator_id}")
    spaces = (
        Space(SpaceName.STYLE, Stem.MIX, embedder.model_id, embedder.dimension),
        Space(SpaceName.STYLE, Stem.BACKING, separated, embedder.dimension),
        Space(SpaceName.STYLE, Stem.VOCAL, separated, embedder.dimension),
        Space(SpaceName.WORK, Stem.MIX, work.MODEL_ID, work.DIMENSION),
    )
    return {(space.name, space.stem): space for space in spaces}
