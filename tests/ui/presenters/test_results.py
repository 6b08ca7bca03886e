"""The lists of a song's page: what they say, how they are kept fresh, which line is chosen."""

from dataclasses import replace
from functools import partial

import pytest

from core.cluster_types import SyncState
from core.errors import ClusterError, ClusterProblem
from core.types import Song, SongId, SoundKind, SpaceName, Stage, Verdict
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fake_sync import FakeSync, recommendation
from tests.ui.fakes import HandLanes, pair, song
from ui.presenters import answers
from ui.presenters.answers import Answer, Tab
from ui.presenters.results import ListState, ResultsPresenter


def make(workbench: FakeWorkbench, lanes: HandLanes) -> ResultsPresenter:
    return ResultsPresenter(Tab.NEIGHBOURS, partial(answers.neighbours, workbench), lanes=lanes)


def test_neighbours_say_what_the_score_measures_and_where_they_match() -> None:
    workbench = FakeWorkbench(song("mine"), song("near", "Ines"))
    answer = answers.neighbours(workbench, song("mine"))
    (result,) = answer.results
    assert (result.figure, result.measure) == ("0.97", "alike in sound")
    assert result.why == "their 1:12 ↔ your 0:45"
    assert result.label == "backing"
    assert (result.title, result.artist) == ("near", "Ines")
    assert "backing" in answer.note
    assert workbench.asked == [(SpaceName.STYLE, None)]


def test_a_first_answer_says_that_the_backing_is_to_come() -> None:
    mine = song("mine", stage=Stage.FIRST_ANSWER)
    answer = answers.neighbours(FakeWorkbench(mine, song("near")), mine)
    assert answer.results[0].label == "mix · backing to come"
    assert "First answer" in answer.note


def test_a_song_whose_backing_is_to_come_stays_among_the_neighbours() -> None:
    workbench = FakeWorkbench(song("mine"), song("near"), song("new", stage=Stage.FIRST_ANSWER))
    answer = answers.neighbours(workbench, song("mine"))
    labels = {result.title: result.label for result in answer.results}
    assert labels == {"near": "backing", "new": "mix · backing to come"}
    assert "by the backing or mix" in answer.note


@pytest.mark.parametrize("order", [("mine", "other"), ("other", "mine")])
def test_a_duplicate_shows_its_evidence_from_the_side_of_the_open_song(
    order: tuple[str, str],
) -> None:
    workbench = FakeWorkbench(song("mine"), song("other"))
    workbench.pairs = [pair(*order, Verdict.SAME_RECORDING, score=0.987)]
    (result,) = answers.duplicates(workbench, song("mine")).results
    assert f"{result.figure} {result.measure}" == "98.7 % of fingerprint bits agree"
    assert result.label == "same recording · sure"
    assert result.match is not None
    is_a = order[0] == "mine"
    assert result.match.query_s == (2.0 if is_a else 5.0)
    assert result.match.song_s == (5.0 if is_a else 2.0)
    mine, theirs = ("0:02 to 3:22", "0:05 to 3:25") if is_a else ("0:05 to 3:25", "0:02 to 3:22")
    assert result.why == f"their {theirs}\nyour {mine}"


def test_an_exact_file_does_not_speak_of_fingerprints() -> None:
    workbench = FakeWorkbench(song("mine"), song("other"))
    workbench.pairs = [pair("mine", "other", Verdict.EXACT_FILE, score=1.0)]
    (result,) = answers.duplicates(workbench, song("mine")).results
    assert f"{result.figure} {result.measure}" == "100 % of the sound's bytes agree"


def test_recommendations_of_this_library_can_be_played_and_others_not() -> None:
    sync = FakeSync()
    sync.lists[SongId("mine")] = [
        recommendation(1, "Far", song_id="near"),
        recommendation(2, ""),
    ]
    workbench = FakeWorkbench(song("mine"), song("near"))
    here, there = answers.recommended(workbench, sync, song("mine")).results
    assert (here.label, here.path) == ("in your library", song("near").path)
    assert (there.label, there.path) == ("elsewhere", None)
    assert there.title == "A song of another library"
    assert there.why == "near in sound by its backing"


def test_empty_lists_say_what_to_do() -> None:
    workbench = FakeWorkbench(song("mine"))
    nowhere = FakeSync(SyncState.NOT_SET_UP, waiting=0)
    for answer in (
        answers.neighbours(workbench, song("mine")),
        answers.versions(workbench, song("mine")),
        answers.duplicates(workbench, song("mine")),
        answers.recommended(workbench, nowhere, song("mine")),
        answers.recommended(workbench, FakeSync(), song("mine")),
    ):
        assert answer.results == ()
        assert answer.note.endswith(".")


def test_a_list_loads_then_chooses_the_best() -> None:
    lanes = HandLanes()
    results = make(FakeWorkbench(song("mine"), song("near")), lanes)
    results.open(song("mine"))
    assert results.state is ListState.LOADING
    lanes.turn()
    assert results.state is ListState.FULL
    assert results.current is not None
    assert results.current.title == "near"


def test_answers_about_a_song_that_is_no_longer_open_are_dropped() -> None:
    lanes = HandLanes()
    results = make(FakeWorkbench(song("a"), song("b"), song("c")), lanes)
    results.open(song("a"))
    results.open(song("b"))
    lanes.turn()
    assert "b" not in [result.title for result in results.results]
    assert results.state is ListState.FULL


def test_a_refresh_keeps_the_chosen_song_and_asks_once_for_many_news() -> None:
    lanes, asked = HandLanes(), []
    workbench = FakeWorkbench(song("mine"), song("x"), song("y"))

    def ask(about: Song) -> Answer:
        asked.append(about.song_id)
        return answers.neighbours(workbench, about)

    results = ResultsPresenter(Tab.NEIGHBOURS, ask, lanes=lanes)
    results.open(song("mine"))
    lanes.turn()
    results.choose(1)
    workbench.catalogue.songs = {
        name: song(name) for name in map(SongId, ("mine", "new", "x", "y"))
    }
    for _ in range(5):
        results.refresh()
    assert results.state is ListState.FULL, "the old answer stays meanwhile"
    lanes.turn()
    assert len(asked) == 3  # the first, the one under way, and one for all the rest
    assert [result.title for result in results.results] == ["new", "x", "y"]
    assert results.current is not None
    assert results.current.title == "y"


def test_the_best_stays_chosen_until_the_user_chooses() -> None:
    """A line that was chosen for the user is not followed when a better one comes above it."""
    lanes = HandLanes()
    workbench = FakeWorkbench(song("mine"), song("x"))
    results = make(workbench, lanes)
    results.open(song("mine"))
    lanes.turn()
    workbench.catalogue.songs = {name: song(name) for name in map(SongId, ("mine", "new", "x"))}
    results.refresh()
    lanes.turn()
    assert [result.title for result in results.results] == ["new", "x"]
    assert results.current is not None
    assert results.current.title == "new"


def test_a_click_on_the_line_that_is_chosen_already_is_the_users_choice() -> None:
    lanes = HandLanes()
    workbench = FakeWorkbench(song("mine"), song("x"))
    results = make(workbench, lanes)
    results.open(song("mine"))
    lanes.turn()
    results.confirm(0)
    workbench.catalogue.songs = {name: song(name) for name in map(SongId, ("mine", "new", "x"))}
    results.refresh()
    lanes.turn()
    assert results.current is not None
    assert results.current.title == "x"


def test_an_answer_that_says_the_same_changes_nothing() -> None:
    lanes = HandLanes()
    results = make(FakeWorkbench(song("mine"), song("x")), lanes)
    results.open(song("mine"))
    lanes.turn()
    told: list[None] = []
    results.changed.connect(told.append)
    results.refresh()
    lanes.turn()
    assert told == []


def test_a_failure_is_a_sentence_and_can_be_tried_again() -> None:
    lanes = HandLanes()
    failures = [ClusterError("http://host:1", ClusterProblem.TIMEOUT)]

    def ask(_: Song) -> Answer:
        if failures:
            raise failures.pop()
        return Answer((), "Nothing here.")

    results = ResultsPresenter(Tab.RECOMMENDED, ask, lanes=lanes)
    results.open(song("mine"))
    lanes.turn()
    assert results.state is ListState.FAILED
    assert "host:1" in results.note
    results.refresh()
    lanes.turn()
    assert results.state is ListState.EMPTY


def test_steps_stop_at_both_ends() -> None:
    lanes = HandLanes()
    results = make(FakeWorkbench(*map(song, ("mine", "x", "y"))), lanes)
    results.step(1)
    assert results.index is None
    results.open(song("mine"))
    lanes.turn()
    for by, index in ((1, 1), (1, 1), (-1, 0), (-1, 0)):
        results.step(by)
        assert results.index == index


def test_a_removed_neighbour_is_left_out() -> None:
    workbench = FakeWorkbench(song("mine"), song("gone"))
    found = workbench.similar(SongId("mine"))
    workbench.similar = lambda *_, **__: found  # type: ignore[method-assign]  # an index that is one step behind
    del workbench.catalogue.songs[SongId("gone")]
    assert answers.neighbours(workbench, song("mine")).results == ()


@pytest.mark.parametrize("kind", [SoundKind.SPEECH, SoundKind.NOISE, SoundKind.SILENCE])
def test_what_is_no_music_says_why_its_list_holds_none(kind: SoundKind) -> None:
    bench = FakeWorkbench(song("a"), song("b"))
    asked = replace(song("a"), kind=kind)
    note = answers.neighbours(bench, asked).note
    assert note.startswith(f"This is {kind.value}")
    assert "music" in note
    maybe = answers.neighbours(bench, replace(asked, kind=SoundKind.UNCLEAR)).note
    assert maybe == answers.neighbours(bench, replace(asked, kind=SoundKind.MUSIC)).note
    assert kind.value not in maybe
