"""Who may do what only one process may do at a time: a row with a holder and an expiry.

The merge is one such work; making lists is one for each range of buckets, where ranges that overlap
are rivals.

Milvus has no compare-and-set. Whoever finds a lease free writes his name, waits longer than any
other can take between looking and writing, and looks again: of several, the last to write finds
his own name, all others find his. A holder renews in time, and stops where he finds another name.
An upsert may show a row as missing for a moment, so a missing row is looked for twice.
"""

import os
import secrets
import socket
import time
from collections.abc import Callable

from cluster_sync import lists as shapes
from cluster_sync.rows import Values
from core.errors import ClusterError, ClusterProblem
from core.vectors.milvus import MilvusStore

LEASE_S = 60.0
RENEW_S = 20.0  # a third of it: two renewals may fail
BLINK_S = 0.25  # longer than an upsert takes
SETTLE_S = 1.0  # the most that may lie between looking and having written


MERGE = "merge"
_LISTS = "lists."


def lists_lease(buckets: range) -> str:
    """Return the name of the lease on the lists of these buckets."""
    return f"{_LISTS}{buckets.start}.{buckets.stop}"


def are_rivals(one: str, other: str) -> bool:
    """Tell whether two leases may not be held at once by two processes."""
    if not one.startswith(_LISTS) or not other.startswith(_LISTS):
        return one == other
    ours, theirs = _buckets(one), _buckets(other)
    return ours.start < theirs.stop and theirs.start < ours.stop


class Lease:
    """A lease on one kind of work; ``pause`` waits some seconds."""

    def __init__(
        self, store: MilvusStore, name: str, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._store = store
        self._name = name
        self._pause = pause
        self.holder = f"{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(4)}"
        self._renewed_at: float | None = None

    @property
    def is_held(self) -> bool:
        """Whether this process holds it, by its own clock."""
        held = self._renewed_at
        return held is not None and time.monotonic() - held < LEASE_S - SETTLE_S

    def take(self, when_free: Callable[[], object] = bool) -> bool:
        """Take the lease where it is free; tell whether it is held now.

        Taking takes seconds of waiting: ``when_free`` begins what need not wait for its end, once
        nobody else is seen to hold it.
        """
        if self._is_single():
            self._renewed_at = time.monotonic()
            when_free()
            return True
        if self.is_held:
            self.keep()
            return True
        if self._has_rival():
            return False
        when_free()
        self._pause(BLINK_S)
        looked_at = time.monotonic()
        if self._has_rival():
            return False
        self._write()
        is_late = time.monotonic() - looked_at > SETTLE_S  # others may have looked meanwhile
        self._pause(SETTLE_S)
        if not is_late and not self._has_rival() and self._holder() == self.holder:
            self._renewed_at = looked_at
            return True
        if self._holder() == self.holder:
            self._store.delete(shapes.LEASES, [self._name])
        return False

    def keep(self) -> None:
        """Renew the lease where it is time; raises ``ClusterError`` LED where it was lost."""
        if self._is_single():
            return
        if self._renewed_at is not None and time.monotonic() - self._renewed_at < RENEW_S:
            return
        if not self.is_held or self._holder() not in (self.holder, None):
            self._renewed_at = None
            raise ClusterError(self._store.address, ClusterProblem.LED, detail="lost the lease")
        asked_at = time.monotonic()
        self._write()
        self._renewed_at = asked_at

    def release(self) -> None:
        """Let others take it at once."""
        if self.is_held and not self._is_single() and self._holder() == self.holder:
            self._store.delete(shapes.LEASES, [self._name])
        self._renewed_at = None

    def _is_single(self) -> bool:
        """Whether no other process can be there: a folder is locked by the one that opened it."""
        return self._store.line.door.is_lite

    def _has_rival(self) -> bool:
        """Tell whether another holds it, or what overlaps with it."""
        now = time.time()  # clocks of machines in one cluster differ by less than a lease is long
        return any(
            are_rivals(self._name, row.key)
            and row.values["holder"] != self.holder
            and float(row.values["expires_at"]) > now
            for row in self._store.heads(shapes.LEASES, shapes.LEASE_FIELDS)
        )

    def _holder(self) -> str | None:
        rows = self._store.get(shapes.LEASES, [self._name], ["holder"], with_vectors=False)
        return str(rows[0].values["holder"]) if rows else None

    def _write(self) -> None:
        values: Values = {"holder": self.holder, "expires_at": time.time() + LEASE_S}
        self._store.upsert(shapes.LEASES, [shapes.bare_row(self._name, values)])


def _buckets(name: str) -> range:
    start, stop = name.removeprefix(_LISTS).split(".")
    return range(int(start), int(stop))
