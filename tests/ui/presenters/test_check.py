"""The check before release: what is asked, in which order, and what is never said."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.cluster_types import CatalogueVerdict, SyncState
from core.copy_types import CheckReport
from core.errors import AudioFileError, AudioProblem, ClusterError, ClusterProblem, UnknownSongError
from core.types import (
    CatalogueId,
    Confidence,
    Float32Array,
    Overlap,
    PairVerdict,
    SongId,
    Stem,
    Verdict,
)
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import FakePlayer, HandLanes, song
from ui.presenters.check import CheckPresenter
from ui.presenters.findings import CANT_TELL, NOT_ASKED, Where
from ui.presenters.notices import NoticePresenter
from ui.presenters.results import ListState
from ui.presenters.transport import TransportPresenter

DEMO = Path("/music/demo.wav")
FILE = SongId("the file")
BACKING = PairVerdict(
    FILE, SongId("near"), Verdict.SAME_BACKING, 0.81, Overlap(3.0, 12.0, 150.0), Confidence.LIKELY
)
ELSEWHERE = CatalogueVerdict(
    CatalogueId("other:1"),
    "",
    "",
    Verdict.SAME_RECORDING,
    0.97,
    Overlap(0.0, 0.0, 200.0, 1.01),
    Confidence.SURE,
)


class Rig:
    def __init__(self, *, state: SyncState = SyncState.IN_STEP) -> None:
        self.workbench = FakeWorkbench(song("near", "Ines"), song("far"))
        self.sync = FakeSync(state)
        self.player = FakePlayer()
        self.lanes = HandLanes()
        self.notices = NoticePresenter()
        transport = TransportPresenter(
            self.player, self.workbench, lanes=self.lanes, notices=self.notices
        )
        self.check = CheckPresenter(
            self.workbench, self.sync, transport=transport, lanes=self.lanes
        )
        near = tuple(self.workbench.similar(SongId("far")))
        self.report = CheckReport(DEMO, (), near, (), (), (), 200.0)

    def run(self, *verdicts: PairVerdict) -> None:
        self.workbench.checks[DEMO] = replace(self.report, verdicts=verdicts)
        self.check.check(DEMO)
        self.lanes.turn()

    def ask(self) -> None:
        """Ask the catalogue, as the button does."""
        self.check.ask_catalogue()
        self.lanes.turn()

    @property
    def here(self) -> list[str]:
        return [result.title for result in self.check.places[Where.HERE].results]


def headline(rig: Rig, where: Where) -> str:
    return rig.check.places[where].found.headline


def test_what_is_close_is_listed_first_with_its_evidence_and_once() -> None:
    rig = Rig()
    rig.run(BACKING)
    assert rig.here == ["near"]
    line = rig.check.places[Where.HERE].results[0]
    assert line.label == "same backing · likely"
    assert line.why == "their 0:12 to 2:42\nyour 0:03 to 2:33"
    assert headline(rig, Where.HERE) == (
        "Close: the same backing as 1 song. Listen before you release."
    )


def test_a_song_that_is_near_by_both_stems_is_listed_once_by_the_nearer_one() -> None:
    rig = Rig()
    by_mix, lower = (
        rig.report.near[0],
        replace(rig.report.near[0], song_id=SongId("far"), score=0.5),
    )
    by_backing = replace(by_mix, stem=Stem.BACKING, score=by_mix.score + 0.02)
    rig.report = replace(rig.report, near=(lower, by_mix), near_backing=(by_backing,))
    rig.run()
    assert rig.here == ["near", "far"]
    line = rig.check.places[Where.HERE].results[0]
    assert (line.label, line.figure) == ("near, by backing", "0.99")


def test_nothing_recognised_is_cant_tell_and_never_different() -> None:
    rig = Rig()
    rig.run()
    assert rig.here == ["near"], "what sounds near is shown all the same"
    assert headline(rig, Where.HERE) == CANT_TELL
    rig.ask()
    assert headline(rig, Where.CATALOGUE) == CANT_TELL


def test_a_song_that_leaves_while_it_is_put_into_words_is_listed_without_its_wave() -> None:
    rig = Rig()

    def gone(song_id: SongId) -> Float32Array:
        raise UnknownSongError(song_id)

    rig.workbench.overview = gone  # type: ignore[method-assign]  # taken out meanwhile
    rig.run(BACKING)
    assert rig.here == ["near"]
    assert not rig.check.places[Where.HERE].results[0].overview.size


def test_an_unsure_proof_is_said_as_one() -> None:
    rig = Rig()
    rig.run(replace(BACKING, confidence=Confidence.UNSURE))
    assert headline(rig, Where.HERE).startswith("Perhaps close:")


def test_the_catalogue_is_asked_only_when_the_user_says_so() -> None:
    rig = Rig()
    assert "unless you then ask the catalogue" in rig.check.note
    rig.run(BACKING)
    assert rig.sync.checked == []
    offer = rig.check.places[Where.CATALOGUE].found
    assert offer.state is ListState.TO_COME
    assert offer.headline.startswith("Asking PROD sends one vector of this demo")
    assert rig.check.note == "Nothing was added, and the sound stayed on this machine."
    assert not rig.check.is_running
    rig.ask()
    assert rig.sync.checked == [200.0]
    assert rig.check.note.endswith("One vector was sent to PROD.")


def test_the_catalogue_is_asked_with_what_was_heard_and_its_songs_stay_unnamed() -> None:
    rig = Rig()
    rig.sync.found = [ELSEWHERE]
    rig.run()
    rig.ask()
    assert rig.sync.checked == [200.0]
    (line,) = rig.check.places[Where.CATALOGUE].results
    assert (line.title, line.path) == ("A song of another library", None)
    assert "yours is 1.0 % faster" in line.why
    assert rig.check.note.endswith("One vector was sent to PROD.")
    rig.check.play(line)
    assert "can't be played here" in rig.notices.notice.text


def test_without_a_cluster_only_the_library_is_asked() -> None:
    rig = Rig(state=SyncState.NOT_SET_UP)
    rig.run(BACKING)
    rig.ask()
    assert rig.sync.checked == []
    assert headline(rig, Where.CATALOGUE) == NOT_ASKED
    assert "sent" not in rig.check.note


def test_a_cluster_that_is_down_does_not_take_the_library_s_answer_away() -> None:
    rig = Rig()
    rig.sync.failure = ClusterError("http://host:19530", ClusterProblem.UNREACHABLE)
    rig.run(BACKING)
    rig.ask()
    assert rig.here == ["near"]
    there = rig.check.places[Where.CATALOGUE].found
    assert there.state is ListState.FAILED
    assert there.headline.startswith("Nothing answers at host:19530")
    assert not rig.check.is_running
    assert rig.check.note.endswith("One vector may have gone to PROD."), "nobody knows how far"
    rig.sync.failure = None
    rig.ask()
    assert rig.check.note.endswith("One vector was sent to PROD.")


def test_a_file_that_cannot_be_read_says_why() -> None:
    rig = Rig()
    rig.workbench.failure = AudioFileError(DEMO, AudioProblem.DAMAGED)
    rig.run()
    assert rig.check.places[Where.HERE].found.state is ListState.FAILED
    assert headline(rig, Where.HERE).startswith("demo.wav is damaged")
    there = rig.check.places[Where.CATALOGUE].found
    assert there.headline == "Not asked, since the demo could not be checked here."
    assert there.state is not ListState.TO_COME, "nothing is left to ask about"
    rig.workbench.checks[DEMO] = rig.report
    rig.check.again()
    rig.lanes.turn()
    assert rig.here == ["near"]


def test_a_check_can_be_stopped() -> None:
    rig = Rig()
    rig.workbench.checks[DEMO] = rig.report
    rig.check.check(DEMO)
    assert rig.check.is_running
    rig.check.cancel()
    rig.lanes.turn()
    assert (rig.check.name, rig.check.is_running) == ("", False)
    assert rig.check.places[Where.HERE].found.state is ListState.NO_SONG


def test_a_stop_while_the_catalogue_is_asked_keeps_the_library_s_answer() -> None:
    rig = Rig()
    rig.run(BACKING)
    rig.check.ask_catalogue()
    assert rig.check.words == "Asking the catalogue"
    assert rig.check.note.endswith("One vector is on its way to PROD.")
    rig.check.cancel()
    rig.lanes.turn()
    assert not rig.check.is_running
    assert (rig.check.name, rig.here) == ("demo.wav", ["near"])
    assert headline(rig, Where.CATALOGUE) == "Not asked to the end: you stopped."
    assert rig.check.note.endswith("One vector may have gone to PROD.")
    rig.ask()
    assert headline(rig, Where.CATALOGUE) == CANT_TELL


def test_the_demo_is_heard_beside_what_it_is_close_to() -> None:
    rig = Rig()
    rig.run(BACKING)
    line = rig.check.places[Where.HERE].results[0]
    rig.check.switch(line)
    assert rig.player.plays == [("near.mp3", 12.0)]
    rig.player.advance(10.0)
    rig.check.switch(line)
    assert rig.player.plays[-1] == ("demo.wav", pytest.approx(13.0))


def test_nothing_is_added() -> None:
    rig = Rig()
    before = rig.workbench.songs()
    rig.run(BACKING)
    assert rig.workbench.songs() == before
    assert rig.workbench.log == []
