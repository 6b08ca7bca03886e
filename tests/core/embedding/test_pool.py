import numpy as np
import pytest

from core.embedding.pool import song_vector, unit


def test_song_vector_points_between_its_excerpts():
    vector = song_vector(np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32))
    np.testing.assert_allclose(vector, [np.sqrt(0.5)] * 2, rtol=1e-6)
    assert vector.dtype == np.float32


def test_unit_vectors_have_length_one_and_zero_stays_zero():
    vectors = unit(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32))
    assert vectors.tolist() == [pytest.approx([0.6, 0.8]), [0.0, 0.0]]
