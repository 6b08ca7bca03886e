"""The best chain of likenesses through a table of steps by steps. Pure.

A chain goes from a cell to the next by (1, 1), (2, 1) or (1, 2) steps of the two songs, gains what
its cells gain, and never falls below nothing: it then begins anew. Many tables are worked through
at once, row by row: no cell needs another of its own row.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import Float32Array


@dataclass(frozen=True, slots=True)
class Chains:
    """The best chain of each of C tables: its gain, [C], and its first and last cell, [C, 2]."""

    gain: Float32Array
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def best_chains(gains: Float32Array) -> Chains:
    """Return the best chains through tables that lie side by side, float32 [N, C, M].

    A cell that no chain may enter gains minus infinity.
    """
    n_rows, n_tables, n_columns = gains.shape
    # Two columns of nothing stand before the first, and two rows.
    sums = np.zeros((3, n_tables, n_columns + 2), np.float32)
    births = np.zeros((3, n_tables, n_columns + 2), np.int32)
    top = np.zeros(n_tables, np.float32)
    first, last = (np.zeros(n_tables, np.int64) for _ in range(2))
    for row in range(n_rows):
        here, one, two = (back % 3 for back in (row, row - 1, row - 2))
        own = np.arange(row * n_columns, (row + 1) * n_columns, dtype=np.int32)
        before, birth = sums[one, :, 1:-1], births[one, :, 1:-1]
        for other, at in ((two, slice(1, -1)), (one, slice(0, -2))):
            better = sums[other, :, at] > before
            before = np.where(better, sums[other, :, at], before)
            birth = np.where(better, births[other, :, at], birth)
        births[here, :, 2:] = np.where(before > 0.0, birth, own)
        reached = sums[here, :, 2:]
        np.maximum(before + gains[row], 0.0, out=reached)
        places = reached.argmax(axis=1)
        highest = np.take_along_axis(reached, places[:, None], axis=1)[:, 0]
        is_top = highest > top
        top = np.where(is_top, highest, top)
        last = np.where(is_top, row * n_columns + places, last)
        born = np.take_along_axis(births[here, :, 2:], places[:, None], axis=1)[:, 0]
        first = np.where(is_top, born, first)
    return Chains(top, _cells(first, n_columns), _cells(last, n_columns))


def _cells(places: NDArray[np.int64], n_columns: int) -> NDArray[np.int64]:
    return np.stack(np.divmod(places, n_columns), axis=1)
