"""The transport: sides, moments, and how much was heard."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import AudioFileError, AudioProblem
from core.types import Match, SongId
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fakes import FakePlayer, HandLanes, overview, song
from ui.presenters.answers import Result
from ui.presenters.decks import Side
from ui.presenters.notices import NoticePresenter, Tone
from ui.presenters.transport import TransportPresenter
from ui.presenters.verbs import Lane

MINE = song("mine")
MATCH = Match(query_s=45.0, song_s=72.0, duration_s=12.0)


class Rig:
    """A transport with everything around it."""

    def __init__(self) -> None:
        self.player = FakePlayer()
        self.workbench = FakeWorkbench(MINE)
        self.lanes = HandLanes()
        self.notices = NoticePresenter()
        self.transport = TransportPresenter(
            self.player, self.workbench, lanes=self.lanes, notices=self.notices
        )

    def hear(self, seconds: float) -> None:
        """Let the song play for whole tenths of a second."""
        for _ in range(round(seconds * 10)):
            self.player.advance(0.1)
            self.transport.poll()


@pytest.fixture
def rig() -> Rig:
    return Rig()


def result(match: Match | None = MATCH, *, path: Path | None = Path("/music/theirs.mp3")) -> Result:
    return Result(
        SongId("theirs") if path else None,
        path,
        "theirs",
        "Ines",
        0.9,
        "0.90",
        "alike in sound",
        "backing",
        "",
        match,
        200.0,
        overview("theirs"),
    )


def test_a_result_plays_at_the_match_with_the_open_song_on_the_other_side(rig: Rig) -> None:
    rig.transport.play_match(MINE, result())
    assert rig.player.plays == [("theirs.mp3", 72.0)]
    assert rig.transport.side is Side.B
    mine, theirs = rig.transport.on(Side.A), rig.transport.on(Side.B)
    assert mine is not None
    assert theirs is not None
    assert (mine.meeting_s, theirs.meeting_s) == (45.0, 72.0)


def test_switching_keeps_the_place_in_the_match(rig: Rig) -> None:
    rig.transport.play_match(MINE, result())
    rig.player.advance(3.5)
    rig.transport.switch()
    assert rig.transport.side is Side.A
    assert rig.player.plays[-1] == ("mine.mp3", 48.5)
    rig.player.advance(1.0)
    rig.transport.switch()
    assert rig.player.plays[-1] == ("theirs.mp3", 76.5)


def test_switching_never_leaves_the_other_song(rig: Rig) -> None:
    rig.transport.play_match(MINE, result(Match(query_s=2.0, song_s=72.0, duration_s=12.0)))
    rig.player.seek(10.0)
    rig.transport.switch()
    assert rig.player.plays[-1] == ("mine.mp3", 0.0)


def test_switching_with_one_side_does_nothing(rig: Rig) -> None:
    rig.transport.switch()
    rig.transport.play_song(MINE)
    rig.transport.switch()
    assert rig.player.plays == [("mine.mp3", 0.0)]


def test_play_pause_and_go_on(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.hear(2.0)
    rig.transport.toggle()
    assert not rig.transport.is_playing
    rig.transport.toggle()
    assert rig.transport.is_playing
    assert rig.player.plays == [("mine.mp3", 0.0)]
    assert rig.transport.position_s == pytest.approx(2.0)


def test_a_song_that_came_to_its_end_begins_again(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.player.state = replace(rig.player.state, position_s=240.0, is_playing=False)
    rig.transport.poll()
    rig.transport.toggle()
    assert rig.player.plays[-1] == ("mine.mp3", 0.0)
    assert rig.transport.is_playing


def test_seeking(rig: Rig) -> None:
    rig.transport.seek(0.5)
    assert rig.player.plays == []
    rig.transport.play_song(MINE)
    rig.transport.seek(0.5)
    assert rig.player.state.position_s == 120.0
    assert rig.transport.position_s == 120.0


def test_what_was_heard_is_told_once_and_jumps_do_not_count(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.hear(3.0)
    rig.transport.seek(0.9)
    rig.hear(2.0)
    rig.transport.play_match(MINE, result())
    rig.lanes.turn()
    ((song_id, heard_s),) = rig.workbench.heard
    assert song_id == "mine"
    assert heard_s == pytest.approx(5.0)


def test_a_slip_of_the_finger_is_no_listen(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.hear(0.5)
    rig.transport.stop()
    rig.lanes.turn()
    assert rig.workbench.heard == []


def test_a_device_that_fails_is_told_once(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    problem = AudioFileError(MINE.path, AudioProblem.VANISHED)
    rig.player.state = replace(rig.player.state, is_playing=False, problem=problem)
    rig.transport.poll()
    assert rig.notices.notice.tone is Tone.TROUBLE
    assert "mine.mp3" in rig.notices.notice.text
    rig.notices.clear()
    rig.transport.poll()
    assert rig.notices.notice.text == ""
    rig.transport.toggle()
    assert len(rig.player.plays) == 2, "the next press tries again"


def test_a_result_of_another_library_is_not_played(rig: Rig) -> None:
    rig.transport.play_match(MINE, result(path=None))
    assert rig.player.plays == []
    assert "not in this library" in rig.notices.notice.text


def test_a_song_that_is_taken_away_falls_silent(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.transport.release(SongId("another"))
    assert rig.transport.deck is not None
    rig.transport.release(MINE.song_id)
    rig.lanes.turn()
    assert rig.transport.deck is None
    assert rig.player.state.path is None


def test_a_song_that_was_started_meanwhile_plays_on(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.transport.release(MINE.song_id)
    rig.transport.play_song(song("next"))
    rig.lanes.turn()
    assert rig.player.state.path == song("next").path
    assert rig.player.state.is_playing


def test_the_file_is_let_go_in_the_lane_that_then_moves_it(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.transport.release(MINE.song_id)
    assert rig.lanes.lanes == [Lane.WRITE]


def test_switching_to_a_faster_copy_keeps_the_moment(rig: Rig) -> None:
    rig.transport.play_match(MINE, replace(result(), pace=1.04))
    rig.player.advance(10.4)
    rig.transport.switch()
    assert rig.player.plays[-1] == ("mine.mp3", pytest.approx(55.0))
    rig.player.advance(10.0)
    rig.transport.switch()
    assert rig.player.plays[-1] == ("theirs.mp3", pytest.approx(72.0 + 1.04 * 20.0))


def test_a_listen_to_a_file_that_is_not_of_the_library_is_not_noted(rig: Rig) -> None:
    rig.transport.play_match(MINE, replace(result(), song_id=None))
    rig.hear(5.0)
    rig.transport.stop()
    rig.lanes.turn()
    assert rig.workbench.heard == []
