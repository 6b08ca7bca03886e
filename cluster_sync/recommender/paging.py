"""Collections, a range of keys at a time."""

from collections.abc import Iterator, Sequence

from core.vectors.milvus import KEYS_A_PAGE, MilvusStore, Row


def pages(
    store: MilvusStore, name: str, *, fields: Sequence[str], low: str = "", high: str = "~"
) -> Iterator[tuple[str, str, list[Row]]]:
    """Yield ranges of keys, in order, each with all its rows.

    Of a range with more rows than one answer takes, the median of those that came is its middle.
    """
    ranges = [(low, high)]
    while ranges:
        start, stop = ranges.pop()
        rows = store.between(name, start, stop, fields=fields)
        if len(rows) < KEYS_A_PAGE:
            yield start, stop, sorted(rows, key=lambda row: row.key)
        else:
            middle = sorted(row.key for row in rows)[len(rows) // 2]
            ranges += [(middle, stop), (start, middle)]
