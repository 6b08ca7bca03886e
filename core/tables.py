"""Tables as CSV that a spreadsheet opens as text. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet takes for a formula where a cell begins with it: a song's title must not be
# able to run one (CWE-1236).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MARK = "\ufeff"  # without it Excel takes UTF-8 for the machine's old alphabet


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> str:
    """Return a table by RFC 4180: texts that look like formulas are quoted, None is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return MARK + text.getvalue()


def _cell(value: str | int | float | None) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value
