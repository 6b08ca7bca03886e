"""How many points of each fault are tried.

The normal run takes a part that fits a test run. ``SONGKIN_FAULTS``, as ``./dev bench faults`` sets
it, is 1 for the full counts, and n for one point in n of them.
"""

import os

ONE_IN = int(os.environ.get("SONGKIN_FAULTS", "0"))


def _count(full: int, *, everyday: int) -> int:
    return full // ONE_IN if ONE_IN else everyday


SYNC_KILLS = _count(50, everyday=3)
SERVER_KILLS = _count(20, everyday=1)
BAD_NETWORKS = _count(20, everyday=1)  # of each kind
