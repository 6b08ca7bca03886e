from pathlib import Path

import numpy as np
import pytest

from benchmarks.version_songs import (
    Change,
    Playing,
    Rendering,
    composition,
    midi_of,
    performed,
)
from benchmarks.version_training import cross_validated
from benchmarks.versions import by_change, interval, ranked, recalled

PLAYING = Playing((0, 1, 2), Path("font"), 120.0, parts=((0, 8),))
SCALE = [(float(n), 1.0, 60 + n) for n in range(8)]


def rendering(work, change=Change.WRITTEN):
    return Rendering(Path(f"{work} {change.name}"), work, change)


SONGS = [
    rendering("a"),
    rendering("a", Change.KEY),
    rendering("b"),
    rendering("b", Change.KEY),
    rendering("c", Change.STRANGER),
]


def test_others_of_a_composition_count_and_strangers_do_not_ask():
    scores = np.zeros((5, 5))
    scores[0, [1, 2]] = 3.0, 1.0  # right at once
    scores[1, [4, 2, 0]] = 3.0, 2.0, 1.0  # third
    scores[2, 3] = scores[3, 2] = 1.0
    found = ranked(scores, SONGS)
    assert found.asking.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(found.precision, [1.0, 1 / 3, 1.0, 1.0])
    assert found.first.tolist() == [1.0, 3.0, 1.0, 1.0]
    assert recalled(scores, SONGS) == 1.0
    assert interval(found, SONGS).startswith("0.833 (")
    assert "| x | 1.000 | 0.667 |" in by_change({"x": found}, SONGS)


def test_a_composition_is_the_beginning_of_a_score_and_a_short_one_comes_twice():
    long = [[2.0 + n, 1.0, 60] for n in range(200)]
    assert composition(long)[1] == 84
    assert composition(long)[0][0] == (0.0, 1.0, 60)
    notes, quarters = composition(long[:30])
    assert (len(notes), quarters) == (60, 64)
    assert notes[30][0] == 32.0


@pytest.mark.parametrize("wander", [0.0, 0.3])
def test_parts_are_played_in_their_order_at_their_tempo(wander):
    playing = Playing(
        (0, 1, 2), Path("font"), 60.0, key=2, wander=wander, parts=((4, 8), (0, 4), (4, 8))
    )
    played = performed(SCALE, playing, rng=np.random.default_rng(0))
    assert played[:, 2].tolist() == [66, 67, 68, 69, 62, 63, 64, 65, 66, 67, 68, 69]
    apart = np.diff(played[:, 0])
    assert np.abs(apart - 1.0).max() < wander + 0.05
    assert (np.abs(apart - 1.0).max() > 0.1) == (wander > 0.0)


def test_a_midi_file_holds_every_note_on_its_channel():
    notes = performed(SCALE, PLAYING, rng=np.random.default_rng(0))
    blob = midi_of(notes, PLAYING.programs)
    assert blob[:4] == b"MThd" and blob[14:18] == b"MTrk"
    assert int.from_bytes(blob[18:22]) == len(blob) - 22
    for channel, count in ((0, 3), (1, 2), (2, 3)):
        on = [bytes([0x90 | channel, int(n[2]), int(n[3])]) for n in notes if n[4] == channel]
        assert len(on) == count
        assert all(note in blob for note in on)


def test_folds_judge_what_they_did_not_learn():
    random = np.random.default_rng(0)
    works = tuple(str(n // 6) for n in range(72))
    own = np.repeat(random.normal(0.0, 1.0, (12, 8)), 6, axis=0)
    near = (own + random.normal(0.0, 0.05, own.shape)).astype(np.float32)
    assert cross_validated(near, works)["map"] > 0.95
    lost = random.normal(0.0, 1.0, own.shape).astype(np.float32)
    assert cross_validated(lost, works)["map"] < 0.3
