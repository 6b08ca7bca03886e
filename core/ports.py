"""The borders behind which a second implementation stands, or a remote part is swapped in tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.progress import Progress
from core.types import Float32Array, ModelId, Recommendation, SongId, SyncReport, SyncState


@dataclass(frozen=True, slots=True)
class SeparatedStems:
    """Voice and backing of a piece of sound, each float32 [2, n] at 44.1 kHz, in [-1, 1]."""

    vocal: Float32Array
    backing: Float32Array


class Separator(Protocol):
    """Takes the voice off the backing."""

    @property
    def model_id(self) -> ModelId:
        """Name and version; part of the version of every vector made from its stems."""
        ...

    def separate(self, samples: Float32Array, *, progress: Progress) -> SeparatedStems:
        """Separate float32 [2, n] at 44.1 kHz into stems of the same length.

        Checks ``progress`` often enough to stop within a second.
        """
        ...


class SyncPort(Protocol):
    """What a screen or the command line may ask of the cluster."""

    @property
    def state(self) -> SyncState:
        """Where the library stands with its cluster."""
        ...

    @property
    def cluster_name(self) -> str:
        """The cluster's name in words; empty where none is set up."""
        ...

    def sign_in(self, uri: str, *, token: str) -> None:
        """Remember the cluster's address; the token ("user:password") goes to the keyring."""
        ...

    def waiting(self) -> int:
        """How many songs have changes to send."""
        ...

    def sync(self, *, progress: Progress) -> SyncReport:
        """Push what changed, check counts, pull the lists."""
        ...

    def recommendations(self, song_id: SongId, *, limit: int) -> Sequence[Recommendation]:
        """Return the list last pulled for a song, best first."""
        ...
