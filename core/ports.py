"""The borders behind which a second implementation stands, or a remote part is swapped in tests."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

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
from core.progress import Progress
from core.types import Fingerprint, Float32Array, ModelId, SongId, StemVectors


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

    def separate_blocks(
        self, blocks: Iterable[Float32Array], *, progress: Progress
    ) -> Iterator[SeparatedStems]:
        """Separate a song of any length as it is decoded; memory holds a few blocks of it."""
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

    def outgoing(self) -> Outgoing:
        """Return what the next sync would send; shown before the first push."""
        ...

    def share_titles(self, value: bool) -> None:
        """Choose whether titles and artists travel; a change sends every song again."""
        ...

    def withdraw(self, song_ids: Sequence[SongId] | None) -> Sharing:
        """Take songs back from the cluster, or the whole library (None), with the next sync.

        They stay here, and are not sent again until they are shared again. Returns what was said
        of them before.
        """
        ...

    def share(self, song_ids: Sequence[SongId] | None) -> Sharing:
        """Share songs again that were withdrawn, or the whole library (None).

        Returns what was said of them before.
        """
        ...

    def restore_sharing(self, before: Sharing) -> None:
        """Take ``withdraw`` or ``share`` back: what was said before counts again."""
        ...

    def withheld(self) -> Withheld:
        """Return what stays here until it is shared again."""
        ...

    def refusals(self) -> Sequence[RowRefusal]:
        """Return the songs of this library that the cluster did not take, as of the last sync."""
        ...

    def check(
        self,
        *,
        fingerprints: Sequence[Fingerprint],
        vectors: Sequence[StemVectors],
        duration_s: float,
        progress: Progress,
    ) -> Sequence[CatalogueVerdict]:
        """Return what a song is to those of the production catalogue; it is judged here.

        Only its vectors leave this machine. Songs of this library are left out. Raises
        ``ClusterError``.
        """
        ...

    def explanation(self, song_id: SongId) -> Explanation | None:
        """Ask the cluster how it came to a song's list; None where it has none.

        Raises ``ClusterError``.
        """
        ...
