"""Where the windows of a song lie."""

from itertools import pairwise

import numpy as np
import pytest

from core.separation.excerpts import EXCERPT_S, PLACES, pick
from core.separation.spleeter import BLOCK_S


def test_a_window_is_one_block_of_the_separator():
    assert EXCERPT_S == BLOCK_S == pytest.approx(11.889, abs=0.001)


@pytest.mark.parametrize("duration_s", [0.4, 3.0, EXCERPT_S])
def test_a_short_song_is_one_window(duration_s):
    (only,) = pick(duration_s)
    assert (only.start_s, only.duration_s) == (0.0, duration_s)


@pytest.mark.parametrize(
    ("duration_s", "count"), [(15, 1), (23.7, 1), (24, 2), (36, 3), (240, 3), (7_200, 3)]
)
def test_longer_songs_get_more(duration_s, count):
    assert len(pick(duration_s)) == count


@pytest.mark.parametrize("duration_s", np.linspace(12, 300, 97))
def test_windows_lie_within_the_song_in_order_and_apart(duration_s):
    windows = pick(duration_s)
    assert windows[0].start_s >= 0
    assert windows[-1].start_s + EXCERPT_S <= duration_s + 1e-9
    for before, after in pairwise(windows):
        assert before.start_s + EXCERPT_S <= after.start_s + 1e-9
    assert windows == pick(duration_s)


def test_a_usual_song_is_heard_at_the_fixed_places():
    starts = [window.start_s for window in pick(240.0)]
    assert starts == pytest.approx([share * (240.0 - EXCERPT_S) for share in PLACES])
