import numpy as np
import pytest

from core.embedding.frontend import SAMPLE_RATE_HZ
from core.embedding.projection import read_projection
from core.embedding.work import DIMENSION, MODEL_ID, WEIGHTS, WorkStream, describe
from core.types import SpaceName, Stem
from tests.core.embedding.sounds import progression

# Chord roots over A, negative where minor; a beat each.
SONGS = (
    [0, 0, 5, 5, 7, 7, 0, 0],
    [0, 0, -9, -9, 5, 5, 7, 7],
    [-2, 7, 0, 0, -2, 7, 0, 9],
    [0, 3, 8, 5, 0, 10, 3, 3],
)


def heard(mono, *, stem=Stem.MIX):
    stream = WorkStream(stem=stem)
    for piece in np.array_split(mono, 7):
        stream.push(piece)
    return stream.finish()


@pytest.fixture(scope="module")
def originals():
    return [heard(progression(roots, beats=80, beat_s=0.5)) for roots in SONGS]


def nearest(query, songs):
    return int(np.argmax([query.song @ song.song for song in songs]))


def test_vectors_have_length_one_and_say_what_they_are(originals):
    vectors = originals[0]
    assert (vectors.space, vectors.stem, vectors.model_id) == (SpaceName.WORK, Stem.MIX, MODEL_ID)
    assert vectors.excerpts.shape == (len(vectors.starts_s), DIMENSION)
    assert DIMENSION <= 256
    assert vectors.song.dtype == vectors.excerpts.dtype == vectors.starts_s.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors.excerpts, axis=1), 1.0, rtol=1e-5)
    assert vectors.starts_s[:2].tolist() == [0.0, 7.5]
    assert vectors.excerpt_s == 32.0


@pytest.mark.parametrize("number", range(len(SONGS)))
def test_another_key_tempo_and_sound_is_the_same_work(originals, number):
    version = heard(progression(SONGS[number], beats=80, beat_s=0.43, key=3, overtones=7))
    assert nearest(version, originals) == number


def test_another_tuning_is_the_same_work(originals):
    slower_tape = progression(SONGS[1], beats=80, beat_s=0.5)
    places = np.arange(0, len(slower_tape) - 1, 1.03)
    mono = np.interp(places, np.arange(len(slower_tape)), slower_tape).astype(np.float32)
    assert nearest(heard(mono), originals) == 1


def test_a_part_of_a_song_matches_where_it_is(originals):
    mono = np.concatenate([progression(SONGS[i], beats=80, beat_s=0.5) for i in (0, 3)])
    both = heard(mono)
    best = int(np.argmax(both.excerpts @ originals[3].song))
    assert both.starts_s[best] >= 32.0


def test_pieces_do_not_matter():
    mono = progression(SONGS[2], beats=40, beat_s=0.5)
    whole = WorkStream()
    whole.push(mono)
    np.testing.assert_allclose(whole.finish().song, heard(mono).song, atol=1e-3)


def test_gain_changes_nothing():
    mono = progression(SONGS[2], beats=40, beat_s=0.5)
    assert heard(mono).song @ heard(mono * np.float32(0.1)).song > 0.999


@pytest.mark.parametrize("pace", [0.8, 1.25])
def test_a_tempo_far_off_is_the_same_work(originals, pace):
    for number, roots in enumerate(SONGS):
        assert nearest(heard(progression(roots, beats=80, beat_s=0.5 * pace)), originals) == number


def test_the_vector_is_that_of_the_tonal_sequence(originals):
    stream = WorkStream()
    stream.push(progression(SONGS[0], beats=80, beat_s=0.5))
    found = stream.finish()
    again = describe(stream.tonal, read_projection(WEIGHTS), stem=Stem.MIX)
    np.testing.assert_array_equal(found.song, again.song)
    moved = describe(np.roll(stream.tonal, 5, axis=1), read_projection(WEIGHTS), stem=Stem.MIX)
    np.testing.assert_allclose(found.song, moved.song, atol=1e-4)


def test_silence_and_a_moment_have_no_vector():
    assert heard(np.zeros(20 * SAMPLE_RATE_HZ, np.float32)) is None
    assert heard(progression(SONGS[0], beats=2, beat_s=0.5)) is None
    assert WorkStream().finish() is None
    assert len(WorkStream().tonal) == 0


def test_noise_gets_through():
    noise = np.random.default_rng(0).standard_normal(20 * SAMPLE_RATE_HZ).astype(np.float32)
    vectors = heard(noise * np.float32(0.1), stem=Stem.BACKING)
    assert vectors.stem is Stem.BACKING
    assert np.isfinite(vectors.song).all()


def test_a_steady_tone_does_not_break_it():
    time_s = np.arange(20 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    vectors = heard(np.sin(2 * np.pi * 440.0 * time_s).astype(np.float32))
    assert vectors is None or np.isfinite(vectors.song).all()
