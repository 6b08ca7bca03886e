"""The Sync panel without its widgets: what travels, what was refused, the way back."""

import pytest

from core.cluster_types import RowRefusal, SyncState, Withheld
from core.errors import ClusterError, ClusterProblem
from core.types import SongId
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import HandLanes, song
from ui.presenters.deeds import Question
from ui.presenters.notices import NoticePresenter
from ui.presenters.results import ListState
from ui.presenters.sync import SyncPresenter
from ui.presenters.sync_panel import SyncPanelPresenter

MINE = song("mine")


class Rig:
    def __init__(self, sync: FakeSync | None = None) -> None:
        self.sync = sync or FakeSync(waiting=3)
        self.workbench = FakeWorkbench(MINE, song("near"))
        self.lanes = HandLanes()
        self.notices = NoticePresenter()
        presenter = SyncPresenter(self.sync, lanes=self.lanes, notices=self.notices)
        self.panel = SyncPanelPresenter(
            self.workbench, self.sync, sync=presenter, notices=self.notices, lanes=self.lanes
        )
        self.asked: list[Question] = []
        self.panel.asks.connect(self.asked.append)
        presenter.refresh()
        self.lanes.turn()
        self.panel.open(MINE)
        self.lanes.turn()


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_what_will_travel_is_told_with_its_fields(rig: Rig) -> None:
    assert rig.panel.outgoing_words == "3 songs to send · about 340 kB"
    assert rig.panel.fields_words.startswith("Of each song: vectors, fingerprints, duration.")
    assert "Never the sound" in rig.panel.fields_words


def test_nothing_to_send_says_so() -> None:
    rig = Rig(FakeSync(SyncState.IN_STEP, waiting=0))
    assert rig.panel.outgoing_words.startswith("Nothing waits")


def test_titles_can_stay_here(rig: Rig) -> None:
    rig.panel.share_titles(value=False)
    rig.lanes.turn()
    assert rig.panel.travel is not None
    assert not rig.panel.travel.outgoing.shares_titles


def test_refused_songs_are_named_with_the_reason() -> None:
    sync = FakeSync()
    sync.refused = [RowRefusal(SongId("mine"), "no length"), RowRefusal(SongId("gone"), "too big")]
    refused = Rig(sync).panel.travel
    assert refused is not None
    assert [(one.title, one.reason) for one in refused.refused] == [
        ("mine", "no length"),
        ("A song that has left this library", "too big"),
    ]


@pytest.mark.parametrize("whole", [False, True], ids=["song", "library"])
def test_withdrawing_asks_first_and_can_be_undone(rig: Rig, whole: bool) -> None:
    before = Withheld(frozenset({SongId("taken back before")}), is_library=False)
    rig.sync.held = before
    (rig.panel.withdraw_all if whole else rig.panel.withdraw_song)()
    rig.lanes.turn()
    assert rig.sync.withdrawn == [], "nothing happens before the answer"
    (question,) = rig.asked
    assert "not sent again until you share it again" in question.text
    question.act()
    rig.lanes.turn()
    expected = None if whole else ["mine"]
    assert rig.sync.withdrawn == [expected]
    rig.notices.undo()
    rig.lanes.turn()
    assert rig.sync.held == before


def test_a_song_that_stays_here_can_be_shared_again_and_that_undone(rig: Rig) -> None:
    rig.sync.withdraw([MINE.song_id])
    rig.panel.refresh()
    rig.lanes.turn()
    assert rig.panel.is_song_withheld
    assert rig.panel.withheld_words == "1 song stays here until you share it again."
    rig.panel.share_song()
    rig.lanes.turn()
    assert rig.sync.shared == [["mine"]]
    assert rig.notices.notice.text == "mine travels again with the next sync."
    assert not rig.panel.is_song_withheld
    assert rig.panel.withheld_words == ""
    rig.notices.undo()
    rig.lanes.turn()
    assert rig.panel.is_song_withheld


def test_songs_that_stay_here_are_shared_again_together(rig: Rig) -> None:
    rig.sync.withdraw([SongId("near"), MINE.song_id])
    rig.panel.refresh()
    rig.lanes.turn()
    assert rig.panel.withheld_words == "2 songs stay here until you share them again."
    rig.panel.share_all()
    rig.lanes.turn()
    assert rig.sync.shared == [["mine", "near"]]
    assert rig.notices.notice.text == "2 songs travel again with the next sync."
    rig.panel.share_all()
    rig.lanes.turn()
    assert rig.sync.shared == [["mine", "near"]], "nothing is left to share"


def test_a_library_that_stays_here_says_so_of_songs_to_come(rig: Rig) -> None:
    rig.sync.held = Withheld(frozenset({MINE.song_id}), is_library=True)
    rig.panel.refresh()
    rig.lanes.turn()
    assert rig.panel.withheld_words == (
        "1 song and every song to come stay here until you share the library again."
    )
    rig.panel.share_all()
    rig.lanes.turn()
    assert rig.sync.shared == [None]
    assert not rig.sync.held.is_library
    rig.notices.undo()
    rig.lanes.turn()
    assert rig.sync.held == Withheld(frozenset({MINE.song_id}), is_library=True)


def test_a_change_that_fails_is_told_in_the_panel(rig: Rig) -> None:
    rig.panel.withdraw_song()
    rig.sync.failure = ClusterError("http://host:1", ClusterProblem.FORBIDDEN)
    rig.asked[0].act()
    rig.lanes.turn()
    assert rig.panel.problem.startswith("host:1 does not let this account")


def test_lists_that_cannot_be_asked_for_say_why() -> None:
    sync = FakeSync()
    sync.failure = ClusterError("http://host:1", ClusterProblem.UNREACHABLE)
    rig = Rig(sync)
    assert rig.panel.sides.state is ListState.FAILED
    assert rig.panel.sides.note.startswith("Nothing answers at host:1")


def test_a_change_that_works_takes_the_old_complaint_away(rig: Rig) -> None:
    rig.panel.withdraw_song()
    rig.sync.failure = ClusterError("http://host:1", ClusterProblem.FORBIDDEN)
    rig.asked[0].act()
    rig.lanes.turn()
    rig.panel.refresh()
    rig.sync.failure = None
    rig.lanes.turn()
    assert rig.panel.problem, "reading the panel did not do what was asked for"
    rig.asked[0].act()
    rig.lanes.turn()
    assert rig.panel.problem == ""


def test_a_failure_about_another_song_is_not_shown_with_the_open_one(rig: Rig) -> None:
    rig.sync.failure = ClusterError("http://host:1", ClusterProblem.UNREACHABLE)
    rig.panel.refresh()
    rig.panel.open(None)
    rig.lanes.turn()
    assert rig.panel.sides.state is ListState.NO_SONG


def test_no_page_claims_what_no_cluster_has_said() -> None:
    rig = Rig(FakeSync(SyncState.NOT_SET_UP, waiting=0))
    assert rig.panel.refused_words.startswith("No cluster is set up.")
    assert rig.panel.outgoing_words == "Nothing waits to be sent."
    assert rig.panel.sides.state is ListState.EMPTY
    assert rig.panel.sides.note.startswith("No cluster is set up. Sign in,")
    rig.panel.sync.sign_in("https://host:19530", user="ines", password="x")
    rig.lanes.turn()
    assert rig.panel.refused_words == "The cluster has refused no song of this library so far."
    assert rig.panel.sides.note.startswith("The cluster has no list for this song yet.")


def test_a_panel_that_opens_before_the_cluster_is_known_asks_it_later() -> None:
    sync, lanes, notices = FakeSync(), HandLanes(), NoticePresenter()
    presenter = SyncPresenter(sync, lanes=lanes, notices=notices)
    panel = SyncPanelPresenter(
        FakeWorkbench(MINE), sync, sync=presenter, notices=notices, lanes=lanes
    )
    panel.open(MINE)
    assert panel.refused_words == ""
    lanes.turn()
    assert panel.sides.state is ListState.NO_SONG
    presenter.refresh()
    lanes.turn()
    assert panel.sides.state is ListState.EMPTY


def test_a_closed_panel_asks_nothing(rig: Rig) -> None:
    rig.panel.close()
    before = len(rig.lanes.lanes)
    rig.panel.refresh()
    assert len(rig.lanes.lanes) == before
