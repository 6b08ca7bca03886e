"""The settings and what is told about Songkin, over a real settings file and real folders."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.errors import WeightsError, WeightsProblem
from core.preferences import Preferences
from core.progress import Progress
from core.settings import Language, Places, Scheme, SeparatorName, Settings, SettingsFile
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import FakePlayer
from tests.ui.rig import WindowRig, library
from ui.theme import DARK, LIGHT

# A fixed size is hinted to the screen; the offscreen one has no use for it, and says so.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


class SlowPreferences(Preferences):
    """Real but for the network: the weights come when the test says."""

    def __init__(self, settings: Settings, file: SettingsFile) -> None:
        super().__init__(settings, file)
        self.folder = settings.places.weights
        self.may_come = threading.Event()
        self.failure: WeightsError | None = None

    def fetch_demucs(self, *, progress: Progress) -> None:
        progress.report(1, 4, what="Demucs")
        while not self.may_come.wait(0.002):
            progress.check()
        if self.failure:
            raise self.failure
        from core.separation.demucs import HTDEMUCS_FACTS

        self.folder.mkdir()
        (self.folder / HTDEMUCS_FACTS.name).touch()


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "settings.json")


@pytest.fixture
def preferences(tmp_path: Path, file: SettingsFile) -> SlowPreferences:
    places = Places(*(tmp_path / name for name in ("library", "cache", "weights", "logs")))
    return SlowPreferences(Settings(places), file)


@pytest.fixture
def rig(qtbot: QtBot, preferences: SlowPreferences) -> Iterator[WindowRig]:
    made = WindowRig(qtbot, library(), FakeSync(), player=FakePlayer(), preferences=preferences)
    made.settle()
    yield made
    preferences.may_come.set()
    made.window.close()
    made.window.deleteLater()
    QGuiApplication.styleHints().unsetColorScheme()


def opened(rig: WindowRig, page: int = 0) -> QDialog:
    rig.press(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = rig.find(QDialog, "settingsDialog")
    rig.qtbot.waitUntil(dialog.isVisible)
    rig.find(QTabBar, "settingsTabs").setCurrentIndex(page)
    rig.settle()
    return dialog


def choose(rig: WindowRig, name: str, text: str) -> None:
    """Choose in a list as a person does: the entry by its words."""
    combo = rig.find(QComboBox, name)
    at = combo.findText(text)
    assert at >= 0, [combo.itemText(i) for i in range(combo.count())]
    combo.setCurrentIndex(at)
    combo.activated.emit(at)
    rig.settle()


def click(rig: WindowRig, name: str) -> None:
    rig.qtbot.mouseClick(rig.find(QPushButton, name), Qt.MouseButton.LeftButton)


def text(rig: WindowRig, name: str) -> str:
    return rig.find(QLabel, name).text()


def test_sound_is_set_here_as_in_the_transport(rig: WindowRig) -> None:
    dialog = opened(rig)
    dialog.findChild(QSlider, "settingsVolume").setValue(40)
    tick = rig.find(QCheckBox, "settingsLevelMatch")
    was = tick.isChecked()
    tick.click()
    choose(rig, "settingsCacheSize", "8 GB")
    kept = rig.workbench.listening.kept
    assert (kept.volume, kept.is_level_matched, kept.stems_mib) == (0.4, not was, 8192)
    assert rig.find(QSlider, "volumeSlider").value() == 40


def test_separated_songs_are_counted_and_deleted(rig: WindowRig, tmp_path: Path) -> None:
    stems = tmp_path / "cache" / "stems"
    stems.mkdir(parents=True)
    (stems / "one.vocal.flac").write_bytes(bytes(3_000_000))
    opened(rig)
    assert text(rig, "settingsCacheHeld") == "3.0 MB in use"
    click(rig, "settingsEmptyCache")
    rig.settle()
    assert list(stems.iterdir()) == []
    assert text(rig, "settingsCacheHeld") == "0 bytes in use"


def test_colours_change_at_once_and_are_remembered(
    rig: WindowRig, qtbot: QtBot, preferences: SlowPreferences, file: SettingsFile
) -> None:
    opened(rig, 1)
    for words, scheme, tokens in (
        ("Light", Scheme.LIGHT, LIGHT),
        ("Dark", Scheme.DARK, DARK),
        ("Light", Scheme.LIGHT, LIGHT),
    ):
        choose(rig, "settingsScheme", words)
        assert rig.window.theme.tokens is tokens
        assert file.read().scheme is scheme
    ground = rig.window.palette().window().color()
    assert ground == LIGHT.window
    other = WindowRig(qtbot, library(), FakeSync(), player=FakePlayer(), preferences=preferences)
    assert other.window.theme.tokens is LIGHT
    assert other.window.palette().window().color() == LIGHT.window
    other.window.close()
    other.window.deleteLater()
    choose(rig, "settingsScheme", "As the system")
    assert file.read().scheme is Scheme.SYSTEM


def test_the_language_is_remembered_for_the_next_start(rig: WindowRig, file: SettingsFile) -> None:
    dialog = opened(rig, 1)
    languages = rig.find(QComboBox, "settingsLanguage")
    assert languages.isVisible()
    named = [languages.itemText(at) for at in range(languages.count())]
    assert named == ["As the system", "English", "Deutsch"]
    choose(rig, "settingsLanguage", "Deutsch")
    assert file.read().language is Language.GERMAN
    said = " ".join(one.text() for one in dialog.findChildren(QLabel) if one.isVisible())
    assert "next start" in said


def test_demucs_is_fetched_with_progress(rig: WindowRig, preferences: SlowPreferences) -> None:
    opened(rig, 2)
    assert text(rig, "settingsSeparator") == "Spleeter"
    assert text(rig, "settingsDemucs") == "Not fetched"
    click(rig, "settingsFetchDemucs")
    rig.qtbot.waitUntil(lambda: text(rig, "settingsDemucs") == "25 % fetched")
    preferences.may_come.set()
    rig.qtbot.waitUntil(lambda: text(rig, "settingsDemucs") == "Fetched")
    assert not rig.find(QPushButton, "settingsFetchDemucs").isVisible()


def test_a_fetched_separator_can_be_chosen_for_the_next_start(
    rig: WindowRig, preferences: SlowPreferences, file: SettingsFile
) -> None:
    opened(rig, 2)
    choice = rig.find(QComboBox, "settingsChooseSeparator")
    assert not choice.isEnabled(), "there is only one"
    preferences.may_come.set()
    click(rig, "settingsFetchDemucs")
    rig.qtbot.waitUntil(choice.isEnabled)
    choose(rig, "settingsChooseSeparator", "Demucs")
    assert file.read().separator is SeparatorName.DEMUCS
    assert text(rig, "settingsSeparator") == "Spleeter", "until the next start"


def test_fetching_can_be_stopped_and_its_failure_is_said(
    rig: WindowRig, preferences: SlowPreferences
) -> None:
    opened(rig, 2)
    click(rig, "settingsFetchDemucs")
    click(rig, "settingsStopFetching")
    rig.settle()
    assert text(rig, "settingsDemucs") == "Not fetched"
    preferences.failure = WeightsError("Demucs", WeightsProblem.MISSING, detail="no line")
    preferences.may_come.set()
    click(rig, "settingsFetchDemucs")
    rig.qtbot.waitUntil(lambda: bool(text(rig, "settingsProblem")))
    assert "Demucs" in text(rig, "settingsProblem")
    assert text(rig, "settingsDemucs") == "Not fetched"


def test_the_library_is_named(rig: WindowRig, tmp_path: Path) -> None:
    opened(rig, 3)
    assert rig.find(QLabel, "settingsLibrary").toolTip() == str(tmp_path / "library")


def test_a_settings_file_that_cannot_be_read_is_said(
    qtbot: QtBot, preferences: SlowPreferences, file: SettingsFile
) -> None:
    file.path.write_text("[]", "utf-8")
    rig = WindowRig(qtbot, library(), FakeSync(), player=FakePlayer(), preferences=preferences)
    assert preferences.facts().separator is SeparatorName.SPLEETER
    opened(rig, 1)
    choose(rig, "settingsScheme", "Light")
    assert str(file.path.name) in text(rig, "settingsProblem")
    rig.window.close()
    rig.window.deleteLater()
    QGuiApplication.styleHints().unsetColorScheme()


def test_every_control_has_a_name_and_is_reached_by_tab(rig: WindowRig) -> None:
    dialog = opened(rig)
    kinds = (QPushButton, QComboBox, QSlider, QCheckBox, QTabBar)
    controls = [one for kind in kinds for one in dialog.findChildren(kind)]
    assert len(controls) == 13
    assert [one.objectName() for one in controls if not one.accessibleName()] == []
    shown = [one for one in controls if one.isVisible()]
    reached: list[QWidget] = []
    one = dialog.nextInFocusChain()
    while one is not dialog:
        reached.append(one)
        one = one.nextInFocusChain()
    assert set(shown) <= set(reached)
    assert all(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in shown)


def test_the_menu_opens_settings_and_about(rig: WindowRig) -> None:
    menu = rig.find(QPushButton, "helpButton").menu()
    assert isinstance(menu, QMenu)
    actions = {action.text(): action for action in menu.actions()}
    assert list(actions) == ["Keys (/)", "Settings (Ctrl+,)", "About Songkin"]
    actions["Settings (Ctrl+,)"].trigger()
    assert rig.find(QDialog, "settingsDialog").isVisible()
    rig.find(QDialog, "settingsDialog").accept()
    actions["About Songkin"].trigger()
    assert text(rig, "aboutVersion").startswith("Songkin 0.")
    said = " ".join(one.text() for one in rig.find(QDialog, "aboutDialog").findChildren(QLabel))
    assert "GNU General Public License" in said
    assert "Spleeter" in said
