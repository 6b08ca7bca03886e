"""What a sync has to send, and what a comparison says: pure.

A plan comes out of the outbox and is cut into chunks. Each chunk is pushed, then noted and answered
in one transaction, so that a stop at any point leaves at worst one chunk to be sent again, which
changes nothing.

Two machines may share a library. Of two writes of a song the later one counts, deletes are writes
too, and what this machine never had is left alone.
"""

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from cluster_sync.rows import LIVE, WITHDRAWN
from core.library.changes import Change, ChangeKind
from core.library.ledger import Held
from core.types import SongId

CHUNK_SONGS = 500  # a song's row has 10 to 100 kB, so a chunk has some 10 MB
# A word from the future can't be answered by any later one, so that of a clock which is more than a
# day ahead is not heard.
CREDIBLE_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is pushed at once; ``seqs`` are the changes of the outbox that it answers."""

    upserts: tuple[SongId, ...]
    deletes: tuple[SongId, ...]
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be pushed."""

    chunks: tuple[Chunk, ...]

    @property
    def size(self) -> int:
        """How many songs are pushed or withdrawn."""
        return sum(len(chunk.upserts) + len(chunk.deletes) for chunk in self.chunks)


@dataclass(frozen=True, slots=True)
class Head:
    """What the cluster says of a song: the digest of its row, or that it left, and when."""

    digest: str
    changed_at: float  # Unix time
    deleted: int = LIVE

    @property
    def is_live(self) -> bool:
        """Whether the song is there."""
        return self.deleted == LIVE


@dataclass(frozen=True, slots=True)
class Here:
    """What this machine knows of some songs.

    ``held`` is what it believes the cluster to hold, ``shared`` which it has and lets travel,
    ``changed_at`` when each that it ever had last changed here.
    """

    held: Mapping[SongId, Held]
    shared: Set[SongId]
    changed_at: Mapping[SongId, float]


@dataclass(slots=True)
class Difference:
    """What a comparison found.

    ``lost`` must be sent again and ``stray`` taken back again: these are faults. ``adopted`` was
    written by another machine, and ``gone`` was taken back by one (``withdrawn`` for good).
    """

    lost: list[SongId] = field(default_factory=list)
    stray: list[SongId] = field(default_factory=list)
    adopted: list[Held] = field(default_factory=list)
    gone: list[SongId] = field(default_factory=list)
    withdrawn: list[SongId] = field(default_factory=list)

    @property
    def is_fault(self) -> bool:
        """Whether the two sides differ in a way that sending everything again would mend."""
        return bool(self.lost or self.stray)


def make_plan(
    changes: Sequence[Change], songs: Set[SongId], *, chunk_songs: int = CHUNK_SONGS
) -> Plan:
    """Return the plan for the changes that wait; ``songs`` are those that are shared.

    Of two changes of a song the later one counts. A song that is not shared, or that the library
    no longer has, is withdrawn, whatever its change says.
    """
    newest = {change.song_id: change for change in sorted(changes, key=lambda c: c.seq)}
    ordered = sorted(newest.values(), key=lambda c: c.seq)
    seqs = _seqs_of(changes)
    return Plan(
        tuple(
            _chunk(ordered[start : start + chunk_songs], songs, seqs=seqs)
            for start in range(0, len(ordered), chunk_songs)
        )
    )


def is_later(there: Head, here: float, *, now: float) -> bool:
    """Tell whether the cluster has a later word on a song than this machine."""
    return here < there.changed_at <= now + CREDIBLE_S


def compare(there: Mapping[SongId, Head], here: Here, *, now: float) -> Difference:
    """Return how the cluster's songs differ from those that it is believed to hold."""
    found = Difference()
    for song_id in sorted({*there, *here.held}):
        head, held = there.get(song_id), here.held.get(song_id)
        if head is not None and head.is_live:
            if held is None or held.digest != head.digest:
                _compare_live(song_id, head, here=here, found=found, now=now)
        elif held is not None:
            _compare_missing(held, head, here=here, found=found, now=now)
    return found


def checksum(digests: Mapping[SongId, str]) -> str:
    """Return one digest over the digests of a set of songs, whatever their order."""
    told = hashlib.sha256()
    for song_id in sorted(digests):
        told.update(f"{song_id} {digests[song_id]}\n".encode())
    return told.hexdigest()


def _compare_live(
    song_id: SongId, head: Head, *, here: Here, found: Difference, now: float
) -> None:
    """Judge a song that is there, and not as it was believed to be."""
    changed_at = here.changed_at.get(song_id)
    held = here.held.get(song_id)
    is_foreign = changed_at is None or (held is not None and held.is_foreign)
    # Of two writes of one moment both machines take the one with the greater digest.
    is_tie = held is not None and held.changed_at == head.changed_at
    is_theirs = is_foreign or is_later(head, changed_at or 0.0, now=now)
    if is_theirs or (is_tie and held is not None and head.digest > held.digest):
        found.adopted.append(Held(song_id, head.digest, head.changed_at, is_foreign=True))
    elif song_id in here.shared:
        found.lost.append(song_id)
    else:
        found.stray.append(song_id)


def _compare_missing(
    held: Held, head: Head | None, *, here: Here, found: Difference, now: float
) -> None:
    """Judge a song that was believed to be there; ``head`` is its tombstone or grave, if any."""
    song_id = held.song_id
    changed_at = here.changed_at.get(song_id, 0.0)
    is_theirs = head is not None and is_later(head, changed_at, now=now)
    if song_id in here.shared and not is_theirs:
        found.lost.append(song_id)
        return
    found.gone.append(song_id)
    if head is not None and is_theirs and head.deleted == WITHDRAWN:
        found.withdrawn.append(song_id)


def _chunk(
    changes: Sequence[Change], songs: Set[SongId], *, seqs: Mapping[SongId, Sequence[int]]
) -> Chunk:
    kept = {c.song_id: None for c in changes if c.kind is ChangeKind.UPSERT and c.song_id in songs}
    gone = [c.song_id for c in changes if c.song_id not in kept]
    answered = [seq for change in changes for seq in seqs[change.song_id]]
    return Chunk(tuple(kept), tuple(gone), tuple(answered))


def _seqs_of(changes: Sequence[Change]) -> dict[SongId, list[int]]:
    found: dict[SongId, list[int]] = {}
    for change in changes:
        found.setdefault(change.song_id, []).append(change.seq)
    return found
