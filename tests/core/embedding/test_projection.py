import shutil

import numpy as np
import pytest

from core.embedding.facts import sha256_of
from core.embedding.projection import learned, read_facts, read_projection
from core.embedding.work import DIMENSION, MODEL_ID, WEIGHTS
from core.errors import WeightsError, WeightsProblem


def test_what_differs_within_compositions_is_evened_out():
    random = np.random.default_rng(0)
    works = tuple(str(n // 40) for n in range(400))
    own = np.repeat(random.normal(0.0, 1.0, (10, 3)), 40, axis=0)
    noise = random.normal(0.0, 1.0, (400, 3)) * [0.1, 1.0, 8.0]
    described = (own + noise).astype(np.float32)
    projected = learned(described, works, shrinkage=0.0).of(described).astype(np.float64)
    np.testing.assert_allclose(projected.mean(axis=0), 0.0, atol=1e-4)
    for name in set(works):
        projected[np.array(works) == name] -= projected[np.array(works) == name].mean(axis=0)
    np.testing.assert_allclose(projected.T @ projected / 400, np.eye(3), atol=1e-3)


def test_full_shrinkage_only_scales():
    random = np.random.default_rng(1)
    described = random.normal(0.0, [1.0, 5.0], (50, 2)).astype(np.float32)
    works = tuple(str(n // 5) for n in range(50))
    directions = learned(described, works, shrinkage=1.0).directions.astype(np.float64)
    gram = directions.T @ directions
    np.testing.assert_allclose(gram, gram[0, 0] * np.eye(2), atol=1e-6)


def test_the_weights_are_those_of_the_facts():
    facts = read_facts(WEIGHTS.with_suffix(".json"))
    assert f"{facts.name}-{facts.version}" == MODEL_ID
    assert facts.sha256 == sha256_of(WEIGHTS)
    assert facts.dimension == DIMENSION <= 256
    projection = read_projection(WEIGHTS)
    assert projection.directions.shape == (DIMENSION, DIMENSION)
    assert projection.mean.dtype == projection.directions.dtype == np.float32


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (lambda weights: weights.unlink(), WeightsProblem.MISSING),
        (lambda weights: weights.write_bytes(b"no tensors"), WeightsProblem.UNREADABLE),
        (lambda weights: weights.with_suffix(".json").unlink(), WeightsProblem.MISSING),
        (lambda weights: weights.with_suffix(".json").write_text("{}"), WeightsProblem.UNREADABLE),
        (
            lambda weights: weights.with_suffix(".json").write_text(
                weights.with_suffix(".json").read_text().replace('"sha256": "', '"sha256": "0')
            ),
            WeightsProblem.WRONG_CHECKSUM,
        ),
    ],
)
def test_a_file_that_is_not_the_one_named_is_refused(tmp_path, harm, problem):
    weights = tmp_path / WEIGHTS.name
    for path in (WEIGHTS, WEIGHTS.with_suffix(".json")):
        shutil.copy(path, tmp_path)
    read_projection(weights)
    harm(weights)
    with pytest.raises(WeightsError) as raised:
        read_projection(weights)
    assert raised.value.problem is problem
