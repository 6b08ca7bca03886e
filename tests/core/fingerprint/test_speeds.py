from functools import partial

import numpy as np
import pytest

from core.fingerprint.codes import CHROMAPRINT_RATE_HZ
from core.fingerprint.extract import codes_at, grain_at, pcm_of
from core.fingerprint.match import align
from core.fingerprint.speeds import FACTORS, SEMITONE, speeds, stretched, tuned
from tests.core.fingerprint.codes import flipped, random_codes
from tests.sounds import RATE_HZ, chords

SECONDS = 75


@pytest.fixture(scope="module")
def pcm():
    return pcm_of(chords(1, seconds=SECONDS).mean(axis=0), rate_hz=RATE_HZ)


@pytest.fixture(scope="module")
def song(pcm):
    return heard(pcm)


def at(pcm, factor):
    return codes_at(pcm, factor=factor)


def grain(pcm, factor):
    return grain_at(pcm, factor=factor)


def heard(pcm):
    return speeds(partial(at, pcm), partial(grain, pcm))


@pytest.mark.parametrize("factor", [0.96, 0.975, 0.9951, 1.0049, 1.0137, 1.04])
def test_a_speed_is_found_to_a_thousandth_and_the_codes_are_those_of_that_speed(song, pcm, factor):
    known = flipped(codes_at(pcm, factor=factor), rate=0.02)
    found = tuned(song, known)
    assert found.factor == found.pace == pytest.approx(factor, abs=0.001)
    assert not found.is_other_tempo
    alignment = align(found.codes, known)
    assert alignment.bit_error_rate < 0.08
    assert alignment.length > 0.95 * len(known)


def test_a_part_in_another_song_is_found_at_its_speed(song, pcm):
    part = codes_at(pcm, factor=0.97)[100:400]
    known = np.concatenate((random_codes(1, 500), part, random_codes(2, 500)))
    found = tuned(song, known)
    assert found.pace == pytest.approx(0.97, abs=0.002)
    alignment = align(found.codes, known)
    assert alignment.b_start == pytest.approx(500, abs=3)
    assert alignment.length == pytest.approx(300, abs=8)


@pytest.mark.parametrize("slope", [0.96, 1.035])
def test_a_tempo_of_its_own_is_no_speed(song, pcm, slope):
    known = flipped(stretched(codes_at(pcm, factor=1.0), slope), rate=0.03)
    found = tuned(song, known)
    assert (found.factor, found.pace) == (1.0, pytest.approx(1 / slope, abs=0.001))
    assert found.is_other_tempo
    assert align(found.codes, known).bit_error_rate < 0.06


@pytest.mark.parametrize("factor", [1 / SEMITONE, SEMITONE])
def test_another_key_lasts_as_long(song, pcm, factor):
    known = flipped(stretched(codes_at(pcm, factor=factor), factor), rate=0.03)
    found = tuned(song, known)
    assert (found.factor, found.pace) == (factor, pytest.approx(1.0, abs=0.001))
    assert not found.is_other_tempo
    assert align(found.codes, known).bit_error_rate < 0.06


def test_other_songs_and_higher_speeds_are_not_found(song, pcm):
    other = pcm_of(chords(2, seconds=40).mean(axis=0), rate_hz=RATE_HZ)
    fast = codes_at(pcm, factor=1.09)
    for codes in (codes_at(other, factor=1.0), random_codes(3, 900), fast, fast[:0]):
        found = tuned(song, codes)
        alignment = found and align(found.codes, codes)
        assert alignment is None or alignment.length < 0.5 * len(codes)


def test_silence_has_no_speed():
    silent = heard(np.zeros(60 * CHROMAPRINT_RATE_HZ, np.int16))
    assert tuned(silent, np.zeros(600, np.uint32)) is None
    assert tuned(silent, random_codes(1, 500)) is None


def test_stretched_codes_stand_where_their_time_has_come():
    codes = np.arange(100, dtype=np.uint32)
    for slope in (0.9, 1.0, 1.1):
        found = stretched(codes, slope)
        assert len(found) == round(100 * slope)
        expected = [min(round(place / slope), 99) for place in range(len(found))]
        assert np.abs(found.astype(int) - expected).max() <= 1
    assert len(stretched(codes[:0], 1.1)) == 0


def test_a_song_too_short_for_codes_has_none_at_any_speed():
    short = heard(np.zeros(CHROMAPRINT_RATE_HZ, np.int16))
    assert [len(sped.codes) for sped in short.sped] == [0] * len(FACTORS)
    assert tuned(short, random_codes(1, 500)) is None
