"""Two songs, A/B, loops, volume and devices on a real sound server; measured in what arrives."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import scipy.signal

from core.audio.moments import Loop, Meeting
from core.errors import SoundError
from tests import sounds
from tests.sound_server import (
    HEADPHONES,
    RATE_HZ,
    in_one_of_three_takes,
    is_available,
    until,
)

pytestmark = [
    pytest.mark.sound,
    pytest.mark.skipif(not is_available(), reason="needs pulseaudio and pulseaudio-utils"),
]

FRAME = 441  # 10 ms
A_B_ERROR_S = 0.02


@contextmanager
def burners(count: int) -> Iterator[None]:
    """Keep processors busy meanwhile."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


def offset_of(sound: sounds.Samples, piece: sounds.Samples, *, at: int) -> int:
    """Return how many samples later than in the recording a piece of it lies in a sound."""
    products = scipy.signal.correlate(sound[0], piece[0], mode="valid", method="fft")
    place = int(np.argmax(products))
    assert correlation(sound[0, place : place + piece.shape[1]], piece[0]) > 0.99
    return place - at


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-9))


def frames_of(sound: sounds.Samples, heard: sounds.Samples, *, offset: int) -> list[bool]:
    """Return which frames of what was heard are the sound's, at its offset."""
    found = []
    for at in range(0, heard.shape[1] - FRAME, FRAME):
        there = sound[0, max(at + offset, 0) : max(at + offset + FRAME, 0)]
        is_there = len(there) == FRAME
        found.append(is_there and correlation(heard[0, at : at + FRAME], there) > 0.99)
    return found


def longest_silence(heard: sounds.Samples) -> int:
    loud = np.flatnonzero(np.abs(heard).max(axis=0) > 1e-6)
    return int(np.diff(loud).max()) - 1


@pytest.mark.parametrize("burning", [0, 2])
@in_one_of_three_takes
def test_a_b_switches_at_the_moment_without_a_gap(tmp_path, server, player, burning):
    mine, theirs = sounds.noise(1, seconds=30.0), sounds.noise(2, seconds=40.0)
    a = sounds.write(tmp_path / "a.flac", mine)
    b = sounds.write(tmp_path / "b.wav", theirs)
    with burners(burning), server.recording() as recording:
        player.play(a, start_s=3.0)
        until(lambda: player.state.position_s > 3.8)
        player.cross(b, meeting=Meeting(3.0, 12.0))
        assert player.state.path == b
        assert player.state.position_s >= 12.7, "the moment goes on while the other is decoded"
        until(lambda: player.state.position_s > 14.2)
        recording.wait_for(1.8, of_sound=True)
    heard = recording.sound
    start, stop = 2_000, heard.shape[1] - FRAME * 10
    from_a = offset_of(mine, heard[:, start : start + 4_410], at=start)
    from_b = offset_of(theirs, heard[:, stop - 4_410 : stop], at=stop - 4_410)
    assert abs((from_b - from_a) / RATE_HZ - 9.0) < A_B_ERROR_S
    is_a, is_b = frames_of(mine, heard, offset=from_a), frames_of(theirs, heard, offset=from_b)
    last_a = max(i for i, found in enumerate(is_a) if found)
    first_b = min(i for i, found in enumerate(is_b) if found)
    # Its 6 ms lie in one frame or in two, wherever the device's blocks happened to begin.
    assert 1 <= first_b - last_a <= 3, "no more than the crossfade lies between"
    assert longest_silence(heard) < FRAME


@in_one_of_three_takes
def test_a_tone_has_no_holes_while_the_machine_is_busy(tmp_path, server, player):
    path = sounds.write(tmp_path / "tone.wav", sounds.tone(440.0, seconds=8.0))
    with burners(2), server.recording() as recording:
        player.play(path)
        until(lambda: player.state.position_s > 4.0)
        recording.wait_for(4.0, of_sound=True)
    assert longest_silence(recording.sound) < 3, "a sine passes zero, no more"


@in_one_of_three_takes
def test_a_loop_comes_round_without_a_hole(tmp_path, server, player):
    song = sounds.noise(3, seconds=20.0)
    path = sounds.write(tmp_path / "song.flac", song)
    with server.recording() as recording:
        player.play(path, start_s=10.0, loop=Loop(10.0, 11.0))
        until(lambda: player.state.position_s > 10.8)
        until(lambda: player.state.position_s < 10.5)
        until(lambda: player.state.position_s > 10.8)
        recording.wait_for(1.8, of_sound=True)
    heard = recording.sound
    first = offset_of(song, heard[:, 2_000:6_410], at=2_000)
    again = offset_of(song, heard[:, RATE_HZ + 12_000 : RATE_HZ + 16_410], at=RATE_HZ + 12_000)
    assert first - again == RATE_HZ
    assert longest_silence(heard) < FRAME


def test_a_loop_can_be_turned_on_while_it_plays(tmp_path, player):
    path = sounds.write(tmp_path / "song.flac", sounds.noise(4, seconds=20.0))
    player.play(path, start_s=5.0)
    until(lambda: player.state.position_s > 5.3)
    player.cross(path, loop=Loop(5.0, 6.0))
    until(lambda: player.state.position_s > 5.8)
    until(lambda: player.state.position_s < 5.3)
    player.cross(path)
    until(lambda: player.state.position_s > 6.3)


def test_crossing_over_keeps_a_pause(tmp_path, player):
    a = sounds.write(tmp_path / "a.wav", sounds.noise(5, seconds=20.0))
    b = sounds.write(tmp_path / "b.wav", sounds.noise(6, seconds=20.0))
    player.cross(a)
    assert player.state.path is None, "nothing is on"
    player.play(a)
    until(lambda: player.state.position_s > 0.3)
    player.pause()
    player.cross(b, meeting=Meeting(0.0, 5.0))
    time.sleep(0.3)
    assert not player.state.is_playing
    assert 5.3 <= player.state.position_s < 5.9
    player.resume()
    until(lambda: player.state.position_s > 6.0)


def test_many_switches_in_a_row_end_on_the_last(tmp_path, player):
    a = sounds.write(tmp_path / "a.flac", sounds.noise(7, seconds=20.0))
    b = sounds.write(tmp_path / "b.mp3", sounds.noise(8, seconds=20.0))
    player.play(a)
    until(lambda: player.state.position_s > 0.2)
    for turn in range(15):
        player.cross((a, b)[turn % 2])
    player.cross(b)
    until(lambda: player.state.position_s > 1.5)
    assert player.state.path == b
    assert player.state.problem is None


@in_one_of_three_takes
def test_the_volume_moves_without_clicks(tmp_path, server, player):
    path = sounds.write(tmp_path / "flat.wav", np.full((2, 10 * RATE_HZ), 0.5, np.float32))
    with server.recording() as recording:
        player.play(path)
        until(lambda: player.state.position_s > 0.5)
        for step in range(20):
            player.set_volume((step % 5) / 4)
            time.sleep(0.02)
        player.set_volume(0.5)
        reached = player.state.position_s
        until(lambda: player.state.position_s > reached + 0.7)
        recording.wait_for(1.0, of_sound=True)
    heard = recording.sound[0]
    jumps = np.abs(np.diff(heard))
    assert np.count_nonzero(jumps > 0.01) <= 2  # a gap of a busy machine has two edges
    assert np.median(heard[-RATE_HZ // 5 :]) == pytest.approx(0.5 / 8, rel=0.02)


def test_a_device_can_be_chosen_while_it_plays(tmp_path, server, player):
    module = server.plug_in(HEADPHONES)
    assert HEADPHONES in player.devices()
    player.play(sounds.write(tmp_path / "song.wav", sounds.noise(9, seconds=30.0)))
    until(lambda: player.state.position_s > 0.3)
    with server.recording(HEADPHONES) as recording:
        player.set_device(HEADPHONES)
        recording.wait_for(0.5, of_sound=True)
        assert HEADPHONES in player.devices(), "also while it plays"
        recording.wait_for(1.0, of_sound=True)
    with server.recording() as recording:
        player.set_device(None)
        recording.wait_for(0.5, of_sound=True)
    assert player.state.problem is None
    assert player.state.fallback is None
    server.unplug(module)


def test_a_device_that_is_unplugged_plays_on_elsewhere_and_comes_back(tmp_path, server, player):
    path = sounds.write(tmp_path / "song.wav", sounds.noise(10, seconds=60.0))
    module = server.plug_in(HEADPHONES)
    player.set_device(HEADPHONES)
    player.play(path)
    until(lambda: player.state.position_s > 0.3)
    with server.recording() as recording:
        server.unplug(module)
        recording.wait_for(0.3, of_sound=True)
    server.end_streams()  # what some servers do at once
    reached = player.state.position_s
    until(lambda: player.state.fallback is not None)
    until(lambda: player.state.position_s > reached + 0.3)
    assert player.state.problem is None
    assert isinstance(player.state.fallback, SoundError)
    assert player.state.fallback.device == HEADPHONES
    player.stop()
    server.plug_in(HEADPHONES)
    with server.recording(HEADPHONES) as recording:
        player.play(path)
        recording.wait_for(0.3, of_sound=True)
    assert player.state.fallback is None


def test_fifty_plays_leave_nothing_behind(tmp_path, player):
    import threading

    paths = [
        sounds.write(Path(tmp_path / f"{i}{suffix}"), sounds.noise(i, seconds=3.0))
        for i, suffix in enumerate((".flac", ".mp3"))
    ]
    for turn in range(50):
        player.play(paths[turn % 2], start_s=turn % 3)
        until(lambda: player.state.duration_s is not None)
    player.stop()
    assert not [t for t in threading.enumerate() if t.name.startswith("songkin")]
