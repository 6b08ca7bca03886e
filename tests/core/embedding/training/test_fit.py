import numpy as np
import pytest
import torch

from core.embedding.blend import DIMENSION, ECHO, StyleBlend
from core.embedding.frontend import N_MELS
from core.embedding.network import StyleNetwork
from core.embedding.training.fit import DIRECTIONS, discriminants, fit, fit_echo, teachers_space
from core.embedding.training.patches import FRAMES, Answers
from core.embedding.training.score import song_windows, vectors_of
from tests.core.embedding.training.songs import song


def made_answers(count, seed=0):
    """Return patches whose answers are a linear map of their bands' means."""
    random = np.random.default_rng(seed)
    tones = random.normal(0.0, 2.0, (count, N_MELS, 1))
    patches = (tones + random.normal(-9.0, 0.3, (count, N_MELS, FRAMES))).astype(np.float32)
    directions = np.random.default_rng(1).normal(0.0, 1.0, (N_MELS, 400))
    return Answers(patches, (tones[:, :, 0] @ directions).astype(np.float32))


@pytest.fixture(scope="module")
def songs():
    return [song("abc"[seed % 3], seed, seconds=14.0) for seed in range(9)]


def test_the_teachers_space_is_centred_and_each_teacher_counts_alike():
    layers = np.random.default_rng(2).normal(3.0, 1.0, (500, 400)) * np.repeat([1.0, 9.0], 200)
    centre, directions = teachers_space(layers)
    found = (layers - centre) @ directions
    lengths = [np.mean(np.sum(half**2, axis=1)) for half in np.split(found, [DIRECTIONS], axis=1)]
    assert found.shape == (500, ECHO)
    np.testing.assert_allclose(lengths, [1.0, 1.0], rtol=1e-6)


def test_an_echo_is_learned_and_holds_for_patches_not_heard():
    torch.manual_seed(3)
    blend, known = StyleBlend().eval(), made_answers(600)
    fit_echo(blend, known)
    new = made_answers(60, seed=9)
    centre, directions = teachers_space(known.layers.astype(np.float64))
    wanted = (new.layers - centre) @ directions
    sounds = torch.from_numpy(new.patches).repeat(1, 1, 4)[:, :, :430]
    with torch.inference_mode():
        echo = torch.nn.functional.normalize(blend.both(sounds)[:, DIMENSION:]).numpy()
    cosines = np.sum(echo * wanted, axis=1) / np.linalg.norm(wanted, axis=1)
    assert cosines.mean() > 0.5


def test_directions_are_those_in_which_songs_differ():
    random = np.random.default_rng(5)
    numbers, packages = np.repeat(np.arange(40), 6), np.repeat(np.arange(40) % 4, 6)
    features = random.normal(0.0, 1.0, (240, DIMENSION + 10))
    features[:, 3] += 20.0 * packages
    best = np.abs(discriminants(features, numbers, packages)[:, -1])
    assert best.argmax() == 3


def test_a_fitted_blend_tells_songs_apart_and_a_seed_fixes_it(songs):
    torch.manual_seed(6)
    network = StyleNetwork().eval()
    first, again = (fit(network, songs, made_answers(60), seed=7) for _ in range(2))
    windows = song_windows(songs, at_most=2)
    vectors = vectors_of(first, windows.windows)
    torch.testing.assert_close(vectors, vectors_of(again, windows.windows))
    assert torch.isfinite(vectors).all()
    likeness = vectors @ vectors.T
    same = windows.songs[:, None] == windows.songs
    assert float(likeness[same].mean()) > float(likeness[~same].mean()) + 0.2
