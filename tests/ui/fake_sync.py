"""A cluster that takes everything, unless it is told to fail."""

import threading
from collections.abc import Sequence
from dataclasses import replace

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
from core.errors import WorldError
from core.progress import Progress
from core.types import CatalogueId, Fingerprint, SongId, StemVectors


class FakeSync:
    """A cluster that takes everything, unless it is told to fail."""

    def __init__(self, state: SyncState = SyncState.BEHIND, *, waiting: int = 12) -> None:
        self.state = state
        self.cluster_name = "PROD" if state is not SyncState.NOT_SET_UP else ""
        self.to_send = waiting
        self.failure: WorldError | None = None
        self.signed_in: list[tuple[str, str]] = []
        self.lists: dict[SongId, list[Recommendation]] = {}
        self.out = Outgoing(waiting, 0, 340_000, True, ("vectors", "fingerprints", "duration"))
        self.withdrawn: list[Sequence[SongId] | None] = []
        self.shared: list[Sequence[SongId] | None] = []
        self.held = Withheld(frozenset(), is_library=False)
        self.restored: list[Sharing] = []
        self.refused: list[RowRefusal] = []
        self.explained: dict[SongId, Explanation] = {}
        self.found: list[CatalogueVerdict] = []
        self.checked: list[float] = []
        self.may_end = threading.Event()
        self.may_end.set()

    def sign_in(self, uri: str, *, token: str) -> None:
        if self.failure:
            raise self.failure
        self.signed_in.append((uri, token))
        self.state, self.cluster_name = SyncState.BEHIND, "PROD"

    def waiting(self) -> int:
        return self.to_send

    def sync(self, *, progress: Progress) -> SyncReport:
        if self.failure:
            self.state = SyncState.OFFLINE
            raise self.failure
        progress.report(1, self.to_send, what="songs")
        while not self.may_end.wait(0.002):
            progress.check()
        pushed, self.to_send, self.state = self.to_send, 0, SyncState.IN_STEP
        return SyncReport(pushed, 0, sum(map(len, self.lists.values())), SyncState.IN_STEP)

    def recommendations(self, song_id: SongId, *, limit: int) -> Sequence[Recommendation]:
        return self.lists.get(song_id, [])[:limit]

    def outgoing(self) -> Outgoing:
        return replace(self.out, songs=self.to_send)

    def share_titles(self, value: bool) -> None:
        self.out = replace(self.out, shares_titles=value)

    def withdraw(self, song_ids: Sequence[SongId] | None) -> Sharing:
        if self.failure:
            raise self.failure
        before = self.held
        is_library = song_ids is None or before.is_library
        self.withdrawn.append(song_ids)
        self.held = Withheld(before.songs | frozenset(song_ids or ()), is_library=is_library)
        return self._said(before)

    def share(self, song_ids: Sequence[SongId] | None) -> Sharing:
        before = self.held
        self.shared.append(song_ids)
        songs = frozenset() if song_ids is None else before.songs - set(song_ids)
        self.held = Withheld(songs, is_library=song_ids is not None and before.is_library)
        return self._said(before)

    def restore_sharing(self, before: Sharing) -> None:
        self.restored.append(before)
        self.held = Withheld(frozenset(before.songs), is_library="library" in before.notes)

    def withheld(self) -> Withheld:
        return self.held

    def _said(self, before: Withheld) -> Sharing:
        return Sharing(
            dict.fromkeys(before.songs, False), {"library": "1"} if before.is_library else {}
        )

    def refusals(self) -> Sequence[RowRefusal]:
        return self.refused

    def check(
        self,
        *,
        fingerprints: Sequence[Fingerprint],  # noqa: ARG002 - the port has it
        vectors: Sequence[StemVectors],  # noqa: ARG002 - the port has it
        duration_s: float,
        progress: Progress,
    ) -> Sequence[CatalogueVerdict]:
        progress.check()
        if self.failure:
            raise self.failure
        self.checked.append(duration_s)
        return self.found

    def explanation(self, song_id: SongId) -> Explanation | None:
        if self.failure:
            raise self.failure
        return self.explained.get(song_id)


def recommendation(rank: int, title: str, *, song_id: str = "") -> Recommendation:
    """Invent a line of a list."""
    return Recommendation(
        rank,
        CatalogueId(f"other:{title}"),
        SongId(song_id) if song_id else None,
        title,
        "Someone",
        0.9 - 0.02 * rank,
        "near in sound by its backing",
    )
