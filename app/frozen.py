"""The frozen program's entry: the command line, or the window where it is started bare."""

import ctypes.util
import multiprocessing
import sys
from pathlib import Path

INSIDE = Path(__file__).parent  # where PyInstaller puts libraries: dist/songkin/_internal

_find_on_system = ctypes.util.find_library


def find_library(name: str) -> str | None:
    """Find a shared library in the program itself, else on the system.

    sounddevice looks PortAudio up by this; Python's own function knows system folders only, and
    PyInstaller replaces it on Windows alone.
    """
    own = next(iter(sorted(INSIDE.glob(f"lib{name}.so*"))), None)
    return str(own) if own is not None else _find_on_system(name)


def main() -> int:
    """Run one verb."""
    multiprocessing.freeze_support()
    ctypes.util.find_library = find_library
    # Only now: whoever imports the old function keeps it. And only the one that is needed: the
    # window opens without what the verbs of the command line load.
    if sys.argv[1:]:
        from app import cli

        return cli.main(sys.argv[1:])
    from app import __main__ as window

    return window.main()


if __name__ == "__main__":
    sys.exit(main())
