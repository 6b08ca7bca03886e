import numpy as np
import pytest

from core.fingerprint.match import align
from core.fingerprint.proof import Proof, confidence, is_another_take, prove
from core.types import Confidence
from tests.core.fingerprint.codes import flipped, random_codes

SONG = random_codes(1, 1500)


def proof(a, b):
    found = align(a, b)
    return None if found is None else prove(a, b, found=found)


@pytest.mark.parametrize(
    ("rate", "expected", "sure"),
    [
        (0.02, Proof.RECORDING, Confidence.LIKELY),
        (0.12, Proof.RECORDING, Confidence.LIKELY),
        (0.15, Proof.RECORDING, Confidence.UNSURE),
        (0.21, Proof.RECORDING, Confidence.UNSURE),
        (0.27, None, None),
    ],
)
def test_a_whole_song_is_proved_by_its_error(rate, expected, sure):
    worn = flipped(SONG, rate=rate)
    found = align(SONG, worn)
    assert proof(SONG, worn) is expected
    if expected:
        assert confidence(expected, found, grain_error=None) is sure
        assert confidence(expected, found, grain_error=0.1) is Confidence.SURE
        assert confidence(expected, found, grain_error=0.25) is Confidence.LIKELY


@pytest.mark.parametrize(
    ("length", "rate", "expected"),
    [
        (59, 0.05, Proof.EXCERPT),  # a clip of 10 s
        (59, 0.15, None),
        (40, 0.0, None),  # 7.5 s
        (900, 0.1, Proof.EXCERPT),
        (900, 0.15, None),
        (1300, 0.15, Proof.RECORDING),  # what was trimmed is less than a fifth
    ],
)
def test_a_part_must_agree_better_than_a_whole(length, rate, expected):
    part = flipped(SONG[100 : 100 + length], rate=rate)
    assert proof(SONG, part) is expected
    assert proof(part, SONG) is expected


def test_a_voice_that_comes_and_goes_makes_another_recording():
    sung = SONG.copy()
    for start in range(0, 1500, 160):
        sung[start : start + 80] = flipped(SONG[start : start + 80], rate=0.36, seed=start)
    mean = align(SONG, sung).bit_error_rate
    assert 0.13 < mean < 0.23
    assert proof(SONG, sung) is None
    assert proof(SONG, flipped(SONG, rate=mean)) is Proof.RECORDING


def test_sound_that_hardly_changes_proves_nothing():
    drone = np.full(1500, 0x5A5A5A5A, np.uint32)
    assert proof(flipped(drone, rate=0.06, seed=1), flipped(drone, rate=0.06, seed=2)) is None


def test_nothing_in_common_proves_nothing():
    assert proof(SONG, random_codes(2, 1500)) is None
    assert proof(SONG, SONG[:0]) is None


@pytest.mark.parametrize(
    ("rate", "grain", "expected"),
    [
        (0.15, 0.25, False),  # an equaliser
        (0.15, 0.30, True),
        (0.045, 0.30, True),  # to one metronome
        (0.02, 0.33, False),  # hiss
        (0.02, 0.40, True),
        (0.15, None, False),  # not known
    ],
)
def test_another_take_shows_in_the_grain(rate, grain, expected):
    found = align(SONG, flipped(SONG, rate=rate))
    assert is_another_take(found, grain_error=grain) is expected


@pytest.mark.parametrize(("grain", "expected"), [(0.20, False), (0.25, True)])
def test_at_another_tempo_the_grain_must_be_clear(grain, expected):
    found = align(SONG, flipped(SONG, rate=0.15))
    assert is_another_take(found, grain_error=grain, is_other_tempo=True) is expected
