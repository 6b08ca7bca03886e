import numpy as np
import pytest

from benchmarks import version_methods
from benchmarks.version_methods import Heard, by_alignment, by_qmax, qmax


def slowly(links):
    """Qmax as its paper writes it, a cell at a time."""
    best = {}
    for i in range(links.shape[0]):
        for j in range(links.shape[1]):
            cells = ((i - 1, j - 1), (i - 2, j - 1), (i - 1, j - 2))
            before = [(best.get(cell, 0.0), cell) for cell in cells]
            if links[i, j]:
                best[i, j] = max(q for q, _ in before) + 1.0
            else:
                cost = {c: 5.0 if min(c) >= 0 and links[c] else 0.5 for c in cells}
                best[i, j] = max(0.0, *(q - cost[c] for q, c in before))
    return max(best.values(), default=0.0)


@pytest.mark.parametrize("seed", range(6))
def test_qmax_is_the_papers(seed):
    random = np.random.default_rng(seed)
    links = random.random((30, 4, 25)) < random.uniform(0.1, 0.5)
    expected = [slowly(links[:, table]) for table in range(4)]
    np.testing.assert_allclose(qmax(links), expected)


def songs():
    """Six tunes and the first again in another key; the vector sees no more than the tune."""
    random = np.random.default_rng(0)
    tunes = [random.integers(0, 256, (60 + 5 * n, 12)).astype(np.uint8) for n in range(6)]
    vectors = np.eye(7, dtype=np.float32)[:6] + 0.1
    heard = [Heard(t, v, v) for t, v in zip(tunes, vectors, strict=True)]
    return [*heard, Heard(np.roll(tunes[0], 4, axis=1), vectors[0], vectors[0])]


def test_both_find_another_key():
    heard = songs()
    for method in (by_qmax, by_alignment):
        found = method(0, heard)
        found[0] = -np.inf
        assert found.argmax() == 6


def test_lengths_and_batches_do_not_change_qmax(monkeypatch):
    whole = by_qmax(2, songs())
    monkeypatch.setattr(version_methods, "QMAX_AT_ONCE", 2)
    np.testing.assert_allclose(by_qmax(2, songs()), whole)


def test_what_the_vector_does_not_recall_stays_behind():
    found = by_alignment(0, songs(), recall=1)
    assert np.argsort(-found)[:2].tolist() == [0, 6]
    assert (found[1:6] < 0.0).all()
