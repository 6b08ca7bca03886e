"""Small written stand-ins for library, player, cluster and lanes, with invented songs.

They keep the promises of the ports that the presenters rely on; the real parts are driven through
the real window elsewhere.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from core.audio.moments import SAME_MOMENT, Loop, Meeting
from core.errors import Cancelled, SoundError, WorldError
from core.progress import Progress
from core.types import (
    AudioFacts,
    FileStamp,
    Float32Array,
    Overlap,
    PairVerdict,
    Song,
    SongId,
    Stage,
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
    fallback: SoundError | None = None


@dataclass(slots=True)
class FakePlayer:
    """A player without sound; a test moves its time."""

    state: FakePlayerState = FakePlayerState()
    plays: list[tuple[str, float]] = field(default_factory=list)
    gain_db: float = 0.0
    loop: Loop | None = None
    volume: float = 1.0
    device: str | None = None
    found: list[str] = field(default_factory=lambda: ["Headphones", "Speakers"])

    def play(
        self, path: Path, *, start_s: float = 0.0, gain_db: float = 0.0, loop: Loop | None = None
    ) -> None:
        self.plays.append((path.name, start_s))
        self.gain_db, self.loop = gain_db, loop
        self.state = FakePlayerState(path, start_s, 240.0, is_playing=True)

    def cross(
        self,
        path: Path,
        *,
        meeting: Meeting = SAME_MOMENT,
        gain_db: float = 0.0,
        loop: Loop | None = None,
    ) -> None:
        was_playing, start_s = self.state.is_playing, meeting.there(self.state.position_s)
        self.play(path, start_s=start_s, gain_db=gain_db, loop=loop)
        self.state = replace(self.state, is_playing=was_playing)

    def set_gain(self, gain_db: float) -> None:
        self.gain_db = gain_db

    def set_volume(self, share: float) -> None:
        self.volume = share

    def set_device(self, name: str | None) -> None:
        self.device = name

    def devices(self) -> list[str]:
        return self.found

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
