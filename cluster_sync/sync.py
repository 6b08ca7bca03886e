"""Sync of one library with its cluster, step by step.

Connect, push what the outbox holds (``push.py``), prove that both sides hold the same
(``prove.py``), pull lists and refusals (``pull.py``). A stop at any point is harmless: a chunk
leaves the outbox in the transaction that notes its arrival, and what was pushed and not proved is
compared in full by the next sync. Where the two sides differ, everything is sent once more; where
they still differ, that is an error.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from urllib.parse import urlsplit

from cluster_sync import evidence
from cluster_sync.check import check_catalogue
from cluster_sync.credentials import Credentials
from cluster_sync.inbox import Inbox
from cluster_sync.prove import UNPROVED_NOTE, Prover
from cluster_sync.pull import pull_explanation, pull_lists, pull_refusals
from cluster_sync.push import Pusher, Tally, again
from cluster_sync.stoppable import stoppable
from core.addresses import checked_address, shown_address
from core.cluster_types import (
    CatalogueVerdict,
    Explanation,
    Outgoing,
    Recommendation,
    RowRefusal,
    Sharing,
    SyncReport,
    SyncState,
    Withheld,
)
from core.errors import ClusterError, ClusterProblem, LibraryError
from core.library.changes import ChangeKind, Outbox
from core.library.ledger import FAREWELL_NOTE, TITLES_NOTE, Ledger
from core.library.store import Catalogue
from core.progress import Progress
from core.types import Fingerprint, SongId, StemVectors
from core.vectors.milvus import MilvusStore

URI_NOTE = "cluster.uri"
STATE_NOTE = "cluster.state"
OFFLINE = (ClusterProblem.UNREACHABLE, ClusterProblem.NOT_MILVUS, ClusterProblem.TIMEOUT)
# What a row takes besides its vectors and codes, which are written as base64.
ROW_BYTES = 600
BASE64 = 4 / 3

Opener = Callable[[str, str], MilvusStore]


class ClusterSync:
    """The one who talks to the cluster for a library; safe to ask from any thread."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        opener: Opener,
        credentials: Credentials,
        uri: str | None = None,
        share_titles: bool = True,
    ) -> None:
        """``uri`` is the cluster of this run; a sync that reaches it makes it the library's own."""
        self._catalogue = catalogue
        self._outbox = Outbox(catalogue)
        self._ledger = Ledger(catalogue)
        self._open = opener
        self._credentials = credentials
        self._named = uri
        self._shares_titles_first = share_titles  # until the user chooses
        self._one_at_a_time = threading.Lock()

    @property
    def state(self) -> SyncState:
        """Where the library stands with its cluster."""
        if not self._uri:
            return SyncState.NOT_SET_UP
        if self._one_at_a_time.locked():
            return SyncState.SYNCING
        return self._settled_state()

    @property
    def cluster_name(self) -> str:
        """The cluster's host and port, or its folder's name; empty where none is set up."""
        uri = shown_address(self._uri)
        return urlsplit(uri).netloc or uri.replace("\\", "/").rpartition("/")[2]

    def sign_in(self, uri: str, *, token: str) -> None:
        """Remember the cluster's address, and its token by the credentials."""
        self._credentials.remember(checked_address(uri), token)
        self.use(uri)

    def use(self, uri: str) -> None:
        """Remember the cluster's address; the credentials know its token.

        Another cluster than before holds nothing of this library: everything is queued again.
        """
        checked_address(uri)
        if uri == self._catalogue.note(URI_NOTE) == self._uri:
            return
        with self._one_at_a_time:
            self._named = uri
            self._adopt()

    @property
    def _uri(self) -> str:
        return self._named or self._catalogue.note(URI_NOTE) or ""

    @property
    def _is_new(self) -> bool:
        """Whether the library was never in step with this cluster, or with another one since."""
        return self._uri != (self._catalogue.note(URI_NOTE) or "")

    def _adopt(self) -> None:
        if not self._is_new:
            return
        self._ledger.forget()
        self._outbox.reset()
        self._catalogue.set_note(UNPROVED_NOTE, "1")
        self._catalogue.set_note(STATE_NOTE, SyncState.BEHIND.value)
        self._catalogue.set_note(URI_NOTE, self._uri)

    def waiting(self) -> int:
        """How many songs have changes to send."""
        return len(self._ledger.all_songs(is_shared=True)) if self._is_new else self._outbox.count()

    def outgoing(self) -> Outgoing:
        """Return what the next sync would send; a cluster that is new gets everything."""
        is_new = self._is_new
        pending = (
            self._ledger.all_songs(is_shared=True)
            if is_new
            else [change.song_id for change in self._outbox.pending()]
        )
        shared = self._ledger.shared(pending)
        held = self._ledger.held([song_id for song_id in pending if song_id not in shared])
        content = self._ledger.outgoing_bytes(is_all=is_new)
        titles = self._shares_titles()
        return Outgoing(
            songs=len(shared),
            withdrawals=len(held),
            bytes=round(BASE64 * content) + ROW_BYTES * len(pending),
            shares_titles=titles,
            fields=(*evidence.ALWAYS, *(evidence.BY_CHOICE if titles else ())),
        )

    def share_titles(self, value: bool) -> None:
        """Choose whether titles and artists travel; a change sends every shared song again."""
        if value != self._shares_titles():
            self._ledger.share_titles(is_shared=value)

    def withdraw(self, song_ids: Sequence[SongId] | None) -> Sharing:
        """Take songs back with the next sync, or the whole library (None), other machines' too."""
        return self._say(song_ids, is_shared=False)

    def share(self, song_ids: Sequence[SongId] | None) -> Sharing:
        """Share songs again that were withdrawn, or the whole library (None)."""
        return self._say(song_ids, is_shared=True)

    def restore_sharing(self, before: Sharing) -> None:
        """Take ``withdraw`` or ``share`` back: what was said before counts again."""
        self._ledger.restore_sharing(before)

    def withheld(self) -> Withheld:
        """Return what stays here until it is shared again."""
        songs = frozenset(self._ledger.all_songs(is_shared=False))
        return Withheld(songs, is_library=not self._ledger.shares_all())

    def _say(self, song_ids: Sequence[SongId] | None, *, is_shared: bool) -> Sharing:
        if song_ids is None:
            return self._ledger.share_all(is_shared=is_shared)
        return self._ledger.share(song_ids, is_shared=is_shared)

    def recommendations(self, song_id: SongId, *, limit: int) -> Sequence[Recommendation]:
        """Return the list last pulled for a song, best first."""
        return self._catalogue.recommendations(song_id, limit=limit)

    def refusals(self) -> Sequence[RowRefusal]:
        """Return the songs that the cluster did not take, as of the last sync."""
        return self._ledger.refusals()

    def explanation(self, song_id: SongId) -> Explanation | None:
        """Ask the cluster how it came to a song's list; None where it has none."""
        with self._opened(Progress()) as store:
            return pull_explanation(store, self._catalogue.library_id, song_id=song_id)

    def check(
        self,
        *,
        fingerprints: Sequence[Fingerprint],
        vectors: Sequence[StemVectors],
        duration_s: float,
        progress: Progress,
    ) -> Sequence[CatalogueVerdict]:
        """Return what a song is to those of the production catalogue, the strongest first."""
        with self._opened(progress) as store:
            return check_catalogue(
                store,
                self._catalogue,
                fingerprints=fingerprints,
                vectors=vectors,
                duration_s=duration_s,
                progress=progress,
            )

    def sync(self, *, progress: Progress) -> SyncReport:
        """Push what changed, compare both sides, pull the lists.

        Raises ``ClusterError``; what has not arrived stays in the outbox.
        """
        if not self._uri:
            return SyncReport(0, 0, 0, SyncState.NOT_SET_UP)
        tally = Tally()
        with self._one_at_a_time, self._remembering_how_it_ends(), self._opened(progress) as store:
            self._adopt()  # only now: a wrong address leaves the library with its cluster
            inbox = Inbox(store, self._catalogue.library_id)
            with _let_go(inbox):
                self._push_and_prove(inbox, tally, progress=progress)
                pulled = self._pull(store, progress=progress)
        return SyncReport(tally.pushed, tally.deleted, pulled, self.state)

    def _push_and_prove(self, inbox: Inbox, tally: Tally, *, progress: Progress) -> None:
        pusher = Pusher(self._catalogue, inbox, tally=tally, share_titles=self._shares_titles())
        prover = Prover(self._catalogue, inbox)
        self._queue_farewell(inbox)
        prover.begin()
        pushed = pusher.push(progress=progress)
        found = prover.prove(pushed, progress=progress)
        if found.is_fault:
            # Everything goes once more: what was believed of the cluster was wrong.
            everything = self._ledger.all_songs(is_shared=True)
            again(self._outbox, lost=everything, stray=found.stray)
            pusher.push(progress=progress)
            if prover.prove_all().is_fault:
                raise ClusterError(inbox.store.address, ClusterProblem.COUNT_MISMATCH)

    def _queue_farewell(self, inbox: Inbox) -> None:
        """Where the whole library was withdrawn: what other machines of it sent leaves too."""
        if self._catalogue.note(FAREWELL_NOTE) == "1":
            live = [song_id for song_id, head in inbox.heads().items() if head.is_live]
            self._outbox.changed(dict.fromkeys(live, ChangeKind.DELETE))
            self._catalogue.set_note(FAREWELL_NOTE, "")

    def _pull(self, store: MilvusStore, *, progress: Progress) -> int:
        library_id, pulled = self._catalogue.library_id, 0
        known = self._ledger.stamps()
        shared = self._ledger.shared(list(known))
        for some in pull_lists(store, library_id, known=known, shared=shared):
            progress.check()
            self._catalogue.put_recommendations(some.lists)
            self._ledger.note_stamps(some.stamps)
            pulled += sum(map(len, some.lists.values()))
        self._ledger.put_refusals(pull_refusals(store, library_id))
        return pulled

    def _shares_titles(self) -> bool:
        chosen = self._catalogue.note(TITLES_NOTE)
        return self._shares_titles_first if chosen is None else chosen == "1"

    def _settled_state(self) -> SyncState:
        last = None if self._is_new else self._catalogue.note(STATE_NOTE)
        if last in (SyncState.OFFLINE.value, SyncState.REFUSED.value):
            return SyncState(last)
        is_behind = last is None or self.waiting() > 0
        return SyncState.BEHIND if is_behind else SyncState.IN_STEP

    def _opened(self, progress: Progress) -> AbstractContextManager[MilvusStore]:
        uri = self._uri
        token = self._credentials.token(uri)
        return stoppable(lambda: self._open(uri, token), progress)

    @contextmanager
    def _remembering_how_it_ends(self) -> Iterator[None]:
        try:
            yield
        except ClusterError as error:
            self._note_end(SyncState.OFFLINE if error.problem in OFFLINE else SyncState.REFUSED)
            raise
        except LibraryError:  # a folder stands in for the cluster
            self._note_end(SyncState.OFFLINE)
            raise
        self._note_end(SyncState.IN_STEP)

    def _note_end(self, state: SyncState) -> None:
        if not self._is_new:  # a cluster that was never reached is not the library's
            self._catalogue.set_note(STATE_NOTE, state.value)


@contextmanager
def _let_go(inbox: Inbox) -> Iterator[None]:
    """Let the inbox leave the cluster's memory at the end, also after a failure.

    What that raises then is not told: the failure before it says more. After a wish to stop nothing
    is asked of the cluster any more; the next sync lets go.
    """
    try:
        yield
    except (ClusterError, LibraryError):
        with suppress(ClusterError, LibraryError):
            inbox.release()
        raise
    inbox.release()
