"""Levels, stems, loops, volume and devices, as the transport hears and tells them."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.audio.moments import Loop
from core.errors import AudioFileError, AudioProblem, SoundError
from core.settings import SoundChoices
from core.types import Level, Stem
from tests.ui.fakes import song
from tests.ui.presenters.test_transport import MATCH, MINE, Rig, result
from ui.presenters.decks import Side
from ui.presenters.notices import Tone


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig()
    rig.workbench.listening.folder = tmp_path
    rig.workbench.listening.levels = {"mine": Level(-9.0, 1.0), "theirs": Level(-13.5, 0.7)}
    return rig


def test_the_louder_side_is_lowered_once_both_are_known(rig: Rig) -> None:
    rig.transport.play_match(MINE, result())
    assert rig.transport.gain_db is None, "not known yet, and it plays all the same"
    rig.lanes.turn()
    assert rig.transport.gain_db == rig.player.gain_db == 0.0
    rig.transport.switch()
    assert rig.transport.gain_db == rig.player.gain_db == -4.5
    rig.transport.sound.match_levels()
    assert rig.player.gain_db == 0.0
    assert rig.transport.gain_db is None
    rig.transport.sound.match_levels()
    assert rig.player.gain_db == -4.5


def test_a_song_alone_is_not_lowered(rig: Rig) -> None:
    rig.transport.play_match(MINE, result())
    rig.lanes.turn()
    rig.transport.play_song(MINE)
    assert rig.player.gain_db == 0.0
    assert rig.transport.gain_db is None


def test_a_loop_is_the_match_or_else_the_song(rig: Rig) -> None:
    rig.transport.toggle_loop()
    rig.transport.play_match(MINE, result())
    assert rig.player.loop == Loop(72.0, 72.0 + MATCH.duration_s)
    rig.transport.switch()
    assert rig.player.loop == Loop(45.0, 45.0 + MATCH.duration_s)
    rig.transport.play_song(MINE)
    assert rig.player.loop == Loop()
    rig.player.advance(7.0)
    rig.transport.toggle_loop()
    assert rig.player.loop is None
    assert rig.player.plays[-1] == ("mine.mp3", 7.0), "from the same moment on"


def test_a_loop_never_counts_for_more_than_the_song(rig: Rig) -> None:
    short = song("short", duration_s=5.0)
    rig.transport.play_song(short)
    for _ in range(3):
        rig.hear(4.0)
        rig.player.seek(0.0)  # as a loop does
        rig.transport.poll()
    rig.transport.stop()
    rig.lanes.turn()
    ((_, heard_s),) = rig.workbench.heard
    assert heard_s == 5.0


def test_a_stem_is_heard_from_the_same_moment_once_it_is_there(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.player.advance(3.0)
    rig.transport.choose_stem(Stem.BACKING)
    assert rig.transport.stems.percent == 0
    assert rig.player.plays == [("mine.mp3", 0.0)], "the mix goes on meanwhile"
    rig.lanes.turn()
    assert rig.transport.stems.percent is None
    assert rig.player.plays[-1] == ("mine.backing.flac", 3.0)
    rig.transport.choose_stem(Stem.MIX)
    assert rig.player.plays[-1] == ("mine.mp3", 3.0)
    rig.transport.choose_stem(Stem.BACKING)
    assert rig.player.plays[-1] == ("mine.backing.flac", 3.0), "known by now"


def test_both_sides_are_separated_the_heard_one_first(rig: Rig) -> None:
    rig.transport.play_match(MINE, result())
    rig.transport.choose_stem(Stem.VOCAL)
    rig.lanes.turn()
    separated = rig.workbench.listening.separated
    assert separated == [("theirs", Stem.VOCAL), ("mine", Stem.VOCAL)]
    rig.transport.switch()
    assert rig.player.plays[-1][0] == "mine.vocal.flac"


def test_seek_pause_and_listens_work_on_a_stem(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.transport.choose_stem(Stem.BACKING)
    rig.lanes.turn()
    rig.hear(3.0)
    rig.transport.seek(0.5)
    rig.transport.toggle()
    rig.transport.toggle()
    assert rig.player.state.path == rig.workbench.listening.folder / "mine.backing.flac"
    assert rig.player.state.position_s == 120.0
    rig.transport.stop()
    rig.lanes.turn()
    assert rig.workbench.heard == [(MINE.song_id, pytest.approx(3.0))]


def test_separating_can_be_stopped_and_can_fail(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.transport.choose_stem(Stem.BACKING)
    rig.transport.stems.stop()
    rig.lanes.turn()
    assert rig.transport.stems.stem is Stem.MIX
    assert rig.workbench.listening.separated == []
    rig.workbench.listening.failure = AudioFileError(MINE.path, AudioProblem.DAMAGED)
    rig.transport.choose_stem(Stem.BACKING)
    rig.lanes.turn()
    assert rig.transport.stems.stem is Stem.MIX
    assert rig.notices.notice.tone is Tone.TROUBLE


def test_volume_and_device_are_remembered_and_restored(rig: Rig) -> None:
    sound = rig.transport.sound
    for share in (0.9, 0.5, 0.3):
        sound.set_volume(share)
    assert rig.player.volume == 0.3
    rig.lanes.turn()
    sound.look_for_devices()
    rig.lanes.turn()
    assert sound.devices == ["Headphones", "Speakers"]
    sound.choose_device("Speakers")
    sound.mute()
    rig.lanes.turn()
    assert rig.player.device == "Speakers"
    assert rig.player.volume == 0.0
    kept = rig.workbench.listening.kept
    assert kept == SoundChoices(volume=0.3, is_muted=True, device="Speakers")
    again = Rig()
    again.workbench.listening.kept = replace(kept, is_muted=False)
    again.transport.sound.open()
    again.lanes.turn()
    assert (again.player.volume, again.player.device) == (0.3, "Speakers")


def test_a_device_that_vanished_is_told_once(rig: Rig) -> None:
    rig.transport.play_song(MINE)
    rig.player.state = replace(rig.player.state, fallback=SoundError("Headphones"))
    rig.transport.poll()
    assert "Headphones is gone" in rig.notices.notice.text
    rig.notices.clear()
    rig.transport.poll()
    assert rig.notices.notice.text == ""
    assert rig.transport.side is Side.A
