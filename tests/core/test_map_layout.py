"""The layout of the map, beside brute force and on songs whose neighbours are known."""

import numpy as np
import pytest

from core import map_layout
from core.errors import Cancelled
from core.map_layout import Pushes, groups, layout, neighbours, placed
from core.progress import Progress


def flocks(count: int, *, size: int, seed: int = 0):
    """Songs in flocks: vectors of length 1, and which flock each is of."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((count, 64))
    flock = np.repeat(np.arange(count), size)
    vectors = centres[flock] + 0.4 * random.standard_normal((len(flock), 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), flock


def kept(vectors, places, count: int = 10) -> float:
    """Return the share of each song's nearest that are its nearest on the map too."""
    there = neighbours(vectors, count, progress=Progress())
    here = neighbours(places, count, progress=Progress())
    return float(np.mean([len(set(a) & set(b)) / count for a, b in zip(there, here, strict=True)]))


@pytest.mark.parametrize("spread", [1.0, 8.0, 30.0])
def test_the_grid_pushes_as_brute_force_does(spread: float) -> None:
    places = spread * np.random.default_rng(1).standard_normal((400, 2))
    apart = places[:, None] - places[None]
    alike = 1.0 / (1.0 + (apart**2).sum(axis=2))
    total = alike.sum() - len(places)
    exact = (alike[:, :, None] ** 2 * apart).sum(axis=1) / total
    error = np.linalg.norm(Pushes()(places) - exact) / np.linalg.norm(exact)
    assert error < 0.12  # mostly in how strong they are, not where to


def test_neighbours_are_those_of_brute_force() -> None:
    vectors, _ = flocks(7, size=200)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -2.0)
    exact = np.argsort(-alike, axis=1)[:, :5]
    found = neighbours(vectors, 5, progress=Progress())
    assert np.mean(found == exact) > 0.999


def test_songs_that_sound_alike_lie_together() -> None:
    vectors, flock = flocks(6, size=50)
    places = layout(vectors, progress=Progress())
    nearest = neighbours(places, 10, progress=Progress())
    assert np.mean(flock[nearest] == flock[:, None]) > 0.98
    assert kept(vectors, places) > 0.3


def test_the_same_songs_give_the_same_map() -> None:
    vectors, _ = flocks(4, size=30)
    first, second = (layout(vectors, progress=Progress()) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 23, 24, 25, 40])
def test_any_number_of_songs_has_a_map(n: int) -> None:
    vectors, _ = flocks(1, size=max(n, 1))
    places = layout(vectors[:n], progress=Progress())
    assert places.shape == (n, 2)
    assert np.isfinite(places).all()
    if n > 1:
        assert len(np.unique(places.round(6), axis=0)) == n


def test_songs_that_are_all_the_same_have_a_map() -> None:
    vectors = np.tile(flocks(1, size=1)[0], (40, 1))
    assert np.isfinite(layout(vectors, progress=Progress())).all()


def test_a_new_song_lies_among_its_neighbours() -> None:
    vectors, flock = flocks(5, size=40)
    known = np.arange(len(vectors)) % 8 != 0
    places = layout(vectors[known], progress=Progress())
    new, nearest = placed(vectors[~known], vectors[known], places, progress=Progress())
    assert np.array_equal(flock[known][nearest], flock[~known])
    for at, own in zip(new, flock[~known], strict=True):
        flocks_far = [np.linalg.norm(places[flock[known] == f].mean(axis=0) - at) for f in range(5)]
        assert int(np.argmin(flocks_far)) == own


def test_groups_are_the_flocks() -> None:
    vectors, flock = flocks(5, size=40)
    found = groups(vectors, 5, progress=Progress())
    for one in range(5):
        assert len(set(found[flock == one])) == 1
    assert set(found) == set(range(5))
    sizes = np.bincount(groups(vectors[:130], 4, progress=Progress()))
    assert list(sizes) == sorted(sizes, reverse=True)


@pytest.mark.parametrize("at", [0, 1, 5, 100])
def test_a_layout_stops_where_it_is_asked_to(at: int) -> None:
    class Impatient(Progress):
        told = 0

        def report(self, done: int, total: int, *, what: str = "") -> None:
            self.told += 1
            if self.told > at:
                self.cancel()
            super().report(done, total, what=what)

    progress = Impatient()
    with pytest.raises(Cancelled):
        layout(flocks(3, size=20)[0], progress=progress)
    assert progress.told == at + 1


def test_progress_rises_to_the_end() -> None:
    told: list[int] = []

    class Watched(Progress):
        def report(self, done: int, total: int, *, what: str = "") -> None:
            told.append(done)
            super().report(done, map_layout.ALL, what=what)
            assert total == map_layout.ALL

    layout(flocks(3, size=20)[0], progress=Watched())
    assert told == sorted(told)
    assert told[-1] > 990
