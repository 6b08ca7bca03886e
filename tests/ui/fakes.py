"""Small written stand-ins for library, player, cluster and lanes, with invented songs.

They keep the promises of the ports that the presenters rely on; the real parts are driven through
the real window elsewhere.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from core.errors import (
    AudioFileError,
    AudioProblem,
    Cancelled,
    UnknownSongError,
    WorldError,
)
from core.progress import Progress
from core.types import (
    AnalysisReport,
    AnalysisStep,
    AudioFacts,
    CatalogueId,
    FileStamp,
    Float32Array,
    Match,
    Neighbour,
    Outcome,
    Overlap,
    PairVerdict,
    Problem,
    Recommendation,
    Song,
    SongEvent,
    SongId,
    SpaceName,
    Stage,
    Stem,
    SyncReport,
    SyncState,
    Verdict,
)
from ui.messages import sentence
from ui.presenters.verbs import Lane, Verb

T = TypeVar("T")


def song(
    name: str,
    artist: str = "",
    *,
    duration_s: float = 240.0,
    stage: Stage = Stage.READY,
    added_at: float = 0.0,
    path: Path | None = None,
) -> Song:
    """Invent a song whose id is its name."""
    return Song(
        song_id=SongId(name),
        path=path or Path("/music") / f"{name}.mp3",
        stamp=FileStamp(1000, 1, hashlib.sha256(name.encode()).hexdigest()),
        facts=AudioFacts("mp3", 192_000, 44_100, 2, duration_s),
        title=name,
        artist=artist,
        album="",
        duration_s=duration_s,
        stage=stage,
        added_at=added_at,
    )


def overview(name: str) -> Float32Array:
    """Invent a waveform with verses and choruses, the same for a name."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])
    rng = np.random.default_rng(seed)
    shape = 0.45 + 0.3 * np.sin(np.linspace(0, rng.uniform(8, 20), 400) + rng.uniform(0, 6)) ** 2
    return np.clip(shape * rng.uniform(0.5, 1.25, 400), 0, 1).astype(np.float32)


class FakeShelf:
    """The catalogue of invented songs."""

    def __init__(self) -> None:
        self.songs: dict[SongId, Song] = {}
        self.queue: list[Path] = []
        self.backings: set[SongId] = set()
        self.problems: dict[Path, Problem] = {}

    def song(self, song_id: SongId) -> Song:
        if song_id not in self.songs:
            raise UnknownSongError(song_id)
        return self.songs[song_id]

    def queued(self) -> list[Path]:
        return list(self.queue)

    def unfinished(self) -> list[Song]:
        return [song for song in self.songs.values() if song.stage is Stage.FIRST_ANSWER]

    def clear_problem(self, path: Path) -> None:
        self.problems.pop(path, None)


class FakeWorkbench:
    """The verbs of the library over invented songs; every song is near every other."""

    def __init__(self, *songs: Song) -> None:
        self.catalogue = FakeShelf()
        self.catalogue.songs = {song.song_id: song for song in songs}
        self.pairs: list[PairVerdict] = []
        self.dismissed: set[frozenset[SongId]] = set()
        self.heard: list[tuple[SongId, float]] = []
        self.failure: WorldError | None = None  # raised by the next verb that analyses
        self.may_finish = threading.Event()  # the separation waits for it
        self.may_finish.set()
        self.log: list[str] = []
        self.asked: list[tuple[SpaceName, Stem | None]] = []
        self.covers: dict[SongId, bytes] = {}

    def warm_up(self) -> None:
        self.log.append("warm_up")

    def add(
        self,
        paths: Sequence[Path],
        *,
        quick: bool = False,
        progress: Progress,
        on_event: Callable[[SongEvent], None],
    ) -> list[AnalysisReport]:
        self._fail_if_told()
        self.log.append(f"add {len(paths)}")
        assert quick, "the window asks for first answers first"
        self.catalogue.queue = list(dict.fromkeys([*self.catalogue.queue, *paths]))
        for path in paths:
            on_event(SongEvent(path, None, AnalysisStep.WAITING))
        return [self._add(path, progress, on_event) for path in dict.fromkeys(paths)]

    def finish(
        self, *, progress: Progress, on_event: Callable[[SongEvent], None]
    ) -> list[AnalysisReport]:
        self._fail_if_told()
        self.log.append("finish")
        reports = []
        for unfinished in self.catalogue.unfinished():
            on_event(SongEvent(unfinished.path, unfinished.song_id, AnalysisStep.SEPARATING))
            while not self.may_finish.wait(0.002):
                progress.check()
            progress.check()
            ready = replace(unfinished, stage=Stage.READY)
            self.catalogue.songs[ready.song_id] = ready
            on_event(SongEvent(ready.path, ready.song_id, AnalysisStep.READY))
            reports.append(_report(ready.path, ready.song_id, Outcome.DONE))
        return reports

    def songs(self) -> list[Song]:
        return list(self.catalogue.songs.values())

    def problems(self) -> list[Problem]:
        return list(self.catalogue.problems.values())

    def similar(
        self,
        song_id: SongId,
        *,
        limit: int = 10,
        space: SpaceName = SpaceName.STYLE,
        stem: Stem | None = None,
    ) -> list[Neighbour]:
        self.catalogue.song(song_id)
        self.asked.append((space, stem))
        others = [other for other in self.catalogue.songs if other != song_id]
        return [
            Neighbour(
                other,
                0.97 - 0.03 * rank,
                Match(45.0 - 3 * rank, 72.0 + 11 * rank, 11.9),
                self._stem(song_id, other),
            )
            for rank, other in enumerate(others[:limit])
        ]

    def _stem(self, *song_ids: SongId) -> Stem:
        """The backing where both songs' is known."""
        stages = {self.catalogue.song(song_id).stage for song_id in song_ids}
        return Stem.MIX if Stage.FIRST_ANSWER in stages else Stem.BACKING

    def versions(self, song_id: SongId, *, limit: int = 10) -> list[Neighbour]:
        return self.similar(song_id, limit=limit)[:2]

    def duplicates(self, song_id: SongId | None = None) -> list[PairVerdict]:
        kept = [p for p in self.pairs if frozenset((p.a, p.b)) not in self.dismissed]
        return [p for p in kept if song_id is None or song_id in (p.a, p.b)]

    def dismiss(self, a: SongId, b: SongId) -> None:
        self.dismissed.add(frozenset((a, b)))

    def restore(self, a: SongId, b: SongId) -> None:
        self.dismissed.discard(frozenset((a, b)))

    def remove(self, song_id: SongId) -> None:
        del self.catalogue.songs[song_id]
        self.pairs = [p for p in self.pairs if song_id not in (p.a, p.b)]

    def listened(self, song_id: SongId, *, heard_s: float) -> None:
        self.heard.append((song_id, heard_s))

    def overview(self, song_id: SongId) -> Float32Array:
        return overview(self.catalogue.song(song_id).title)

    def cover(self, song_id: SongId) -> bytes | None:
        return self.covers.get(song_id)

    def _fail_if_told(self) -> None:
        if self.failure:
            failure, self.failure = self.failure, None
            raise failure

    def _add(
        self, path: Path, progress: Progress, on_event: Callable[[SongEvent], None]
    ) -> AnalysisReport:
        progress.check()
        on_event(SongEvent(path, None, AnalysisStep.READING))
        self.catalogue.queue = [waits for waits in self.catalogue.queue if waits != path]
        known = self.catalogue.songs.get(SongId(path.stem))
        if known and known.path == path:
            on_event(SongEvent(path, known.song_id, AnalysisStep.SKIPPED, "It is here already."))
            return _report(path, known.song_id, Outcome.SKIPPED)
        if "broken" in path.name:
            reason = sentence(AudioFileError(path, AudioProblem.DAMAGED))
            self.catalogue.problems[path] = Problem(path, reason, 0.0)
            on_event(SongEvent(path, None, AnalysisStep.FAILED, reason))
            return _report(path, None, Outcome.FAILED, reason)
        made = song(path.stem, stage=Stage.FIRST_ANSWER, added_at=1e9, path=path)
        self.catalogue.songs[made.song_id] = made
        on_event(SongEvent(path, made.song_id, AnalysisStep.FIRST_ANSWER))
        return _report(path, made.song_id, Outcome.DONE)


def _report(
    path: Path, song_id: SongId | None, outcome: Outcome, reason: str = ""
) -> AnalysisReport:
    return AnalysisReport(path, song_id, outcome, reason, None, 0.0, {})


def pair(a: str, b: str, verdict: Verdict, *, score: float = 0.98) -> PairVerdict:
    """Invent a verdict."""
    return PairVerdict(SongId(a), SongId(b), verdict, score, Overlap(2.0, 5.0, 200.0))


@dataclass(frozen=True, slots=True)
class FakePlayerState:
    path: Path | None = None
    position_s: float = 0.0
    duration_s: float | None = None
    is_playing: bool = False
    problem: WorldError | None = None


@dataclass(slots=True)
class FakePlayer:
    """A player without sound; a test moves its time."""

    state: FakePlayerState = FakePlayerState()
    plays: list[tuple[str, float]] = field(default_factory=list)
    gain_db: float = 0.0

    def play(self, path: Path, *, start_s: float = 0.0, gain_db: float = 0.0) -> None:
        self.plays.append((path.name, start_s))
        self.gain_db = gain_db
        self.state = FakePlayerState(path, start_s, 240.0, is_playing=True)

    def pause(self) -> None:
        self.state = replace(self.state, is_playing=False)

    def resume(self) -> None:
        self.state = replace(self.state, is_playing=True)

    def seek(self, position_s: float) -> None:
        self.state = replace(self.state, position_s=position_s)

    def stop(self) -> None:
        self.state = FakePlayerState()

    def advance(self, seconds: float) -> None:
        self.state = replace(self.state, position_s=self.state.position_s + seconds)


class FakeSync:
    """A cluster that takes everything, unless it is told to fail."""

    def __init__(self, state: SyncState = SyncState.BEHIND, *, waiting: int = 12) -> None:
        self.state = state
        self.cluster_name = "PROD" if state is not SyncState.NOT_SET_UP else ""
        self.to_send = waiting
        self.failure: WorldError | None = None
        self.signed_in: list[tuple[str, str]] = []
        self.lists: dict[SongId, list[Recommendation]] = {}
        self.may_end = threading.Event()
        self.may_end.set()

    def sign_in(self, uri: str, *, token: str) -> None:
        if self.failure:
            raise self.failure
        self.signed_in.append((uri, token))
        self.state, self.cluster_name = SyncState.BEHIND, "PROD"

    def waiting(self) -> int:
        return self.to_send

    def sync(self, *, progress: Progress) -> SyncReport:
        if self.failure:
            self.state = SyncState.OFFLINE
            raise self.failure
        progress.report(1, self.to_send, what="songs")
        while not self.may_end.wait(0.002):
            progress.check()
        pushed, self.to_send, self.state = self.to_send, 0, SyncState.IN_STEP
        return SyncReport(pushed, 0, sum(map(len, self.lists.values())), SyncState.IN_STEP)

    def recommendations(self, song_id: SongId, *, limit: int) -> Sequence[Recommendation]:
        return self.lists.get(song_id, [])[:limit]


def recommendation(rank: int, title: str, *, song_id: str = "") -> Recommendation:
    """Invent a line of a list."""
    return Recommendation(
        rank,
        CatalogueId(f"other:{title}"),
        SongId(song_id) if song_id else None,
        title,
        "Someone",
        0.9 - 0.02 * rank,
        "near in sound by its backing",
    )


class HandLanes:
    """Lanes that a test turns by hand: verbs run in line, in the order in which they came."""

    def __init__(self) -> None:
        self._calls: list[Callable[[], None]] = []
        self.lanes: list[Lane] = []

    def run(self, verb: Verb[T], lane: Lane) -> Progress:
        progress = Progress(verb.on_progress)
        self.lanes.append(lane)
        self._calls.append(lambda: self._work(verb, progress))
        return progress

    def post(self, call: Callable[[], None]) -> None:
        self._calls.append(call)

    def turn(self) -> None:
        """Run until nothing waits."""
        while self._calls:
            self._calls.pop(0)()

    def _work(self, verb: Verb[T], progress: Progress) -> None:
        def end(handler: Callable[[], None]) -> None:
            if not progress.is_cancelled:
                handler()
            verb.on_end()

        try:
            progress.check()
            answer = verb.work(progress)
        except Cancelled:
            self.post(lambda: end(lambda: None))
        except WorldError as error:
            said = sentence(error)
            self.post(lambda: end(lambda: verb.on_failure(said)))
        else:
            self.post(lambda: end(lambda: verb.on_success(answer)))
