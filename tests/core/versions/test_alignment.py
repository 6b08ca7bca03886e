import numpy as np
import pytest

from core.versions.alignment import (
    CONTEXT_STEPS,
    GAIN_FROM,
    align,
    contexts,
    likely_transpositions,
    likeness,
    own_gain,
)


def tune(seed, *, steps=80, hold=2):
    """A melody over chords that never comes twice, as a tonal sequence."""
    random = np.random.default_rng(seed)
    roots = np.repeat(random.integers(0, 12, -(-steps // hold)), hold)[:steps]
    melody = random.integers(0, 12, steps)
    tonal = random.integers(0, 60, (steps, 12)).astype(np.uint8)
    for step, (root, note) in enumerate(zip(roots, melody, strict=True)):
        tonal[step, (root + np.array([0, 4, 7])) % 12] = 200
        tonal[step, note] = 255
    return tonal


def moved(tonal, semitones):
    return np.roll(tonal, semitones, axis=1)


def at_pace(tonal, pace):
    places = np.arange(0, len(tonal) - 1, pace)
    return tonal[np.round(places).astype(int)]


STRANGERS = [tune(seed, steps=60 + 7 * (seed % 5)) for seed in range(100, 120)]


def gains(query, candidates):
    return [found.gain for found in align(query, candidates)]


@pytest.mark.parametrize("semitones", range(12))
def test_another_key_is_found_and_told(semitones):
    song = tune(1)
    stretch = align(song, [moved(song, -semitones)])[0]
    assert stretch.transposition == semitones
    assert stretch.gain > 1.5 * max(gains(song, STRANGERS))
    assert (stretch.a_start, stretch.a_stop) == (stretch.b_start, stretch.b_stop)
    assert stretch.a_stop - stretch.a_start > 70


@pytest.mark.parametrize("pace", [0.75, 1.0, 1.35])
def test_another_tempo_gains_more_than_strangers(pace):
    song = tune(2, steps=120, hold=4)
    assert gains(song, [at_pace(song, pace)])[0] > max(gains(song, STRANGERS))


def test_a_chorus_alone_is_found_where_it_lies():
    song = tune(3, steps=200)
    stretch = align(song[90:130], [song])[0]
    assert stretch.gain > max(gains(song[90:130], STRANGERS))
    assert stretch.b_start - stretch.a_start == 90
    assert stretch.b_stop - stretch.b_start > 30


def test_other_parts_before_and_behind_do_not_matter():
    song, other = tune(4), tune(5)
    mixed = np.concatenate([other[:40], song, other[40:]])
    assert gains(song, [mixed])[0] > 0.8 * gains(song, [song])[0]


def test_lengths_and_batches_do_not_change_an_answer(monkeypatch):
    query, candidates = tune(6), [tune(6)[:30], *STRANGERS, moved(tune(6), 3), tune(7, steps=9)]
    one_by_one = [align(query, [candidate])[0] for candidate in candidates]
    assert align(query, candidates) == one_by_one
    monkeypatch.setattr("core.versions.alignment.CELLS_AT_ONCE", 20_000)
    assert align(query, candidates) == one_by_one


def test_what_is_too_short_has_no_stretch():
    assert align(tune(8), [tune(8)[:7], tune(8)[:8]])[0] is None
    assert align(tune(8), [tune(8)[:7], tune(8)[:8]])[1] is not None
    assert align(tune(8)[:5], [tune(8)]) == [None]
    assert align(tune(8), []) == []


def test_silence_and_a_drone_gain_next_to_nothing():
    song = tune(9)
    silence, drone = np.zeros((80, 12), np.uint8), np.zeros((80, 12), np.uint8)
    drone[:, 3] = 255
    for dull in (silence, drone):
        for pair in ((song, dull), (dull, song), (dull, dull)):
            assert gains(pair[0], [pair[1]])[0] < gains(song, [song])[0] / 4


def test_likeness_is_the_cosine_of_contexts_less_what_is_usual():
    a, b = tune(10, steps=30), tune(11, steps=20)
    found = likeness(contexts(a), contexts(b), transposition=2)
    slow = np.zeros((30, 20))
    for i in range(30):
        for j in range(20):
            for late in range(CONTEXT_STEPS):
                if i + late < 30 and j + late < 20:
                    ours, theirs = a[i + late] ** 0.5, np.roll(b[j + late], 2) ** 0.5
                    ours, theirs = ours - ours.mean(), theirs - theirs.mean()
                    norm = np.linalg.norm(ours) * np.linalg.norm(theirs)
                    slow[i, j] += ours @ theirs / norm / CONTEXT_STEPS
    slow -= (slow.mean(axis=1, keepdims=True) + slow.mean(axis=0, keepdims=True)) / 2
    np.testing.assert_allclose(found, slow / slow.std(), atol=1e-3)
    assert GAIN_FROM > 0.0


@pytest.mark.parametrize("seed", range(5))
def test_a_song_gains_with_itself_what_its_alignment_gains(seed):
    song = tune(seed, steps=40 + 20 * seed, hold=1 + seed)
    assert own_gain(song) == pytest.approx(align(song, [song])[0].gain, rel=1e-3)
    assert own_gain(song[:7]) == 0.0


def test_the_likeliest_key_comes_first():
    song = tune(12)
    assert likely_transpositions(song, moved(song, -5))[0] == 5
