import numpy as np
import pytest

from core.fingerprint.codes import CODE_PERIOD_S, CODE_SPAN_S
from core.fingerprint.windows import align_backings, align_layers, layers
from core.types import Fingerprint, Stem
from tests.core.fingerprint.codes import flipped, random_codes

PLACES = (200, 700, 1200)


def windows(codes, places=PLACES):
    return tuple(
        Fingerprint(Stem.BACKING, place * CODE_PERIOD_S, codes[place : place + 75])
        for place in places
    )


def sung_over(backing, *, seed, separation=0.05, places=PLACES):
    """Return a song whose mix hides its backing but for every third half minute."""
    mix = flipped(backing, rate=0.45, seed=seed)
    for start in range(0, len(mix), 750):
        mix[start : start + 250] = flipped(backing[start : start + 250], rate=0.02, seed=seed)
    return layers(mix, windows(flipped(backing, rate=separation, seed=seed + 1), places))


def brute_force(a, b, *, offset):
    """Count, place by place, the meetings of separated with separated at an offset."""
    wrong = n = 0
    for i in range(len(a.mix)):
        j = i - offset
        if 0 <= j < len(b.mix) and a.has_backing[i] and b.has_backing[j]:
            wrong += bin(int(a.backing[i]) ^ int(b.backing[j])).count("1")
            n += 1
    return wrong / (32 * n), n


@pytest.mark.parametrize("shift", [0, 1, -20, 35, 60])
def test_songs_on_one_backing_meet_at_their_shift(shift):
    backing = random_codes(1, 1600)
    a, b = sung_over(backing[60:], seed=2), sung_over(backing[60 - shift :], seed=5)
    found = align_layers(a, b)
    assert found.offset == -shift
    assert (found.backings.bit_error_rate, found.backings.n_compared) == pytest.approx(
        brute_force(a, b, offset=-shift)
    )
    assert found.b_start_s - found.a_start_s == pytest.approx(shift * CODE_PERIOD_S)
    assert found.score > 30


def test_windows_that_never_meet_are_compared_with_the_other_mix():
    backing = random_codes(1, 1600)
    a = sung_over(backing, seed=2)
    alone = layers(backing, windows(backing, (300, 800, 1300)))
    for one, other in ((a, alone), (alone, a)):
        found = align_layers(one, other)
        assert (found.offset, found.backings.n_compared) == (0, 0)
        assert found.crossed.n_compared == 225
        assert found.crossed.bit_error_rate == pytest.approx(0.05, abs=0.02)


def test_strangers_agree_by_chance_only():
    scores = [
        align_layers(
            sung_over(random_codes(n, 1500), seed=n),
            sung_over(random_codes(n + 9, 1500), seed=n + 1),
        ).score
        for n in range(8)
    ]
    assert max(scores) < 20


def test_backings_alone_agree_whatever_the_mixes():
    backing = random_codes(1, 1500)
    a = layers(random_codes(2, 1500), windows(backing))
    b = layers(random_codes(3, 1500), windows(flipped(backing, rate=0.3), (190, 690, 1190)))
    found = align_backings(a, b, fewest_codes=110)
    assert (found.offset, found.backings.n_compared) == (0, 195)
    assert found.backings.bit_error_rate == pytest.approx(0.3, abs=0.02)
    assert found.self_error_rate == pytest.approx(0.5, abs=0.03)
    assert (found.a_start_s, found.b_start_s) == pytest.approx((200 * CODE_PERIOD_S,) * 2)
    assert found.duration_s == pytest.approx(1064 * CODE_PERIOD_S + CODE_SPAN_S)


def test_too_little_tells_nothing():
    codes = random_codes(1, 1500)
    one = layers(codes, windows(codes, (200,)))
    assert align_backings(one, one, fewest_codes=110) is None
    assert align_layers(layers(codes, ()), one) is None
    silent = layers(np.zeros(1500, np.uint32), windows(np.zeros(1500, np.uint32)))
    assert align_layers(silent, silent) is None
    assert align_layers(layers(codes[:0], ()), layers(codes[:0], ())) is None


def test_a_window_may_reach_beyond_the_end():
    codes = random_codes(1, 230)
    found = layers(codes, windows(random_codes(2, 1500), (200,)))
    assert found.has_backing.sum() == 30
    assert layers(codes[:100], windows(codes, (200,))).has_backing.sum() == 0
