"""The Sync button: its words, what a press does, and what goes wrong."""

import pytest

from core.cluster_types import SyncState
from core.errors import ClusterError, ClusterProblem
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import HandLanes
from ui.presenters.notices import NoticePresenter, Tone
from ui.presenters.sync import STATES, SyncPresenter


class Rig:
    def __init__(self, sync: FakeSync) -> None:
        self.sync = sync
        self.lanes = HandLanes()
        self.notices = NoticePresenter()
        self.presenter = SyncPresenter(sync, lanes=self.lanes, notices=self.notices)
        self.presenter.refresh()
        self.lanes.turn()


def test_the_button_says_how_many_songs_wait() -> None:
    rig = Rig(FakeSync(waiting=1234))
    assert rig.presenter.button == "Sync · 1,234 to send"
    assert rig.presenter.words == "PROD: changes to send"


def test_every_state_has_words() -> None:
    assert set(STATES) == set(SyncState)


def test_a_press_syncs_and_says_what_happened() -> None:
    rig = Rig(FakeSync(waiting=3))
    synced: list[None] = []
    rig.presenter.synced.connect(synced.append)
    rig.presenter.press()
    assert rig.presenter.button == "Stop syncing"
    assert rig.presenter.state is SyncState.SYNCING
    rig.lanes.turn()
    assert (rig.presenter.button, rig.presenter.words) == ("Sync", "PROD: in step")
    assert rig.notices.notice.text.startswith("Sent 3 songs.")
    assert synced == [None]


def test_a_second_press_stops_silently() -> None:
    rig = Rig(FakeSync())
    rig.presenter.press()
    rig.presenter.press()
    rig.lanes.turn()
    assert not rig.presenter.is_running
    assert rig.sync.to_send == 12
    assert rig.notices.notice.text == ""


def test_a_cluster_that_is_down_is_told_in_place() -> None:
    rig = Rig(FakeSync())
    rig.sync.failure = ClusterError("http://host:19530", ClusterProblem.UNREACHABLE)
    rig.presenter.press()
    rig.lanes.turn()
    assert rig.notices.notice.tone is Tone.TROUBLE
    assert "host:19530" in rig.notices.notice.text
    assert rig.presenter.words == "PROD: offline; everything here still works"
    assert rig.presenter.button == "Sync · 12 to send"


def test_without_a_cluster_a_press_asks_for_one() -> None:
    rig = Rig(FakeSync(SyncState.NOT_SET_UP, waiting=0))
    asked: list[None] = []
    rig.presenter.asks_sign_in.connect(asked.append)
    assert (rig.presenter.button, rig.presenter.words) == ("Set up Sync", "No cluster set up")
    rig.presenter.press()
    assert asked == [None]
    assert not rig.presenter.is_running


@pytest.mark.parametrize(
    ("user", "password", "token"),
    [("ines", "se:cret", "ines:se:cret"), ("", "", ""), (" ines ", "x", "ines:x")],
)
def test_signing_in_remembers_the_cluster_and_sends_nothing_yet(
    user: str, password: str, token: str
) -> None:
    rig = Rig(FakeSync(SyncState.NOT_SET_UP, waiting=2))
    answers: list[str] = []
    asked: list[None] = []
    rig.presenter.signed_in.connect(answers.append)
    rig.presenter.asks_first.connect(asked.append)
    rig.presenter.sign_in(" https://host:19530 ", user=user, password=password)
    rig.lanes.turn()
    assert rig.sync.signed_in == [("https://host:19530", token)]
    assert answers == [""]
    assert asked == [None], "what will travel is shown first"
    assert rig.sync.to_send == 2


def test_a_press_before_the_sign_in_sends_nothing_unseen() -> None:
    sync = FakeSync(SyncState.NOT_SET_UP, waiting=2)
    lanes = HandLanes()
    presenter = SyncPresenter(sync, lanes=lanes, notices=NoticePresenter())
    presenter.press()
    presenter.sign_in("https://host:19530", user="ines", password="x")
    lanes.turn()
    assert sync.signed_in
    assert sync.to_send == 2, "what will travel is shown first"


def test_a_sign_in_that_fails_says_why() -> None:
    rig = Rig(FakeSync(SyncState.NOT_SET_UP, waiting=0))
    answers: list[str] = []
    rig.presenter.signed_in.connect(answers.append)
    rig.presenter.sign_in("", user="", password="")
    rig.sync.failure = ClusterError("https://host", ClusterProblem.SIGN_IN)
    rig.presenter.sign_in("https://host", user="ines", password="wrong")
    rig.lanes.turn()
    assert answers[0].startswith("Type the address")
    assert answers[1] == "host did not accept this user and password. Sign in again."
    assert not rig.presenter.is_running


def test_many_refreshes_are_few_questions() -> None:
    rig = Rig(FakeSync())
    rig.lanes.lanes.clear()
    for _ in range(10):
        rig.presenter.refresh()
    rig.lanes.turn()
    assert len(rig.lanes.lanes) == 2
