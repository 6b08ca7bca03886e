"""Both sides of a push, compared song by song: what was lost, what is doubled."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cluster_sync import collections as shapes
from cluster_sync.evidence import shared_songs
from core.library.changes import Outbox
from core.library.store import Catalogue
from core.types import SongId
from core.vectors.milvus import MilvusStore

SONGS_A_STEP = 500


@dataclass(frozen=True, slots=True)
class Sides:
    """How an inbox differs from its library; ``lost`` and ``foreign`` are songs."""

    lost: int  # missing there, or there as it was before its last acknowledged change
    foreign: int  # there, and not in the library
    doubled: int  # rows more than keys

    @property
    def is_same(self) -> bool:
        """Whether both sides hold the same, once."""
        return (self.lost, self.foreign, self.doubled) == (0, 0, 0)


def compare(catalogue: Catalogue, store: MilvusStore) -> Sides:
    """Compare what left the outbox with what strong reads of the inbox answer."""
    name = shapes.inbox_name(catalogue.library_id)
    rows = store.heads(name, ["digest", "deleted"])
    held = {
        shapes.own_song(row.key): str(row.values["digest"])
        for row in rows
        if row.values["deleted"] == 0
    }
    waiting = {change.song_id for change in Outbox(catalogue).pending()}
    songs = [song.song_id for song in catalogue.songs() if song.song_id not in waiting]
    expected = _digests(catalogue, songs)
    keys = Counter(row.key for row in rows)
    return Sides(
        lost=sum(held.get(one) != digest for one, digest in expected.items()),
        foreign=sum(one not in expected and one not in waiting for one in held),
        doubled=store.count(name) - len(keys),
    )


def _digests(catalogue: Catalogue, song_ids: Sequence[SongId]) -> dict[SongId, str]:
    found: dict[SongId, str] = {}
    for start in range(0, len(song_ids), SONGS_A_STEP):
        some = song_ids[start : start + SONGS_A_STEP]
        for song in shared_songs(catalogue, some, share_titles=True):
            found[shapes.own_song(song.key)] = str(shapes.song_row(song).values["digest"])
    return found
