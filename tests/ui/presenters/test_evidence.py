"""The words of a proof: class, how sure, what the score measures, where, how fast."""

import pytest

from core.cluster_types import CatalogueVerdict
from core.types import CatalogueId, Confidence, Overlap, PairVerdict, SongId, Verdict
from ui.presenters import evidence

MINE, OTHER = SongId("mine"), SongId("other")


def proof(
    verdict: Verdict = Verdict.SAME_RECORDING, *, score: float = 0.987, speed: float = 1.0
) -> PairVerdict:
    return PairVerdict(
        MINE, OTHER, verdict, score, Overlap(2.0, 5.0, 200.0, speed), Confidence.LIKELY
    )


def test_a_pair_is_seen_from_either_song() -> None:
    from_mine, from_other = (evidence.of_pair(proof(), song) for song in (MINE, OTHER))
    assert (from_mine.yours, from_mine.theirs) == ("0:02 to 3:22", "0:05 to 3:25")
    assert (from_other.yours, from_other.theirs) == ("0:05 to 3:25", "0:02 to 3:22")
    assert evidence.label(from_mine) == "same recording · likely"


def test_another_speed_is_told_from_the_side_that_is_asked() -> None:
    found = proof(speed=1.04)
    from_mine, from_other = (evidence.of_pair(found, song) for song in (MINE, OTHER))
    assert from_mine.speed == "yours is 4.0 % faster"
    assert from_other.speed == "yours is 3.8 % slower"
    assert from_mine.theirs == "0:05 to 3:33"
    assert from_mine.pace * from_other.pace == pytest.approx(1.0)
    assert evidence.of_pair(proof(), MINE).speed == ""


@pytest.mark.parametrize(
    ("verdict", "score", "said"),
    [
        (Verdict.EXACT_FILE, 1.0, "100 % of the sound's bytes agree"),
        (Verdict.EXCERPT, 0.95, "95.0 % of fingerprint bits agree"),
        (Verdict.SAME_BACKING, 0.81, "81.0 % of backing bits agree"),
        (Verdict.VERSION, 0.9, "0.90 alike in harmony"),
    ],
)
def test_a_score_says_what_it_measures(verdict: Verdict, score: float, said: str) -> None:
    assert evidence.of_pair(proof(verdict, score=score), MINE).score == said


def test_a_song_of_the_catalogue_is_told_like_one_of_here() -> None:
    found = CatalogueVerdict(
        CatalogueId("l:s"), "", "", Verdict.EXCERPT, 0.9, Overlap(0.0, 60.0, 20.0), Confidence.SURE
    )
    said = evidence.of_catalogue(found)
    assert (said.yours, said.theirs, said.confidence) == ("0:00 to 0:20", "1:00 to 1:20", "sure")
