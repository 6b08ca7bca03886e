"""How the window stood when it was closed: place, panes, columns, order, tab, hidden copies.

It lies beside the library in a small file of its own. A file that can't be read, or was written for
other panes or columns, changes nothing: the window then opens as it does the first time.
"""

import base64
import binascii
import json
import logging
import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QSplitter, QTableView

from core.errors import BugError
from ui.main_window import MainWindow
from ui.models.songs import Column
from ui.presenters.answers import Tab
from ui.widgets.song_table import RowsView

FILE = "window.json"
TABLE = "songTable"

logger = logging.getLogger(__name__)


def keep(window: MainWindow, folder: Path) -> None:
    """Write how the window stands; a stop leaves the old file or the new."""
    told = {
        "place": _text(window.saveGeometry()),
        "panes": [_text(pane.saveState()) for pane in _panes(window)],
        "columns": _table(window).model().columnCount(),
        "tab": window.presenter.page.tab.value,
        "order": _text(_table(window).horizontalHeader().saveState()),
        "shown": sorted(column.name for column in _table(window).columns.chosen),
        "hides_copies": window.presenter.wishes.neighbours.hides_copies,
    }
    half = folder / f"{FILE}.{os.getpid()}"
    try:
        half.write_text(json.dumps(told), encoding="utf-8")
        half.replace(folder / FILE)
    except OSError as error:
        half.unlink(missing_ok=True)
        logger.warning("how the window stood was not kept: %s", error.strerror)


def restore(window: MainWindow, folder: Path) -> None:
    """Let the window stand as it did; Qt brings it back where its screen is gone."""
    try:
        told = json.loads((folder / FILE).read_text(encoding="utf-8"))
        _take(window, told)
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
        logger.info("how the window stood can't be used: %r", error)


def _take(window: MainWindow, told: dict[str, Any]) -> None:
    place, order = _bytes(told["place"]), _bytes(told["order"])
    sizes = [_bytes(pane) for pane in told["panes"]]
    panes = _panes(window)
    window.restoreGeometry(place)
    if len(sizes) == len(panes):
        for pane, size in zip(panes, sizes, strict=True):
            pane.restoreState(size)
    if told["columns"] == _table(window).model().columnCount():
        _table(window).horizontalHeader().restoreState(order)
        _table(window).columns.choose([Column[name] for name in told["shown"]])
    window.presenter.wishes.neighbours.hide_copies(told.get("hides_copies") is True)
    window.presenter.turn_tab(Tab(told.get("tab", Tab.NEIGHBOURS.value)))


def _panes(window: MainWindow) -> list[QSplitter]:
    return window.findChildren(QSplitter)


def _table(window: MainWindow) -> RowsView:
    table = window.findChild(QTableView, TABLE)
    if not isinstance(table, RowsView):
        raise BugError("the window has no table of songs")
    return table


def _text(state: QByteArray) -> str:
    return base64.b64encode(state.data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray(base64.b64decode(text, validate=True))
