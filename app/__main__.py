"""The window: ``python -m app``, or ``songkin gui``."""

import sys
from collections.abc import Sequence
from pathlib import Path

from core.audio.playback import Player
from PySide6.QtWidgets import QApplication
from ui.main_window import MainWindow

from app import wiring
from app.logs import start_logging
from core.settings import Settings, default_places


def run_window(settings: Settings, *, paths: Sequence[Path] = ()) -> int:
    """Open the window on a library and return the exit code once it is closed."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("Songkin")
    with wiring.open_workbench(settings) as bench, wiring.open_sync(bench.catalogue) as port:
        player = Player()
        window = MainWindow(bench, port, player)
        window.show()
        if paths:
            window.add(paths)
        try:
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
