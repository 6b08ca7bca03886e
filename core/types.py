"""The values that cross module borders: ids, closed choices, frozen records.

Times are seconds from the start of a song, as ``float``. Vectors are float32 and of length 1
(cosine similarity is their dot product).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NewType

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Codes = NDArray[np.uint32]
Grain = NDArray[np.uint8]  # core/fingerprint/grain.py
Tonal = NDArray[np.uint8]  # [n, 12], core/embedding/tonal.py

SongId = NewType("SongId", str)  # a UUID, given when the song is added
LibraryId = NewType("LibraryId", str)  # a UUID
ModelId = NewType("ModelId", str)  # name and version of what made a vector
CatalogueId = NewType("CatalogueId", str)  # "library:song", a song on the cluster


class Stem(Enum):
    """A part of a song."""

    MIX = "mix"
    BACKING = "backing"  # the mix less the voice
    VOCAL = "vocal"


class SpaceName(Enum):
    """An embedding space."""

    STYLE = "style"  # sounds like
    WORK = "work"  # the same composition


class Stage(Enum):
    """How far a song of the library has come."""

    FIRST_ANSWER = "first_answer"  # fingerprint and mix are known; the separation is queued
    READY = "ready"


class SoundKind(Enum):
    """What a file holds, as it was heard."""

    MUSIC = "music"
    SPEECH = "speech"
    NOISE = "noise"
    SILENCE = "silence"
    UNCLEAR = "unclear"  # can't tell, or an older version has heard it

    @property
    def company(self) -> "SoundKind":
        """Among what it is looked for: what can't be told may be music."""
        return SoundKind.MUSIC if self is SoundKind.UNCLEAR else self


class Outcome(Enum):
    """How the analysis of one file ended."""

    DONE = "done"
    SKIPPED = "skipped"  # already there
    FAILED = "failed"


class Verdict(Enum):
    """What a pair of songs is."""

    EXACT_FILE = "exact_file"
    SAME_RECORDING = "same_recording"
    EXCERPT = "excerpt"
    SAME_BACKING = "same_backing"
    VERSION = "version"


class Confidence(Enum):
    """How sure a verdict is; what isn't even unsure is no verdict: can't tell."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


class Decision(Enum):
    """What the user said of a pair of songs; it stands above every verdict."""

    NOT_DUPLICATE = "not_duplicate"
    SAME_SONG = "same_song"


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What the container and the stream say of a file, before decoding."""

    codec: str
    bit_rate_bps: int | None
    sample_rate_hz: int
    channels: int
    duration_s: float | None  # None where the container does not say


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says of itself; empty strings where it says nothing."""

    title: str = ""
    artist: str = ""
    album: str = ""
    cover: bytes | None = None  # an encoded image, as it lies in the file
    n_texts: int = 0  # of those that are worth copying (``core/audio/tags.py``)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Chromaprint codes of a stem, or of a part of it.

    ``codes`` is uint32 [n]; code *i* describes the sound from ``start_s + i *
    CODE_PERIOD_S`` (``core/fingerprint/extract.py``).
    """

    stem: Stem
    start_s: float
    codes: Codes


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A window of a song."""

    start_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class StemVectors:
    """The vectors of one stem of one song in one space.

    ``song`` is float32 [D]; ``excerpts`` float32 [E, D]; ``starts_s`` float32 [E].
    All vectors have length 1.
    """

    space: SpaceName
    stem: Stem
    model_id: ModelId
    song: Float32Array
    excerpts: Float32Array
    starts_s: Float32Array
    excerpt_s: float


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells one state of a file from another."""

    size_bytes: int
    mtime_ns: int
    sha256: str  # of the whole file


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast a song goes, and how sure that is."""

    bpm: float
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a song, and how sure it is; ``tonic`` is a pitch class counted from A."""

    tonic: int
    is_minor: bool
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class MusicFacts:
    """Tempo and key as they were heard (None: can't tell), and as the file's tags say."""

    tempo: Tempo | None = None
    key: Key | None = None
    tag_bpm: float | None = None
    tag_key: str = ""


@dataclass(frozen=True, slots=True)
class Song:
    """A row of the catalogue."""

    song_id: SongId
    path: Path
    stamp: FileStamp
    facts: AudioFacts
    title: str  # from the tags, else the file's stem
    artist: str
    album: str
    duration_s: float  # as decoded
    stage: Stage
    added_at: float  # Unix time
    # Of the sound's packets as they lie in the file: the same under other tags; empty: not known.
    stream_sha256: str = ""
    music: MusicFacts = MusicFacts()  # as far as it was heard for them; kept in a table of its own
    kind: SoundKind = SoundKind.UNCLEAR  # likewise


@dataclass(frozen=True, slots=True)
class Match:
    """The pair of moments where two songs are nearest."""

    query_s: float
    song_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A song near another in a space.

    ``score`` is the cosine of their song vectors; of versions that were aligned, how much of what
    the asked song shares with itself it shares with this one (``core/versions/ranking.py``).
    """

    song_id: SongId
    score: float
    match: Match
    stem: Stem  # which was compared
    seed: SongId | None = None  # whose moment the match is; None: the one song that was asked about


@dataclass(frozen=True, slots=True)
class Overlap:
    """Where two songs hold the same sound.

    ``duration_s`` is counted in song a; ``speed`` is how many seconds of song b go by in one
    second of song a, so that 1.01 means that a plays one percent faster.
    """

    a_start_s: float
    b_start_s: float
    duration_s: float
    speed: float = 1.0

    @property
    def b_duration_s(self) -> float:
        """How long the overlap is in song b."""
        return self.duration_s * self.speed

    @property
    def turned(self) -> "Overlap":
        """The same overlap with the songs' places exchanged."""
        return Overlap(self.b_start_s, self.a_start_s, self.b_duration_s, 1.0 / self.speed)


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """What the pair (a, b) is, and the evidence.

    ``score`` is the share of fingerprint bits that agree over the overlap (1.0 for an exact file);
    of a version told by its composition, how much it shares (``core/versions/kinship.py``).
    """

    a: SongId
    b: SongId
    verdict: Verdict
    score: float
    overlap: Overlap
    confidence: Confidence = Confidence.SURE

    @property
    def turned(self) -> "PairVerdict":
        """The same verdict on the pair (b, a)."""
        return PairVerdict(
            self.b, self.a, self.verdict, self.score, self.overlap.turned, self.confidence
        )


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a song is: integrated loudness (BS.1770), and its peak where full scale is 1."""

    lufs: float
    peak: float


@dataclass(frozen=True, slots=True)
class SoundQuality:
    """What was measured of a song's sound while it was decoded.

    ``bandwidth_hz`` is how high the sound reaches; ``cutoff_hz`` is where it ends as if cut off,
    None where it fades out or reaches as high as its sample rate lets it. Both are None where the
    sound is too quiet or too short to say. ``peak`` may exceed 1.0 (full scale) in lossy files.
    """

    bandwidth_hz: float | None
    cutoff_hz: float | None
    clipped_share: float  # of all samples, in [0, 1]
    peak: float


@dataclass(frozen=True, slots=True)
class CopyMeasures:
    """What the first answer measures of a song to compare copies by."""

    quality: SoundQuality
    n_tags: int  # texts that the file says of itself


@dataclass(frozen=True, slots=True)
class SongRecord:
    """All that the first answer knows of a song; it is stored in one transaction.

    ``overview`` is float32 [n], the peak level of *n* equal slices of the song, in [0, 1].
    """

    song: Song
    cover: bytes | None
    overview: Float32Array
    fingerprints: tuple[Fingerprint, ...]
    vectors: tuple[StemVectors, ...]
    measures: CopyMeasures | None = None  # None where an older version has heard the song
    grain: Grain | None = None  # None likewise
    tonal: Tonal | None = None  # None before the separation, and likewise
    music: MusicFacts | None = None  # None likewise
    kind: SoundKind | None = None  # None where an older version has heard the song


@dataclass(frozen=True, slots=True)
class AnalysisReport:
    """How one file ended, and what the first answer said."""

    path: Path
    song_id: SongId | None
    outcome: Outcome
    reason: str  # a sentence where the outcome isn't DONE, else empty
    first_feedback_s: float | None  # from the start of its analysis to the first answer
    total_s: float
    stage_s: Mapping[str, float]  # seconds per stage
    neighbours: tuple[Neighbour, ...] = ()  # the first answer, on the mix
    duplicates: tuple[PairVerdict, ...] = ()


class AnalysisStep(Enum):
    """What is being done with one file right now."""

    WAITING = "waiting"
    READING = "reading"
    FIRST_ANSWER = "first_answer"
    SEPARATING = "separating"
    READY = "ready"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SongEvent:
    """A file has come to its next step; ``reason`` is a sentence where it was skipped or failed."""

    path: Path
    song_id: SongId | None
    step: AnalysisStep
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be added, why (a sentence), and when (Unix time)."""

    path: Path
    reason: str
    at: float
