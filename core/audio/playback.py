"""Playing songs: the one door to sounddevice.

``play`` and its fellows return at once. Each stretch of sound (a song from some moment on) is a
session: a thread that opens the device where it isn't open, decodes a little ahead of what is
heard, and lets go of the device when it was the last. The device's own thread adds up the voices of
the sessions: while one is faded out, the next is faded in.

What goes wrong is told in ``Player.state``, as nobody waits for a session. Where the chosen device
is gone, the system's own plays on, from where the other stopped; the chosen one is tried again
whenever a device is opened.
"""

import threading
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from core.audio import decode
from core.audio.looping import Reel
from core.audio.mixer import Mixer
from core.audio.moments import SAME_MOMENT, Loop, Meeting
from core.audio.session import LOOK_S, PlayerState, Session
from core.audio.voice import Voice
from core.errors import SoundError
from core.types import Float32Array

if TYPE_CHECKING:
    import sounddevice

# The analysis beside it may keep the interpreter for a while; a pause is heard so much later.
LATENCY_S = 0.15
STALL_S = 3.0  # a device that asks for nothing for so long is gone
JOIN_S = 5.0  # a thread that waits for a dead network drive is left to itself
HUSH_S = 0.1  # many times what the gate takes, and a block of the device besides
SYSTEM_NAMES = frozenset({"default", "sysdefault"})  # ALSA's names for what the system chooses


class Player:
    """Plays one song at a time."""

    def __init__(self, *, device: str | None = None) -> None:
        self._device = _Device(device)
        self._lock = threading.Lock()  # of the two below
        self._session: Session | None = None
        self._sessions: list[Session] = []  # those whose thread may still run

    @property
    def state(self) -> PlayerState:
        """What is being played; cheap, to be asked by a timer."""
        session = self._session
        return PlayerState() if session is None else session.state()

    def play(
        self, path: Path, *, start_s: float = 0.0, gain_db: float = 0.0, loop: Loop | None = None
    ) -> None:
        """Play a file from some moment on, instead of what is being played."""
        reel = Reel(start_s, loop=loop)
        self._start(Session(self._device, path, reel=reel, voice=Voice(gain_db=gain_db)))

    def cross(
        self,
        path: Path,
        *,
        meeting: Meeting = SAME_MOMENT,
        gain_db: float = 0.0,
        loop: Loop | None = None,
    ) -> None:
        """Go over to another file at the moment where what is heard meets it, without a gap.

        What is heard goes on until the other file is decoded. What is paused stays paused. Does
        nothing where nothing is on.
        """
        old = self._session
        if old is None:
            return
        is_paused = old.voice.is_paused
        if old.is_alive() and not (is_paused or old.voice.is_finished):
            voice = Voice(gain_db=gain_db, after=old.voice, pace=meeting.pace)
        else:
            voice = Voice(gain_db=gain_db)
        start_s = meeting.there(old.position_s)
        if is_paused:
            voice.pause()
        reel = Reel(start_s, loop=loop)
        self._start(Session(self._device, path, reel=reel, voice=voice))

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
        voice = Voice(gain_db=old.voice.gain_db)
        if old.voice.is_paused:
            voice.pause()
        reel = Reel(position_s, loop=old.reel.loop)
        self._start(Session(self._device, old.path, reel=reel, voice=voice))

    def set_gain(self, gain_db: float) -> None:
        """Move what is heard to another level."""
        if session := self._session:
            session.voice.set_gain(gain_db)

    def set_volume(self, share: float) -> None:
        """Set how loud everything is, a share in [0, 1] of a slider."""
        self._device.mixer.set_volume(share)

    def set_device(self, name: str | None) -> None:
        """Play to a device, or to the system's choice (None), from now on.

        Waits for the device.
        """
        self._device.choose(name)

    def devices(self) -> list[str]:
        """Look for devices anew, and return their names; what is heard is silent meanwhile.

        Raises ``SoundError`` where there is no sound system.
        """
        return self._device.names()

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

    def _start(self, session: Session) -> None:
        """Start a session; the one before is retired by its voice, where that waits for it."""
        with self._lock:
            if self._session is not None and not session.voice.is_waiting:
                self._session.retire()
            self._session = session
            self._sessions = [old for old in self._sessions if old.is_alive()]
            self._sessions.append(session)
            session.start()


class _Device:
    """The sound device, open while it has voices."""

    def __init__(self, name: str | None) -> None:
        self.mixer = Mixer()
        self.lost: SoundError | None = None
        self._name = name
        self._lock = threading.Lock()  # of the name and the stream
        self._stream: sounddevice.OutputStream | None = None
        self._asked_at = 0.0

    def add(self, voice: Voice) -> None:
        """Let a voice be heard; SoundError where no device can be opened."""
        with self._lock:
            self.mixer.add(voice)
            if self._stream is None:
                self._stream = self._opened()

    def remove(self, voice: Voice) -> None:
        """Forget a voice, and let go of the device after the last one."""
        with self._lock:
            self.mixer.remove(voice)
            if self.mixer.is_empty:
                self._let_go()

    @property
    def latency_s(self) -> float:
        """How long the device takes from being given a sample to playing it."""
        stream = self._stream
        return 0.0 if stream is None else min(float(stream.latency), STALL_S)

    def check(self) -> None:
        """Open a device anew where it has stopped by itself; SoundError where none can be."""
        with self._lock:
            stream = self._stream
            has_stalled = time.monotonic() - self._asked_at > STALL_S
            if stream is not None and stream.active and not has_stalled:
                return
            self._let_go()
            self._stream = self._opened()

    def choose(self, name: str | None) -> None:
        """Play to another device; the same one again is looked for anew."""
        with self._lock:
            self._name, self.lost = name, None
            self._reopen()

    def names(self) -> list[str]:
        """Look for devices anew, and return their names."""
        with self._lock:
            library = _library(self._name)
            self._hush()
            self._let_go()
            _look_again(library)
            try:
                names = list(_outputs(library))
            except library.PortAudioError as error:
                raise _sound_error(self._name, error) from error
            self._open_if_wanted()
        return [name for name in names if name not in SYSTEM_NAMES]

    def _reopen(self) -> None:
        self._hush()
        self._let_go()
        self._open_if_wanted()

    def _open_if_wanted(self) -> None:
        if not self.mixer.is_empty:
            self._stream = self._opened()

    def _hush(self) -> None:
        """Close the gate, and wait until it is closed, as long as the device asks."""
        self.mixer.close_gate()
        until = time.monotonic() + HUSH_S
        while self._stream is not None and not self.mixer.is_silent and time.monotonic() < until:
            time.sleep(LOOK_S / 4)

    def _let_go(self) -> None:
        """Play what the device still holds, and close it, if it can still be closed."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.stop(ignore_errors=True)
            stream.close(ignore_errors=True)
        self.mixer.open_gate()

    def _opened(self) -> "sounddevice.OutputStream":
        """Open the chosen device, or the system's where that one is gone."""
        library = _library(self._name)
        failures = (library.PortAudioError, ValueError)  # the latter where no name matches
        try:
            stream = self._open(library, self._name)
        except failures:
            # PortAudio lists the devices once: one that was plugged in since is found like this.
            _look_again(library)
        else:
            self.lost = None
            return stream
        failure: Exception | None = None
        for name in dict.fromkeys((self._name, None)):
            try:
                stream = self._open(library, name)
            except failures as error:
                failure = failure or error
                continue
            self.lost = None if name == self._name else _sound_error(self._name, failure)
            return stream
        raise _sound_error(self._name, failure) from failure

    def _open(self, library: ModuleType, name: str | None) -> "sounddevice.OutputStream":
        stream = library.OutputStream(
            samplerate=decode.SAMPLE_RATE_HZ,
            channels=2,
            dtype="float32",
            device=None if name is None else _index(library, name),
            latency=LATENCY_S,
            callback=self._render,
        )
        self._asked_at = time.monotonic()
        stream.start()
        return stream

    def _render(self, out: Float32Array, _frames: int, _times: object, _status: object) -> None:
        """Fill a buffer: called by the device's own thread, which must never wait."""
        self._asked_at = time.monotonic()
        self.mixer.render(out)


def _library(device: str | None) -> ModuleType:
    """Return sounddevice, which can only be imported where PortAudio is installed."""
    try:
        import sounddevice
    except OSError as error:
        raise _sound_error(device, error) from error
    module: ModuleType = sounddevice
    return module


def _sound_error(device: str | None, cause: Exception | None) -> SoundError:
    return SoundError(device or "", detail=str(cause or ""))


def _look_again(library: ModuleType) -> None:
    """Let PortAudio list the devices anew; no stream may be open."""
    library._terminate()
    library._initialize()


def _outputs(library: ModuleType) -> dict[str, int]:
    """Return PortAudio's numbers of the devices to play to, by their names.

    Only those of the system's own sound interface: others list the same devices once more.
    """
    interface = library.query_hostapis(library.default.hostapi)
    described = {index: library.query_devices(index) for index in interface["devices"]}
    return {
        str(one["name"]): index for index, one in described.items() if one["max_output_channels"]
    }


def _index(library: ModuleType, name: str) -> int:
    """Return PortAudio's number of a device; ValueError where there is none of this name."""
    outputs = _outputs(library)
    if name not in outputs:
        raise ValueError(f"no device is called {name}")
    return outputs[name]
