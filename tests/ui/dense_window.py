"""The window at twice the density; run by test_every_screen.py, with ``QT_SCALE_FACTOR=2``."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from core.types import SongId, Stage
from tests.ui.conftest import OpenWindow
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fakes import song
from tests.ui.rig import WindowRig
from ui.models.songs import Column
from ui.widgets.covers import SIDE
from ui.widgets.song_page import CoverLabel
from ui.widgets.waveform import Waveform

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Grey = NDArray[np.int64]


def checked_cover() -> bytes:
    """A chessboard with fields of one pixel, as large as covers are kept."""
    field = (np.indices((SIDE, SIDE)).sum(axis=0) % 2 * 255).astype(np.uint8)
    image = QImage(field.tobytes(), SIDE, SIDE, SIDE, QImage.Format.Format_Grayscale8)
    data, buffer = QByteArray(), QBuffer()
    buffer.setBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return data.data()


def painted(widget: QWidget, box: QRect | None = None) -> Grey:
    """Return what is painted, in the pixels of the screen."""
    picture = widget.grab(box or widget.rect())
    assert picture.devicePixelRatio() == 2.0
    image = picture.toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width()].astype(np.int64)


def detail(grey: Grey) -> float:
    """Return the share of blocks of two by two pixels that are not of one tone.

    A picture of half the density, drawn larger, has none that lie on its pixels.
    """
    height, width = (side // 2 * 2 for side in grey.shape)
    blocks = grey[:height, :width].reshape(height // 2, 2, width // 2, 2)
    return float(np.mean(np.ptp(blocks, axis=(1, 3)) > 16))


@pytest.fixture
def rig(open_window: OpenWindow) -> WindowRig:
    workbench = FakeWorkbench(
        song("Amber", added_at=3.0), song("Birch", added_at=2.0, stage=Stage.FIRST_ANSWER)
    )
    workbench.covers[SongId("Amber")] = checked_cover()
    made = open_window(workbench)
    made.choose("Amber")
    return made


def test_a_cover_has_all_its_pixels(rig: WindowRig) -> None:
    label = rig.window.findChild(CoverLabel)
    assert label is not None
    rig.qtbot.waitUntil(lambda: rig.window._covers.get(SongId("Amber")) is not None)
    grey = painted(label)
    middle = grey[10:-10, 10:-10]
    assert set(np.unique(np.abs(np.diff(middle, axis=1)))) == {255}


def test_a_small_cover_is_the_mean_of_its_pixels(rig: WindowRig) -> None:
    rig.qtbot.waitUntil(lambda: rig.window._covers.get(SongId("Amber")) is not None)
    box = rig.table.visualRect(rig.table.model().index(rig.titles().index("Amber"), Column.SONG))
    middle = box.center().y()
    grey = painted(rig.table.viewport(), QRect(box.left() + 16, middle - 8, 16, 16))
    assert grey.min() > 0
    assert grey.max() < 255


def test_a_wave_has_edges_between_the_pixels_of_half_the_density(rig: WindowRig) -> None:
    waves = [wave for wave in rig.window.findChildren(Waveform) if wave.isVisible()]
    assert waves
    for wave in waves:
        assert detail(painted(wave)) > 0.05


def test_the_rings_of_the_stages_are_round(rig: WindowRig) -> None:
    for title in ("Amber", "Birch"):
        index = rig.table.model().index(rig.titles().index(title), Column.STAGE)
        box = rig.table.visualRect(index)
        ring = QRect(box.topLeft() + QPoint(4, 8), box.bottomLeft() + QPoint(24, -8))
        assert detail(painted(rig.table.viewport(), ring)) > 0.02
