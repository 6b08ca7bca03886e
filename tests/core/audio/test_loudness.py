"""Loudness against pyloudnorm's own meter, and what two songs are brought to."""

import numpy as np
import pyloudnorm
import pytest

from core.audio import decode
from core.audio.levels import NO_SOUND_LUFS, matched_gains_db
from core.audio.loudness import measured
from core.audio.tags import read_level
from core.progress import Progress
from core.types import Level
from tests import sounds
from tests.sounds import RATE_HZ


def in_blocks(sound: sounds.Samples, size: int = 10_007) -> list[sounds.Samples]:
    return [sound[:, at : at + size] for at in range(0, sound.shape[1], size)]


def quiet_then_loud() -> sounds.Samples:
    """A song that both gates have work with: silence, a murmur, music."""
    silence = np.zeros((2, 3 * RATE_HZ), np.float32)
    murmur = sounds.noise(2, seconds=8.0, level=0.002)
    return np.concatenate([silence, murmur, sounds.chords(1, seconds=9.0)], axis=1)


@pytest.mark.parametrize(
    "sound",
    [
        sounds.chords(3, seconds=7.0),
        sounds.noise(4, seconds=5.0, level=0.01),
        sounds.tone(60.0, seconds=4.0),
        quiet_then_loud(),
    ],
    ids=["chords", "noise", "bass", "gated"],
)
def test_it_agrees_with_pyloudnorm(sound):
    wanted = pyloudnorm.Meter(RATE_HZ).integrated_loudness(sound.T.astype(np.float64))
    got = measured(in_blocks(sound))
    assert got.lufs == pytest.approx(wanted, abs=0.02)
    assert got.peak == pytest.approx(np.abs(sound).max())


def test_the_standard_s_own_tone_reads_its_level():
    """EBU Tech 3341, case 1: 1 kHz at -23 dBFS on both channels is -23 LUFS."""
    tone = sounds.tone(1_000.0, seconds=20.0, level=10 ** (-23 / 20))
    assert measured(in_blocks(tone)).lufs == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.3])
def test_a_sound_shorter_than_the_gate_has_a_level(seconds):
    tone = sounds.tone(1_000.0, seconds=seconds, level=0.1)
    got = measured(in_blocks(tone))
    assert got.lufs == (NO_SOUND_LUFS if seconds == 0 else pytest.approx(-20.0, abs=1.0))


def test_silence_is_no_level_to_match():
    silence = measured(in_blocks(np.zeros((2, RATE_HZ), np.float32)))
    assert silence == Level(NO_SOUND_LUFS, 0.0)
    assert matched_gains_db(silence, Level(-9.0, 1.0)) == (0.0, 0.0)


def test_the_louder_one_is_lowered():
    assert matched_gains_db(Level(-9.0, 0.9), Level(-14.5, 0.5)) == (-5.5, 0.0)
    assert matched_gains_db(Level(-14.5, 0.5), Level(-9.0, 0.9)) == (0.0, -5.5)


def test_a_peak_over_full_scale_lowers_both():
    a, b = matched_gains_db(Level(-9.0, 1.0), Level(-12.0, 10 ** (2 / 20)))
    assert (a, b) == (pytest.approx(-5.0), pytest.approx(-2.0))
    for level, gain in ((Level(-9.0, 1.0), a), (Level(-12.0, 10 ** (2 / 20)), b)):
        assert level.peak * 10 ** (gain / 20) <= 1.0 + 1e-9


def test_matched_songs_are_equally_loud_and_never_clip():
    songs = sounds.chords(5, seconds=6.0, level=0.95), sounds.noise(6, seconds=6.0, level=0.02)
    gains = matched_gains_db(*(measured(in_blocks(song)) for song in songs))
    heard = [song * np.float32(10 ** (gain / 20)) for song, gain in zip(songs, gains, strict=True)]
    levels = [measured(in_blocks(sound)) for sound in heard]
    assert levels[0].lufs == pytest.approx(levels[1].lufs, abs=0.01)
    assert max(level.peak for level in levels) <= 1.0


def written(tmp_path, suffix: str):
    return sounds.write(tmp_path / f"song{suffix}", sounds.noise(7, seconds=1.0))


def test_replay_gain_is_read_of_every_kind_of_tags(tmp_path):
    from mutagen.flac import FLAC
    from mutagen.id3 import ID3, TXXX
    from mutagen.mp4 import MP4, MP4FreeForm
    from mutagen.oggopus import OggOpus

    mp3 = written(tmp_path, ".mp3")
    id3 = ID3()
    id3.add(TXXX(desc="REPLAYGAIN_TRACK_GAIN", text="-7.25 dB"))
    id3.add(TXXX(desc="replaygain_track_peak", text="1.0625"))
    id3.save(mp3)
    flac = FLAC(written(tmp_path, ".flac"))
    flac["REPLAYGAIN_TRACK_GAIN"] = "+2.5 dB"
    flac.save()
    opus = OggOpus(written(tmp_path, ".opus"))
    opus["R128_TRACK_GAIN"] = "-2560"
    opus.save()
    m4a = MP4(written(tmp_path, ".m4a"))
    m4a["----:com.apple.iTunes:replaygain_track_gain"] = [MP4FreeForm(b"-1.00 dB")]
    m4a.save()
    assert read_level(mp3) == Level(-10.75, 1.0625)
    assert read_level(tmp_path / "song.flac") == Level(-20.5, 1.0)
    assert read_level(tmp_path / "song.opus") == Level(-13.0, 1.0)
    assert read_level(tmp_path / "song.m4a") == Level(-17.0, 1.0)


@pytest.mark.parametrize("value", ["", "loud", "-900 dB", "+99 dB"])
def test_a_gain_that_can_t_be_is_no_gain(tmp_path, value):
    from mutagen.flac import FLAC

    flac = FLAC(written(tmp_path, ".flac"))
    flac["REPLAYGAIN_TRACK_GAIN"] = value
    flac.save()
    assert read_level(tmp_path / "song.flac") is None


def test_a_file_without_gain_or_that_is_none_says_nothing(tmp_path):
    assert read_level(written(tmp_path, ".mp3")) is None
    assert read_level(tmp_path / "gone.mp3") is None


def test_a_file_is_measured_as_it_is_decoded(tmp_path):
    sound = sounds.chords(8, seconds=5.0)
    path = sounds.write(tmp_path / "song.flac", sound)
    got = measured(decode.blocks(path, progress=Progress()))
    assert got.lufs == pytest.approx(measured([sound]).lufs, abs=0.01)
