import numpy as np
import pytest

from core.embedding.frontend import SAMPLE_RATE_HZ
from core.tempo_key import MAJOR, MINOR, key_of, tempo_of
from core.types import Confidence

SONG_S = 60


def clicks(bpm, *, seconds=SONG_S):
    """Return a drum machine's bar after bar, the first beat louder."""
    rng = np.random.default_rng(0)
    sound = np.zeros(int(seconds * SAMPLE_RATE_HZ) + 4000, np.float32)
    hit = np.exp(-np.arange(2000) / 300) * rng.normal(0.0, 0.3, 2000)
    for beat in range(int(seconds * bpm / 60)):
        start = round(beat * 60 / bpm * SAMPLE_RATE_HZ)
        sound[start : start + 2000] += (hit * (1.0 if beat % 4 == 0 else 0.6)).astype(np.float32)
    return sound


def steps(profile, tonic, *, n=120):
    """Return a tonal sequence that holds the classes as often as a key's profile says."""
    rng = np.random.default_rng(1)
    weights = np.roll(profile, tonic) * rng.uniform(0.7, 1.3, (n, 12))
    return np.round(255 * weights / weights.max(axis=1, keepdims=True)).astype(np.uint8)


def noise(*, seconds=SONG_S):
    samples = np.random.default_rng(2).normal(0.0, 0.1, seconds * SAMPLE_RATE_HZ)
    return samples.astype(np.float32)


@pytest.mark.parametrize("bpm", [72.0, 97.0, 120.0, 128.5, 174.0])
def test_the_tempo_of_a_drum_machine_is_exact(bpm):
    tempo = tempo_of(clicks(bpm))
    assert tempo is not None
    assert tempo.bpm == pytest.approx(bpm, rel=0.002)
    assert tempo.confidence in (Confidence.SURE, Confidence.LIKELY)


def test_a_change_of_tempo_halfway_is_never_sure():
    tempo = tempo_of(np.concatenate([clicks(100.0, seconds=40), clicks(133.0, seconds=40)]))
    assert tempo is None or tempo.confidence is Confidence.UNSURE


@pytest.mark.parametrize(
    "sound", [np.zeros(SONG_S * SAMPLE_RATE_HZ, np.float32), noise(), clicks(120.0, seconds=5)]
)
def test_silence_noise_and_what_is_short_have_no_tempo(sound):
    assert tempo_of(sound) is None


@pytest.mark.parametrize("tonic", [0, 3, 11])
@pytest.mark.parametrize(("profile", "is_minor"), [(MAJOR, False), (MINOR, True)])
def test_a_song_that_holds_a_keys_classes_is_in_that_key(profile, is_minor, tonic):
    key = key_of(steps(profile, tonic))
    assert key is not None
    assert (key.tonic, key.is_minor, key.confidence) == (tonic, is_minor, Confidence.SURE)


def test_a_change_of_key_halfway_is_never_sure():
    key = key_of(np.concatenate([steps(MAJOR, 0), steps(MAJOR, 6)]))
    assert key is None or key.confidence is Confidence.UNSURE


def test_between_a_key_and_its_relative_nothing_is_sure():
    relative = np.add(np.array(MAJOR) / np.sum(MAJOR), np.roll(MINOR, 9) / np.sum(MINOR))
    key = key_of(steps(relative, 0))
    assert key is not None
    assert key.confidence is not Confidence.SURE


@pytest.mark.parametrize(
    "sequence",
    [
        np.zeros((120, 12), np.uint8),
        steps(MAJOR, 0, n=8),
        np.full((120, 12), 255, np.uint8),
        np.random.default_rng(3).integers(200, 255, (120, 12)).astype(np.uint8),
    ],
)
def test_silence_noise_and_what_is_short_are_in_no_key(sequence):
    assert key_of(sequence) is None
