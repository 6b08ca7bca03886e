"""Which columns the table of songs shows: as the user chose, as far as titles keep their room."""

from collections.abc import Collection
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from ui import theme
from ui.language import gettext as _
from ui.models.songs import TITLES, Column

WIDTHS: Final = {
    Column.ARTIST: theme.ARTIST_WIDTH,
    Column.TIME: theme.TIME_WIDTH,
    Column.BPM: theme.BPM_WIDTH,
    Column.KEY: theme.KEY_WIDTH,
    Column.ADDED: theme.ADDED_WIDTH,
    Column.STAGE: theme.STAGE_WIDTH,
}
CHOSEN_AT_FIRST: Final = frozenset({Column.TIME, Column.BPM, Column.KEY, Column.STAGE})
# What gives way in a narrow table, first to last: what the page beside it says too.
GIVES_WAY: Final = ({Column.ADDED}, {Column.ARTIST}, {Column.BPM, Column.KEY})


class SongColumns:
    """Chooses among the columns of a table; the song's own is always there."""

    def __init__(self, view: QTableView) -> None:
        self._view = view
        self._chosen = CHOSEN_AT_FIRST
        header = view.horizontalHeader()
        header.setSectionResizeMode(Column.SONG, QHeaderView.ResizeMode.Stretch)
        words = header.fontMetrics().horizontalAdvance
        self._widths = {c: max(w, words(TITLES[c]) + 2 * theme.GRID) for c, w in WIDTHS.items()}
        for column, width in self._widths.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._ask)
        self.fit()

    @property
    def chosen(self) -> frozenset[Column]:
        """The columns that the user wants to see."""
        return self._chosen

    def choose(self, columns: Collection[Column]) -> None:
        """Show these columns beside the song's, where there is room."""
        self._chosen = frozenset(columns).intersection(WIDTHS)
        self.fit()

    def fit(self) -> None:
        """Show what is chosen, less what titles need the room of."""
        fitting = self._fitting()
        for column in WIDTHS:
            self._view.setColumnHidden(column, column not in fitting)

    def fill(self, menu: QMenu) -> None:
        """Add a line for each column that can be shown or hidden."""
        fitting = self._fitting()
        for column in WIDTHS:
            title = TITLES[column]
            if column in self._chosen and column not in fitting:
                title = _("{column} (too narrow a list)").format(column=title)
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(column in self._chosen)
            action.triggered.connect(lambda _checked=False, column=column: self._toggle(column))

    def _fitting(self) -> frozenset[Column]:
        fitting = self._chosen
        for least in GIVES_WAY:
            if self._view.width() - sum(self._widths[c] for c in fitting) < theme.SONG_LEAST:
                fitting -= least
        return fitting

    def _toggle(self, column: Column) -> None:
        self.choose(self._chosen ^ {column})

    def _ask(self, at: QPoint) -> None:
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill(menu)
        menu.popup(self._view.horizontalHeader().mapToGlobal(at))
