"""The list of neighbours in the real window."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from core.errors import SettingsError
from core.settings import Weights
from core.types import Stem, Verdict
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import FakePlayer, pair, song
from tests.ui.rig import WindowRig
from ui.presenters.answers import Tab


def titles(rig: WindowRig) -> list[str]:
    return [result.title for result in rig.window.presenter.page.lists[Tab.NEIGHBOURS].results]


def test_copies_of_the_open_song_are_hidden_and_come_back(qtbot: QtBot) -> None:
    workbench = FakeWorkbench(song("mine", added_at=3.0), song("copy"), song("other"))
    workbench.pairs = [pair("mine", "copy", Verdict.SAME_RECORDING)]
    rig = WindowRig(qtbot, workbench, FakeSync(), player=FakePlayer())
    rig.settle()
    rig.choose("mine")
    box = rig.find(QCheckBox, "hideCopiesBox")
    assert titles(rig) == ["copy", "other"]
    box.setFocus()
    rig.press(Qt.Key.Key_Space)
    rig.settle()
    assert (box.isChecked(), titles(rig)) == (True, ["other"])
    box.click()
    rig.settle()
    assert titles(rig) == ["copy", "other"]
    rig.window.presenter.page.turn(Tab.DUPLICATES)
    assert not box.isVisible()
    rig.window.close()


def weighable() -> FakeWorkbench:
    workbench = FakeWorkbench(song("mine", added_at=3.0), song("band"), song("singer"))
    workbench.likeness = {
        Stem.BACKING: {"band": 0.9, "singer": 0.2},
        Stem.MIX: {"band": 0.5, "singer": 0.6},
    }
    return workbench


def test_the_list_follows_the_sliders_without_asking_again(qtbot: QtBot) -> None:
    workbench = weighable()
    rig = WindowRig(qtbot, workbench, FakeSync(), player=FakePlayer())
    rig.settle()
    rig.choose("mine")
    assert "by stem" not in workbench.log
    backing, mix = rig.find(QSlider, "backingWeight"), rig.find(QSlider, "mixWeight")
    assert not backing.isVisible()
    rig.find(QPushButton, "weightsButton").click()
    rig.settle()
    assert (backing.value(), mix.value(), titles(rig)) == (100, 0, ["band", "singer"])
    mix.setValue(100)
    assert titles(rig) == ["band", "singer"]
    backing.setFocus()
    rig.press(Qt.Key.Key_Home)
    assert titles(rig) == ["singer", "band"]
    rig.settle()
    assert workbench.log.count("by stem") == 1
    assert workbench.listening.kept_weights == Weights(backing=0.0, mix=1.0)
    rig.find(QPushButton, "resetWeights").click()
    assert titles(rig) == ["band", "singer"]
    rig.window.presenter.page.turn(Tab.DUPLICATES)
    assert not backing.isVisible()
    rig.settle()
    rig.window.close()


def test_a_line_says_which_stems_spoke_and_a_stem_nobody_has_is_disabled(qtbot: QtBot) -> None:
    workbench = weighable()
    workbench.listening.kept_weights = Weights(mix=0.5, vocal=1.0)
    rig = WindowRig(qtbot, workbench, FakeSync(), player=FakePlayer())
    rig.settle()
    rig.choose("mine")
    rig.find(QPushButton, "weightsButton").click()
    rig.settle()
    best = rig.window.presenter.page.lists[Tab.NEIGHBOURS].results[0]
    assert (best.title, best.figure, best.label) == ("band", "0.77", "backing + mix")
    assert best.why.splitlines()[-1] == "By backing 0.90 · mix 0.50"
    voice = rig.find(QSlider, "vocalWeight")
    assert not voice.isEnabled()
    assert voice.toolTip() == "No voice is known in this song, or in any other."
    rig.window.close()


def test_what_can_not_be_remembered_is_said(qtbot: QtBot) -> None:
    workbench = weighable()
    workbench.listening.failure = SettingsError(Path("settings.json"), detail="disk full")
    rig = WindowRig(qtbot, workbench, FakeSync(), player=FakePlayer())
    rig.settle()
    rig.choose("mine")
    rig.find(QPushButton, "weightsButton").click()
    rig.find(QSlider, "mixWeight").setValue(30)
    rig.settle()
    said = rig.find(QLabel, "weightsTrouble")
    assert said.isVisible()
    assert "settings.json" in said.text()
    rig.window.close()
