"""What the benchmark of tempo and key counts as right."""

from pathlib import Path

import pytest

from benchmarks.tempo_key import OCTAVES, Heard, is_right, key_rows, tempo_rows
from benchmarks.version_songs import Change, Playing, Rendering
from core.types import Confidence, Key, Tempo

SURE, LIKELY = Confidence.SURE, Confidence.LIKELY


def heard(change, *, bpm=None, key=None, moved=0, confidence=SURE):
    playing = Playing((0, 0, 0), Path("none.sf2"), 100.0, key=moved)
    rendering = Rendering(Path("a.flac"), "a", change)
    tempo = None if bpm is None else Tempo(bpm, confidence)
    return Heard(rendering, playing, tempo, key, plain_bpm=200.0)


@pytest.mark.parametrize(
    ("bpm", "plain", "octave"), [(103.9, True, True), (104.1, False, False), (50.0, False, True)]
)
def test_a_tempo_is_right_within_four_percent(bpm, plain, octave):
    assert is_right(bpm, 100.0) is plain
    assert is_right(bpm, 100.0, factors=OCTAVES) is octave


def test_tempi_are_counted_by_the_word_that_was_said():
    songs = [
        heard(Change.WRITTEN, bpm=100.0),
        heard(Change.KEY, bpm=50.0, confidence=LIKELY),
        heard(Change.TEMPO),
    ]
    assert tempo_rows(songs)[1:] == [
        ("sure", "1", "100%", "100%"),
        ("likely", "1", "0%", "100%"),
        ("unsure", "0", "", ""),
        ("can't tell", "1", "", ""),
        ("librosa's beat_track, of all", "3", "0%", "100%"),
    ]


def test_a_key_has_to_move_as_far_as_the_song_was_moved():
    songs = [
        heard(Change.WRITTEN, key=Key(11, True, SURE)),
        heard(Change.KEY, key=Key(1, True, LIKELY), moved=2),
        heard(Change.TEMPO, key=Key(11, False, LIKELY)),
        heard(Change.DRUMS),
    ]
    assert key_rows(songs)[1:] == [
        ("sure", "0", ""),
        ("likely", "2", "50%"),
        ("unsure", "0", ""),
        ("can't tell", "1", ""),
    ]
