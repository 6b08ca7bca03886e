"""What the Duplicates screen lists: groups first, then related pairs, each once."""

from dataclasses import replace

from core.types import Decision, Overlap, SongId, Verdict
from tests.ui.fake_library import FakeWorkbench, group
from tests.ui.fakes import pair, song
from ui.presenters.copy_sets import CopySet, read_sets


def titles(sets: tuple[CopySet, ...]) -> list[tuple[str, ...]]:
    return [tuple(song.title for song in one.songs) for one in sets]


def test_groups_come_before_pairs_and_the_better_copy_first() -> None:
    workbench = FakeWorkbench(*map(song, ("old", "best", "cover", "part")))
    proof = pair("old", "best", Verdict.SAME_RECORDING)
    workbench.pairs = [pair("best", "cover", Verdict.VERSION), proof]
    workbench.made_groups = [replace(group(("old", "best"), proof), best=SongId("best"))]
    group_set, version = read_sets(workbench)
    assert [one.title for one in group_set.songs] == ["best", "old"]
    assert group_set.is_group
    assert group_set.detail == "2 copies · keeping one frees 1 kB"
    assert group_set.why == "Better: its sound reaches higher, more tags."
    assert [line.is_best for line in group_set.lines] == [True, False]
    assert not version.is_group
    assert version.why == "cover is a version of the same composition."


def test_an_excerpt_is_listed_under_the_whole_song() -> None:
    workbench = FakeWorkbench(song("clip", duration_s=20.0), song("whole"))
    workbench.pairs = [replace(pair("clip", "whole", Verdict.EXCERPT), overlap=Overlap(0, 60, 20))]
    (excerpt,) = read_sets(workbench)
    assert titles((excerpt,)) == [("whole", "clip")]
    proof = excerpt.proof(SongId("whole"), SongId("clip"))
    assert proof is not None
    assert proof.yours == "1:00 to 1:20"


def test_a_clip_of_three_copies_is_one_pair_with_the_better_copy() -> None:
    names = ("best", "second", "third")
    workbench = FakeWorkbench(*map(song, names), song("clip", duration_s=20.0))
    proofs = [pair("best", other, Verdict.SAME_RECORDING) for other in names[1:]]
    clips = [pair(name, "clip", Verdict.EXCERPT) for name in reversed(names)]
    workbench.pairs = [*proofs, *clips]
    workbench.made_groups = [group(names, *proofs)]
    assert titles(read_sets(workbench)) == [names, ("best", "clip")]


def test_a_clip_that_only_another_copy_was_proved_with_is_still_listed() -> None:
    workbench = FakeWorkbench(song("best"), song("second"), song("clip", duration_s=20.0))
    proof = pair("best", "second", Verdict.SAME_RECORDING)
    workbench.pairs = [proof, pair("clip", "second", Verdict.EXCERPT)]
    workbench.made_groups = [group(("best", "second"), proof)]
    assert titles(read_sets(workbench))[1] == ("second", "clip")


def test_a_pair_that_the_user_parted_is_not_listed() -> None:
    workbench = FakeWorkbench(song("a"), song("b"))
    workbench.pairs = [pair("a", "b", Verdict.SAME_BACKING)]
    workbench.decide(SongId("a"), SongId("b"), decision=Decision.NOT_DUPLICATE)
    assert read_sets(workbench) == ()


def test_songs_that_only_the_user_called_the_same_have_no_proof() -> None:
    workbench = FakeWorkbench(song("a"), song("b"))
    workbench.made_groups = [replace(group(("a", "b")), reasons=())]
    (said,) = read_sets(workbench)
    assert said.label == "same song"
    assert said.proof(SongId("a"), SongId("b")) is None
    assert said.why == "No copy is better than the others by what can be measured."
    assert not any(line.is_best for line in said.lines)
