"""Playing songs: the one door to sounddevice.

``play`` and its fellows return at once. Each stretch of sound (a song from some moment on) is a
session: a thread that opens the device where it isn't open, decodes a little ahead of what is
heard, and lets go of the device when it was the last. The device's own thread adds up the voices of
the sessions: while one is faded out, the next is faded in.

What goes wrong is told in ``Player.state``, as nobody waits for a session.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from core.audio import decode
from core.audio.voice import Voice
from core.errors import Cancelled, SoundError, WorldError
from core.progress import Progress
from core.types import Float32Array

if TYPE_CHECKING:
    import sounddevice

# The analysis beside it may keep the interpreter for a while; a pause is heard so much later.
LATENCY_S = 0.15
FIRST_BLOCK_S = 0.1  # decoded before anything is heard
AHEAD_SAMPLES = 3 * decode.SAMPLE_RATE_HZ  # decoded ahead of what is heard
LOOK_S = 0.02  # between two looks at how far the device is
FADE_OUT_S = 0.2  # many times what a fader takes
STALL_S = 3.0  # a device that asks for nothing for so long is gone
JOIN_S = 5.0  # a thread that waits for a dead network drive is left to itself


@dataclass(frozen=True, slots=True)
class PlayerState:
    """What is being played, and how far it is."""

    path: Path | None
    position_s: float
    duration_s: float | None
    is_playing: bool
    problem: WorldError | None


class Player:
    """Plays one song at a time."""

    def __init__(self, *, device: str | None = None) -> None:
        self._device = _Device(device)
        self._lock = threading.Lock()  # of the two below
        self._session: _Session | None = None
        self._sessions: list[_Session] = []  # those whose thread may still run

    @property
    def state(self) -> PlayerState:
        """What is being played; cheap, to be asked by a timer."""
        session = self._session
        if session is None:
            return PlayerState(None, 0.0, None, is_playing=False, problem=None)
        return session.state()

    def play(self, path: Path, *, start_s: float = 0.0, gain_db: float = 0.0) -> None:
        """Play a file from some moment on, instead of what is being played."""
        self._start(_Session(self._device, path, start_s=start_s, gain_db=gain_db))

    def pause(self) -> None:
        """Fade out and keep the place."""
        if session := self._session:
            session.voice.pause()

    def resume(self) -> None:
        """Go on from where it was paused."""
        if session := self._session:
            session.voice.resume()

    def seek(self, position_s: float) -> None:
        """Go on from another moment of the same file; what is paused stays paused."""
        old = self._session
        if old is None:
            return
        new = _Session(self._device, old.path, start_s=position_s, gain_db=old.gain_db)
        if old.voice.is_paused:
            new.voice.pause()
        self._start(new)

    def stop(self) -> None:
        """Fade out, and let go of file and device."""
        with self._lock:
            sessions, self._sessions, self._session = self._sessions, [], None
        for session in sessions:
            session.retire()
        for session in sessions:
            session.join(JOIN_S)

    def close(self) -> None:
        """Stop; nothing of the player is left."""
        self.stop()

    def _start(self, session: "_Session") -> None:
        with self._lock:
            if self._session is not None:
                self._session.retire()
            self._session = session
            self._sessions = [old for old in self._sessions if old.is_alive()]
            self._sessions.append(session)
            session.start()


class _Session(threading.Thread):
    """One file, played from one moment on."""

    def __init__(self, device: "_Device", path: Path, *, start_s: float, gain_db: float) -> None:
        super().__init__(name=f"songkin-playback-{path.name}", daemon=True)
        self.path = path
        self.gain_db = gain_db
        self.voice = Voice(gain_db=gain_db)
        self._device = device
        self._start_s = max(start_s, 0.0)
        self._duration_s: float | None = None
        self._problem: WorldError | None = None
        self._progress = Progress()  # what stops the decoding

    def state(self) -> PlayerState:
        return PlayerState(
            path=self.path,
            position_s=self._start_s + self.voice.played_samples / decode.SAMPLE_RATE_HZ,
            duration_s=self._duration_s,
            is_playing=self.is_alive() and not (self.voice.is_paused or self.voice.is_finished),
            problem=self._problem,
        )

    def retire(self) -> None:
        """Fade out, then end the thread."""
        self.voice.retire()
        self._progress.cancel()

    def run(self) -> None:
        """Decode ahead of the device until all was heard, or the session is retired."""
        try:
            self._duration_s = decode.probe(self.path).duration_s
            self._device.add(self.voice)
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
        blocks = decode.blocks(
            self.path, progress=self._progress, block_s=FIRST_BLOCK_S, start_s=self._start_s
        )
        for block in blocks:
            self.voice.feed(block)
            self._wait_while(lambda: self.voice.waiting_samples > AHEAD_SAMPLES)
        if self._duration_s is None:
            heard_or_waiting = self.voice.played_samples + self.voice.waiting_samples
            self._duration_s = self._start_s + heard_or_waiting / decode.SAMPLE_RATE_HZ

    def _wait_while(self, condition: Callable[[], bool]) -> None:
        """Look again and again; Cancelled where retired, SoundError where the device is gone."""
        while condition():
            self._progress.check()
            self._device.check()
            time.sleep(LOOK_S)

    def _fade_out(self) -> None:
        """Give the device time to fade the voice out, if it still asks."""
        until = time.monotonic() + FADE_OUT_S
        while not self.voice.is_finished and time.monotonic() < until:
            time.sleep(LOOK_S / 4)


class _Device:
    """The sound device, open while it has voices."""

    def __init__(self, name: str | None) -> None:
        self._name = name
        self._lock = threading.Lock()  # of the two below
        self._stream: sounddevice.OutputStream | None = None
        self._voices: tuple[Voice, ...] = ()  # replaced, never changed: the callback reads it
        self._asked_at = 0.0

    def add(self, voice: Voice) -> None:
        """Let a voice be heard; SoundError where no device can be opened."""
        with self._lock:
            self._voices = (*self._voices, voice)
            if self._stream is None:
                self._stream = self._opened()

    def remove(self, voice: Voice) -> None:
        """Forget a voice, and let go of the device after the last one."""
        with self._lock:
            self._voices = tuple(other for other in self._voices if other is not voice)
            if not self._voices and self._stream is not None:
                stream, self._stream = self._stream, None
                _close(stream)

    @property
    def latency_s(self) -> float:
        """How long the device takes from being given a sample to playing it."""
        stream = self._stream
        return 0.0 if stream is None else min(float(stream.latency), STALL_S)

    def check(self) -> None:
        """Raise SoundError where the device has stopped by itself."""
        stream = self._stream
        has_stalled = time.monotonic() - self._asked_at > STALL_S
        if stream is None or not stream.active or has_stalled:
            raise SoundError(self._name or "", detail="the device stopped")

    def _opened(self) -> "sounddevice.OutputStream":
        library = _library(self._name)
        failures = (library.PortAudioError, ValueError)  # the latter where no name matches
        try:
            return self._open(library)
        except failures:
            # PortAudio lists the devices once: one that was plugged in since is found like this.
            library._terminate()
            library._initialize()
        try:
            return self._open(library)
        except failures as error:
            raise SoundError(self._name or "", detail=str(error)) from error

    def _open(self, library: ModuleType) -> "sounddevice.OutputStream":
        stream = library.OutputStream(
            samplerate=decode.SAMPLE_RATE_HZ,
            channels=2,
            dtype="float32",
            device=self._name,
            latency=LATENCY_S,
            callback=self._render,
        )
        self._asked_at = time.monotonic()
        stream.start()
        return stream

    def _render(self, out: Float32Array, _frames: int, _times: object, _status: object) -> None:
        """Add up the voices: called by the device's own thread, which must never wait."""
        self._asked_at = time.monotonic()
        out.fill(0.0)
        for voice in self._voices:
            voice.render(out)


def _library(device: str | None) -> ModuleType:
    """Return sounddevice, which can only be imported where PortAudio is installed."""
    try:
        import sounddevice
    except OSError as error:
        raise SoundError(device or "", detail=str(error)) from error
    module: ModuleType = sounddevice
    return module


def _close(stream: "sounddevice.OutputStream") -> None:
    """Play what the device still holds, and close it, if it can still be closed."""
    stream.stop(ignore_errors=True)
    stream.close(ignore_errors=True)
