"""Where songs lie on a map: near each other where they sound alike. Pure.

The layout is t-SNE (van der Maaten and Hinton, 2008) over the graph of nearest songs: linked songs
attract each other, all songs push each other apart. What pushes is summed up on a grid by a fast
Fourier transform, as Linderman et al. (2019) do, so that an iteration costs the same for each song
however many there are, and a stop is seen between two iterations.

Vectors are float32 [n, D] of length 1, places float32 [n, 2].
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress
from core.types import Float32Array

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

RECIPE = 1  # counts up whenever the same songs would come to other places
DIMENSIONS = 30  # what principal components keep: more is noise, and costs time
LINKS = 15  # Boehm et al. (2022): the same picture as with a perplexity of 30, for less
LEAST = 24  # fewer songs lie along their principal components
EXAGGERATED = 250  # iterations in which links pull harder, so that far friends meet
SETTLING = 500
EXAGGERATION = 12.0  # as the step, n / 12, by Belkina et al. (2019)
LONGEST_MOVE = 5.0  # in one iteration: a song that flies off never comes back
FARTHEST = 200.0  # from the middle: it bounds the grid; 20,000 songs reach 60
GAINS = (0.01, 8.0)  # of the step, song by song, as Jacobs (1988) has them
HOMING = 0.0003  # a pull to the middle, so that flocks with no link between them stay in sight
START_SPREAD = 1e-4
NODES = 48  # a grid has a multiple of so many either way, which transforms fast
SPACING = 0.4  # of the grid, where what pushes fades over a length of 1
SHARPNESS = 0.05  # a cosine less by this much counts for a third
GROUPING = 50  # rounds of k-means, if it hasn't settled before
PLACED_BY = 5  # neighbours among which a new song is placed
ROWS_AT_ONCE = 1024  # of the table of all pairs
ALL = 1000  # progress is told in thousandths
KNOWN_AT = 250  # of them, when the neighbours are found


def layout(vectors: Float32Array, *, progress: Progress) -> Float32Array:
    """Return a place for every song; the same vectors give the same places."""
    progress.report(0, ALL)
    if len(vectors) < LEAST:
        return _spread(_components(vectors, 2), 1.0).astype(np.float32)
    reduced = _components(vectors, DIMENSIONS)
    count = min(LINKS, len(vectors) // 4)  # where all are linked, nothing tells them apart
    near = neighbours(reduced.astype(np.float32), count, progress=progress)
    links = _links(near)
    places = _spread(reduced[:, :2], START_SPREAD)
    return _settled(places, links, progress=progress).astype(np.float32)


def neighbours(vectors: Float32Array, count: int, *, progress: Progress) -> Ints:
    """Return the ``count`` nearest others of each song, [n, count], nearest first."""
    n = len(vectors)
    count = min(count, n - 1)
    squares = np.einsum("ij,ij->i", vectors, vectors)
    found = []
    for start in range(0, n, ROWS_AT_ONCE):
        progress.report(KNOWN_AT * start // n, ALL)
        rows = vectors[start : start + ROWS_AT_ONCE]
        far = squares[None, :] - 2.0 * (rows @ vectors.T)
        far[np.arange(len(rows)), start + np.arange(len(rows))] = np.inf
        found.append(_least(far, count))
    return np.concatenate(found)


def placed(
    new: Float32Array, known: Float32Array, places: Float32Array, *, progress: Progress
) -> tuple[Float32Array, Ints]:
    """Return places for new songs among known ones, and the nearest known one of each.

    A song lies at the mean of its nearest, weighted by how near they are; nothing known moves.
    """
    count = min(PLACED_BY, len(known))
    found = np.empty((len(new), 2), np.float32)
    nearest = np.empty(len(new), np.intp)
    for start in range(0, len(new), ROWS_AT_ONCE):
        progress.report(start, len(new))
        rows = slice(start, start + ROWS_AT_ONCE)
        alike = new[rows] @ known.T
        best = _least(-alike, count)
        weights = np.exp(np.take_along_axis(alike, best, axis=1) / SHARPNESS)
        weights /= weights.sum(axis=1, keepdims=True)
        found[rows] = np.einsum("ij,ijk->ik", weights, places[best])
        nearest[rows] = best[:, 0]
    return found, nearest


def groups(vectors: Float32Array, count: int, *, progress: Progress) -> Ints:
    """Return which of up to ``count`` groups each song belongs to: k-means, the largest first."""
    n = len(vectors)
    count = min(count, n)
    group = np.zeros(n, np.intp)
    if not n:
        return group
    centres = _far_apart(vectors, count)
    for _ in range(GROUPING):
        progress.check()
        group, before = (vectors @ centres.T).argmax(axis=1), group
        sums = np.stack([np.bincount(group, axis, minlength=len(centres)) for axis in vectors.T])
        centres = (sums / np.maximum(np.linalg.norm(sums, axis=0), 1e-12)).T.astype(np.float32)
        if np.array_equal(group, before):
            break
    sizes = np.bincount(group, minlength=count)
    return np.argsort(np.argsort(-sizes, kind="stable"))[group]


def _far_apart(vectors: Float32Array, count: int) -> Float32Array:
    """Return songs to begin groups with, each as unlike those before it as can be."""
    middle = vectors.mean(axis=0)
    chosen = [int((vectors @ middle).argmax())]
    alike = vectors @ vectors[chosen[0]]
    while len(chosen) < count:
        chosen.append(int(alike.argmin()))
        alike = np.maximum(alike, vectors @ vectors[chosen[-1]])
    return vectors[chosen]


def _least(values: Float32Array, count: int) -> Ints:
    """Return the places of the smallest values of each row, the smallest first."""
    some = np.argpartition(values, count - 1, axis=1)[:, :count]
    order = np.argsort(np.take_along_axis(values, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1)


def _components(vectors: Float32Array, count: int) -> Floats:
    """Return the first principal components, [n, count] (with zeros where there are fewer)."""
    centred = vectors.astype(np.float64)
    centred -= centred.sum(axis=0, keepdims=True) / max(len(centred), 1)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :count]
    # An axis may point either way; the largest weight says which, so that no map is mirrored.
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    found = centred @ (axes * signs)
    return np.pad(found, ((0, 0), (0, max(count - found.shape[1], 0))))


def _spread(places: Floats, spread: float) -> Floats:
    """Scale places so that the first axis has this standard deviation."""
    deviation = float(places[:, 0].std()) if len(places) else 0.0
    return places * (spread / deviation) if deviation > 0 else places


@dataclass(frozen=True, slots=True)
class _Links:
    """Which songs are linked, either way, and how strongly: the strengths add up to 1."""

    rows: Ints
    columns: Ints
    strengths: Floats


def _links(near: Ints) -> _Links:
    n, count = near.shape
    rows, columns = np.repeat(np.arange(n), count), near.ravel()
    both = np.concatenate([rows * n + columns, columns * n + rows])
    pairs, times = np.unique(both, return_counts=True)
    return _Links(pairs // n, pairs % n, times / times.sum())


def _settled(places: Floats, links: _Links, *, progress: Progress) -> Floats:
    """Let the songs pull and push until the iterations are over."""
    step = len(places) / EXAGGERATION
    pushes = Pushes()
    moving, gains = np.zeros_like(places), np.ones_like(places)
    total = EXAGGERATED + SETTLING
    for number in range(total):
        progress.report(KNOWN_AT + (ALL - KNOWN_AT) * number // total, ALL)
        is_early = number < EXAGGERATED
        slope = (EXAGGERATION if is_early else 1.0) * _pulls(places, links) - pushes(places)
        slope += places * (HOMING / len(places))
        turns = moving * slope < 0  # it goes on where it went
        gains = np.clip(np.where(turns, gains + 0.2, gains * 0.8), *GAINS)
        moving = (0.5 if is_early else 0.8) * moving - step * gains * slope
        moving = np.clip(moving, -LONGEST_MOVE, LONGEST_MOVE)
        places = np.clip(places + moving, -FARTHEST, FARTHEST)
    settled: Floats = places - places.mean(axis=0)
    return settled


def _pulls(places: Floats, links: _Links) -> Floats:
    """Return how strongly each song is pulled away from where its friends are."""
    apart = places[links.rows] - places[links.columns]
    weights = links.strengths / (1.0 + np.einsum("ij,ij->i", apart, apart))
    n = len(places)
    both = [np.bincount(links.rows, weights * apart[:, axis], minlength=n) for axis in (0, 1)]
    pulls: Floats = np.stack(both, axis=1)
    return pulls


@dataclass(slots=True)
class _Kernels:
    """What one song does to every node of a grid of [size, size], transformed."""

    size: int
    transforms: tuple[NDArray[np.complex128], ...]


class Pushes:
    """Sums up what pushes songs apart, on a grid; it remembers the grid's kernels."""

    def __init__(self) -> None:
        self._kernels: _Kernels | None = None

    def __call__(self, places: Floats) -> Floats:
        """Return how strongly each song is pushed, [n, 2]; all pushes are shared out by one sum."""
        low = places.min(axis=0) - SPACING
        cells = (places - low) / SPACING
        size = -(-(int(cells.max()) + 3) // NODES) * NODES
        kernels = self._known(size)
        nodes, shares = _shares(cells, size)
        mass = np.bincount(nodes.ravel(), shares.ravel(), minlength=size * size)
        seen = np.fft.rfft2(mass.reshape(size, size), s=(2 * size, 2 * size))
        fields = [
            np.fft.irfft2(seen * kernel, s=(2 * size, 2 * size))[:size, :size].ravel()
            for kernel in kernels.transforms
        ]
        alike, *pushes = (np.einsum("ij,ij->i", shares, field[nodes]) for field in fields)
        total = max(float(alike.sum()) - len(places), 1e-12)  # a song isn't like itself
        return np.stack(pushes, axis=1) / total

    def _known(self, size: int) -> _Kernels:
        if self._kernels is None or self._kernels.size != size:
            self._kernels = _Kernels(size, _transforms(size))
        return self._kernels


def _transforms(size: int) -> tuple[NDArray[np.complex128], ...]:
    """Return the transforms of likeness, and of the push along either axis.

    The grid is twice as large, so that what leaves on one side doesn't come in on the other.
    """
    steps = np.fft.fftfreq(2 * size, 1 / (2 * size)) * SPACING
    x, y = np.meshgrid(steps, steps, indexing="ij")
    alike = 1.0 / (1.0 + x * x + y * y)
    return tuple(np.fft.rfft2(kernel) for kernel in (alike, alike**2 * x, alike**2 * y))


def _shares(cells: Floats, size: int) -> tuple[Ints, Floats]:
    """Return the four nodes around each song, and its share in each: both [n, 4]."""
    corner = cells.astype(np.intp)
    x, y = (cells - corner).T
    nodes = corner[:, 0] * size + corner[:, 1]
    shares = np.stack([(1 - x) * (1 - y), (1 - x) * y, x * (1 - y), x * y], axis=1)
    return nodes[:, None] + np.array([0, 1, size, size + 1]), shares
