"""Where the parts of a result lie: never over each other, however wide the list is."""

from dataclasses import fields
from itertools import pairwise

import pytest
from PySide6.QtCore import QRect

from ui import theme
from ui.widgets.result_delegate import Places, places

MARGINS = 2 * 20 + 12  # of the page around the list, and its scroll bar


@pytest.mark.parametrize("width", [theme.PAGE_LEAST - MARGINS, 700, 790, 1200, 2400])
def test_parts_lie_side_by_side_in_their_order(width: int) -> None:
    where = places(QRect(0, 128, width, theme.RESULT_HEIGHT))
    parts = [getattr(where, field.name) for field in fields(Places)]
    shown = [part for part in parts if part.width() > 0]
    for left, right in pairwise(shown):
        assert left.right() < right.left()
    assert shown[-1].right() <= width
    assert where.names.width() >= 100


def test_the_wave_gives_way_where_there_is_no_room() -> None:
    narrow = places(QRect(0, 0, theme.PAGE_LEAST - MARGINS, theme.RESULT_HEIGHT))
    wide = places(QRect(0, 0, 1200, theme.RESULT_HEIGHT))
    assert narrow.wave.width() == 0
    assert wide.wave.width() >= theme.RESULT_WAVE_LEAST
