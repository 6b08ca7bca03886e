"""Songs as files for other programs: what is dragged out, and showing a file in its folder.

Nothing here passes a path through a shell.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QDir, QPoint, QProcess, Qt, QUrl
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
from PySide6.QtGui import QDesktopServices, QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ui.models.dragged import files_data

FILE_MANAGER = "org.freedesktop.FileManager1"
FILE_MANAGER_PATH = "/org/freedesktop/FileManager1"


def drag_files(source: QWidget, paths: Sequence[Path]) -> None:
    """Drag files out of the window; they are copied, never moved."""
    there = [path for path in paths if path.exists()]
    if there:
        drag = QDrag(source)
        drag.setMimeData(files_data(there))
        drag.exec(Qt.DropAction.CopyAction)


class DragHandle(QLabel):
    """Words that can be dragged out as the files that they stand for."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.paths: Sequence[Path] = ()
        self._pressed_at: QPoint | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Remember where a drag may begin."""
        self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to drag once the pointer has moved far enough."""
        if self._pressed_at is None:
            return
        moved = event.position().toPoint() - self._pressed_at
        if moved.manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            drag_files(self, self.paths)


def reveal(path: Path) -> None:
    """Show a file in the system's file manager, or its folder where that can't choose a file."""
    if sys.platform == "darwin":
        is_shown = QProcess.startDetached("open", ["-R", str(path)])[0]
    elif sys.platform == "win32":
        is_shown = QProcess.startDetached(
            "explorer.exe", ["/select,", QDir.toNativeSeparators(str(path))]
        )[0]
    else:
        is_shown = _asked_file_manager(path)
    if not is_shown:
        open_folder(path.parent)


def open_folder(folder: Path) -> bool:
    """Open a folder in the system's file manager."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _asked_file_manager(path: Path) -> bool:
    """Ask the desktop's file manager; where it answers with an error, the folder is opened."""
    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    call = QDBusMessage.createMethodCall(FILE_MANAGER, FILE_MANAGER_PATH, FILE_MANAGER, "ShowItems")
    call.setArguments(
        [[QUrl.fromLocalFile(str(path)).toString(QUrl.ComponentFormattingOption.FullyEncoded)], ""]
    )
    watcher = QDBusPendingCallWatcher(bus.asyncCall(call), QApplication.instance())

    def answered(_: QDBusPendingCallWatcher) -> None:
        if watcher.isError():
            open_folder(path.parent)
        watcher.deleteLater()

    watcher.finished.connect(answered)
    return True
