"""The window: ``python -m app``, or ``songkin gui``."""

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app import wiring
from app.logs import start_logging
from app.picture import Photographer, Shot, as_it_is
from core.audio.playback import Player
from core.settings import Settings, default_places
from ui.main_window import MainWindow


def run_window(
    settings: Settings,
    *,
    paths: Sequence[Path] = (),
    cluster: wiring.ClusterAddress | None = None,
    picture: Path | None = None,
    shots: Sequence[Shot] = (),
) -> int:
    """Open the window on a library; return the exit code once it is closed.

    With ``picture``, take the window's picture once nothing runs in it any more, and close it; with
    ``shots``, take these.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("Songkin")
    player = Player()
    try:
        with wiring.open_workbench(settings) as bench:
            port = wiring.sync_port(bench.catalogue, cluster)
            note = cluster.note if cluster else ""
            window = MainWindow(bench, port, player, cluster_note=note)
            window.show()
            window.add(list(paths))
            wanted = [*shots, *([Shot(picture, as_it_is)] if picture else [])]
            if wanted:
                Photographer(window, wanted)
            return application.exec()
    finally:
        player.close()


def main() -> int:
    """Open the window on the user's own library."""
    settings = Settings(places=default_places())
    start_logging(settings.places.logs, verbose=False)
    return run_window(settings)


if __name__ == "__main__":
    sys.exit(main())
