import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.fingerprint.codes import CODE_PERIOD_S
from core.fingerprint.segments import (
    PLACE_BITS,
    PLACE_MASK,
    load,
    numbers_at,
    placed,
    save,
    segment,
)
from core.types import Fingerprint, SongId, Stem
from tests.core.fingerprint.codes import random_codes


def some_songs(n=20):
    return [
        (SongId(f"söng {i}"), f"stamp {i}", placed(random_codes(i, 10 * (i % 4)))) for i in range(n)
    ]


def same(a, b):
    return (
        (a.songs, a.stamps) == (b.songs, b.stamps)
        and np.array_equal(a.starts, b.starts)
        and np.array_equal(a.postings, b.postings)
    )


def test_a_held_code_is_placed_once_and_a_window_where_it_was_cut():
    mix = np.array([7, 7, 7, 8, 8, 7], np.uint32)
    window = Fingerprint(Stem.BACKING, 4 * CODE_PERIOD_S, np.array([9, 9, 5], np.uint32))
    found = placed(mix, [window])
    assert found.codes.tolist() == [7, 8, 7, 9, 5]
    assert found.places.tolist() == [0, 3, 5, 4, 6]
    assert found.length == 7
    assert placed(mix[:0]).length == len(placed(mix[:0]).codes) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), max_size=12), max_size=6))
def test_postings_are_every_code_and_place_in_order(rows):
    songs = [(SongId(str(n)), "", placed(np.array(row, np.uint32))) for n, row in enumerate(rows)]
    one = segment(songs)
    expected = []
    start = 0
    for row in rows:
        expected += [
            (code, start + i) for i, code in enumerate(row) if i == 0 or row[i - 1] != code
        ]
        start += len(row)
    found = [(int(p >> PLACE_BITS), int(p & PLACE_MASK)) for p in one.postings]
    assert found == sorted(expected)
    lines = [n for n, row in enumerate(rows) for _ in row]
    assert numbers_at(one.starts, np.arange(start)).tolist() == lines


def test_a_saved_segment_comes_back_as_it_was(tmp_path):
    for number, one in enumerate((segment(some_songs()), segment([]), segment(some_songs(1)))):
        path = tmp_path / f"{number}.codes"
        save(one, path)
        assert same(load(path), one)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["0.codes", "1.codes", "2.codes"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-8],
        lambda whole: whole + b"more",
        lambda whole: whole[:1000],
        lambda whole: whole[:0],
        lambda whole: b"another file\n" + whole,
        lambda whole: whole.replace(b"stamp 7", b"stamp 8"),
        lambda whole: whole.replace(b"codes 1", b"codes 9"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / "one.codes"
    save(segment(some_songs(200)), path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError):
        load(path)


def test_what_can_t_be_saved_leaves_nothing_half_written(tmp_path):
    taken = tmp_path / "songs.codes"
    taken.mkdir()
    with pytest.raises(OSError, match=r"songs\.codes"):
        save(segment(some_songs()), taken)
    assert list(tmp_path.iterdir()) == [taken]
