"""The push of a sync: what waits in the outbox goes to the library's inbox, chunk by chunk.

A chunk is written, then noted and answered in one transaction. Where the cluster has a later word
on a song (another machine of the same library wrote it, or withdrew it), that word stands.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from cluster_sync import collections as shapes
from cluster_sync.evidence import shared_songs
from cluster_sync.inbox import Inbox
from cluster_sync.plan import Chunk, Head, Plan, is_later, make_plan
from cluster_sync.rows import REMOVED, WITHDRAWN, song_row, tombstone
from core.library.changes import Change, ChangeKind, Outbox
from core.library.ledger import Held, Ledger
from core.library.store import Catalogue
from core.progress import Progress
from core.types import ModelId, SongId
from core.vectors.milvus import Row

# One makes the next rows while the server takes the ones before, one has the inbox loaded. Two
# writers were slower: their threads wait for each other more than for the server.
THREADS = 2


@dataclass(slots=True)
class Tally:
    """What a sync has done so far."""

    pushed: int = 0
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """A chunk with all that it says, ready to be written."""

    chunk: Chunk
    rows: Mapping[SongId, Row]
    models: frozenset[ModelId]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A chunk that the cluster has taken: what it now holds, and what left."""

    chunk: Chunk
    held: Sequence[Held]
    leaving: Sequence[SongId]  # the song is no longer there, whether or not it was
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Order:
    """What every chunk of a push needs to know: what is there, and whose vectors are taken."""

    there: Mapping[SongId, Head]
    model: ModelId | None


class Pusher:
    """Pushes what waits; one for each sync."""

    def __init__(
        self, catalogue: Catalogue, inbox: Inbox, *, tally: Tally, share_titles: bool
    ) -> None:
        self._catalogue = catalogue
        self._inbox = inbox
        self._tally = tally
        self._share_titles = share_titles
        self._ledger = Ledger(catalogue)
        self._outbox = Outbox(catalogue)

    def push(self, *, progress: Progress) -> set[SongId]:
        """Push all that waits, and return which songs were written or withdrawn."""
        changes = self._outbox.pending()
        if not changes:
            return set()
        there = self._inbox.heads_of(list({change.song_id for change in changes}))
        changes = self._without_later(changes, there)
        shared = self._ledger.shared([change.song_id for change in changes])
        plan = make_plan(changes, shared)
        self._push_plan(plan, there, progress=progress)
        self._inbox.flush()
        return {one for chunk in plan.chunks for one in (*chunk.upserts, *chunk.deletes)}

    def _without_later(
        self, changes: Sequence[Change], there: Mapping[SongId, Head]
    ) -> list[Change]:
        """Let the cluster's later words stand, and return the changes that are left."""
        mine = self._outbox.changed_at([change.song_id for change in changes])
        now = time.time()
        later = [
            change
            for change in changes
            if change.song_id in there
            and is_later(there[change.song_id], mine.get(change.song_id, 0.0), now=now)
        ]
        let_stand(self._ledger, {change.song_id: there[change.song_id] for change in later})
        self._ledger.note(seqs=[change.seq for change in later])
        settled = {change.seq for change in later}
        return [change for change in changes if change.seq not in settled]

    def _push_plan(self, plan: Plan, there: Mapping[SongId, Head], *, progress: Progress) -> None:
        model = shapes.cluster_model(self._inbox.store) if plan.chunks else None
        done = 0
        with ThreadPoolExecutor(THREADS, thread_name_prefix="sync-push") as pool:
            for parcel in self._parcels(plan, pool):
                progress.report(done, plan.size, what="sending")
                self._note(self._send(parcel, Order(there, model)))
                if not done:
                    pool.submit(self._inbox.load)  # it takes seconds, and will be compared
                done += len(parcel.chunk.upserts) + len(parcel.chunk.deletes)
        progress.report(done, plan.size, what="sending")

    def _parcels(self, plan: Plan, pool: ThreadPoolExecutor) -> Iterator[Parcel]:
        """Yield a parcel a chunk; the next is made while the one before is on its way."""
        left = iter(plan.chunks)
        waiting = [pool.submit(self._parcel, chunk) for chunk in islice(left, 1)]
        while waiting:
            parcel = waiting.pop().result()
            waiting.extend(pool.submit(self._parcel, chunk) for chunk in islice(left, 1))
            yield parcel

    def _parcel(self, chunk: Chunk) -> Parcel:
        songs = shared_songs(self._catalogue, chunk.upserts, share_titles=self._share_titles)
        return Parcel(
            chunk=chunk,
            rows={shapes.own_song(song.key): song_row(song) for song in songs},
            models=frozenset(song.searched.model_id for song in songs),
        )

    def _send(self, parcel: Parcel, order: Order) -> Arrived:
        """Write a chunk: rows of what is shared, tombstones of what is not any more."""
        for ours in parcel.models:
            shapes.check_model(self._inbox.store, ours, model=order.model)
        chunk, rows = parcel.chunk, list(parcel.rows.values())
        # A song that has become silence is not shared any more.
        leaving = [one for one in (*chunk.deletes, *chunk.upserts) if one not in parcel.rows]
        withdrawn = self._withdraw(leaving, order.there)
        if rows:
            self._inbox.make(len(rows[0].vector))
            self._inbox.write(rows)
        held = [
            Held(song_id, str(row.values["digest"]), float(row.values["changed_at"]))
            for song_id, row in parcel.rows.items()
        ]
        return Arrived(chunk, held, leaving, withdrawn)

    def _note(self, arrived: Arrived) -> None:
        self._ledger.note(held=arrived.held, gone=arrived.leaving, seqs=arrived.chunk.seqs)
        self._tally.pushed += len(arrived.held)
        self._tally.deleted += arrived.withdrawn

    def _withdraw(self, leaving: Sequence[SongId], there: Mapping[SongId, Head]) -> int:
        """Write tombstones of those that the cluster holds; return how many."""
        held = self._ledger.held(leaving)
        gone = [one for one in leaving if one in held or (one in there and there[one].is_live)]
        dimension = self._inbox.dimension if gone else None
        if dimension is None:
            return len(gone)
        changed_at = self._outbox.changed_at(gone)
        kept = {song.song_id for song in self._catalogue.songs_of(gone)}
        is_farewell = not self._ledger.shares_all()
        self._inbox.write(
            [
                tombstone(
                    shapes.catalogue_id(self._catalogue.library_id, one),
                    dimension,
                    changed_at=changed_at[one],
                    deleted=WITHDRAWN if is_farewell or one in kept else REMOVED,
                )
                for one in gone
            ]
        )
        return len(gone)


def let_stand(ledger: Ledger, there: Mapping[SongId, Head]) -> None:
    """Take the cluster's word on songs: what another machine wrote, or took back."""
    live = {song_id: head for song_id, head in there.items() if head.is_live}
    ledger.note(
        held=[Held(one, head.digest, head.changed_at, True) for one, head in live.items()],
        gone=[song_id for song_id in there if song_id not in live],
    )
    withdrawn = [song_id for song_id, head in there.items() if head.deleted == WITHDRAWN]
    ledger.hold_back(withdrawn)


def again(outbox: Outbox, *, lost: Sequence[SongId], stray: Sequence[SongId]) -> None:
    """Queue songs that the cluster lost, and those that it should not have any more."""
    outbox.again(
        {**dict.fromkeys(lost, ChangeKind.UPSERT), **dict.fromkeys(stray, ChangeKind.DELETE)}
    )
