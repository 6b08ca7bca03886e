import numpy as np
import pytest

from core.versions.chains import best_chains


def slowly(gains):
    """The same recurrence, a cell at a time, keeping every chain whole."""
    n_rows, n_columns = gains.shape
    best = {}
    for i in range(n_rows):
        for j in range(n_columns):
            before = [best.get(cell) for cell in ((i - 1, j - 1), (i - 2, j - 1), (i - 1, j - 2))]
            gain, chain = max(
                (found for found in before if found and found[0] > 0.0),
                key=lambda found: found[0],
                default=(0.0, []),
            )
            best[i, j] = (max(gain + gains[i, j], 0.0), [*chain, (i, j)])
    return max(best.values(), key=lambda found: found[0])


@pytest.mark.parametrize("seed", range(12))
def test_it_is_what_a_loop_finds(seed):
    random = np.random.default_rng(seed)
    shape = random.integers(1, 25, 2)
    gains = random.normal(-0.6, 1.0, (shape[0], 3, shape[1])).astype(np.float32)
    found = best_chains(gains)
    for table in range(3):
        gain, chain = slowly(gains[:, table])
        assert found.gain[table] == pytest.approx(gain, abs=1e-4)
        if gain > 0.0:
            assert tuple(found.first[table]) == chain[0]
            assert tuple(found.last[table]) == chain[-1]


@pytest.mark.parametrize("step", [(1, 1), (2, 1), (1, 2)])
def test_a_chain_goes_at_up_to_double_pace(step):
    gains = np.full((40, 1, 40), -1.0, np.float32)
    for place in range(10):
        gains[5 + place * step[0], 0, 3 + place * step[1]] = 1.0
    found = best_chains(gains)
    assert found.gain[0] == pytest.approx(10.0)
    assert tuple(found.first[0]) == (5, 3)
    assert tuple(found.last[0]) == (5 + 9 * step[0], 3 + 9 * step[1])


def test_a_gap_costs_what_the_shortest_way_over_it_costs():
    gains = np.full((20, 1, 20), -0.5, np.float32)
    ways = np.arange(20)
    gains[ways, 0, ways] = 1.0
    gains[9:11, 0, 9:11] = -0.5  # two steps of both: passed by (1, 2) and (2, 1), over one cell
    assert best_chains(gains).gain[0] == pytest.approx(18.0 - 0.5)


def test_what_no_chain_may_enter_is_left_out():
    gains = np.full((6, 1, 8), 1.0, np.float32)
    gains[:, :, 3:] = -np.inf
    found = best_chains(gains)
    assert found.gain[0] == pytest.approx(3.0)
    assert found.last[0, 1] < 3


def test_nothing_gains_nothing():
    assert best_chains(np.full((5, 2, 5), -1.0, np.float32)).gain.tolist() == [0.0, 0.0]
