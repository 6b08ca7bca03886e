"""Playing to a real sound server, and listening to what arrives there."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
import scipy.signal

from core.audio.playback import Player
from core.errors import AudioFileError, AudioProblem, SoundError
from tests import sounds
from tests.sound_server import (
    RATE_HZ,
    in_one_of_three_takes,
    is_available,
    sound_server,
    until,
    use,
)

pytestmark = [
    pytest.mark.sound,
    pytest.mark.skipif(not is_available(), reason="needs pulseaudio and pulseaudio-utils"),
]


def is_at(player: Player, seconds: float) -> bool:
    return player.state.position_s >= seconds


def share_heard(sound: sounds.Samples, heard: sounds.Samples, *, part_s: float = 0.25) -> float:
    """Return how many of the parts of ``sound`` are heard, with a correlation of over 0.99.

    Each is looked for by itself: a busy machine may leave a gap between two.
    """
    length = round(part_s * RATE_HZ)
    parts = [sound[0, at : at + length] for at in range(0, sound.shape[1] - length + 1, length)]
    found = [_best_correlation(part, heard[0]) > 0.99 for part in parts]
    return sum(found) / len(found)


def _best_correlation(part, heard) -> float:
    if len(heard) < len(part):
        return 0.0
    products = scipy.signal.correlate(heard.astype(np.float64), part, mode="valid")
    energy = np.concatenate([[0.0], np.cumsum(heard.astype(np.float64) ** 2)])
    there = np.maximum(energy[len(part) :] - energy[: -len(part)], 1e-9)
    return float((products / np.sqrt(there)).max() / np.linalg.norm(part))


@pytest.mark.parametrize("suffix", [".wav", ".mp3"])
def test_what_arrives_is_what_the_file_holds(tmp_path, server, player, suffix):
    from core.audio import decode
    from core.progress import Progress

    path = sounds.write(tmp_path / f"song{suffix}", sounds.chords(1, seconds=3.0))
    with server.recording() as recording:
        player.play(path)
        assert player.state.path == path
        until(lambda: is_at(player, 2.9) and not player.state.is_playing)
        recording.wait_for(2.8, of_sound=True)
    assert player.state.problem is None
    assert player.state.duration_s == pytest.approx(3.0, abs=0.1)
    heard = recording.sound
    assert share_heard(decode.read(path, progress=Progress()), heard) > 0.8
    level = np.abs(heard).max()
    assert level == pytest.approx(0.4, abs=0.03)


def test_it_starts_in_the_middle_at_the_level_asked_for(tmp_path, server, player):
    sound = sounds.chords(2, seconds=30.0)
    path = sounds.write(tmp_path / "song.flac", sound)
    with server.recording() as recording:
        player.play(path, start_s=20.0, gain_db=-6.0206)
        until(lambda: is_at(player, 21.5))
        recording.wait_for(1.2, of_sound=True)
    heard = recording.sound
    start = 20 * RATE_HZ
    assert share_heard(sound[:, start : start + RATE_HZ], heard) >= 0.75
    assert share_heard(sound[:, : 5 * RATE_HZ], heard) == 0.0
    wanted = np.abs(sound[:, start : start + RATE_HZ]).max() / 2
    assert np.abs(heard[:, :RATE_HZ]).max() == pytest.approx(wanted, rel=0.05)


def test_pause_is_silent_and_resume_goes_on(tmp_path, server, player):
    sound = sounds.chords(3, seconds=20.0)
    player.play(sounds.write(tmp_path / "song.wav", sound))
    until(lambda: is_at(player, 0.5))
    player.pause()
    time.sleep(0.3)
    place_s = player.state.position_s
    assert not player.state.is_playing
    with server.recording() as recording:
        recording.wait_for(0.5)
        assert recording.sound.shape[1] < 0.3 * RATE_HZ
        assert player.state.position_s == place_s
        player.resume()
        until(lambda: is_at(player, place_s + 1.2))
        recording.wait_for(1.0, of_sound=True)
    start = round(place_s * RATE_HZ)
    assert share_heard(sound[:, start : start + RATE_HZ], recording.sound) >= 0.75


def test_seek_moves_and_keeps_a_pause(tmp_path, player):
    player.play(sounds.write(tmp_path / "song.wav", sounds.chords(4, seconds=40.0)))
    until(lambda: is_at(player, 0.2))
    player.seek(25.0)
    assert player.state.position_s >= 25.0
    until(lambda: is_at(player, 25.2))
    player.pause()
    player.seek(5.0)
    time.sleep(0.3)
    assert player.state.position_s == 5.0
    assert not player.state.is_playing
    player.resume()
    until(lambda: is_at(player, 5.2))


def test_the_next_song_takes_over(tmp_path, server, player):
    first = sounds.write(tmp_path / "a.wav", sounds.chords(5, seconds=20.0))
    second_sound = sounds.chords(6, seconds=2.0)
    second = sounds.write(tmp_path / "b.wav", second_sound)
    player.play(first)
    until(lambda: is_at(player, 0.3))
    with server.recording() as recording:
        player.play(second)
        assert player.state.path == second
        until(lambda: is_at(player, 1.9) and not player.state.is_playing)
        recording.wait_for(1.8, of_sound=True)
    assert share_heard(second_sound, recording.samples) >= 0.75


@in_one_of_three_takes
def test_starts_and_stops_do_not_click(tmp_path, server, player):
    """A constant would click the loudest; 0.4 reached over the fader's length jumps by little."""
    path = sounds.write(tmp_path / "flat.wav", np.full((2, 10 * RATE_HZ), 0.4, np.float32))
    with server.recording() as recording:
        player.play(path)
        until(lambda: is_at(player, 0.6))
        recording.wait_for(0.3, of_sound=True)
        player.stop()
        recording.wait_for(recording.samples.shape[1] / RATE_HZ + 0.5)
    samples = recording.samples
    assert np.abs(samples).max() == pytest.approx(0.4, abs=0.01)
    jumps = np.abs(np.diff(samples[0]))
    assert np.count_nonzero(jumps > 0.01) <= 2  # a gap of a busy machine has two edges
    assert samples[0, -1] == 0.0


def test_stop_lets_go_of_everything(tmp_path, player):
    player.play(sounds.write(tmp_path / "song.mp3", sounds.chords(7, seconds=30.0)))
    until(lambda: is_at(player, 0.2))
    player.stop()
    assert player.state.path is None
    assert not [t for t in threading.enumerate() if t.name.startswith("songkin")]


def test_the_state_before_and_after_anything(player):
    for act in (player.pause, player.resume, player.stop, lambda: player.seek(3.0)):
        act()
        assert player.state.path is None
        assert player.state.problem is None


def test_many_songs_in_a_row_leave_no_thread(tmp_path, player):
    paths = [sounds.write(tmp_path / f"{i}.mp3", sounds.noise(i, seconds=3.0)) for i in range(4)]
    for index in range(24):
        player.play(paths[index % 4], start_s=index % 3)
    until(lambda: player.state.position_s > 2.2)
    assert player.state.path == paths[3]
    player.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("songkin")]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("gone.mp3", AudioProblem.VANISHED), ("text.mp3", AudioProblem.NOT_AUDIO)],
)
def test_a_file_that_cannot_be_played_is_told(tmp_path, player, name, problem):
    (tmp_path / "text.mp3").write_text("no song")
    player.play(tmp_path / name)
    until(lambda: player.state.problem is not None)
    assert not player.state.is_playing
    assert isinstance(player.state.problem, AudioFileError)
    assert player.state.problem.problem == problem


def test_a_device_that_vanishes_is_told_and_may_come_back(tmp_path, tmp_path_factory, capfd):
    path = sounds.write(tmp_path / "song.wav", sounds.chords(8, seconds=20.0))
    player = Player()
    with sound_server(tmp_path_factory.mktemp("one")) as server, use(server):
        player.play(path)
        until(lambda: is_at(player, 0.3))
        server.kill()
        until(lambda: player.state.problem is not None)
        assert isinstance(player.state.problem, SoundError)
        assert not player.state.is_playing
        player.play(path)  # there is nothing to play to
        until(lambda: player.state.problem is not None)
        assert isinstance(player.state.problem, SoundError)
    with sound_server(tmp_path_factory.mktemp("two")) as server, use(server):
        player.play(path)
        until(lambda: is_at(player, 0.3))
        assert player.state.problem is None
        player.close()


def test_a_device_of_no_such_name_is_told_and_another_plays(tmp_path, server):
    player = Player(device="no such device")
    player.play(sounds.write(tmp_path / "song.wav", sounds.noise(9, seconds=1.0)))
    until(lambda: is_at(player, 0.3))
    fallback = player.state.fallback
    assert isinstance(fallback, SoundError)
    assert fallback.device == "no such device"
    assert player.state.problem is None
    player.close()


def test_the_path_of_a_state_is_the_one_asked_for(tmp_path, player):
    path = Path(tmp_path / "line\nbreak '\N{MUSICAL NOTE}'.wav")
    player.play(sounds.write(path, sounds.noise(10, seconds=0.5)))
    until(lambda: is_at(player, 0.4))
    assert player.state.path == path
