import numpy as np
import pytest

pytest.importorskip("pymusly")

from benchmarks.damage import DAMAGES
from benchmarks.retrieval import (
    JudgedSong,
    Sketches,
    hubness,
    interval,
    pieces,
    row,
    table,
    take_in,
)
from benchmarks.style_cost import Cost, four_minutes, sentence
from benchmarks.style_methods import MfccMethod, MuslyMethod
from core.embedding.frontend import SAMPLE_RATE_HZ
from tests.core.embedding.sounds import texture


def songs():
    kinds = [(-1.6, 1.0), (-1.4, 5.0), (-0.1, 1.0), (0.1, 5.0)]
    return [
        JudgedSong(
            "dark" if b < -1 else "bright", texture(i, seconds=22.0, brightness=b, rate_hz=r)
        )
        for i, (b, r) in enumerate(kinds)
    ]


@pytest.mark.parametrize("method", [MfccMethod(), MuslyMethod("timbre")], ids=lambda m: m.name)
def test_peers_find_what_is_plain(method):
    kept, judged = Sketches(), songs()
    for song in judged:
        take_in(song, pieces(song), method=method, into=kept)
    cells = row(method, kept, [song.package for song in judged])
    assert cells[2].startswith("1.000")  # the average precision of two heaps far apart
    assert float(cells[3]) >= 0.5  # a guess would be right once in four
    assert len(table([cells]).splitlines()[0].split("|")) == len(cells) + 2


def test_pieces_are_ten_seconds_three_apart():
    mono = np.arange(30 * SAMPLE_RATE_HZ, dtype=np.float32)
    parts = pieces(JudgedSong("p", mono))
    assert len(parts.clean) == 10 * SAMPLE_RATE_HZ
    assert set(parts.damaged) == set(DAMAGES)
    assert parts.clean[0] == 10 * SAMPLE_RATE_HZ


def test_interval_holds_the_mean():
    text = interval(np.array([0.0, 1.0] * 50, dtype=np.float32))
    mean, low, high = (float(w.strip("(),")) for w in text.replace("to ", "").split())
    assert low < mean == 0.5 < high
    assert high - low == pytest.approx(0.2, abs=0.04)


def test_hubness_is_nothing_for_equals_and_large_for_one_that_all_are_near():
    places = np.arange(60.0)
    around = np.abs(places[:, None] - places)
    ring = np.minimum(around, 60.0 - around).astype(np.float32)
    assert hubness(ring) == pytest.approx(0.0, abs=1e-6)
    hub = ring.copy()
    hub[:, :3] = 0.1
    assert hubness(hub) > 2.0


def test_cost_is_taken_of_four_minutes():
    sound = four_minutes(np.arange(22_050, dtype=np.float32))
    assert len(sound) == 240 * 22_050
    assert sound[22_050] == 0.0
    assert Cost(mfcc_s=0.5, vectors_s=0.25).ratio == 0.5
    assert "0.25 s" in sentence(Cost(mfcc_s=0.5, vectors_s=0.25))
