"""The dialogs that ask where a file or a folder of files should go; none holds the window up."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from core.naming import safe_name
from core.playlists import ListFormat
from core.reports import ReportFormat
from ui.language import gettext as _

Kind = ListFormat | ReportFormat


def kind_words(kind: Kind) -> str:
    """Say what a format is."""
    match kind:
        case ListFormat.M3U8:
            return _("Playlist (M3U8)")
        case ListFormat.CSV | ReportFormat.CSV:
            return _("Table (CSV)")
        case ListFormat.TEXT:
            return _("Text")
        case ReportFormat.HTML:
            return _("Page (HTML)")
        case ReportFormat.MARKDOWN:
            return _("Markdown")


def ask_where(
    parent: QWidget,
    name: str,
    *,
    kinds: Sequence[Kind],
    take: Callable[[Path, Kind], None],
) -> QFileDialog:
    """Ask where to save, as which of some kinds; the system asks before a file is replaced."""
    dialog = QFileDialog(parent, _("Save"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    filters = {f"{kind_words(kind)} (*{kind.suffix})": kind for kind in kinds}
    dialog.setNameFilters(list(filters))
    dialog.selectFile(safe_name(name, fallback=_("songs")))
    dialog.setDefaultSuffix(kinds[0].value)
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters[chosen].value))

    def chosen(names: list[str]) -> None:
        path = Path(names[0])
        by_name = next((kind for kind in kinds if kind.suffix == path.suffix.lower()), None)
        take(path, by_name or filters[dialog.selectedNameFilter()])

    dialog.filesSelected.connect(chosen)
    dialog.open()
    return dialog


def ask_folder(parent: QWidget, take: Callable[[Path], None]) -> QFileDialog:
    """Ask for a folder to write files to."""
    dialog = QFileDialog(parent, _("Choose a folder"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.filesSelected.connect(lambda names: take(Path(names[0])))
    dialog.open()
    return dialog
