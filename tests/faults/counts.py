"""How many points of each fault are tried.

The normal run takes a part that fits a test run; ``./dev bench faults`` sets ``SONGKIN_FAULTS`` to
"all" and takes them all.
"""

import os

IS_FULL = os.environ.get("SONGKIN_FAULTS") == "all"
SYNC_KILLS = 50 if IS_FULL else 3
SERVER_KILLS = 20 if IS_FULL else 1
BAD_NETWORKS = 20 if IS_FULL else 1  # of each kind
