"""The values of what is done with copies: what they are compared by, groups, deeds, checks."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from core.types import Fingerprint, Neighbour, PairVerdict, SongId, StemVectors


class CopyReason(Enum):
    """Why one copy of a recording is better than the others; declared strongest first."""

    LOSSLESS = "lossless"
    ENCODED_ONCE = "encoded_once"  # another was made from a file of lower quality
    WIDER_BAND = "wider_band"
    HIGHER_BIT_RATE = "higher_bit_rate"
    HIGHER_SAMPLE_RATE = "higher_sample_rate"
    LESS_CLIPPING = "less_clipping"
    LONGER = "longer"
    MORE_CHANNELS = "more_channels"
    MORE_TAGS = "more_tags"
    HAS_COVER = "has_cover"
    OLDER_FILE = "older_file"


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What copies of one recording are compared by; None is what can't be told."""

    song_id: SongId
    codec: str
    bit_rate_bps: int | None
    sample_rate_hz: int
    channels: int
    duration_s: float
    bandwidth_hz: float | None
    clipped_share: float | None
    is_transcode: bool | None  # made from a file of lower quality
    n_tags: int | None
    has_cover: bool
    size_bytes: int
    modified_at: float = 0.0  # the file's own time (Unix)


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Songs that are one recording, every pair of them proved, or said by the user to be one.

    ``pairs`` are the proofs among them. Without ``reasons`` no copy is better than the others.
    """

    songs: tuple[SongId, ...]
    pairs: tuple[PairVerdict, ...]
    best: SongId
    reasons: tuple[CopyReason, ...]
    copies: tuple[CopyFacts, ...]


class ActionKind(Enum):
    """What was done that can be taken back."""

    TRASHED = "trashed"  # files went to the system's trash, their songs left the library
    REMOVED = "removed"  # songs left the library, their files stayed
    DECIDED = "decided"  # the user said what a pair is
    TAGGED = "tagged"  # tags were written into files


@dataclass(frozen=True, slots=True)
class DoneAction:
    """What was done to which songs, and when (Unix time); it can be taken back."""

    kind: ActionKind
    songs: tuple[SongId, ...]
    at: float


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a file that is not in the library is to the songs of the library.

    The file is ``a`` in every verdict. ``fingerprints`` and ``vectors`` are what the production
    catalogue can be asked with.
    """

    path: Path
    verdicts: tuple[PairVerdict, ...]
    near: tuple[Neighbour, ...]  # by the mix
    near_backing: tuple[Neighbour, ...]
    fingerprints: tuple[Fingerprint, ...]
    vectors: tuple[StemVectors, ...]
    duration_s: float
