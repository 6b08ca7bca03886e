"""How a song's list came about, beside the list of this machine."""

from collections.abc import Sequence
from dataclasses import dataclass

from cluster_sync.rows import SharedSong
from core.cluster_types import Explanation
from core.types import Neighbour, Song


@dataclass(frozen=True, slots=True)
class LocalLine:
    """A neighbour that this machine found, and its song."""

    neighbour: Neighbour
    song: Song


@dataclass(frozen=True, slots=True)
class Explained:
    """Both sides of a song: what was sent, what the cluster made of it, what is found here."""

    query: Song
    sent: SharedSong | None  # None where nothing of it travels
    told: Explanation | None  # None where the cluster has no list of it
    local: Sequence[LocalLine]
