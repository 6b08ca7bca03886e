"""Overlap and cross-fade, against the sound processed at once."""

import numpy as np
import pytest

from core.ports import SeparatedStems
from core.progress import Progress
from core.separation.chunks import in_chunks, joined
from tests import sounds


def _joined(sound, process, *, chunk: int, overlap: int, cuts=()) -> sounds.Samples:
    blocks = np.split(sound, list(cuts), axis=1)
    pieces = in_chunks(blocks, process, chunk_samples=chunk, overlap_samples=overlap)
    return np.concatenate(list(pieces), axis=1)


def _doubled(chunk):
    return np.concatenate([chunk, 2.0 * chunk])


@pytest.mark.parametrize("n", [1, 99, 100, 101, 180, 181, 199, 1_000, 1_017])
@pytest.mark.parametrize("cuts", [(), (1,), (50, 90, 100), (100, 200, 300)])
def test_what_does_not_depend_on_the_chunk_comes_out_whole(n, cuts):
    sound = sounds.noise(n, seconds=1.0)[:, :n]
    got = _joined(sound, _doubled, chunk=100, overlap=20, cuts=[cut for cut in cuts if cut < n])
    assert got.shape == (4, n)
    assert np.allclose(got, np.concatenate([sound, 2.0 * sound]), atol=1e-6)
    assert got.dtype == np.float32


def test_one_chunk_fades_into_the_next_in_a_straight_line():
    calls = iter(range(10))
    got = _joined(
        np.zeros((2, 260), np.float32),
        lambda chunk: np.full((1, chunk.shape[1]), next(calls), np.float32),
        chunk=100,
        overlap=20,
    )
    assert np.all(got[0, :80] == 0.0)
    assert np.all(got[0, 100:160] == 1.0)
    assert np.all(got[0, 180:] == 2.0)
    assert np.allclose(np.diff(got[0, 80:100]), 1 / 20, atol=1e-6)
    assert np.abs(np.diff(got[0])).max() < 1 / 19


def test_every_chunk_has_more_than_the_overlap():
    lengths = []

    def process(chunk):
        lengths.append(chunk.shape[1])
        return chunk

    for n in range(80, 300):
        _joined(np.zeros((2, n), np.float32), process, chunk=100, overlap=20)
    assert max(lengths) == 100
    assert min(lengths) > 20


def test_nothing_gives_nothing():
    assert list(in_chunks([], _doubled, chunk_samples=100, overlap_samples=20)) == []
    empty = [np.zeros((2, 0), np.float32)]
    assert list(in_chunks(empty, _doubled, chunk_samples=100, overlap_samples=20)) == []


def test_only_what_is_needed_is_read_ahead():
    """A two-hour song must not gather before its first stem comes out."""
    read = 0

    def blocks():
        nonlocal read
        for _ in range(1_000):
            read += 1
            yield np.zeros((2, 50), np.float32)

    pieces = in_chunks(blocks(), _doubled, chunk_samples=100, overlap_samples=20)
    next(pieces)
    assert read <= 3


@pytest.mark.parametrize("overlap", [0, 51, 100])
def test_an_overlap_that_cannot_work_is_refused(overlap):
    with pytest.raises(ValueError, match="overlap"):
        list(
            in_chunks(
                [np.zeros((2, 500), np.float32)],
                _doubled,
                chunk_samples=100,
                overlap_samples=overlap,
            )
        )


def test_parts_are_joined_and_reported():
    reports = []
    sound = sounds.noise(1, seconds=0.1)
    parts = [SeparatedStems(part, -part) for part in np.array_split(sound, 3, axis=1)]
    stems = joined(parts, total_samples=sound.shape[1], progress=Progress(reports.append))
    assert np.array_equal(stems.vocal, sound)
    assert np.array_equal(stems.backing, -sound)
    assert (reports[-1].done, reports[-1].total) == (sound.shape[1], sound.shape[1])
