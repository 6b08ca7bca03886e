"""Loops over invented blocks: which samples come, and which moment they are of."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from core.audio.looping import SEAM_SAMPLES, Reel
from core.audio.moments import Loop, Meeting
from tests.sounds import RATE_HZ

SONG = np.tile(np.arange(1, 4 * RATE_HZ + 1, dtype=np.float32), (2, 1))  # each says which it is


def read(start_s: float) -> Iterator[np.ndarray]:
    rest = SONG[:, round(start_s * RATE_HZ) :]
    for at in range(0, rest.shape[1], 10_000):
        yield rest[:, at : at + 10_000]


def heard(reel: Reel, samples: int) -> np.ndarray:
    got = 0
    parts = []
    for block in reel.blocks(read):
        parts.append(block)
        got += block.shape[1]
        if got >= samples:
            break
    return np.concatenate(parts, axis=1)[:, :samples]


def test_without_a_loop_the_file_is_read_once() -> None:
    reel = Reel(1.0, loop=None)
    assert np.array_equal(np.concatenate(list(reel.blocks(read)), axis=1), SONG[:, RATE_HZ:])
    assert reel.position_s(RATE_HZ) == 2.0


def test_a_loop_plays_its_stretch_again_and_again() -> None:
    reel = Reel(1.5, loop=Loop(1.0, 2.0))
    got = heard(reel, 3 * RATE_HZ)[0]
    stretch = SONG[0, RATE_HZ : 2 * RATE_HZ]
    middle = slice(SEAM_SAMPLES, -SEAM_SAMPLES)
    assert np.array_equal(
        got[: RATE_HZ // 2][middle][SEAM_SAMPLES:], stretch[RATE_HZ // 2 :][middle][SEAM_SAMPLES:]
    )
    for turn in range(2):
        start = RATE_HZ // 2 + turn * RATE_HZ
        assert np.array_equal(got[start : start + RATE_HZ][middle], stretch[middle])


def test_the_moment_that_is_heard_follows_the_loop() -> None:
    reel = Reel(1.5, loop=Loop(1.0, 2.0))
    heard(reel, 3 * RATE_HZ)
    for played_s, moment_s in ((0.0, 1.5), (0.25, 1.75), (0.5, 1.0), (1.25, 1.75), (2.75, 1.25)):
        assert reel.position_s(round(played_s * RATE_HZ)) == pytest.approx(moment_s, abs=1e-4)


def test_the_whole_song_is_looped_where_there_is_no_end() -> None:
    reel = Reel(3.0, loop=Loop())
    got = heard(reel, 6 * RATE_HZ)[0]
    assert np.array_equal(got[RATE_HZ + 300 : 5 * RATE_HZ - 300], SONG[0, 300:-300])
    assert reel.position_s(round(5.5 * RATE_HZ)) == pytest.approx(0.5, abs=1e-4)


def test_who_jumps_behind_the_loop_hears_the_rest_first() -> None:
    got = heard(Reel(3.0, loop=Loop(1.0, 2.0)), 2 * RATE_HZ)[0]
    assert np.array_equal(got[300 : RATE_HZ - 300], SONG[0, 3 * RATE_HZ + 300 : -300])
    assert got[RATE_HZ + 300] == SONG[0, RATE_HZ + 300]


def test_a_seam_is_silent_on_both_sides() -> None:
    got = heard(Reel(1.0, loop=Loop(1.0, 2.0)), 3 * RATE_HZ)[0] / SONG.max()
    assert np.abs(np.diff(got)).max() < 2 / SEAM_SAMPLES


def test_a_loop_behind_the_end_ends() -> None:
    assert sum(block.shape[1] for block in islice(Reel(9.0, loop=Loop(9.0)).blocks(read), 9)) == 0


def test_a_meeting_tells_the_other_moment() -> None:
    meeting = Meeting(45.0, 72.0, pace=1.04)
    assert meeting.there(55.0) == pytest.approx(82.4)
    assert Meeting(72.0, 2.0).there(10.0) == 0.0, "never before the start"
