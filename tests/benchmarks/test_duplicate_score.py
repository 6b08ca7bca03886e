from pathlib import Path

import pytest

from benchmarks.duplicate_score import (
    Found,
    Judgement,
    Share,
    Tally,
    best_on,
    judgement,
    precision,
    recall,
)
from benchmarks.duplicate_trials import Expected, Trial
from benchmarks.variants import Group
from core.types import Overlap, PairVerdict, SongId, Verdict

SONG, SUNG, TWIN, OTHER = (Path(name) for name in ("song", "sung", "twin", "other"))
RELATED = {SUNG: (SONG,)}
TWINS = {SONG: {TWIN}, TWIN: {SONG}}


def trial(verdict=Verdict.EXCERPT, *, group=Group.CLIP_10, later_s=None):
    return Trial(Path("clip"), "clip", group, (SONG,), (Expected(SONG, verdict, later_s),))


def verdict(kind=Verdict.EXCERPT, *, score=0.9, a_s=0.0, b_s=0.0):
    return PairVerdict(SongId("a"), SongId("b"), kind, score, Overlap(a_s, b_s, 10.0))


def found(in_library, *, later_s=None):
    asked = trial(later_s=later_s)
    return Found(asked, asked.expected[0], in_library, in_library)


# Wilson's interval as published for these counts (Brown, Cai and DasGupta, 2001; and by hand).
@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(10, 10, 0.7225, 1.0), (0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (0, 0, 0.0, 1.0)],
)
def test_intervals(hits, of, low, high):
    assert Share(hits, of).interval == pytest.approx((low, high), abs=1e-4)


def test_none_of_half_a_million():
    assert 7e-6 < Share(0, 500_000).interval[1] < 8e-6


@pytest.mark.parametrize(
    ("file", "kind", "worth"),
    [
        (SONG, Verdict.EXCERPT, Judgement.RIGHT),
        (SONG, Verdict.SAME_RECORDING, Judgement.OTHER_CLASS),
        (SUNG, Verdict.SAME_BACKING, Judgement.OTHER_CLASS),
        (TWIN, Verdict.EXCERPT, Judgement.TWIN),
        (OTHER, Verdict.EXCERPT, Judgement.WRONG),
    ],
)
def test_what_a_verdict_is_worth(file, kind, worth):
    assert judgement(trial(), file, verdict=kind, related=RELATED, twins=TWINS) is worth


def test_the_expected_verdict_counts_before_a_stronger_one():
    told = [(SONG, verdict(Verdict.SAME_RECORDING)), (SONG, verdict(score=0.8)), (OTHER, verdict())]
    assert best_on(SONG, told, trial().expected[0]) == verdict(score=0.8)
    assert best_on(TWIN, told, trial().expected[0]) is None


def test_of_several_places_the_right_one_counts():
    told = [(SONG, verdict(b_s=b_s, score=0.99)) for b_s in (10.0, 50.0, 90.0)]
    assert best_on(SONG, told, trial(later_s=51.0).expected[0]) == told[1][1]


def test_recall_counts_what_the_library_found():
    told = [found(verdict()), found(None), found(verdict(Verdict.VERSION))]
    assert recall(told, (Group.CLIP_10,)) == Share(1, 3)
    assert recall(told, (Group.SPEED,)) == Share(0, 0)


def test_a_clip_is_in_place_where_it_was_cut():
    assert found(verdict(a_s=1.0, b_s=31.4), later_s=30.0).is_placed
    assert not found(verdict(a_s=1.0, b_s=35.0), later_s=30.0).is_placed
    assert not found(verdict()).is_placed  # nobody knows where


def test_precision_leaves_twins_out():
    tally = Tally()
    for worth, count in zip(Judgement, (7, 1, 5, 2), strict=True):
        tally.verdicts[Verdict.EXCERPT, worth] = count
    assert precision(tally, Verdict.EXCERPT) == Share(7, 10)
