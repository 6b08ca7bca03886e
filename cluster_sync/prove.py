"""The proof at the end of a push: both sides hold the same songs, by count and checksum.

A steady sync costs what changed. It compares the count, what was just pushed, and a slice of the
rest; each sync goes on where the last one ended, so that every song is compared in turn. All is
compared where the library is small, after a large push or one that never came to its proof, and
where the count differs.
"""

import time
from collections.abc import Mapping, Sequence

from cluster_sync.inbox import Inbox
from cluster_sync.plan import Difference, Head, Here, checksum, compare
from cluster_sync.push import let_stand
from core.library.changes import Outbox
from core.library.ledger import Held, Ledger
from core.library.store import Catalogue
from core.progress import Progress
from core.types import SongId

SLICE = 2000  # songs: some 300 kB of heads, less than a second to read
UNPROVED_NOTE = "cluster.unproved"  # "1" while a push has not come to its proof
CURSOR_NOTE = "cluster.proved_to"  # where the next slice starts


class Prover:
    """Compares a library with its inbox; one for each sync."""

    def __init__(self, catalogue: Catalogue, inbox: Inbox) -> None:
        self._catalogue = catalogue
        self._inbox = inbox
        self._ledger = Ledger(catalogue)
        self._outbox = Outbox(catalogue)
        self._is_open = catalogue.note(UNPROVED_NOTE) == "1"

    def begin(self) -> None:
        """Remember that something may be pushed that isn't proved yet."""
        self._catalogue.set_note(UNPROVED_NOTE, "1")

    def prove(self, pushed: set[SongId], *, progress: Progress) -> Difference:
        """Compare as much as is needed; what another machine wrote is adopted."""
        progress.check()
        is_small = self._ledger.count() <= SLICE
        if is_small or self._is_open or len(pushed) > SLICE:
            return self.prove_all()
        found = self._prove_some(sorted(pushed))
        if found is None or found.is_fault or self._inbox.count() != self._ledger.count():
            return self.prove_all()
        self._end()
        return found

    def prove_all(self) -> Difference:
        """Compare everything."""
        digests, held = self._inbox.digests(), self._ledger.held()
        is_count_right = len(digests) == len(held)
        if is_count_right and checksum(digests) == checksum(_digests(held)):
            self._end()
            return Difference()
        found = self._judge(self._inbox.heads(), held)
        if not found.is_fault:
            self._end()
        return found

    def _prove_some(self, pushed: Sequence[SongId]) -> Difference | None:
        """Compare what was pushed and the next slice; None where that is too much at once."""
        low = SongId(self._catalogue.note(CURSOR_NOTE) or "")
        some = self._ledger.slice_after(low, limit=SLICE)
        is_last = len(some) < SLICE
        there = self._inbox.heads_between(low or None, None if is_last else some[-1].song_id)
        if there is None:
            return None
        held = {one.song_id: one for one in some} | self._ledger.held(pushed)
        found = self._judge(there | self._inbox.heads_of(pushed), held)
        self._catalogue.set_note(CURSOR_NOTE, "" if is_last else some[-1].song_id)
        return found

    def _judge(self, there: Mapping[SongId, Head], held: Mapping[SongId, Held]) -> Difference:
        songs = list({*there, *held})
        here = Here(held, self._ledger.shared(songs), self._outbox.changed_at(songs))
        found = compare(there, here, now=time.time())
        let_stand(self._ledger, {one.song_id: there[one.song_id] for one in found.adopted})
        self._ledger.note(gone=found.gone)
        self._ledger.hold_back(found.withdrawn)
        return found

    def _end(self) -> None:
        self._catalogue.set_note(UNPROVED_NOTE, "")


def _digests(held: Mapping[SongId, Held]) -> dict[SongId, str]:
    return {song_id: one.digest for song_id, one in held.items()}
