"""What is dragged out of a list: the files behind its lines."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl


def files_data(paths: Iterable[Path]) -> QMimeData:
    """Return files as other programs take them, each once."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in dict.fromkeys(paths)])
    return data
