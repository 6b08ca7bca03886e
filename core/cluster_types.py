"""The values that travel between this machine and a cluster, as the program sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from core.types import CatalogueId, Confidence, Overlap, SongId, Verdict


@dataclass(frozen=True, slots=True)
class CatalogueVerdict:
    """What a song here and a song of the production catalogue are; a is the song here."""

    catalogue_id: CatalogueId
    title: str  # empty where its owner does not share titles
    artist: str
    verdict: Verdict
    score: float
    overlap: Overlap
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One line of an item-to-item list that the cluster computed."""

    rank: int
    catalogue_id: CatalogueId
    song_id: SongId | None  # where the song is of this library
    title: str  # empty where its owner does not share titles
    artist: str
    score: float
    reason: str  # why it is here, in words made on the cluster from closed choices


class SyncState(Enum):
    """Where this library stands with its cluster."""

    NOT_SET_UP = "not_set_up"
    BEHIND = "behind"  # changes wait to be sent
    IN_STEP = "in_step"
    SYNCING = "syncing"
    OFFLINE = "offline"  # the last try did not reach the cluster
    REFUSED = "refused"  # the last try was turned down


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did."""

    pushed: int
    deleted: int
    pulled: int  # recommendations that came back
    state: SyncState


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What the next sync would send; ``bytes`` is an estimate, ``fields`` are named in words."""

    songs: int
    withdrawals: int
    bytes: int
    shares_titles: bool
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """What stays here until it is shared again; ``is_library``: also songs that are to come."""

    songs: frozenset[SongId]
    is_library: bool


@dataclass(frozen=True, slots=True)
class Sharing:
    """What was said of sharing before another word on it; a note is None where there was none."""

    songs: Mapping[SongId, bool | None]  # None: nothing was said of the song
    notes: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A song that the cluster did not take, and why."""

    song_id: SongId
    reason: str


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """What became of one song that recall found for a list.

    ``kept_rank`` is its place in the list, or None where it was dropped: ``dropped`` then says why,
    and ``of`` which song it is a copy of. ``moved`` is how many places ranking moved it up from the
    order by nearness alone (negative: down).
    """

    catalogue_id: CatalogueId
    title: str
    artist: str
    score: float
    kept_rank: int | None
    dropped: str
    of: CatalogueId | None
    moved: int
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the cluster came to a song's list: every song that recall found, the kept ones first."""

    lines: tuple[ExplainedLine, ...]
    recalled: int
