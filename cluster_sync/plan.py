"""What a sync has to send: a pure plan out of the outbox.

A plan is cut into chunks. Each chunk is pushed, then noted, then acknowledged, so that a stop at
any point leaves at worst one chunk to be sent again, which changes nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from core.library.changes import Change, ChangeKind
from core.types import SongId

CHUNK_SONGS = 100  # a song's row has 10 to 100 kB, so a chunk has some megabytes at most


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


def make_plan(
    changes: Sequence[Change], songs: Set[SongId], *, chunk_songs: int = CHUNK_SONGS
) -> Plan:
    """Return the plan for the changes that wait; ``songs`` are those that the library has.

    Of two changes of a song the later one counts. A song that the library no longer has is
    withdrawn, whatever its change says.
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


def strangers(held: Mapping[SongId, str], songs: Set[SongId]) -> tuple[SongId, ...]:
    """Return the songs that the inbox holds and the library does not have, sorted."""
    return tuple(sorted(song_id for song_id in held if song_id not in songs))


def checksum(digests: Mapping[SongId, str]) -> str:
    """Return one digest over the digests of a set of songs, whatever their order."""
    lines = "\n".join(f"{song_id} {digests[song_id]}" for song_id in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()


def _chunk(
    changes: Sequence[Change], songs: Set[SongId], *, seqs: Mapping[SongId, Sequence[int]]
) -> Chunk:
    kept = [c.song_id for c in changes if c.kind is ChangeKind.UPSERT and c.song_id in songs]
    gone = [c.song_id for c in changes if c.song_id not in kept]
    answered = [seq for change in changes for seq in seqs[change.song_id]]
    return Chunk(tuple(kept), tuple(gone), tuple(answered))


def _seqs_of(changes: Sequence[Change]) -> dict[SongId, list[int]]:
    found: dict[SongId, list[int]] = {}
    for change in changes:
        found.setdefault(change.song_id, []).append(change.seq)
    return found
