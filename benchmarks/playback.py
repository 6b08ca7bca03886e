"""Playing on a real sound server's null sink: how soon it starts, how exact A/B is, what it keeps.

Predictions, written before the first run: a start reaches the device within 60 ms in the median and
150 ms at the 95th percentile; A/B is exact to the sample; memory after 1,000 plays is within 10 MiB
of that after the first 100. Needs pulseaudio; writes ``benchmarks/results/playback.md``.
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]  # it ships no types
import scipy.signal  # type: ignore[import-untyped]  # it ships no types

from benchmarks.results_page import put_section, table
from core.audio.moments import Meeting
from core.audio.playback import Player
from core.types import Float32Array
from tests.sound_server import RATE_HZ, SoundServer, sound_server, use

sounds: Any = import_module("tests.sounds")  # the tests carry no types

PAGE = Path(__file__).parent / "results" / "playback.md"
SUFFIXES = (".wav", ".flac", ".mp3", ".opus")
STARTS = 7  # of each kind
SWITCHES = 10
PATIENCE_S = 20.0
MIB = 1 << 20


def main() -> None:
    """Measure all three, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plays", type=int, default=1_000)
    plays = parser.parse_args().plays
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        songs = [
            sounds.write(folder / f"song{suffix}", sounds.noise(at, seconds=90.0))
            for at, suffix in enumerate(SUFFIXES)
        ]
        with sound_server(folder) as server, use(server):
            with server.recording():  # a sink that nobody hears asks every two seconds only
                put_section(PAGE, "Start", _starts(songs))
            with _heard(server):
                put_section(PAGE, "Memory", _memory(songs, plays))
            put_section(PAGE, "A/B", _switches(songs, server))


@contextmanager
def _heard(server: SoundServer) -> Iterator[None]:
    """Let another process hear the sink, and keep nothing of it here."""
    command = ["parec", "-d", "null.monitor", "--latency-msec=50"]
    environment = {**os.environ, **server.environment}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as hearer:
        yield
        hearer.terminate()


def _until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError("the sound server does not ask")
        time.sleep(0.001)


def _starts(songs: list[Path]) -> str:
    rows: list[tuple[str, ...]] = [("file", "from", "median ms", "slowest ms")]
    for song in songs:
        for start_s in (0.0, 60.0):
            took = sorted(_start_ms(song, start_s) for _ in range(STARTS))
            rows.append(
                (song.suffix, f"{start_s:.0f} s", f"{took[STARTS // 2]:.0f}", f"{took[-1]:.0f}")
            )
    return (
        "From the call to the device's taking the first sample; the device was closed. Predicted:"
        f" 60 ms in the median, 150 ms at most.\n\n{table(rows)}"
    )


def _start_ms(song: Path, start_s: float) -> float:
    player = Player()
    began = time.perf_counter()
    player.play(song, start_s=start_s)
    _until(lambda: player.state.position_s > start_s)
    took_ms = 1000 * (time.perf_counter() - began)
    player.close()
    return took_ms


def _switches(songs: list[Path], server: SoundServer) -> str:
    errors_ms = sorted(abs(_switch_error_ms(songs[0], songs[1], server)) for _ in range(SWITCHES))
    return (
        "How far B is from the moment of the match, in what a recorder heard of the sink, over"
        f" {SWITCHES} switches: {errors_ms[SWITCHES // 2]:.3f} ms in the median,"
        f" {errors_ms[-1]:.3f} ms at most. Predicted: exact. A gap of the recorder between the"
        " two sides counts here as an error of the switch."
    )


def _switch_error_ms(a: Path, b: Path, server: SoundServer) -> float:
    """Play A from 3 s, go over to B, which meets it 9 s later, and find both in the recording."""
    player = Player()
    with server.recording() as recording:
        player.play(a, start_s=3.0)
        _until(lambda: player.state.position_s > 3.6)
        player.cross(b, meeting=Meeting(3.0, 12.0))
        _until(lambda: player.state.position_s > 13.4)
        recording.wait_for(1.2, of_sound=True)
    player.close()
    heard = recording.sound
    last = heard.shape[1] - 8_820
    first_a = _place(sounds.noise(0, seconds=90.0), heard[:, 2_000:6_410]) - 2_000
    last_b = _place(sounds.noise(1, seconds=90.0), heard[:, last : last + 4_410]) - last
    return float(1000 * ((last_b - first_a) / RATE_HZ - 9.0))


def _place(song: Float32Array, piece: Float32Array) -> int:
    return int(np.argmax(scipy.signal.correlate(song[0], piece[0], mode="valid", method="fft")))


def _memory(songs: list[Path], plays: int) -> str:
    player, process = Player(), psutil.Process()
    rows: list[tuple[str, ...]] = [("plays", "resident MiB", "threads")]
    for number in range(1, plays + 1):
        start_s = float(number % 60)
        player.play(songs[number % len(songs)], start_s=start_s)
        _until(lambda start_s=start_s: player.state.position_s > start_s)  # type: ignore[misc]  # a default binds it
        if number % max(plays // 10, 1) == 0:
            resident = process.memory_info().rss / MIB
            rows.append((str(number), f"{resident:.0f}", str(process.num_threads())))
    player.close()
    return f"Predicted: within 10 MiB between the first and the last row.\n\n{table(rows)}"


if __name__ == "__main__":
    main()
