"""A sound server without a sound card: PulseAudio with a null sink, whose monitor is recorded.

PortAudio, within the process that plays, must find the server in its environment: ``use`` sets it
and lets PortAudio look for devices again.
"""

import functools
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # float32 [2, n]

RATE_HZ = 44_100
START_S = 15.0  # within which the server must answer, on a busy machine
PATIENCE_S = 20.0  # on a busy machine
PROGRAMS = ("pulseaudio", "pactl", "pacmd", "parec")

ASOUNDRC = "pcm.!default pulse\nctl.!default pulse\n"
SINK = "null"  # the one that is always there
# What the sound system lists beside it, once the sink of this name is plugged in.
HEADPHONES = "headphones"
HEADPHONES_RC = (
    f"pcm.{HEADPHONES} {{ type pulse; device {HEADPHONES}; fallback none;"
    f' hint {{ show on; description "{HEADPHONES}" }} }}\n'
)


def until(condition: Callable[[], bool]) -> None:
    """Wait for what a player does in threads of its own."""
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.005)


def in_one_of_three_takes(test: Callable[..., None]) -> Callable[..., None]:
    """Other work on the machine may tear a hole into one recording; ours must not into each."""

    @functools.wraps(test)
    def take_again(**fixtures: Any) -> None:
        for _ in range(2):
            try:
                return test(**fixtures)
            except AssertionError:
                fixtures["player"].stop()
        return test(**fixtures)

    return take_again


def is_available() -> bool:
    """Tell whether this machine can run the sound server."""
    return all(shutil.which(program) for program in PROGRAMS)


@dataclass(frozen=True, slots=True)
class SoundServer:
    """A running server, and the environment in which programs find it."""

    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    def kill(self) -> None:
        """Take the device away, as pulling out a plug does."""
        self.process.kill()
        self.process.wait()

    def plug_in(self, sink: str) -> str:
        """Add a sink, as plugging in headphones does; return what ``unplug`` asks for."""
        made = self._pactl("load-module", "module-null-sink", f"sink_name={sink}", "rate=44100")
        return made.strip()

    def unplug(self, module: str) -> None:
        """Take a sink away."""
        self._pactl("unload-module", module)

    def end_streams(self) -> None:
        """End whatever plays, as a server does that knows no other device to play it to."""
        self._pactl("load-module", "module-cli-protocol-unix")
        for line in self._pactl("list", "short", "sink-inputs").splitlines():
            environment = {**os.environ, **self.environment}
            subprocess.run(
                ["pacmd", "kill-sink-input", line.split()[0]], env=environment, check=True
            )

    def _pactl(self, *command: str) -> str:
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            ["pactl", *command], env=environment, check=True, capture_output=True, text=True
        ).stdout

    @contextmanager
    def recording(self, sink: str = SINK) -> Iterator["Recording"]:
        """Record what is played meanwhile."""
        command = [
            "parec", "-d", f"{sink}.monitor", "--format=float32le", f"--rate={RATE_HZ}",
            "--channels=2", "--latency-msec=50",
        ]  # fmt: skip
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, env={**os.environ, **self.environment}
        ) as recorder:
            recording = Recording(recorder)
            try:
                recording.wait_for(0.1)  # it runs
                yield recording
            finally:
                recorder.terminate()
                recording.join()


class Recording:
    """What was heard so far."""

    def __init__(self, recorder: subprocess.Popen[bytes]) -> None:
        self._recorder = recorder
        self._data = bytearray()
        self._thread = threading.Thread(target=self._read, name="recorder", daemon=True)
        self._thread.start()

    @property
    def samples(self) -> Samples:
        """Return float32 [2, n], silence included."""
        whole = len(self._data) // 8 * 8
        return np.frombuffer(bytes(self._data[:whole]), np.float32).reshape(-1, 2).T

    @property
    def sound(self) -> Samples:
        """Return ``samples`` without the silence before and after."""
        samples = self.samples
        loud = np.flatnonzero(np.abs(samples).max(axis=0) > 1e-4)
        return samples[:, loud[0] : loud[-1] + 1] if len(loud) else samples[:, :0]

    def wait_for(self, seconds: float, *, of_sound: bool = False) -> None:
        """Return once so much, or so much sound, was recorded."""
        until = time.monotonic() + START_S + seconds
        while (self.sound if of_sound else self.samples).shape[1] < seconds * RATE_HZ:
            if time.monotonic() > until:
                raise TimeoutError(f"{self.samples.shape[1]} samples, {self.sound.shape[1]} sound")
            time.sleep(0.02)

    def join(self) -> None:
        """Wait until the last was read."""
        self._thread.join()

    def _read(self) -> None:
        assert self._recorder.stdout is not None
        while piece := self._recorder.stdout.read(4_096):
            self._data += piece


@contextmanager
def sound_server(folder: Path) -> Iterator[SoundServer]:
    """Run a server of our own, in ``folder``."""
    socket = folder / "pulse.sock"
    environment = {
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_RUNTIME_PATH": str(folder),
        "HOME": str(folder),
        "PULSE_SERVER": f"unix:{socket}",
    }
    (folder / ".asoundrc").write_text(ASOUNDRC + HEADPHONES_RC)
    command = [
        "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=error",
        f"--load=module-null-sink sink_name={SINK} rate=44100",
        f"--load=module-native-protocol-unix auth-anonymous=1 socket={socket}",
    ]  # fmt: skip
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_until_it_answers({**os.environ, **environment})
            yield SoundServer(process, environment)
        finally:
            process.terminate()


@contextmanager
def use(server: SoundServer) -> Iterator[None]:
    """Let this process, PortAudio included, play to the server."""
    import sounddevice

    before = {name: os.environ.get(name) for name in server.environment}
    os.environ.update(server.environment)
    _look_again(sounddevice)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        _look_again(sounddevice)


def _look_again(sounddevice: ModuleType) -> None:
    sounddevice._terminate()
    sounddevice._initialize()


def _wait_until_it_answers(environment: dict[str, str]) -> None:
    until = time.monotonic() + START_S
    while subprocess.run(["pactl", "info"], env=environment, capture_output=True).returncode:
        if time.monotonic() > until:
            raise TimeoutError("the sound server does not answer")
        time.sleep(0.05)
