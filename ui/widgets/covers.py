"""Covers, fetched and decoded in a lane when they are first seen, and kept while they are used."""

from collections import OrderedDict

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from core.types import SongId
from ui import theme
from ui.presenters.ports import WorkbenchPort
from ui.presenters.verbs import Lane, Lanes, Verb

KEPT = 512  # covers in memory: some screens of rows
MOST_ASKED = 32  # at once; a row that is scrolled by asks again when it is seen again
SIDE = 2 * theme.PAGE_COVER  # sharp on a screen of twice the density


class CoverShelf(QObject):
    """Gives covers to whoever paints; ``arrived`` when another one can be painted."""

    arrived = Signal()

    def __init__(self, workbench: WorkbenchPort, lanes: Lanes) -> None:
        super().__init__()
        self._workbench = workbench
        self._lanes = lanes
        self._covers: OrderedDict[SongId, QPixmap | None] = OrderedDict()
        self._asked: set[SongId] = set()

    def get(self, song_id: SongId | None) -> QPixmap | None:
        """Return a cover, or None where there is none or it is still to come."""
        if song_id is None:
            return None
        if song_id in self._covers:
            self._covers.move_to_end(song_id)
            return self._covers[song_id]
        self._ask(song_id)
        return None

    def _ask(self, song_id: SongId) -> None:
        if song_id in self._asked or len(self._asked) >= MOST_ASKED:
            return
        self._asked.add(song_id)
        verb = Verb(
            lambda _: _decoded(self._workbench.cover(song_id)),
            on_success=lambda image: self._keep(song_id, image),
            on_end=lambda: self._asked.discard(song_id),
        )
        self._lanes.run(verb, Lane.COMPUTE)

    def _keep(self, song_id: SongId, image: QImage | None) -> None:
        self._covers[song_id] = None if image is None else QPixmap.fromImage(image)
        if len(self._covers) > KEPT:
            self._covers.popitem(last=False)
        self.arrived.emit()


def _decoded(data: bytes | None) -> QImage | None:
    """Return the image as a square of one size, or None where it is no image; runs in a lane."""
    image = QImage.fromData(data) if data else QImage()
    if image.isNull():
        return None
    filled = Qt.AspectRatioMode.KeepAspectRatioByExpanding
    smooth = Qt.TransformationMode.SmoothTransformation
    scaled = image.scaled(SIDE, SIDE, filled, smooth)
    left, top = (scaled.width() - SIDE) // 2, (scaled.height() - SIDE) // 2
    return scaled.copy(left, top, SIDE, SIDE)
