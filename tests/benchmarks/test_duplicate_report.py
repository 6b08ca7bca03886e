from pathlib import Path

import pytest

from benchmarks.duplicate_comparison import Comparison, PeerRow, Times
from benchmarks.duplicate_cost import Cost
from benchmarks.duplicate_report import Figures, PairFigures, ToldPair, misses, page
from benchmarks.duplicate_score import Found, Judgement, Share, Tally
from benchmarks.duplicate_scores import Kind
from benchmarks.duplicate_trials import Expected, Trial
from benchmarks.variants import Group
from core.types import Overlap, PairVerdict, SongId, Verdict

SONG = Path("song.ogg")
PLACE = Overlap(3.0, 0.0, 20.0)


def pair(kind):
    return PairVerdict(SongId("a"), SongId("b"), kind, 0.97, PLACE)


def found(group, kind, *, said):
    trial = Trial(Path(f"{group.name}.mp3"), group.name, group, (SONG,), (Expected(SONG, kind),))
    told = None if said is None else pair(said)
    return Found(trial, trial.expected[0], told, told)


def figures(*, n_recordings, told=()):
    """Nineteen of twenty clips are found, and some of twenty re-encodings."""
    tally = Tally()
    for number in range(20):
        said = Verdict.EXCERPT if number else None
        tally.found.append(found(Group.CLIP_10, Verdict.EXCERPT, said=said))
        said = Verdict.SAME_RECORDING if number < n_recordings else Verdict.EXCERPT
        tally.found.append(found(Group.CODEC, Verdict.SAME_RECORDING, said=said))
    tally.verdicts[Verdict.EXCERPT, Judgement.RIGHT] = 19
    tally.verdicts[Verdict.EXCERPT, Judgement.WRONG] = 1
    row = PeerRow("peer", dict.fromkeys(Group, Share(1, 2)), Share(3, 9), "questions")
    return Figures(
        judged=tally,
        split="judging",
        pairs=PairFigures(1001, told, {Path("loop"): Kind.DRUMS}, {}),
        comparison=Comparison((row, row), (Path("CLIP_10.mp3"),), "SyntaxError", 171),
        times=Times(0.5, 20.0, 0.7, 24),
        costs=[Cost(1000, 0.02, 0.04, 1.5, 400.0, 50.0)],
        songs={"judging": 171, "tuning": 196, "made": 750},
        library_songs=10_000,
        took_s=1800.0,
    )


def line(text, beginning):
    (own,) = [row for row in text.splitlines() if row.startswith(beginning)]
    return own


def test_a_bar_is_met_or_missed_by_its_count():
    text = page(figures(n_recordings=20))
    assert "20 of 20 | 100.0 % (83.9 to 100.0) | 99.5 % | met" in line(
        text, "| `same_recording` recall: codec"
    )
    assert "| 19 of 20 | 95.0 %" in line(text, "| `excerpt` recall: clip of 10 s")
    missed = page(figures(n_recordings=19))
    assert "**missed**" in line(missed, "| `same_recording` recall: codec")


def test_only_unconfirmed_pairs_are_wrong():
    told = [
        ToldPair(Path("loop"), SONG, pair(Verdict.EXCERPT), 0.1),
        ToldPair(Path("twin"), SONG, pair(Verdict.SAME_RECORDING), 0.9),
        ToldPair(Path("backing"), SONG, pair(Verdict.SAME_BACKING), 0.0),
    ]
    text = page(figures(n_recordings=20, told=told))
    row = line(text, "| wrong `exact_file`")
    assert "1 of 500,500 pairs" in row
    assert "**missed**" in row
    assert "1 drum loop and real" in text


def test_every_row_has_as_many_cells_as_its_head():
    columns = 0
    for row in page(figures(n_recordings=3)).splitlines():
        cells = row.count("|")
        assert not row.startswith("|") or columns in (0, cells), row
        columns = cells if row.startswith("|") else 0


@pytest.mark.parametrize("said", ["expected excerpt", "library: nothing", "pair alone: nothing"])
def test_misses_say_what_was_expected(said):
    shown = figures(n_recordings=20)
    assert said in line(misses(shown.judged, shown.pairs), "- CLIP_10.mp3")
