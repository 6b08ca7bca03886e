"""The dialogs in which files and folders are chosen; none holds the window up."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.language import gettext as _

SUFFIXES = "*.mp3 *.flac *.ogg *.opus *.m4a *.aac *.wav *.aif *.aiff *.wma"


def choose_songs(parent: QWidget, take: Callable[[list[Path]], None]) -> None:
    """Ask for songs to add."""
    _open(_("Add songs"), QFileDialog.FileMode.ExistingFiles, parent=parent, take=take)


def choose_folder(parent: QWidget, take: Callable[[list[Path]], None]) -> None:
    """Ask for a folder to add."""
    _open(_("Add a folder"), QFileDialog.FileMode.Directory, parent=parent, take=take)


def choose_watched(parent: QWidget, take: Callable[[list[Path]], None]) -> None:
    """Ask for a folder whose new songs appear by themselves."""
    _open(_("Watch a folder"), QFileDialog.FileMode.Directory, parent=parent, take=take)


def choose_demo(parent: QWidget, take: Callable[[list[Path]], None]) -> None:
    """Ask for one file to check."""
    _open(_("Check a demo"), QFileDialog.FileMode.ExistingFile, parent=parent, take=take)


def _open(
    title: str,
    mode: QFileDialog.FileMode,
    *,
    parent: QWidget,
    take: Callable[[list[Path]], None],
) -> None:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(mode)
    dialog.setNameFilters(
        [
            _("Audio ({suffixes})").format(suffixes=SUFFIXES),
            _("All files ({suffixes})").format(suffixes="*"),
        ]
    )
    dialog.filesSelected.connect(lambda names: take([Path(name) for name in names]))
    dialog.open()
