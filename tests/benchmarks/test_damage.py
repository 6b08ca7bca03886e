import numpy as np
import pytest

from benchmarks.damage import DAMAGES, Shelf, equalised, noisy
from core.embedding.frontend import SAMPLE_RATE_HZ

NOISE = np.random.default_rng(0).standard_normal(3 * SAMPLE_RATE_HZ).astype(np.float32) * 0.1


def level_db(mono, low_hz, high_hz):
    power = np.abs(np.fft.rfft(mono)) ** 2
    hz = np.fft.rfftfreq(len(mono), 1 / SAMPLE_RATE_HZ)
    return 10 * np.log10(power[(hz >= low_hz) & (hz < high_hz)].sum())


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_keeps_the_length_and_changes_the_sound(name):
    damaged = DAMAGES[name](NOISE)
    assert damaged.dtype == np.float32
    assert len(damaged) == len(NOISE)
    assert not np.allclose(damaged, NOISE, atol=1e-3)
    assert 0.03 < np.sqrt(np.mean(damaged**2)) < 0.3


def test_shelves_move_their_side_only():
    changed = equalised(NOISE, Shelf(1000.0, 6.0, is_high=True))
    above = level_db(changed, 4000, 8000) - level_db(NOISE, 4000, 8000)
    below = level_db(changed, 50, 250) - level_db(NOISE, 50, 250)
    assert above == pytest.approx(6.0, abs=0.1)
    assert below == pytest.approx(0.0, abs=0.1)


def test_noise_lies_at_its_distance():
    added = noisy(NOISE, snr_db=10.0) - NOISE
    assert 20 * np.log10(NOISE.std() / added.std()) == pytest.approx(10.0, abs=0.1)
