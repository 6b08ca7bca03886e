from pathlib import Path

import pytest

from core.errors import BugError
from core.types import Confidence, Decision, Overlap, PairVerdict, Verdict
from tests.core.library.records import make_record, make_song, new_id


@pytest.fixture
def ids(catalogue):
    songs = [make_song(Path(f"/{number}.mp3")) for number in range(4)]
    for song in songs:
        catalogue.put(make_record(song))
    return sorted(song.song_id for song in songs)


def pair(a, b, verdict=Verdict.EXCERPT, score=0.95):
    return PairVerdict(a, b, verdict, score, Overlap(10.0, 70.0, 20.0))


def test_the_song_asked_for_is_a_and_the_overlap_turns_with_it(catalogue, ids):
    for a, b in ((ids[0], ids[1]), (ids[1], ids[0])):
        catalogue.put_verdicts(a, [pair(a, b)])
        assert catalogue.verdicts(a) == [pair(a, b)]
        turned = PairVerdict(b, a, Verdict.EXCERPT, 0.95, Overlap(70.0, 10.0, 20.0))
        assert catalogue.verdicts(b) == [turned]
        (one,) = catalogue.verdicts()
        assert one in (pair(a, b), turned)


def test_speed_and_confidence_are_kept_and_turn_with_the_pair(catalogue, ids):
    a, b, *_ = ids
    found = PairVerdict(
        a, b, Verdict.SAME_RECORDING, 0.9, Overlap(1.0, 2.0, 100.0, 1.25), Confidence.UNSURE
    )
    catalogue.put_verdicts(a, [found])
    assert catalogue.verdicts(a) == [found]
    (turned,) = catalogue.verdicts(b)
    assert (turned.overlap, turned.confidence) == (
        Overlap(2.0, 1.0, 125.0, 0.8),
        Confidence.UNSURE,
    )
    assert turned.turned == found


def test_a_song_that_lies_in_a_mix_twice_has_a_verdict_for_each_place(catalogue, ids):
    a, mix, *_ = ids
    places = [
        PairVerdict(a, mix, Verdict.EXCERPT, score, Overlap(0.0, start_s, 60.0))
        for score, start_s in ((0.98, 300.0), (0.97, 900.0))
    ]
    weaker = PairVerdict(a, mix, Verdict.SAME_BACKING, 0.9, Overlap(0.0, 10.0, 60.0))
    catalogue.put_verdicts(a, [*places, weaker])
    assert catalogue.verdicts(a) == places


def test_new_verdicts_replace_the_song_s_old_ones_only(catalogue, ids):
    a, b, c, d = ids
    catalogue.put_verdicts(a, [pair(a, b), pair(c, a)])
    catalogue.put_verdicts(c, [pair(c, d), pair(c, a)])
    catalogue.put_verdicts(a, [pair(a, d)])
    assert {(v.a, v.b) for v in catalogue.verdicts()} == {(a, d), (c, d)}


def sped(a, b, verdict=Verdict.SAME_RECORDING):
    return PairVerdict(a, b, verdict, 0.9, Overlap(0.0, 0.0, 20.0, 1.02))


def test_what_is_known_at_other_speeds_is_kept_where_asked_and_no_more_is_proved(catalogue, ids):
    a, b, c, d = ids
    known = [sped(a, b), sped(a, c, Verdict.EXCERPT), sped(a, d, Verdict.EXCERPT)]
    now = [pair(a, b), pair(a, c), pair(a, d, Verdict.SAME_RECORDING)]
    catalogue.put_verdicts(a, known)
    catalogue.put_verdicts(a, now, keeps_speeds=True)
    assert {v.b: v for v in catalogue.verdicts(a)} == {b: known[0], c: now[1], d: now[2]}
    catalogue.put_verdicts(b, [], keeps_speeds=True)
    assert {v.b: v for v in catalogue.verdicts(a)} == {b: known[0], c: now[1], d: now[2]}
    catalogue.put_verdicts(a, now)
    assert {v.b: v for v in catalogue.verdicts(a)} == {v.b: v for v in now}


def test_pairs_that_were_judged_anew_at_other_speeds_keep_nothing_of_before(catalogue, ids):
    a, b, c, _ = ids
    catalogue.put_verdicts(a, [sped(a, b), sped(a, c)])
    catalogue.put_verdicts(a, [sped(a, b, Verdict.VERSION)], keeps_speeds=True, anew=[b])
    assert [(v.b, v.verdict) for v in catalogue.verdicts(a)] == [
        (c, Verdict.SAME_RECORDING),
        (b, Verdict.VERSION),
    ]


def test_stronger_verdicts_take_the_place_of_weaker_ones_and_no_others(catalogue, ids):
    a, b, c, d = ids
    catalogue.put_verdicts(a, [pair(a, b), pair(a, c, Verdict.SAME_RECORDING)])
    catalogue.strengthen_verdicts(
        a, [sped(a, b), sped(a, c, Verdict.EXCERPT), sped(d, a, Verdict.EXCERPT)]
    )
    found = {v.b: (v.verdict, v.overlap.speed) for v in catalogue.verdicts(a)}
    assert found == {
        b: (Verdict.SAME_RECORDING, 1.02),
        c: (Verdict.SAME_RECORDING, 1.0),
        d: (Verdict.EXCERPT, pytest.approx(1 / 1.02)),
    }


def test_the_strongest_verdict_comes_first_and_wins_its_pair(catalogue, ids):
    a, b, c, d = ids
    catalogue.put_verdicts(
        a,
        [
            pair(a, b, Verdict.VERSION, 0.99),
            pair(a, c, Verdict.EXACT_FILE, 1.0),
            pair(b, a, Verdict.SAME_BACKING, 0.7),
            pair(a, d, Verdict.SAME_RECORDING, 0.9),
        ],
    )
    assert [(v.b, v.verdict) for v in catalogue.verdicts(a)] == [
        (c, Verdict.EXACT_FILE),
        (d, Verdict.SAME_RECORDING),
        (b, Verdict.SAME_BACKING),
    ]


def test_a_pair_said_to_be_none_is_not_shown_until_that_is_forgotten(catalogue, ids):
    a, b, c, _ = ids
    catalogue.put_verdicts(a, [pair(a, b), pair(a, c)])
    catalogue.decide(b, a, decision=Decision.NOT_DUPLICATE)
    catalogue.decide(a, b, decision=Decision.NOT_DUPLICATE)  # twice is once
    assert [v.b for v in catalogue.verdicts(a)] == [c]
    assert catalogue.verdicts(b) == []
    assert len(catalogue.verdicts()) == 1
    catalogue.put_verdicts(b, [pair(b, a, Verdict.SAME_RECORDING)])
    assert catalogue.verdicts(b) == []
    catalogue.decide(a, b, decision=Decision.SAME_SONG)
    assert [v.verdict for v in catalogue.verdicts(b)] == [Verdict.SAME_RECORDING]
    catalogue.decide(a, b, decision=None)
    assert [v.verdict for v in catalogue.verdicts(b)] == [Verdict.SAME_RECORDING]


def test_a_pair_whose_other_song_has_left_is_left_out(catalogue, ids):
    a, b, c, _ = ids
    catalogue.remove(b)
    catalogue.put_verdicts(a, [pair(a, b), pair(a, c)])
    assert [v.b for v in catalogue.verdicts(a)] == [c]


def test_a_verdict_on_other_songs_or_on_one_song_is_a_bug(catalogue, ids):
    a, b, c, _ = ids
    for wrong in (pair(b, c), pair(a, a)):
        with pytest.raises(BugError):
            catalogue.put_verdicts(a, [wrong])
    assert catalogue.verdicts(new_id()) == []
