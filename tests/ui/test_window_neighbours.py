"""The list of neighbours in the real window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from core.types import Verdict
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
