import shutil
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from benchmarks.variants import (
    MP3_128,
    SAMPLE_RATE_HZ,
    WHOLE_SONG,
    Encoding,
    Group,
    clip,
    cross_faded,
    impulse_response,
    make,
    random_for,
    retag,
)
from core.audio.decode import probe, read
from core.progress import Progress

pytestmark = pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="the benchmarks' ffmpeg is not installed"
)

LENGTH_S = 8.0
RECIPES = {recipe.name: recipe for recipe in WHOLE_SONG}
LEVELS = ("12 dB quieter", "24 dB quieter")


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    """A minor chord that moves up every second, in stereo, rather quiet."""
    path = tmp_path_factory.mktemp("variants") / "song.wav"
    time_s = np.arange(int(LENGTH_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    hz = 220.0 * 2.0 ** (np.floor(time_s) / 12.0)
    turns = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ
    mono = 0.1 * sum(np.sin(turns * ratio) for ratio in (1.0, 1.2, 1.5))
    soundfile.write(path, np.stack([mono, 0.8 * mono], 1), SAMPLE_RATE_HZ)
    return path


def heard(path):
    return read(path, progress=Progress())


def seconds(path):
    return heard(path).shape[1] / SAMPLE_RATE_HZ


def rms(samples):
    return float(np.sqrt(np.mean(samples**2)))


def made(song, tmp_path, name):
    recipe = RECIPES[name]
    impulse = impulse_response(tmp_path / "room.wav")
    return make(song, tmp_path / f"variant{recipe.encoding.suffix}", recipe, impulse=impulse)


def test_all_recipes_have_names_of_their_own():
    assert len(RECIPES) == len(WHOLE_SONG)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_makes_sound(song, tmp_path, name):
    sound = heard(made(song, tmp_path, name))
    limits = (0.004, 0.04) if name in LEVELS else (0.04, 0.75)
    assert limits[0] < rms(sound) < limits[1]


@pytest.mark.parametrize(
    ("name", "length_s"),
    [
        ("speed +4 %", LENGTH_S / 1.04),
        ("speed -4 %", LENGTH_S / 0.96),
        ("pitch +1 semitone", LENGTH_S),
        ("start trimmed by 3.4 s", LENGTH_S - 3.4),
        ("silence 4.3 s and 5 s around it", LENGTH_S + 9.3),
        ("mp3 64k", LENGTH_S),
    ],
)
def test_lengths(song, tmp_path, name, length_s):
    assert seconds(made(song, tmp_path, name)) == pytest.approx(length_s, abs=0.08)


def test_noise_lies_at_its_distance(song, tmp_path):
    exact = replace(RECIPES["noise at 10 dB"], encoding=Encoding(".wav", ("-c:a", "pcm_f32le")))
    noise = heard(make(song, tmp_path / "noisy.wav", exact)) - heard(song)
    assert 20 * np.log10(rms(heard(song)) / rms(noise)) == pytest.approx(10.0, abs=0.3)


def test_a_clip_comes_from_its_place(song, tmp_path):
    cut = clip(song, tmp_path / "clip.mp3", start_s=5.0, length_s=3.0)
    assert seconds(cut) == pytest.approx(3.0, abs=0.06)
    spectrum = np.abs(np.fft.rfft(heard(cut)[0, : SAMPLE_RATE_HZ // 2]))
    loudest_hz = np.argmax(spectrum) * 2.0
    assert loudest_hz == pytest.approx(220.0 * 2 ** (5 / 12) * np.array([1, 1.2, 1.5]), rel=0.6)


def test_other_tags_leave_the_stream_as_it_is(song, tmp_path):
    ogg = tmp_path / "song.ogg"
    soundfile.write(ogg, soundfile.read(song)[0], SAMPLE_RATE_HZ)
    tagged = retag(ogg, tmp_path / "tagged.ogg")
    assert tagged.read_bytes() != ogg.read_bytes()
    assert np.array_equal(heard(tagged), heard(ogg))


def test_a_mix_is_as_long_as_its_songs_less_the_fades(song, tmp_path):
    mix = cross_faded([song, song, song], tmp_path / "mix.mp3", fade_s=2.0)
    assert probe(mix).codec.startswith("mp3")
    assert seconds(mix) == pytest.approx(3 * LENGTH_S - 2 * 2.0, abs=0.1)


def test_an_unfinished_file_is_not_taken_for_a_variant(song, tmp_path):
    target = tmp_path / "kept.mp3"
    target.write_bytes(b"made before")
    assert make(song, target, RECIPES["mono"]).read_bytes() == b"made before"


def test_chance_is_the_same_in_every_run():
    first, again = random_for("clip", 3).random(4), random_for("clip", 3).random(4)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, random_for("clip", 4).random(4))
    assert MP3_128.suffix == ".mp3"
    assert {recipe.group for recipe in WHOLE_SONG} >= {Group.CODEC, Group.SPEED, Group.ROOM}
