"""Every screen and dialog of the window, one after the other, over a library that fills them."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QDialog, QPushButton, QTabBar, QWidget

from core.cluster_types import ExplainedLine, Explanation, RowRefusal
from core.copy_types import CheckReport
from core.errors import AudioFileError, AudioProblem
from core.preferences import Preferences
from core.settings import Places, Settings, SettingsFile
from core.types import CatalogueId, Problem, SongId, Verdict
from tests.ui.fake_library import FakeWorkbench, group
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import pair
from tests.ui.rig import WindowRig, library
from ui.messages import noted
from ui.presenters.answers import Tab

DEMO = Path("demo.wav")
PATIENCE_MS = 60_000  # the settings load torch, to tell which weights are there
FAR = ExplainedLine(
    CatalogueId("x:1"), "Far Signal", "Jemand", 0.9, 1, "", None, 2, "near in sound"
)


def furnished(folder: Path) -> tuple[FakeWorkbench, FakeSync, Preferences]:
    """Return a library, a cluster and settings that leave no screen empty."""
    workbench, sync = library(), FakeSync(waiting=2)
    workbench.pairs.append(pair("Harbour Lights", "Glass Orchard", Verdict.SAME_RECORDING))
    workbench.made_groups = [group(("Harbour Lights", "Glass Orchard"), workbench.pairs[-1])]
    reason = noted(AudioFileError(Path("leer.mp3"), AudioProblem.EMPTY))
    workbench.catalogue.problems[Path("leer.mp3")] = Problem(Path("leer.mp3"), reason, 1.0)
    near = workbench.similar(SongId("Harbour Lights"))
    workbench.checks[DEMO] = CheckReport(DEMO, (), near, (), (), (), 200.0)
    sync.refused = [RowRefusal(SongId("Glass Orchard"), "ohne Grund")]
    sync.explained = {SongId("Harbour Lights"): Explanation((FAR,), 40)}
    places = Places(*(folder / name for name in ("library", "cache", "weights", "logs")))
    preferences = Preferences(Settings(places), SettingsFile(folder / "settings.json"))
    return workbench, sync, preferences


def screens(rig: WindowRig) -> Iterator[QWidget]:
    """Go through the window's screens."""
    window, presenter = rig.window, rig.window.presenter
    for tab in Tab:
        presenter.turn_tab(tab)
        yield window
    chosen = [row.song for row in presenter.library.rows if row.song]
    presenter.turn_tab(Tab.NEIGHBOURS)
    presenter.wishes.more(chosen[:2])
    presenter.wishes.less(chosen[2:])
    rig.settle()
    yield window
    presenter.wishes.clear()
    for show in (presenter.show_map, lambda: presenter.show_copies(None), presenter.show_check):
        show()
        rig.settle()
        yield window
    presenter.check.check(DEMO)
    rig.settle()
    yield window
    presenter.show_library()


def dialogs(rig: WindowRig) -> Iterator[QDialog]:
    """Open one dialog after the other, each on all of its pages."""
    for page in range(3):
        rig.window.dialogs.show_panel(page)
        rig.settle()
        yield rig.find(QDialog, "syncPanel")
    rig.find(QDialog, "syncPanel").accept()
    menu = rig.find(QPushButton, "helpButton").menu()
    names = ("keySheet", "settingsDialog", "aboutDialog")
    for name, action in zip(names, menu.actions(), strict=True):
        action.trigger()
        rig.qtbot.waitUntil(lambda: rig.window.lanes.is_idle, timeout=PATIENCE_MS)
        dialog = rig.find(QDialog, name)
        pages = dialog.findChild(QTabBar)
        for page in range(pages.count() if pages else 1):
            if pages:
                pages.setCurrentIndex(page)
            yield dialog
        dialog.accept()
    rig.window.presenter.sync.asks_sign_in.emit(None)
    yield rig.find(QDialog, "signInDialog")
    rig.find(QDialog, "signInDialog").reject()
    rig.window.presenter.duplicates.want()
    rig.settle()
    rig.window.presenter.duplicate_actions.keep()
    yield rig.find(QDialog, "confirmDialog")
    rig.find(QDialog, "confirmDialog").reject()
    rig.window.dialogs.show_report()
    yield rig.find(QDialog, "reportDialog")
    rig.find(QDialog, "reportDialog").reject()
