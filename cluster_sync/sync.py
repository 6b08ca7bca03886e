"""Sync of one library with its cluster, step by step.

Connect, push what the outbox holds chunk by chunk, compare both sides, pull the lists. A stop at
any point is harmless: a chunk leaves the outbox after it has arrived. Where the two sides differ at
the end, everything is sent once more; where they still differ, that is an error.

What the cluster is believed to hold (a digest for each song), and which lists came back, is kept
with the catalogue as notes, so that a steady sync costs what changed.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from cluster_sync import collections as shapes
from cluster_sync.credentials import Credentials
from cluster_sync.evidence import shared_songs
from cluster_sync.plan import Chunk, Plan, checksum, make_plan, strangers
from cluster_sync.pull import pull_lists
from core.errors import ClusterError, ClusterProblem, LibraryError
from core.library.changes import Outbox
from core.library.store import Catalogue
from core.progress import Progress
from core.types import Recommendation, SongId, SyncReport, SyncState
from core.vectors.milvus import MilvusStore

URI_NOTE = "cluster.uri"
STATE_NOTE = "cluster.state"
SENT_NOTE = "cluster.sent"
LISTS_NOTE = "cluster.lists"
SHORT = 16  # hexadecimal digits of a digest that are kept; 64 bits part a library's songs
OFFLINE = (ClusterProblem.UNREACHABLE, ClusterProblem.NOT_MILVUS, ClusterProblem.TIMEOUT)

Opener = Callable[[str, str], MilvusStore]


@dataclass(slots=True)
class Tally:
    """What a sync has done so far."""

    pushed: int = 0
    deleted: int = 0


class ClusterSync:
    """The one who talks to the cluster for a library; safe to ask from any thread."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        opener: Opener,
        credentials: Credentials,
        share_titles: bool = True,
    ) -> None:
        self._catalogue = catalogue
        self._outbox = Outbox(catalogue)
        self._open = opener
        self._credentials = credentials
        self._share_titles = share_titles
        self._inbox = shapes.inbox_name(catalogue.library_id)
        self._one_at_a_time = threading.Lock()

    @property
    def state(self) -> SyncState:
        """Where the library stands with its cluster."""
        if not self._catalogue.note(URI_NOTE):
            return SyncState.NOT_SET_UP
        if self._one_at_a_time.locked():
            return SyncState.SYNCING
        last = self._catalogue.note(STATE_NOTE)
        if last in (SyncState.OFFLINE.value, SyncState.REFUSED.value):
            return SyncState(last)
        is_behind = last is None or self.waiting() > 0
        return SyncState.BEHIND if is_behind else SyncState.IN_STEP

    @property
    def cluster_name(self) -> str:
        """The cluster's host and port, or its folder's name; empty where none is set up."""
        uri = self._catalogue.note(URI_NOTE) or ""
        return urlsplit(uri).netloc or uri.replace("\\", "/").rpartition("/")[2]

    def sign_in(self, uri: str, *, token: str) -> None:
        """Remember the cluster's address, and its token by the credentials.

        Another cluster than before holds nothing of this library: everything is queued again.
        """
        self._credentials.remember(uri, token)
        if uri == self._catalogue.note(URI_NOTE):
            return
        with self._one_at_a_time:
            self._start_over()
            self._catalogue.set_note(LISTS_NOTE, "{}")
            self._catalogue.set_note(STATE_NOTE, SyncState.BEHIND.value)
            self._catalogue.set_note(URI_NOTE, uri)

    def waiting(self) -> int:
        """How many songs have changes to send."""
        return self._outbox.count()

    def recommendations(self, song_id: SongId, *, limit: int) -> Sequence[Recommendation]:
        """Return the list last pulled for a song, best first."""
        return self._catalogue.recommendations(song_id, limit=limit)

    def sync(self, *, progress: Progress) -> SyncReport:
        """Push what changed, compare both sides, pull the lists.

        Raises ``ClusterError``; what has not arrived stays in the outbox.
        """
        uri = self._catalogue.note(URI_NOTE)
        if not uri:
            return SyncReport(0, 0, 0, SyncState.NOT_SET_UP)
        token = self._credentials.token(uri)
        tally = Tally()
        with (
            self._one_at_a_time,
            self._remembering_how_it_ends(),
            self._opened(uri, token) as store,
        ):
            self._push(store, tally, progress=progress)
            if not self._agrees(store):
                self._resync(store, tally, progress=progress)
                if not self._agrees(store):
                    raise ClusterError(uri, ClusterProblem.COUNT_MISMATCH)
            pulled = self._pull(store, progress=progress)
        return SyncReport(tally.pushed, tally.deleted, pulled, self.state)

    @contextmanager
    def _opened(self, uri: str, token: str) -> Iterator[MilvusStore]:
        store = self._open(uri, token)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def _remembering_how_it_ends(self) -> Iterator[None]:
        try:
            yield
        except ClusterError as error:
            ended = SyncState.OFFLINE if error.problem in OFFLINE else SyncState.REFUSED
            self._catalogue.set_note(STATE_NOTE, ended.value)
            raise
        except LibraryError:  # a folder stands in for the cluster
            self._catalogue.set_note(STATE_NOTE, SyncState.OFFLINE.value)
            raise
        self._catalogue.set_note(STATE_NOTE, SyncState.IN_STEP.value)

    def _push(self, store: MilvusStore, tally: Tally, *, progress: Progress) -> None:
        songs = {song.song_id for song in self._catalogue.songs()}
        plan = make_plan(self._outbox.pending(), songs)
        if plan.chunks:
            self._push_plan(store, plan, tally=tally, progress=progress)
            store.flush(self._inbox)

    def _push_plan(
        self, store: MilvusStore, plan: Plan, *, tally: Tally, progress: Progress
    ) -> None:
        model = shapes.cluster_model(store)
        sent = self._sent()
        done = 0
        for chunk in plan.chunks:
            progress.report(done, plan.size, what="sending")
            pushed, deleted = self._push_chunk(store, chunk, sent=sent, model=model)
            self._catalogue.set_note(SENT_NOTE, json.dumps(sent))
            self._outbox.acknowledge(chunk.seqs)
            tally.pushed += pushed
            tally.deleted += deleted
            done += len(chunk.upserts) + len(chunk.deletes)
        progress.report(plan.size, plan.size, what="sending")

    def _push_chunk(
        self, store: MilvusStore, chunk: Chunk, *, sent: dict[SongId, str], model: str | None
    ) -> tuple[int, int]:
        """Push a chunk and write down in ``sent`` what the inbox now holds.

        Returns how many songs were pushed and how many withdrawn.
        """
        songs = shared_songs(self._catalogue, chunk.upserts, share_titles=self._share_titles)
        rows = {shapes.own_song(song.key): shapes.song_row(song) for song in songs}
        for song in songs:
            self._check_model(store, song, model=model)
        # A song that has become silence is not shared any more.
        gone = [one for one in (*chunk.deletes, *chunk.upserts) if one not in rows and one in sent]
        self._withdraw(store, gone, sent=sent)
        if rows:
            dimension = len(songs[0].searched.vector)
            store.ensure(shapes.inbox_spec(self._catalogue.library_id, dimension))
            store.upsert(self._inbox, list(rows.values()))
        sent |= {song_id: str(row.values["digest"])[:SHORT] for song_id, row in rows.items()}
        return len(rows), len(gone)

    def _withdraw(
        self, store: MilvusStore, gone: Sequence[SongId], *, sent: dict[SongId, str]
    ) -> None:
        dimension = store.dimension(self._inbox) if gone else None
        if dimension is not None:
            keys = [shapes.catalogue_id(self._catalogue.library_id, one) for one in gone]
            store.upsert(self._inbox, [shapes.tombstone(key, dimension) for key in keys])
        for one in gone:
            sent.pop(one, None)

    def _check_model(
        self, store: MilvusStore, song: shapes.SharedSong, *, model: str | None
    ) -> None:
        ours = shapes.base_model(song.searched.model_id)
        if not model or ours == model:
            return
        old = {"here": "this computer", "there": "the cluster"}.get(
            shapes.older_side(ours, model), "one of the two"
        )
        detail = f"{old} is out of date: vectors here are of {ours}, those there of {model}"
        raise ClusterError(store.address, ClusterProblem.MODEL_MISMATCH, detail=detail)

    def _agrees(self, store: MilvusStore) -> bool:
        """Tell whether the inbox holds exactly what was sent: same count, same checksum."""
        held, sent = self._held(store), self._sent()
        return len(held) == len(sent) and checksum(held) == checksum(sent)

    def _held(self, store: MilvusStore) -> dict[SongId, str]:
        if store.dimension(self._inbox) is None:
            return {}
        rows = store.heads(self._inbox, ["digest"], where={"deleted": 0})
        return {shapes.own_song(row.key): str(row.values["digest"])[:SHORT] for row in rows}

    def _resync(self, store: MilvusStore, tally: Tally, *, progress: Progress) -> None:
        """Send every song once more, and withdraw what the library does not have."""
        songs = {song.song_id for song in self._catalogue.songs()}
        held = self._held(store)
        self._start_over()
        foreign = strangers(held, songs)
        self._withdraw(store, foreign, sent=dict(held))
        tally.deleted += len(foreign)
        # What was believed before counts as held, so that its withdrawal is sent again too.
        self._catalogue.set_note(SENT_NOTE, json.dumps(_only(held, songs)))
        self._push(store, tally, progress=progress)

    def _pull(self, store: MilvusStore, *, progress: Progress) -> int:
        stamps = json.loads(self._catalogue.note(LISTS_NOTE) or "{}")
        lists = pull_lists(store, self._catalogue.library_id, known=stamps)
        pulled = 0
        for some in lists:
            progress.check()
            self._catalogue.put_recommendations(some.lists)
            self._catalogue.set_note(LISTS_NOTE, json.dumps(stamps | some.stamps))
            stamps |= some.stamps
            pulled += sum(map(len, some.lists.values()))
        return pulled

    def _sent(self) -> dict[SongId, str]:
        return {
            SongId(song_id): digest
            for song_id, digest in json.loads(self._catalogue.note(SENT_NOTE) or "{}").items()
        }

    def _start_over(self) -> None:
        self._outbox.reset()
        self._catalogue.set_note(SENT_NOTE, "{}")


def _only(held: Mapping[SongId, str], songs: set[SongId]) -> dict[SongId, str]:
    return {song_id: digest for song_id, digest in held.items() if song_id in songs}
