"""The Duplicates screen without its widgets: which set and copy, what is heard, what is done."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.copy_types import ActionKind, DuplicateGroup
from core.errors import LibraryError, LibraryProblem, TrashError, TrashProblem
from core.types import Confidence, Decision, Overlap, SongId, Verdict
from tests.ui.fake_library import FakeWorkbench, group
from tests.ui.fakes import FakePlayer, HandLanes, pair, song
from ui.presenters.decks import Side
from ui.presenters.deeds import Deeds, Question, done_outside
from ui.presenters.duplicate_actions import DuplicateActions
from ui.presenters.duplicates import DuplicatesPresenter
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import NoticePresenter, Offer, Tone
from ui.presenters.results import ListState
from ui.presenters.rows import read_snapshot
from ui.presenters.transport import TransportPresenter


class Rig:
    """Three copies of one song, a pair of copies, and a related pair; everything around them."""

    def __init__(self) -> None:
        names = ("best", "second", "third", "x", "y", "clip")
        self.workbench = FakeWorkbench(*map(song, names))
        proofs = [
            pair("best", "second", Verdict.SAME_RECORDING),
            replace(
                pair("best", "third", Verdict.SAME_RECORDING, score=0.93),
                overlap=Overlap(10.0, 0.0, 100.0, 1.02),
                confidence=Confidence.LIKELY,
            ),
            pair("x", "y", Verdict.EXACT_FILE, score=1.0),
        ]
        self.workbench.pairs = [*proofs, pair("x", "clip", Verdict.SAME_BACKING, score=0.8)]
        self.lanes = HandLanes()
        self.notices = NoticePresenter()
        self.library = LibraryPresenter()
        self.library.load(read_snapshot(self.workbench))
        self.player = FakePlayer()
        self.transport = TransportPresenter(
            self.player, self.workbench, lanes=self.lanes, notices=self.notices
        )
        self.duplicates = DuplicatesPresenter(self.workbench, self.transport, lanes=self.lanes)
        self.deeds = Deeds(self.workbench, self.library, notices=self.notices, lanes=self.lanes)
        self.actions = DuplicateActions(
            self.workbench, self.duplicates, deeds=self.deeds, transport=self.transport
        )
        self.asked: list[Question] = []
        self.actions.asks.connect(self.asked.append)
        self.deeds.changed.connect(lambda _: self.duplicates.refresh())
        self.workbench.groups = self._groups  # type: ignore[method-assign]  # follows the trash
        self.duplicates.want()
        self.lanes.turn()

    def _groups(self) -> list[DuplicateGroup]:
        """The triple and the pair, less what is in the trash or was parted."""
        found = []
        for names in (("best", "second", "third"), ("x", "y")):
            ids = [SongId(name) for name in names if SongId(name) in self.workbench.catalogue.songs]
            proofs = [p for p in self.workbench.duplicates() if {p.a, p.b} <= set(ids)]
            joined = {song_id for p in proofs for song_id in (p.a, p.b)}
            if proofs:
                found.append(group([i for i in ids if i in joined], *proofs))
        return found

    @property
    def open_titles(self) -> list[str]:
        opened = self.duplicates.open_set
        assert opened is not None
        return [one.title for one in opened.songs]


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_the_first_set_opens_with_the_better_copy_chosen(rig: Rig) -> None:
    assert rig.duplicates.state is ListState.FULL
    assert rig.open_titles == ["best", "second", "third"]
    assert rig.duplicates.copy == song("best")
    found = rig.duplicates.comparison
    assert found is not None
    assert (found.mine.title, found.other.title) == ("best", "second")
    assert found.label == "same recording · sure"
    assert found.words == "98.0 % of fingerprint bits agree · over 3:20"
    assert found.waves[0].size and found.waves[1].size


def test_nothing_is_asked_before_the_screen_is_opened() -> None:
    workbench, lanes = FakeWorkbench(song("a")), HandLanes()
    transport = TransportPresenter(FakePlayer(), workbench, lanes=lanes, notices=NoticePresenter())
    duplicates = DuplicatesPresenter(workbench, transport, lanes=lanes)
    duplicates.refresh()
    assert lanes.lanes == []
    duplicates.want()
    lanes.turn()
    assert duplicates.state is ListState.EMPTY
    assert duplicates.note.endswith(".")


def test_a_hidden_screen_asks_once_when_it_is_shown_again(rig: Rig) -> None:
    rig.duplicates.hide()
    rig.lanes.lanes.clear()
    rig.workbench.pairs.append(pair("third", "clip", Verdict.EXCERPT))
    for _ in range(10):
        rig.duplicates.refresh()
    rig.lanes.turn()
    assert rig.lanes.lanes == [], "a batch that comes in is none of a hidden screen's business"
    rig.duplicates.want()
    rig.duplicates.show(SongId("clip"))
    assert rig.open_titles == ["x", "clip"], "what is known is shown at once"
    rig.lanes.turn()
    assert len(rig.duplicates.sets) == 4


def test_a_song_that_came_while_the_screen_was_hidden_is_shown_once_it_is_known(rig: Rig) -> None:
    rig.duplicates.hide()
    new = song("new")
    rig.workbench.catalogue.songs[new.song_id] = new
    rig.workbench.pairs.append(pair("best", "new", Verdict.VERSION))
    rig.duplicates.refresh()
    rig.duplicates.want()
    rig.duplicates.show(new.song_id)
    rig.lanes.turn()
    assert rig.open_titles == ["best", "new"]


def test_a_deed_without_new_songs_does_not_list_the_library_anew(rig: Rig) -> None:
    listed: list[None] = []
    rig.library.listed.connect(listed.append)
    rig.actions.copy_tags()
    rig.lanes.turn()
    assert rig.workbench.tagged
    assert listed == []


def test_a_failure_stays_with_its_retry_whatever_song_is_asked_for(rig: Rig) -> None:
    groups = rig.workbench.groups

    def fail() -> list[DuplicateGroup]:
        raise LibraryError(Path("/library"), LibraryProblem.DAMAGED)

    rig.workbench.groups = fail  # type: ignore[method-assign]  # the library is damaged
    rig.duplicates.refresh()
    rig.lanes.turn()
    rig.duplicates.show(SongId("clip"))
    rig.duplicates.search("clip")
    assert rig.duplicates.state is ListState.FAILED
    assert rig.duplicates.note.startswith("The library")
    rig.workbench.groups = groups  # type: ignore[method-assign]  # and mended
    rig.duplicates.refresh()
    assert rig.duplicates.state is ListState.LOADING
    rig.lanes.turn()
    assert rig.duplicates.state is ListState.FULL
    assert rig.open_titles == ["x", "clip"]


def test_a_faster_copy_is_heard_at_the_same_moment(rig: Rig) -> None:
    rig.duplicates.choose_copy(2)
    found = rig.duplicates.comparison
    assert found is not None
    assert found.words.endswith("over 1:40 · A is 2.0 % faster")
    rig.duplicates.play()
    assert rig.player.plays == [("third.mp3", 0.0)]
    rig.player.advance(51.0)
    rig.duplicates.switch()
    assert rig.player.plays[-1] == ("best.mp3", pytest.approx(60.0))


def test_a_click_on_a_wave_is_heard_there(rig: Rig) -> None:
    rig.duplicates.seek(Side.A, 0.5)
    assert rig.transport.side is Side.A
    assert rig.player.plays[-1] == ("best.mp3", 120.0)
    rig.duplicates.seek(Side.B, 0.25)
    assert rig.player.plays[-1] == ("second.mp3", 60.0)


def test_search_shows_the_sets_that_fit_and_keeps_the_open_one(rig: Rig) -> None:
    rig.duplicates.choose(1)
    rig.duplicates.search("Y")
    assert rig.open_titles == ["x", "y"]
    rig.duplicates.search("no such song")
    assert rig.duplicates.state is ListState.EMPTY
    assert rig.duplicates.open_set is None
    rig.duplicates.search("")
    assert rig.open_titles == ["x", "y"]


def test_a_song_can_be_shown_before_the_sets_are_known() -> None:
    rig = Rig()
    fresh = DuplicatesPresenter(rig.workbench, rig.transport, lanes=rig.lanes)
    fresh.want()
    fresh.show(SongId("clip"))
    rig.lanes.turn()
    assert fresh.open_set is not None
    assert "clip" in [one.title for one in fresh.open_set.songs]


def test_keeping_asks_first_moves_the_others_and_can_be_undone(rig: Rig) -> None:
    rig.duplicates.choose_copy(1)
    rig.actions.keep()
    (question,) = rig.asked
    assert question.text.startswith("best.mp3 is the better copy. best.mp3, third.mp3 will go to")
    assert "second.mp3 stays as it is" in question.text
    rig.lanes.turn()
    assert rig.workbench.trash == {}, "nothing happens before the answer"
    question.act()
    rig.lanes.turn()
    assert set(rig.workbench.trash) == {"best", "third"}
    assert rig.notices.notice.text == "2 files moved to the trash; second.mp3 is kept."
    assert rig.notices.notice.offer is Offer.UNDO
    assert rig.library.row_of_song(SongId("best")) is None
    assert rig.open_titles == ["x", "y"]
    rig.notices.undo()
    rig.lanes.turn()
    assert rig.workbench.trash == {}
    assert rig.library.row_of_song(SongId("best")) is not None
    assert rig.notices.notice.text == "2 songs: out of the trash, and in place again."
    assert len(rig.duplicates.sets) == 3


def test_one_copy_can_be_trashed(rig: Rig) -> None:
    rig.duplicates.choose_copy(2)
    rig.actions.trash()
    rig.asked[0].act()
    rig.lanes.turn()
    assert set(rig.workbench.trash) == {"third"}
    assert rig.open_titles == ["best", "second"]


def test_the_chosen_copy_stays_chosen_where_another_becomes_the_better_one(rig: Rig) -> None:
    rig.duplicates.choose_copy(1)
    assert rig.duplicates.copy == song("second")
    proofs = rig.workbench.pairs[:2]
    rig.workbench.groups = lambda: [group(("third", "best", "second"), *proofs)]  # type: ignore[method-assign]  # another order
    rig.duplicates.refresh()
    rig.lanes.turn()
    assert rig.open_titles == ["third", "best", "second"]
    assert rig.duplicates.copy == song("second")
    assert rig.duplicates.copy_index == 2
    rig.duplicates.choose_copy(0)
    assert rig.duplicates.copy == song("third")


def test_a_group_that_lost_one_of_three_stays_open_wherever_it_is_listed(rig: Rig) -> None:
    rig.duplicates.choose_copy(2)
    rig.workbench.keep(SongId("third"), others=[SongId("best")])
    left, other = rig.workbench.pairs[1], rig.workbench.pairs[2]
    rig.workbench.groups = lambda: [  # type: ignore[method-assign]  # the smaller one is listed later
        group(("x", "y"), other),
        group(("second", "third"), left),
    ]
    rig.duplicates.refresh()
    rig.lanes.turn()
    assert rig.open_titles == ["second", "third"]
    assert rig.duplicates.copy == song("third")


def test_two_relations_of_the_same_songs_can_both_be_opened(rig: Rig) -> None:
    rig.workbench.pairs.append(pair("x", "clip", Verdict.EXCERPT))
    rig.duplicates.refresh()
    rig.lanes.turn()
    last = len(rig.duplicates.sets) - 1
    rig.duplicates.choose(last - 1)
    rig.duplicates.choose(last)
    assert rig.duplicates.index == last


def test_what_plays_falls_silent_before_its_file_is_moved(rig: Rig) -> None:
    rig.duplicates.play()
    rig.actions.keep()
    rig.asked[0].act()
    rig.lanes.turn()
    assert rig.player.state.path is None


def test_a_trash_that_refuses_changes_nothing(rig: Rig) -> None:
    rig.workbench.failure = TrashError(song("second").path, TrashProblem.NO_TRASH)
    rig.actions.keep()
    rig.asked[0].act()
    rig.lanes.turn()
    assert rig.notices.notice.tone is Tone.TROUBLE
    assert rig.notices.notice.text.startswith("The disk that holds second.mp3 has no trash")
    assert rig.library.row_of_song(SongId("second")) is not None


def test_nothing_of_a_related_pair_is_offered_to_the_trash(rig: Rig) -> None:
    rig.duplicates.choose(2)
    rig.actions.keep()
    rig.actions.trash()
    assert rig.asked == []


def test_tags_are_copied_from_the_chosen_copy(rig: Rig) -> None:
    rig.duplicates.choose_copy(1)
    rig.actions.copy_tags()
    rig.lanes.turn()
    assert rig.workbench.tagged == [("second", ("best", "third"))]
    assert rig.notices.notice.text == "2 files now have the tags of second.mp3."


def test_decisions_are_of_the_compared_songs_and_can_be_undone(rig: Rig) -> None:
    rig.duplicates.choose_copy(2)
    rig.actions.not_a_duplicate()
    rig.lanes.turn()
    parted = frozenset(map(SongId, ("best", "third")))
    assert rig.workbench.decided == {parted: Decision.NOT_DUPLICATE}
    assert rig.open_titles == ["best", "second"]
    rig.notices.undo()
    rig.lanes.turn()
    assert rig.workbench.decided == {}
    rig.duplicates.choose(2)
    rig.actions.same_song()
    rig.lanes.turn()
    assert list(rig.workbench.decided.values()) == [Decision.SAME_SONG]


def test_songs_of_one_title_are_named_by_their_files(rig: Rig) -> None:
    shelf = rig.workbench.catalogue.songs
    for name in ("best", "third", "x", "clip"):
        shelf[SongId(name)] = replace(shelf[SongId(name)], title="Aberrations")
    rig.duplicates.refresh()
    rig.lanes.turn()
    rig.duplicates.choose_copy(1)
    rig.actions.not_a_duplicate()
    rig.lanes.turn()
    assert rig.notices.notice.text == "second.mp3 is no duplicate of best.mp3.", "not third.mp3"
    rig.notices.undo()
    rig.lanes.turn()
    related = rig.duplicates.sets[2]
    assert related.detail == "clip.mp3"
    assert related.why == "clip.mp3 has the same backing."


def test_files_of_one_name_are_asked_about_with_their_folders(rig: Rig) -> None:
    shelf = rig.workbench.catalogue.songs
    for name, path in (("x", Path("/old/take.mp3")), ("y", Path("/new/take.mp3"))):
        shelf[SongId(name)] = replace(shelf[SongId(name)], path=path)
    rig.duplicates.refresh()
    rig.lanes.turn()
    rig.duplicates.choose(1)
    rig.actions.keep()
    assert "take.mp3 in /new will go" in rig.asked[0].text
    assert "take.mp3 in /old stays as it is" in rig.asked[0].text


def test_undo_of_what_was_done_before_the_window_was_opened_asks_first(rig: Rig) -> None:
    asked: list[Question] = []
    rig.deeds.asks.connect(asked.append)
    rig.workbench.keep(SongId("x"), others=[SongId("y")])
    rig.library.remove(song("y").path)
    rig.notices.undo()
    rig.lanes.turn()
    assert rig.library.row_of_song(SongId("y")) is None, "nothing happens before the answer"
    (question,) = asked
    assert question.text.startswith("Outside this window, on ")
    assert ", 1 song was moved to the trash. Should that be taken back?" in question.text
    question.act()
    rig.lanes.turn()
    assert rig.library.row_of_song(SongId("y")) is not None
    assert rig.notices.notice.text == "y: out of the trash, and in place again."
    rig.notices.undo()
    rig.lanes.turn()
    assert rig.notices.notice.text == "Nothing to undo."
    assert len(asked) == 1


def test_an_earlier_word_on_two_songs_is_asked_about_by_their_names(rig: Rig) -> None:
    asked: list[Question] = []
    rig.deeds.asks.connect(asked.append)
    rig.workbench.decide(SongId("x"), SongId("y"), decision=Decision.NOT_DUPLICATE)
    rig.notices.undo()
    rig.lanes.turn()
    assert ", x and y were judged by hand." in asked[0].text


def test_every_deed_has_words() -> None:
    said = {done_outside(kind, 1) for kind in ActionKind}
    assert len(said) == len(ActionKind) and None not in said
