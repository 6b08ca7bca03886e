"""Adding, separating, stopping, going on: in which order, and what is said."""

from pathlib import Path

import pytest

from core.errors import LibraryError, LibraryProblem
from core.progress import Progress
from core.types import AnalysisStep, Overlap, PairVerdict, Song, SongEvent, Stage, Verdict
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fakes import HandLanes, song
from ui.presenters.activity import ActivityPresenter, Doing
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import NoticePresenter, Offer, Tone
from ui.presenters.rows import Filter
from ui.presenters.tally import Tally


class Rig:
    """The activity over an invented library."""

    def __init__(self, *songs: Song) -> None:
        self.workbench = FakeWorkbench(*songs)
        self.lanes = HandLanes()
        self.library = LibraryPresenter()
        self.notices = NoticePresenter()
        self.activity = ActivityPresenter(
            self.workbench, self.library, lanes=self.lanes, notices=self.notices
        )
        self.activity.open_library()
        self.lanes.turn()
        self.workbench.log.clear()

    def steps(self) -> dict[str, AnalysisStep]:
        return {row.title: row.step for row in self.library.rows}


def paths(*names: str) -> list[Path]:
    return [Path("/new") / name for name in names]


def test_first_answers_of_all_come_before_any_separation() -> None:
    rig = Rig()
    seen: list[tuple[str, AnalysisStep]] = []
    rig.library.changed.connect(lambda _: None)
    hear = rig.library.hear

    def listen(changes: list) -> None:  # type: ignore[type-arg]  # whatever the presenter gets
        seen.extend((change.event.path.name, change.event.step) for change in changes)
        hear(changes)

    rig.library.hear = listen  # type: ignore[method-assign]  # to listen in
    rig.activity.add(paths("1.wav", "2.wav"))
    rig.lanes.turn()
    firsts = [seen.index((name, AnalysisStep.FIRST_ANSWER)) for name in ("1.wav", "2.wav")]
    separations = [seen.index((name, AnalysisStep.SEPARATING)) for name in ("1.wav", "2.wav")]
    assert max(firsts) < min(separations)
    assert rig.steps() == {"1": AnalysisStep.READY, "2": AnalysisStep.READY}
    assert rig.activity.doing is Doing.NOTHING


def test_one_bad_file_does_not_stop_the_others() -> None:
    rig = Rig()
    rig.activity.add(paths("1.wav", "broken.wav", "2.wav"))
    rig.lanes.turn()
    assert rig.steps() == {
        "1": AnalysisStep.READY,
        "broken.wav": AnalysisStep.FAILED,
        "2": AnalysisStep.READY,
    }
    assert "broken.wav" in rig.library.latest_problem()


def test_what_is_dropped_while_voices_are_separated_comes_first() -> None:
    rig = Rig(song("slow", stage=Stage.FIRST_ANSWER))
    real_finish = rig.workbench.finish

    def finish_and_drop(*, progress: Progress, on_event) -> list:  # type: ignore[type-arg, no-untyped-def]  # as in the port
        rig.workbench.finish = real_finish  # type: ignore[method-assign]  # once only
        rig.activity.add(paths("urgent.wav"))
        return real_finish(progress=progress, on_event=on_event)

    rig.workbench.catalogue.songs = {s.song_id: s for s in [song("slow", stage=Stage.FIRST_ANSWER)]}
    rig.workbench.finish = finish_and_drop  # type: ignore[method-assign]  # drops at the right time
    rig.activity.go_on()
    rig.lanes.turn()
    assert rig.workbench.log == ["add 0", "finish", "add 1", "finish"]
    assert rig.steps()["urgent"] is AnalysisStep.READY
    assert rig.steps()["slow"] is AnalysisStep.READY


def test_drops_that_come_while_files_are_added_wait_their_turn() -> None:
    rig = Rig()
    rig.activity.add(paths("1.wav"))
    rig.activity.add(paths("2.wav"))
    rig.activity.add(paths("3.wav"))
    rig.lanes.turn()
    assert rig.workbench.log == ["add 1", "add 2", "finish"]
    assert set(rig.steps()) == {"1", "2", "3"}


def test_stopping_is_silent_keeps_what_is_done_and_can_go_on() -> None:
    rig = Rig()
    rig.activity.add(paths("1.wav", "2.wav"))
    rig.activity.stop()
    assert rig.activity.doing is Doing.STOPPING
    rig.workbench.catalogue.queue = paths("1.wav", "2.wav")
    rig.library.hear([])
    rig.lanes.turn()
    assert rig.activity.doing is Doing.NOTHING
    rig.activity.go_on()
    rig.lanes.turn()
    assert rig.steps() == {"1": AnalysisStep.READY, "2": AnalysisStep.READY}


def test_stopping_the_separation_offers_to_continue() -> None:
    rig = Rig()
    rig.activity.add(paths("1.wav"))
    tell = rig.library.hear

    def stop_at_separation(changes: list) -> None:  # type: ignore[type-arg]  # whatever comes
        tell(changes)
        if any(c.event.step is AnalysisStep.FIRST_ANSWER for c in changes):
            rig.workbench.may_finish.clear()

    rig.library.hear = stop_at_separation  # type: ignore[method-assign]  # to act at the right time
    rig.workbench.finish = lambda **k: (rig.activity.stop(), k["progress"].check())  # type: ignore[method-assign, assign, return-value]  # stopped from within
    rig.lanes.turn()
    assert rig.steps() == {"1": AnalysisStep.FIRST_ANSWER}
    assert rig.notices.notice.offer is Offer.CONTINUE
    assert rig.notices.notice.text == "Stopped. 1 song waits."


def test_what_was_queued_at_the_last_close_goes_on_by_itself() -> None:
    workbench = FakeWorkbench(song("half", stage=Stage.FIRST_ANSWER))
    workbench.catalogue.queue = paths("waits.wav")
    lanes, library = HandLanes(), LibraryPresenter()
    activity = ActivityPresenter(workbench, library, lanes=lanes, notices=NoticePresenter())
    activity.open_library()
    lanes.turn()
    assert {row.title: row.step for row in library.rows} == {
        "half": AnalysisStep.READY,
        "waits": AnalysisStep.READY,
    }


def old_library(*songs: Song) -> tuple[FakeWorkbench, ActivityPresenter, HandLanes]:
    """Return an unopened library of which an older version has heard every song."""
    workbench, lanes = FakeWorkbench(*songs), HandLanes()
    workbench.catalogue.old = [old.song_id for old in reversed(songs)]
    activity = ActivityPresenter(
        workbench, LibraryPresenter(), lanes=lanes, notices=NoticePresenter()
    )
    return workbench, activity, lanes


def test_songs_of_an_older_version_are_heard_again_once_and_make_no_arrivals() -> None:
    workbench, activity, lanes = old_library(song("a"), song("b"))
    a, b = (known.song_id for known in workbench.songs())
    workbench.pairs = [PairVerdict(a, b, Verdict.SAME_RECORDING, 0.9, Overlap(0.0, 0.0, 60.0))]
    words: list[str] = []
    activity.changed.connect(lambda _: words.append(activity.words))
    told: set[str] = set()
    activity.answered.connect(told.update)
    activity.open_library()
    lanes.turn()
    assert workbench.log == ["warm_up", "fill in"]
    assert "Hearing older songs again: 2 of 2" in words
    assert activity.arrivals.song is None
    assert told == {a, b}
    assert activity.doing is Doing.NOTHING
    activity.add(paths("1.wav"))
    lanes.turn()
    assert workbench.log[2:] == ["add 1", "finish"]


def test_what_waits_and_what_is_dropped_come_before_songs_of_an_older_version() -> None:
    workbench, activity, lanes = old_library(song("a"), song("b", stage=Stage.FIRST_ANSWER))
    fill_in = workbench.fill_in

    def drop_and_fill_in(*, progress: Progress, on_event) -> list:  # type: ignore[type-arg, no-untyped-def]  # as in the port
        workbench.fill_in = fill_in  # type: ignore[method-assign]  # once only
        activity.add(paths("urgent.wav"))
        return fill_in(progress=progress, on_event=on_event)

    workbench.fill_in = drop_and_fill_in  # type: ignore[method-assign]  # drops at the right time
    activity.open_library()
    lanes.turn()
    deeds = [deed for deed in workbench.log if deed != "warm_up"]
    assert deeds == ["add 0", "finish", "fill in", "add 1", "finish", "fill in"]
    assert workbench.catalogue.old == []
    assert activity.doing is Doing.NOTHING


def test_a_library_that_fails_is_told_and_the_next_add_works() -> None:
    rig = Rig()
    rig.workbench.failure = LibraryError(Path("/library"), LibraryProblem.DISK_FULL)
    rig.activity.add(paths("1.wav"))
    rig.lanes.turn()
    assert rig.activity.doing is Doing.NOTHING
    assert rig.notices.notice.tone is Tone.TROUBLE
    assert "full" in rig.notices.notice.text
    rig.activity.add(paths("1.wav"))
    rig.lanes.turn()
    assert rig.steps() == {"1": AnalysisStep.READY}


def test_dropping_what_is_there_already_says_so() -> None:
    rig = Rig(song("a"))
    rig.activity.add([song("a").path])
    rig.lanes.turn()
    assert rig.notices.notice.text == "Nothing new: a is here already."


def test_dropping_a_folder_without_music_says_so() -> None:
    rig = Rig()
    rig.workbench.add = lambda *_, **__: []  # type: ignore[method-assign]  # a walk that finds nothing
    rig.activity.add(paths("empty folder"))
    rig.lanes.turn()
    assert rig.notices.notice.text == "No audio files were found in what was added."


def test_answers_are_told_with_their_songs() -> None:
    rig = Rig()
    told: set[str] = set()
    rig.activity.answered.connect(told.update)
    rig.activity.add(paths("1.wav", "broken.wav"))
    rig.lanes.turn()
    assert told == {"1"}


def test_new_rows_are_counted_as_new() -> None:
    rig = Rig(song("old"))
    rig.activity.add(paths("1.wav"))
    rig.lanes.turn()
    assert rig.library.count(Filter.NEW) == 1


def test_the_tally_says_n_of_m_and_the_time_left_once_the_pace_is_known() -> None:
    clock = iter([0.0, 0.0, 40.0])
    tally = Tally(lambda: next(clock))
    tally.start()
    for number in range(10):
        tally.hear(SongEvent(Path(str(number)), None, AnalysisStep.WAITING), is_quick=True)
    assert (tally.done, tally.total, tally.left) == (0, 10, "")
    for number in range(4):
        tally.hear(SongEvent(Path(str(number)), None, AnalysisStep.FIRST_ANSWER), is_quick=True)
    assert (tally.done, tally.total, tally.left) == (4, 10, "about 1 min left")


@pytest.mark.parametrize(("is_quick", "done"), [(True, 1), (False, 0)])
def test_a_first_answer_ends_only_a_quick_run(is_quick: bool, done: int) -> None:
    tally = Tally(lambda: 0.0)
    tally.hear(SongEvent(Path("a"), None, AnalysisStep.FIRST_ANSWER), is_quick=is_quick)
    assert tally.done == done
