from itertools import pairwise

import numpy as np
import pytest

from core.fingerprint.codes import CHROMAPRINT_RATE_HZ, CODE_PERIOD_S
from core.fingerprint.extract import INPUT_RATE_HZ, FingerprintExtractor, grain_at, pcm_of
from core.fingerprint.grain import GRAIN_PERIOD_S, GrainStream, grain_error, grain_of
from tests.sounds import RATE_HZ, chords, noise

SECONDS = 30
CODES = round((SECONDS - 3) / CODE_PERIOD_S)


def pcm(samples):
    return pcm_of(np.ascontiguousarray(samples.mean(axis=0)), rate_hz=RATE_HZ)


@pytest.fixture(scope="module")
def song():
    return chords(1, seconds=SECONDS)


@pytest.fixture(scope="module")
def grain(song):
    return grain_of(pcm(song))


def error(a, b, *, starts=(0, 0), length=CODES):
    return grain_error(a, b, starts=starts, length=length)


def brute_force(sound):
    """Follow the definition: frame by frame, band by band."""
    edges = np.ceil(np.geomspace(180, 4500, 10) * 1024 / 11025).astype(int)
    window = np.hanning(1024)
    steps = []
    for start in range(0, len(sound) - 1023, 128):
        power = np.abs(np.fft.rfft(sound[start : start + 1024] / 32768 * window)) ** 2
        logs = [np.log(power[a:b].sum() + 1e-6) for a, b in pairwise(edges)]
        steps.append([after - before for before, after in pairwise(logs)])
    rows = []
    for before, after in pairwise(steps):
        rows.append(sum(128 >> i for i in range(8) if after[i] > before[i]))
    return np.array(rows, np.uint8)


def test_the_grain_is_what_its_definition_says(song):
    sound = pcm(song)[: 5 * CHROMAPRINT_RATE_HZ]
    found = grain_of(sound)
    expected = brute_force(sound)
    assert found.shape == expected.shape
    # Rounding decides where two bands grow alike, to the last digit of float32.
    assert np.bitwise_count(found ^ expected).mean() / 8 < 0.01


def test_pieces_of_any_size_give_the_grain_of_the_whole(song, grain):
    sound, random = pcm(song), np.random.default_rng(0)
    stream, at = GrainStream(), 0
    while at < len(sound):
        n = int(random.integers(0, 40_000))
        stream.push(sound[at : at + n])
        at += n
    assert np.array_equal(stream.finish(), grain)


def test_what_is_fingerprinted_gives_its_grain_too(song, grain):
    extractor = FingerprintExtractor(hears_grain=True)
    extractor.feed(song)
    extractor.finish()
    assert error(extractor.grain, grain) < 0.02
    assert len(FingerprintExtractor().grain) == 0
    assert RATE_HZ == INPUT_RATE_HZ


@pytest.mark.parametrize(
    "change",
    [
        lambda song: song * 0.1,
        lambda song: np.clip(song * 2.0, -1.0, 1.0),
        lambda song: song - 0.9 * np.pad(song, ((0, 0), (1, 0)))[:, :-1],  # an equaliser
        lambda song: song + noise(1, seconds=SECONDS, level=0.0003),
    ],
    ids=["quiet", "clipped", "treble", "hiss"],
)
def test_a_treatment_leaves_the_grain(song, grain, change):
    assert error(grain, grain_of(pcm(change(song).astype(np.float32)))) < 0.27


def test_other_music_and_other_takes_have_another_grain(song, grain):
    assert error(grain, grain_of(pcm(chords(2, seconds=SECONDS)))) > 0.4
    # Each chord a little early or late, as another take is.
    random = np.random.default_rng(3)
    half = RATE_HZ // 2
    parts = [
        np.roll(song[:, start : start + half], int(random.normal(0, 0.02) * RATE_HZ), axis=1)
        for start in range(0, song.shape[1] - half + 1, half)
    ]
    assert error(grain, grain_of(pcm(np.concatenate(parts, axis=1)))) > 0.27


@pytest.mark.parametrize("late_s", [0.0, 0.05, 0.15])
def test_the_place_need_only_be_known_to_a_code(song, grain, late_s):
    late = grain_of(pcm(song[:, round(late_s * RATE_HZ) :]))
    assert error(grain, late, length=CODES - 4) < 0.27
    from_a = round(5 / CODE_PERIOD_S)
    clip = grain_of(pcm(song[:, round(5 * RATE_HZ) :]))
    assert error(grain, clip, starts=(from_a, 0), length=round(20 / CODE_PERIOD_S)) < 0.27


def test_too_little_tells_nothing(grain):
    assert error(grain, grain, length=12) is None
    assert error(grain[:0], grain) is None
    assert len(grain_of(np.zeros(1_000, np.int16))) == 0


def test_a_sound_played_faster_has_the_grain_of_a_faster_sound(song):
    sound = pcm(song)
    fast = grain_at(sound, factor=1.03)
    assert len(fast) * GRAIN_PERIOD_S == pytest.approx(SECONDS / 1.03, abs=0.2)
    places = np.arange(0, song.shape[1] - 1, 1.03)
    whole = np.arange(song.shape[1])
    played = np.stack([np.interp(places, whole, one) for one in song]).astype(np.float32)
    assert error(fast, grain_of(pcm(played)), length=CODES - 10) < 0.1
