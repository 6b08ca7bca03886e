"""Songs that sound alike, side by side: done together, they are near to the same songs."""

from collections.abc import Sequence

import numpy as np

from core.vectors.milvus import Row

PIVOTS = 128  # songs around which the others are gathered


def gathered(rows: Sequence[Row], *, size: int) -> list[Row]:
    """Return the rows, those that sound alike beside each other, for pieces of ``size`` rows."""
    if len(rows) <= size:
        return list(rows)
    vectors = np.stack([row.vector for row in rows])
    pivots = vectors[:: max(1, len(rows) // PIVOTS)]
    order = np.argsort((vectors @ pivots.T).argmax(axis=1), kind="stable")
    return [rows[place] for place in order.tolist()]
