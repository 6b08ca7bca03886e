"""The push of a sync: what waits in the outbox goes to the library's inbox, chunk by chunk.

A chunk is written, then noted and answered in one transaction. Where the cluster has a later word
on a song (another machine of the same library wrote it, or withdrew it), that word stands.
"""

import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from cluster_sync import collections as shapes
from cluster_sync.evidence import shared_songs
from cluster_sync.inbox import Inbox
from cluster_sync.models import base_model
from cluster_sync.plan import Chunk, Head, Plan, is_later, make_plan
from cluster_sync.rows import REMOVED, WITHDRAWN, SharedSong, song_row, tombstone
from core.library.changes import Change, ChangeKind, Outbox
from core.library.ledger import Held, Ledger
from core.library.store import Catalogue
from core.progress import Progress
from core.types import ModelId, SongId
from core.vectors.milvus import Row


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
    changed_at: Mapping[SongId, float]


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
        with closing(self._parcels(plan)) as parcels:
            for parcel in parcels:
                progress.report(done, plan.size, what="sending")
                for ours in parcel.models:
                    shapes.check_model(self._inbox.store, ours, model=model)
                self._push_parcel(parcel, there)
                done += len(parcel.chunk.upserts) + len(parcel.chunk.deletes)
        progress.report(done, plan.size, what="sending")

    def _parcels(self, plan: Plan) -> Generator[Parcel, None, None]:
        """Yield a parcel a chunk; the next is made while the one before is on its way."""
        with ThreadPoolExecutor(1, thread_name_prefix="sync-rows") as ahead:
            waiting = [ahead.submit(self._parcel, chunk) for chunk in plan.chunks[:1]]
            for chunk in (*plan.chunks[1:], None):
                parcel = waiting.pop().result() if waiting else None
                if chunk is not None:
                    waiting.append(ahead.submit(self._parcel, chunk))
                if parcel is not None:
                    yield parcel

    def _parcel(self, chunk: Chunk) -> Parcel:
        songs = shared_songs(self._catalogue, chunk.upserts, share_titles=self._share_titles)
        return Parcel(
            chunk=chunk,
            rows={shapes.own_song(song.key): song_row(song) for song in songs},
            models=frozenset(_model(song) for song in songs),
            changed_at=self._outbox.changed_at([*chunk.upserts, *chunk.deletes]),
        )

    def _push_parcel(self, parcel: Parcel, there: Mapping[SongId, Head]) -> None:
        chunk, rows = parcel.chunk, parcel.rows
        # A song that has become silence is not shared any more.
        leaving = [one for one in (*chunk.deletes, *chunk.upserts) if one not in rows]
        held = self._ledger.held(leaving)
        gone = [one for one in leaving if one in held or (one in there and there[one].is_live)]
        self._withdraw(gone, parcel.changed_at)
        if rows:
            self._inbox.make(len(next(iter(rows.values())).vector))
            self._inbox.write(list(rows.values()))
        arrived = [
            Held(song_id, str(row.values["digest"]), float(row.values["changed_at"]))
            for song_id, row in rows.items()
        ]
        self._ledger.note(held=arrived, gone=leaving, seqs=chunk.seqs)
        self._tally.pushed += len(rows)
        self._tally.deleted += len(gone)

    def _withdraw(self, gone: Sequence[SongId], changed_at: Mapping[SongId, float]) -> None:
        dimension = self._inbox.dimension if gone else None
        if dimension is None:
            return
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


def _model(song: SharedSong) -> ModelId:
    return base_model(song.searched.model_id)
