"""The small parts that several widgets are made of."""

import os

# Before the first import of Qt: the test needs no screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ui.theme import Theme
from ui.widgets.parts import Chip

FACTS = ("5:27", "vorbis 112 kb/s · 48 kHz · stereo", "Endgame: Singularity (Advanced Research)")


def row_of_chips(qtbot: QtBot, *, width: int) -> QWidget:
    """Return a row of a width with a chip for each fact."""
    row = QWidget()
    qtbot.addWidget(row)
    Theme(row).dress(row)
    layout = QHBoxLayout(row)
    for fact in FACTS:
        layout.addWidget(Chip(fact))
    layout.addStretch(1)
    row.resize(width, 40)
    row.grab()  # lays it out
    return row


def test_chips_are_whole_where_there_is_room(qtbot: QtBot) -> None:
    row = row_of_chips(qtbot, width=1200)
    chips = row.findChildren(Chip)
    assert [chip.text() for chip in chips] == list(FACTS)
    assert all(chip.width() < 400 for chip in chips), "no wider than their text"
    assert [chip for chip in chips if QLabel.sizeHint(chip).width() > chip.width()] == []


def test_chips_say_that_they_are_cut_where_there_is_none(qtbot: QtBot) -> None:
    row = row_of_chips(qtbot, width=320)
    chips = row.findChildren(Chip)
    cut = [chip for chip in chips if chip.text() != chip.whole]
    assert cut
    assert all(chip.text().endswith("…") and chip.toolTip() == chip.whole for chip in cut)
    assert all(chip.geometry().right() <= 320 for chip in chips)
