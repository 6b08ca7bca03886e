"""What the screens use of the library and of the sound device.

The real ones are ``core.workbench.Workbench`` and ``core.audio.playback.Player``; the tests of
the presenters bring small written ones.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.audio.moments import SAME_MOMENT, Loop, Meeting
from core.audio.sound_formats import SoundFormat
from core.copy_types import CheckReport, DoneAction, DuplicateGroup
from core.errors import SoundError, WorldError
from core.progress import Progress
from core.settings import SoundChoices, Weights
from core.types import (
    AnalysisReport,
    Decision,
    Float32Array,
    Level,
    Neighbour,
    PairVerdict,
    Problem,
    Song,
    SongEvent,
    SongId,
    SpaceName,
    Stem,
)
from core.watching import Look

if TYPE_CHECKING:
    from core.song_map import SongMap  # would load pymilvus before the window is there
    from core.stems import StemReport  # would load PyAV where no sound is read

Hear = Callable[[SongEvent], None]


class ShelfPort(Protocol):
    """What the screens read of the catalogue, from any thread."""

    def song(self, song_id: SongId) -> Song:
        """Return a song; UnknownSongError where there is none."""
        ...

    def queued(self) -> list[Path]:
        """Return the files that wait for their first answer."""
        ...

    def unfinished(self) -> list[Song]:
        """Return the songs whose backing is still to come."""
        ...

    def clear_problem(self, path: Path) -> None:
        """Forget that a file could not be added."""
        ...


class ListeningPort(Protocol):
    """What listening asks of the library; each may block, so each runs in a lane."""

    def level(self, path: Path, song_id: SongId | None, *, progress: Progress) -> Level:
        """Return how loud a song is."""
        ...

    def stem(self, path: Path, stem: Stem, *, duration_s: float, progress: Progress) -> Path:
        """Return the file of a song's stem, separated first where it isn't there."""
        ...

    def choices(self) -> SoundChoices:
        """Return how it was set last."""
        ...

    def remember(self, choices: SoundChoices) -> None:
        """Keep how it is set."""
        ...

    def weights(self) -> Weights:
        """Return how much each stem counted last."""
        ...

    def remember_weights(self, weights: Weights) -> None:
        """Keep how much each stem counts."""
        ...


class WatchingPort(Protocol):
    """What the watched folders are and hold; each may block, so each runs in a lane."""

    def folders(self) -> tuple[Path, ...]:
        """Return the watched folders."""
        ...

    def watch(self, folders: Sequence[Path]) -> None:
        """Watch these folders and no others."""
        ...

    def look(self, *, progress: Progress) -> Look:
        """Look for new songs."""
        ...


class WorkbenchPort(Protocol):
    """The verbs of the window; each may block, so each runs in a lane."""

    @property
    def listening(self) -> ListeningPort:
        """What listening asks."""
        ...

    @property
    def watching(self) -> WatchingPort:
        """The watched folders."""
        ...

    @property
    def catalogue(self) -> ShelfPort:
        """What is known of the songs."""
        ...

    def warm_up(self) -> None:
        """Load what the first song would wait for."""
        ...

    def add(
        self, paths: Sequence[Path], *, quick: bool = False, progress: Progress, on_event: Hear
    ) -> list[AnalysisReport]:
        """Analyse files and folders."""
        ...

    def finish(self, *, progress: Progress, on_event: Hear) -> list[AnalysisReport]:
        """Do what is queued."""
        ...

    def half_heard(self) -> list[Song]:
        """Return the songs that an older version heard less of, or by other models."""
        ...

    def fill_in(self, *, progress: Progress, on_event: Hear) -> list[AnalysisReport]:
        """Hear again the songs that an older version heard less of."""
        ...

    def songs(self) -> list[Song]:
        """Return the whole library."""
        ...

    def problems(self) -> list[Problem]:
        """Return the files that could not be added."""
        ...

    def similar(
        self,
        song_id: SongId,
        *,
        limit: int = 10,
        space: SpaceName = SpaceName.STYLE,
        stem: Stem | None = None,
        without_copies: bool = False,
    ) -> list[Neighbour]:
        """Return the nearest songs, best first; maybe without copies of the same recording."""
        ...

    def similar_to_all(
        self,
        liked: Sequence[SongId],
        disliked: Sequence[SongId] = (),
        *,
        limit: int,
        without_copies: bool = False,
    ) -> list[Neighbour]:
        """Return the songs nearest to what several have in common, each with its nearest seed."""
        ...

    def by_stem(
        self, song_id: SongId, *, limit: int, without_copies: bool = False
    ) -> dict[Stem, list[Neighbour]]:
        """Return the songs nearest by any stem, each with its likeness by every stem it has."""
        ...

    def versions(self, song_id: SongId, *, limit: int = 10) -> list[Neighbour]:
        """Return other versions of the same composition, likeliest first."""
        ...

    def duplicates(self, song_id: SongId | None = None) -> list[PairVerdict]:
        """Return the verdicts on a song's pairs, or on all pairs."""
        ...

    def groups(self) -> list[DuplicateGroup]:
        """Return the songs that are copies of each other, largest groups first."""
        ...

    def keep(self, song_id: SongId, *, others: Sequence[SongId]) -> DoneAction:
        """Move the other songs' files to the system's trash, and take them out of the library."""
        ...

    def copy_tags(self, from_id: SongId, *, to: Sequence[SongId]) -> DoneAction:
        """Write a song's tags and cover into other songs' files."""
        ...

    def decide(self, a: SongId, b: SongId, *, decision: Decision | None) -> DoneAction:
        """Remember what the user says of a pair."""
        ...

    def last_action(self) -> DoneAction | None:
        """Return what ``undo`` would take back, also from before this run."""
        ...

    def undo(self) -> DoneAction | None:
        """Take back what was done last, also before this run; None where there is nothing."""
        ...

    def give_up(self, action: DoneAction) -> bool:
        """Forget the last action, which can't be taken back; False where it is not the last."""
        ...

    def check(self, path: Path, *, progress: Progress) -> CheckReport:
        """Compare a file that is not added with the library."""
        ...

    def remove(self, song_id: SongId) -> DoneAction:
        """Take a song out of the library; its file stays."""
        ...

    def song_map(self, *, is_anew: bool = False, progress: Progress) -> "SongMap":
        """Return where the songs lie on the map."""
        ...

    def export_stems(
        self,
        songs: Sequence[Song],
        folder: Path,
        *,
        sound_format: SoundFormat,
        progress: Progress,
    ) -> "list[StemReport]":
        """Write voice and backing of whole songs into a folder."""
        ...

    def listened(self, song_id: SongId, *, heard_s: float) -> None:
        """Remember how much of a song was heard."""
        ...

    def overview(self, song_id: SongId) -> Float32Array:
        """Return the peaks of equal slices of the song, float32 [n] in [0, 1]."""
        ...

    def cover(self, song_id: SongId) -> bytes | None:
        """Return the encoded image that the file carries."""
        ...


class PlayerStatePort(Protocol):
    """What plays right now."""

    @property
    def path(self) -> Path | None:
        """The file, or None."""
        ...

    @property
    def position_s(self) -> float:
        """Where in the file."""
        ...

    @property
    def duration_s(self) -> float | None:
        """How long the file is, where that is known."""
        ...

    @property
    def is_playing(self) -> bool:
        """Whether sound comes out."""
        ...

    @property
    def problem(self) -> WorldError | None:
        """Why it does not play."""
        ...

    @property
    def fallback(self) -> SoundError | None:
        """The device that is gone, where another one is played to."""
        ...


class PlayerPort(Protocol):
    """One voice on the sound device; calls return at once where they don't say otherwise."""

    @property
    def state(self) -> PlayerStatePort:
        """What plays right now."""
        ...

    def play(
        self, path: Path, *, start_s: float = 0.0, gain_db: float = 0.0, loop: Loop | None = None
    ) -> None:
        """Play a file from a moment on."""
        ...

    def cross(
        self,
        path: Path,
        *,
        meeting: Meeting = SAME_MOMENT,
        gain_db: float = 0.0,
        loop: Loop | None = None,
    ) -> None:
        """Go over to another file where what is heard meets it; what is paused stays paused."""
        ...

    def set_gain(self, gain_db: float) -> None:
        """Move what is heard to another level."""
        ...

    def set_volume(self, share: float) -> None:
        """Set how loud everything is, a share in [0, 1] of a slider."""
        ...

    def set_device(self, name: str | None) -> None:
        """Play to a device, or to the system's choice; waits for it."""
        ...

    def devices(self) -> list[str]:
        """Look for devices, and return their names; waits for them."""
        ...

    def pause(self) -> None:
        """Hold."""
        ...

    def resume(self) -> None:
        """Go on."""
        ...

    def seek(self, position_s: float) -> None:
        """Jump within the file."""
        ...

    def stop(self) -> None:
        """Fall silent and let go of file and device; may wait for them."""
        ...
