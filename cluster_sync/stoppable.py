"""A store whose calls end at once when the user asks to stop, whatever the network does.

What was under way is left alone: it fails when the connection is closed under it, or arrives, which
is as harmless as a stop at any other point.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import Cancelled
from core.progress import Progress
from core.vectors.milvus import MilvusStore
from core.waiting import awaited


@contextmanager
def stoppable(open_store: Callable[[], MilvusStore], progress: Progress) -> Iterator[MilvusStore]:
    """Open a store and close it at the end; raises ``Cancelled`` soon after the wish to stop."""
    store = awaited(open_store, progress, late=lambda late: late.close())
    store.line.obey(progress)
    try:
        yield store
    except Cancelled:
        _close_behind(store)
        raise
    except BaseException:
        store.close()
        raise
    store.close()


def _close_behind(store: MilvusStore) -> None:
    """Close a store without waiting: pymilvus closes nothing while it tries to connect anew."""
    if store.line.door.is_lite:  # in this process, where nothing hangs; its folder is free now
        store.close()
    else:
        threading.Thread(target=store.close, name="closing", daemon=True).start()
