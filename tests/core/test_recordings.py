"""Sketches of codes, and what they are for: whom to align."""

import numpy as np
import pytest

from core.recordings import MAX_SKETCH, SAMPLED, Kinship, kinship, sharing, sketch
from core.types import Codes


def codes(seed: int, *, length: int = 2000) -> Codes:
    return np.random.default_rng(seed).integers(0, 1 << 32, length, dtype=np.uint32)


def again(original: Codes, *, share: float) -> Codes:
    flips = np.random.default_rng(7).random((len(original), 32)) < share
    masks = (flips * (np.uint64(1) << np.arange(32, dtype=np.uint64))).sum(axis=1)
    return original ^ masks.astype(np.uint32)


def test_a_sketch_is_a_sample_of_its_song() -> None:
    found = sketch(codes(1))
    assert 2000 / SAMPLED * 0.8 < len(found) < 2000 / SAMPLED * 1.2
    assert (np.diff(found.astype(np.int64)) > 0).all()
    assert len(sketch(codes(1, length=20_000))) == MAX_SKETCH
    assert len(sketch(np.zeros(0, np.uint32))) == 0
    assert len(sketch(np.full(500, 7, np.uint32))) == 0  # a tone that holds says nothing


def test_copies_share_and_strangers_do_not() -> None:
    one = sketch(codes(1))
    others = [
        sketch(codes(2)),
        sketch(again(codes(1), share=0.03)),
        sketch(np.zeros(0, np.uint32)),
        sketch(again(codes(1), share=0.10)),
        sketch(codes(1)[400:700]),
        *(sketch(codes(seed)) for seed in range(10, 60)),
    ]
    assert sharing(one, others).tolist() == [1, 3, 4]
    assert sharing(np.zeros(0, np.uint32), others).tolist() == []
    assert sharing(one, []).tolist() == []


def test_a_clip_of_a_long_mix_shares_with_it() -> None:
    mix = codes(1, length=12_000)
    shared = [
        len(sharing(sketch(mix[at : at + 240]), [sketch(mix)])) for at in range(0, 11_000, 500)
    ]
    assert np.mean(shared) > 0.9


@pytest.mark.parametrize("share", [0.0, 0.03, 0.1])
def test_what_two_songs_are(share: float) -> None:
    one, other = codes(1), codes(2)
    assert kinship(one, again(one, share=share)) is Kinship.WHOLE
    assert kinship(one, np.concatenate((other, one))) is Kinship.PART
    assert kinship(again(one, share=share / 2)[500:900], one) is Kinship.PART
    assert kinship(one, other) is None
    assert kinship(one, np.zeros(0, np.uint32)) is None
