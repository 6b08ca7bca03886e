"""The songs of the duplicates benchmark: chosen, played, laid under voices, filled up."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.duplicate_library import (
    CODES_PER_PIECE,
    CODES_PER_WINDOW_PIECE,
    TURNED_BITS,
    shuffled,
)
from benchmarks.duplicate_music import MusicFile, spread
from benchmarks.duplicate_scores import LONGEST_S, _Take, ambient, midi_file, performed
from benchmarks.duplicate_voices import laid_over
from benchmarks.variants import SAMPLE_RATE_HZ, level, random_for
from core.types import Fingerprint, Stem

SCALE = tuple((float(quarter), 1.0, 60 + quarter % 12) for quarter in range(200))


def music(package, count):
    return [MusicFile(Path(f"{package}-{n:02d}.ogg"), package, 60.0) for n in range(count)]


def test_songs_are_spread_over_packages_and_through_them():
    songs = [*music("big", 40), *music("small", 5)]
    few = spread(songs, 9)
    assert [song.package for song in few].count("small") == 1
    places = sorted(int(song.path.stem[-2:]) for song in few if song.package == "big")
    assert places[0] < 10
    assert places[-1] >= 25
    assert sorted(s.name for s in spread(songs, 45)) == sorted(s.name for s in songs)


def test_more_songs_begin_with_the_same_ones():
    songs = [*music("a", 17), *music("b", 11)]
    assert spread(songs, 20)[:8] == spread(songs, 8)


def test_a_steady_player_keeps_the_tempo():
    notes = performed(SCALE, _Take(tempo=120.0, jitter_s=0.0), rng=random_for("t"))
    assert np.diff(notes[:, 0]) == pytest.approx(0.5)
    assert notes[-1, 0] < LONGEST_S


def test_another_take_strays_and_comes_back():
    take = _Take(tempo=120.0, jitter_s=0.0, wander=0.03)
    steps = np.diff(performed(SCALE, take, rng=random_for("t"))[:, 0])
    assert steps.min() == pytest.approx(0.5 * 0.97, abs=0.003)
    assert steps.max() == pytest.approx(0.5 * 1.03, abs=0.003)


def parsed(midi):
    """Return (seconds, status, data) of a MIDI file's one track, read on its own terms."""
    assert midi[:4] == b"MThd"
    a_quarter = int.from_bytes(midi[12:14])
    assert int.from_bytes(midi[18:22]) == len(midi) - 22
    place, tick, events = 22, 0, []
    while place < len(midi):
        value = 0
        while True:
            byte = midi[place]
            place += 1
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                break
        tick += value
        status = midi[place]
        length = {0xC0: 1, 0xF0: 2}.get(status & 0xF0, 2)
        events.append((tick / a_quarter / 2.0, status, midi[place + 1 : place + 1 + length]))
        place += 1 + length
    return events


def test_midi_files_say_what_is_played():
    notes = np.array([[0.0, 0.5, 60, 80], [0.25, 20.0, 64, 90]])
    events = parsed(midi_file(notes, program=19, channel=3))
    assert events == [
        (0.0, 0xC3, b"\x13"),
        (0.0, 0x93, bytes([60, 80])),
        (0.25, 0x93, bytes([64, 90])),
        (0.5, 0x83, bytes([60, 0])),
        (20.25, 0x83, bytes([64, 0])),
        (20.25, 0xFF, b"\x2f\x00"),
    ]


def test_ambient_pieces_differ():
    one, other = (ambient(random_for(seed), length_s=3.0) for seed in (1, 2))
    assert len(one) == len(other) == 3 * SAMPLE_RATE_HZ
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.5
    assert np.array_equal(one, ambient(random_for(1), length_s=3.0))


def test_a_voice_is_as_loud_as_said(tmp_path):
    rng = np.random.default_rng(0)
    backing, voice = (0.05 * rng.standard_normal(n) for n in (6 * SAMPLE_RATE_HZ, 44_100))
    for name, samples in (("backing", backing), ("voice", voice)):
        soundfile.write(tmp_path / f"{name}.wav", samples, SAMPLE_RATE_HZ, subtype="FLOAT")
    mixed = laid_over(
        tmp_path / "backing.wav", tmp_path / "voice.wav", tmp_path / "mixed.wav", voice_db=-6.0
    )
    both = soundfile.read(mixed, dtype="float32", always_2d=True)[0]
    share = float(both[:, 0] @ backing) / float(backing @ backing)
    assert level(both[:, 0] / share - backing) / level(backing) == pytest.approx(0.5, rel=0.06)


@pytest.mark.parametrize(
    ("stem", "length"), [(Stem.MIX, CODES_PER_PIECE), (Stem.BACKING, CODES_PER_WINDOW_PIECE)]
)
def test_made_up_songs_have_real_codes_in_another_order(stem, length):
    codes = random_for("codes").integers(0, 2**32, 10 * CODES_PER_PIECE, dtype=np.uint32)
    made_up = shuffled(Fingerprint(stem, 0.0, codes), random_for("order")).codes
    differences = np.bitwise_count(made_up[:, None] ^ codes[None, :])
    assert differences.min(axis=1).max() <= TURNED_BITS
    steps = np.diff(differences.argmin(axis=1))
    breaks = np.flatnonzero(steps != 1) + 1
    assert (np.diff([0, *breaks, len(codes)]) == length).all()
