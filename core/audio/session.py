"""One file on its way to the device: a thread that decodes a little ahead of what is heard."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.audio import decode
from core.audio.looping import Blocks, Reel
from core.audio.voice import Voice
from core.errors import Cancelled, SoundError, WorldError
from core.progress import Progress

BLOCK_S = 0.25  # more than a device asks for at its start, so that the first block suffices
AHEAD_SAMPLES = 3 * decode.SAMPLE_RATE_HZ  # decoded ahead of what is heard
LOOK_S = 0.02  # between two looks at how far the device is
FADE_OUT_S = 0.2  # many times what a fader takes


@dataclass(frozen=True, slots=True)
class PlayerState:
    """What is being played, and how far it is."""

    path: Path | None = None
    position_s: float = 0.0
    duration_s: float | None = None
    is_playing: bool = False
    problem: WorldError | None = None
    fallback: SoundError | None = None  # the device that is gone, where another one is played to


class Output(Protocol):
    """What a session needs of the device."""

    @property
    def latency_s(self) -> float:
        """How long the device takes from being given a sample to playing it."""
        ...

    @property
    def lost(self) -> SoundError | None:
        """The device that is gone, where another one is played to."""
        ...

    def add(self, voice: Voice) -> None:
        """Let a voice be heard; SoundError where no device can be opened."""
        ...

    def remove(self, voice: Voice) -> None:
        """Forget a voice."""
        ...

    def check(self) -> None:
        """Open a device anew where it has stopped by itself; SoundError where none can be."""
        ...


class Session(threading.Thread):
    """One file, played from one moment on, or one stretch of it again and again."""

    def __init__(self, device: Output, path: Path, *, reel: Reel, voice: Voice) -> None:
        super().__init__(name=f"songkin-playback-{path.name}", daemon=True)
        self.path = path
        self.reel = reel
        self.voice = voice
        self._device = device
        self._duration_s: float | None = None
        self._problem: WorldError | None = None
        self._progress = Progress()  # what stops the decoding

    @property
    def position_s(self) -> float:
        """Which moment of the file is due."""
        return self.reel.position_s(self.voice.reached_samples)

    def state(self) -> PlayerState:
        """Return what is being played, and how far it is."""
        return PlayerState(
            path=self.path,
            position_s=self.position_s,
            duration_s=self._duration_s,
            is_playing=self.is_alive() and not (self.voice.is_paused or self.voice.is_finished),
            problem=self._problem,
            fallback=self._device.lost,
        )

    def retire(self) -> None:
        """Fade out, then end the thread."""
        self.voice.retire()
        self._progress.cancel()

    def run(self) -> None:
        """Decode ahead of the device until all was heard, or the session is retired."""
        try:
            self._decode()
            self.voice.end()
            self._wait_while(lambda: not self.voice.is_finished)
            time.sleep(self._device.latency_s)  # what was rendered last is still to be heard
        except Cancelled:
            self._fade_out()
        except WorldError as error:
            self._problem = error
        finally:
            self.voice.retire()
            self._device.remove(self.voice)

    def _decode(self) -> None:
        is_heard = False
        for block in self.reel.blocks(self._read):
            self.voice.feed(block)
            if not is_heard:
                # Only now: a device that finds nothing to play starts with its buffer's silence.
                is_heard = True
                self._device.add(self.voice)
                self._duration_s = decode.probe(self.path).duration_s
            self._check()
            self._wait_while(lambda: self.voice.waiting_samples > AHEAD_SAMPLES)
        if self._duration_s is None:
            heard_or_waiting = self.voice.played_samples + self.voice.waiting_samples
            self._duration_s = self.reel.position_s(heard_or_waiting)

    def _read(self, start_s: float) -> Blocks:
        return decode.blocks(self.path, progress=self._progress, block_s=BLOCK_S, start_s=start_s)

    def _wait_while(self, condition: Callable[[], bool]) -> None:
        """Look again and again; Cancelled where retired, SoundError where the device is gone."""
        while condition():
            self._check()
            self._device.check()
            time.sleep(LOOK_S)

    def _check(self) -> None:
        """Raise Cancelled where another voice has taken over, or the session is retired."""
        self._progress.check()
        if self.voice.is_retired:
            raise Cancelled

    def _fade_out(self) -> None:
        """Give the device time to fade the voice out, if it still asks."""
        until = time.monotonic() + FADE_OUT_S
        while not self.voice.is_finished and time.monotonic() < until:
            time.sleep(LOOK_S / 4)
