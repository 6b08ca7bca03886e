"""The points of the map and what lies where among them. Pure."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from core.types import Float32Array, Song

NOTHING: Float32Array = np.zeros((0, 2), np.float32)


class Heading(Enum):
    """Which way the keyboard goes: right, left, up, down."""

    RIGHT = (1.0, 0.0)
    LEFT = (-1.0, 0.0)
    UP = (0.0, 1.0)
    DOWN = (0.0, -1.0)


@dataclass(frozen=True, slots=True)
class Points:
    """What is drawn: ``at`` is float32 [n, 2], ``passing`` tells which points can be chosen."""

    songs: tuple[Song, ...]
    at: Float32Array
    groups: NDArray[np.intp]
    passing: NDArray[np.bool_]


NO_POINTS = Points((), NOTHING, np.zeros(0, np.intp), np.zeros(0, np.bool_))


def middles(points: Points) -> list[int]:
    """Return for each group the song nearest to the middle of its songs."""
    found = []
    for group in np.unique(points.groups):
        of_it = np.flatnonzero(points.groups == group)
        far = points.at[of_it] - np.median(points.at[of_it], axis=0)
        found.append(int(of_it[np.einsum("ij,ij->i", far, far).argmin()]))
    return found


def beyond(points: Points, start: int | None, heading: Heading) -> int | None:
    """Return the point that passes and is nearest in a direction, as an eye would choose it.

    What lies beside the way counts double; without a start it is the point in the middle.
    """
    if not points.passing.any():
        return None
    if start is None:
        far = points.at - np.median(points.at, axis=0)
        cost = np.einsum("ij,ij->i", far, far)
    else:
        ahead = np.array(heading.value, np.float32)
        apart = points.at - points.at[start]
        along = apart @ ahead
        beside = np.abs(apart @ ahead[::-1])
        cost = np.where((along > 0) & (beside <= 2 * along), along + 2 * beside, np.inf)
    cost = np.where(points.passing, cost, np.inf)
    best = int(cost.argmin())
    return best if np.isfinite(cost[best]) else None


def inside(at: Float32Array, corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points lie inside a closed line, by how often a ray from each crosses it."""
    found = np.zeros(len(at), np.bool_)
    x, y = at[:, 0], at[:, 1]
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        found ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return found
