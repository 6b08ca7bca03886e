"""Decoding real files of every format."""

import os
from pathlib import Path

import numpy as np
import pytest

from core.audio import decode
from core.progress import Progress
from tests import sounds

# Codecs whose files don't say where in their first frame the sound starts; frames of up to 2,048.
UNALIGNED = {".aac", ".wma", ".ac3"}


def read(path: Path, **arguments: float) -> sounds.Samples:
    return decode.read(path, progress=Progress(), **arguments)


@pytest.mark.parametrize("suffix", [*sounds.CODECS, ".ogg"])
def test_every_format_gives_back_what_was_written(tmp_path, suffix):
    sound = sounds.chords(1, seconds=2.0)
    got = read(sounds.write(tmp_path / f"song{suffix}", sound))
    assert got.dtype == np.float32
    lag = sounds.lag(sound, got)
    assert lag == 0 or (suffix in UNALIGNED and abs(lag) <= 2_048)
    assert abs(got.shape[1] - sound.shape[1]) <= 4_096
    assert sounds.correlation(sound[:, 3_000:60_000], got[:, 3_000 + lag : 60_000 + lag]) > 0.99
    levels = [np.sqrt(np.mean(np.square(x))) for x in (sound, got)]
    assert levels[1] == pytest.approx(levels[0], rel=0.05)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff"])
def test_lossless_formats_are_exact(tmp_path, suffix):
    sound = sounds.chords(2, seconds=1.0)
    got = read(sounds.write(tmp_path / f"song{suffix}", sound))
    assert got.shape == sound.shape
    assert np.abs(got - sound).max() <= 1.01 / 32_768


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 48_000, 96_000, 192_000])
def test_every_rate_keeps_pitch_level_and_length(tmp_path, rate_hz):
    tone = sounds.tone(440.0, seconds=2.0, rate_hz=rate_hz)
    got = read(sounds.write(tmp_path / "tone.wav", tone, rate_hz=rate_hz))
    assert abs(got.shape[1] - 2 * 44_100) <= 16
    wanted = sounds.tone(440.0, seconds=2.0)
    middle = slice(4_000, 80_000)
    assert np.abs(got[:, middle] - wanted[:, middle]).max() < 0.01


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@pytest.mark.parametrize("suffix", [".wav", ".mp3"])
def test_mono_comes_out_on_both_sides_at_its_own_level(tmp_path, rate_hz, suffix):
    tone = sounds.tone(440.0, seconds=1.0, rate_hz=rate_hz, channels=1)
    got = read(sounds.write(tmp_path / f"mono{suffix}", tone, rate_hz=rate_hz))
    assert np.array_equal(got[0], got[1])
    assert np.abs(got[:, 4_000:40_000]).max() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("channel", "left", "right"),
    [(0, True, False), (1, False, True), (2, True, True), (4, True, False), (5, False, True)],
)
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ac3"])
def test_surround_is_mixed_down_to_the_right_sides(tmp_path, suffix, channel, left, right):
    surround = np.zeros((6, 44_100), np.float32)
    surround[channel] = sounds.tone(440.0, seconds=1.0, channels=1)
    got = read(sounds.write(tmp_path / f"surround{suffix}", surround, bit_rate_bps=448_000))
    levels = np.sqrt(np.mean(np.square(got), axis=1))
    assert [level > 0.02 for level in levels] == [left, right]


def test_full_scale_on_all_six_channels_stays_full_scale(tmp_path):
    surround = sounds.tone(440.0, seconds=1.0, level=0.99, channels=6)
    got = read(sounds.write(tmp_path / "loud.flac", surround))
    assert 0.9 < np.abs(got).max() <= 1.0


def test_ten_channels_without_an_order_go_even_left_and_odd_right(tmp_path):
    import soundfile

    wide = np.zeros((10, 44_100), np.float32)
    wide[1::2] = sounds.tone(440.0, seconds=1.0, channels=5)
    soundfile.write(tmp_path / "wide.wav", wide.T, 44_100)
    got = read(tmp_path / "wide.wav")
    assert np.abs(got[0]).max() < 0.001
    assert np.abs(got[1]).max() == pytest.approx(0.5, abs=0.01)


def test_blocks_are_the_whole_song_cut_evenly(tmp_path):
    path = sounds.write(tmp_path / "song.mp3", sounds.chords(3, seconds=7.3))
    cut = list(decode.blocks(path, progress=Progress(), block_s=2.0))
    assert [block.shape[1] for block in cut[:-1]] == [88_200] * 3
    assert 0 < cut[-1].shape[1] <= 88_200
    assert np.array_equal(np.concatenate(cut, axis=1), read(path))


def test_a_part_is_read_exact_to_the_sample(tmp_path):
    path = sounds.write(tmp_path / "song.mp3", sounds.chords(4, seconds=25.0))
    whole = read(path)
    part = read(path, start_s=12.5, duration_s=10.0)
    assert np.array_equal(part, whole[:, 551_250 : 551_250 + 441_000])
    assert read(path, start_s=24.0, duration_s=10.0).shape[1] == whole.shape[1] - 24 * 44_100
    assert read(path, start_s=40.0).shape == (2, 0)


@pytest.mark.parametrize("suffix", [*sounds.CODECS, ".ogg"])
def test_a_jump_lands_where_decoding_from_the_start_comes_by(tmp_path, suffix):
    path = sounds.write(tmp_path / f"song{suffix}", sounds.chords(21, seconds=30.0))
    start = round(20.5 * 44_100)
    wanted = read(path)[:, start:]
    jumped = np.concatenate(
        list(decode.blocks(path, progress=Progress(), block_s=0.1, start_s=20.5)), axis=1
    )
    lag = sounds.lag(wanted[:, :88_200], jumped[:, :88_200])
    assert abs(lag) <= (441 if suffix in UNALIGNED else 1)
    if suffix in {".wav", ".flac", ".aiff"}:
        assert np.array_equal(jumped, wanted)


def test_a_jump_past_the_end_gives_nothing(tmp_path):
    path = sounds.write(tmp_path / "song.mp3", sounds.chords(22, seconds=12.0))
    assert list(decode.blocks(path, progress=Progress(), start_s=60.0)) == []


def test_probe_tells_what_the_container_says(tmp_path):
    facts = decode.probe(sounds.write(tmp_path / "song.mp3", sounds.noise(1, seconds=3.0)))
    assert (facts.codec, facts.sample_rate_hz, facts.channels) == ("mp3", 44_100, 2)
    assert facts.bit_rate_bps == pytest.approx(192_000, rel=0.02)
    assert facts.duration_s == pytest.approx(3.0, abs=0.1)


def test_the_format_is_told_by_the_bytes_not_the_name(tmp_path):
    sound = sounds.chords(5, seconds=1.0)
    path = sounds.write(tmp_path / "really a flac.mp3", sound, like=".flac")
    assert decode.probe(path).codec == "flac"
    assert read(path).shape == sound.shape


@pytest.mark.parametrize(
    "name",
    [
        "two words.wav",
        "quote'\".wav",
        "line\nbreak.wav",
        "Ünïcödé 音楽.wav",
        "\N{MULTIPLE MUSICAL NOTES}.wav",
        "concat:a|b.wav",
        "%03d.wav",
        "-y.wav",
        "pipe:0",
        os.fsdecode(b"not utf-8 \xff\xfe.wav"),
    ],
)
def test_any_file_name_works(tmp_path, name):
    sound = sounds.tone(440.0, seconds=0.5)
    path = sounds.write(tmp_path / name, sound, like=".wav")
    assert read(path).shape == sound.shape


def test_video_gives_its_sound(tmp_path):
    path = sounds.write_video(tmp_path / "clip.mp4", sounds.chords(6, seconds=1.0))
    assert decode.probe(path).codec == "aac"
    assert read(path).shape[1] == pytest.approx(44_100, abs=2_048)


def test_a_picture_in_the_tags_is_not_taken_for_a_stream(tmp_path):
    import mutagen.flac

    sound = sounds.chords(7, seconds=1.0)
    path = sounds.write(tmp_path / "song.flac", sound)
    file = mutagen.flac.FLAC(path)
    picture = mutagen.flac.Picture()
    picture.data, picture.mime, picture.type = b"\x89PNG\r\n\x1a\n" + bytes(5_000), "image/png", 3
    file.add_picture(picture)
    file.save()
    assert read(path).shape == sound.shape
