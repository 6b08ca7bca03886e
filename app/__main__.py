"""The window: ``python -m app``, or ``songkin gui``.

What joins the library's parts is imported where the library is opened, in a lane: it takes seconds,
and the window is there meanwhile. Nothing that is imported here may load torch or pymilvus.
"""

import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app import window_state
from app.crash import CrashReports, kept_in
from app.late import PaintWatch, late, late_behind
from app.logs import start_logging
from app.qt_log import qt_in_log
from core.audio.playback import Player
from core.catalogue_verbs import CatalogueVerbs
from core.errors import SettingsError
from core.library.store import Catalogue
from core.ports import SyncPort
from core.preferences import Preferences
from core.settings import Language, Settings, chosen_separator, default_places
from ui.language import gettext as _
from ui.main_window import MainWindow
from ui.messages import CRASH
from ui.translation import spoken

if TYPE_CHECKING:
    from app.picture import Shot
    from app.wiring import ClusterAddress
    from core.workbench import Workbench


def run_window(
    settings: Settings,
    *,
    paths: Sequence[Path] = (),
    cluster: "ClusterAddress | None" = None,
    picture: Path | None = None,
    shots: Sequence["Shot"] = (),
) -> int:
    """Open the window on a library; return the exit code once it is closed.

    With ``picture``, take the window's picture once nothing runs in it any more, and close it; with
    ``shots``, take these.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("Songkin")
    with ExitStack() as opened:
        reports = opened.enter_context(kept_in(settings.places.logs))
        opened.enter_context(qt_in_log())
        watch = PaintWatch()
        first = late(lambda: _open_catalogue(settings, opened, after=watch))
        bench = late_behind(first, lambda: _open(settings, first, opened), knows=CatalogueVerbs)
        port = late(lambda: _sync_port(bench, cluster))
        preferences = Preferences(settings)
        # The pictures of the documents are in the documents' language.
        language = Language.ENGLISH if shots else _chosen_language(preferences)
        opened.enter_context(spoken(application, language))
        player = Player()
        opened.callback(player.close)
        note = cluster.note if cluster else ""
        window = MainWindow(bench, port, player, cluster_note=note, preferences=preferences)
        window.installEventFilter(watch)
        is_pictured = bool(picture or shots)  # every picture is of a window as it opens first
        if not is_pictured:
            window_state.restore(window, settings.places.library)
        window.show()
        tell_of_crashes(window, reports)
        window.add(list(paths))
        if is_pictured:
            _photograph(window, shots, picture=picture)
        code = application.exec()
        if not is_pictured:
            window_state.keep(window, settings.places.library)
        return code


def _chosen_language(preferences: Preferences) -> Language:
    try:
        return preferences.language()
    except SettingsError:  # said where the window reads its colours
        return Language.SYSTEM


def tell_of_crashes(window: MainWindow, reports: CrashReports) -> None:
    """Let the window say what goes wrong inside, now and in the run before."""
    notices, lanes = window.presenter.notices, window.lanes
    reports.listener = lambda report: lanes.post(partial(notices.crashed, _(CRASH), report))
    left = reports.left_over()
    if left:
        notices.crashed(_("Songkin ended in the middle of its work the last time."), left)


def _photograph(window: MainWindow, shots: Sequence["Shot"], *, picture: Path | None) -> None:
    from app.picture import Photographer, Shot, as_it_is  # see above

    Photographer(window, [*shots, *([Shot(picture, as_it_is)] if picture else [])])


def _open_catalogue(settings: Settings, opened: ExitStack, *, after: PaintWatch) -> CatalogueVerbs:
    """Open the catalogue, until ``opened`` is closed; runs in a lane."""
    after.wait()
    return CatalogueVerbs(opened.enter_context(closing(Catalogue(settings.places.library))))


def _open(settings: Settings, first: CatalogueVerbs, opened: ExitStack) -> "Workbench":
    """Open the library around its catalogue, until ``opened`` is closed; runs in a lane."""
    catalogue = first.catalogue
    from app import wiring  # see above

    return opened.enter_context(wiring.open_workbench(settings, catalogue))


def _sync_port(bench: "Workbench", cluster: "ClusterAddress | None") -> SyncPort:
    """Return the way to the cluster; runs in a lane."""
    from app import wiring  # see above

    return wiring.sync_port(bench.catalogue, cluster)


def main() -> int:
    """Open the window on the user's own library."""
    settings = Settings(places=default_places(), separator=chosen_separator())
    start_logging(settings.places.logs, verbose=False)
    return run_window(settings)


if __name__ == "__main__":
    sys.exit(main())
