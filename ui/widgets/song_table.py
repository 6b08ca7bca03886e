"""The library pane: the table of songs, or what stands in for it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QMenu,
    QStackedLayout,
    QTableView,
    QWidget,
)

from core.types import AnalysisStep, Song
from ui import theme
from ui.language import gettext as _
from ui.models.songs import ORDERS, Column, SongTableModel
from ui.presenters.library import LibraryPresenter, Order, Shelf
from ui.presenters.rows import SongRow
from ui.presenters.wishes import Wishes
from ui.theme import Theme
from ui.widgets.covers import CoverShelf
from ui.widgets.placeholder import Placeholder, Skeleton
from ui.widgets.song_columns import SongColumns
from ui.widgets.song_delegate import SongDelegate
from ui.widgets.wish_menu import add_for_songs

MOST_AGAIN = 500  # rows that are chosen again, one by one, when the list is renewed


class RowsView(QTableView):
    """A table that tells when a row is entered by the keyboard."""

    entered_row = Signal()

    def __init__(self, model: SongTableModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.horizontalHeader().setFont(theme.font(theme.SMALL_PX, theme.Weight.MEDIUM))
        self.columns = SongColumns(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Tell of Return and Enter; everything else is Qt's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_row.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the room of other columns to the titles where there is little."""
        self.columns.fit()
        super().resizeEvent(event)


class SongTable(QWidget):
    """Shows the rows; tells which one is chosen, and what is asked of it."""

    chosen = Signal(object)  # SongRow or None
    opened = Signal()  # the keyboard goes on to the song's page
    play_asked = Signal()
    remove_asked = Signal(object)  # SongRow
    retry_asked = Signal(object)  # SongRow
    add_asked = Signal()
    folder_asked = Signal()
    all_asked = Signal()
    copies_asked = Signal(str)  # SongId
    picked = Signal(object)  # the songs of several chosen rows; of none once it is one again
    reveal_asked = Signal(object)  # Path
    stems_asked = Signal(object)  # Song

    def __init__(
        self, library: LibraryPresenter, covers: CoverShelf, *, look: Theme, wishes: Wishes
    ) -> None:
        super().__init__()
        self.setObjectName("libraryPane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(theme.LIBRARY_LEAST)
        self._library = library
        self._wishes = wishes
        self._path: Path | None = None
        self._many: list[Path] = []  # the chosen rows, where they are several
        self._is_listing = False
        self._model = SongTableModel(library, self)
        self.view = self._make_view(look, covers)
        self._skeleton = Skeleton(look, theme.ROW_HEIGHT)
        self._placeholder = Placeholder()
        self._placeholder.pressed.connect(self._offered)
        self._placeholder.other_pressed.connect(self.folder_asked)
        self._stack = QStackedLayout(self)
        for page in (self.view, self._skeleton, self._placeholder):
            self._stack.addWidget(page)
        library.listed.connect(self._listed)
        library.changed.connect(self._changed)
        library.arrived.connect(self._show_arrival)
        covers.arrived.connect(self.view.viewport().update)
        self._listed(None)

    def focus(self) -> None:
        """Bring the keyboard to the table, or to what stands in for it."""
        self._current().setFocus()

    def step(self, by: int) -> None:
        """Choose the row that is ``by`` rows further."""
        at = self.view.currentIndex().row() + by
        self._choose(min(self._model.rowCount() - 1, max(0, at)))

    def current(self) -> SongRow | None:
        """Return the chosen row."""
        return self._library.row(self._path) if self._path else None

    def _make_view(self, look: Theme, covers: CoverShelf) -> RowsView:
        view = RowsView(self._model, self)
        view.setObjectName("songTable")
        view.setAccessibleName(_("Songs"))
        view.setItemDelegate(SongDelegate(look, covers, view))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setTabKeyNavigation(False)
        view.setShowGrid(False)
        view.setMouseTracking(True)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._menu)
        view.selectionModel().currentRowChanged.connect(self._moved)
        view.selectionModel().selectionChanged.connect(lambda *_told: self._pick())
        view.entered_row.connect(self.opened)
        view.doubleClicked.connect(self.play_asked)
        _set_header(view, self._sort)
        return view

    def _sort(self, section: int, direction: Qt.SortOrder) -> None:
        descending = direction is Qt.SortOrder.DescendingOrder
        order = ORDERS[Column(section)] if section >= 0 else Order.NEWEST
        self._library.sort(order, descending=descending)

    def _moved(self, current: QModelIndex, _before: QModelIndex) -> None:
        row = self._model.row(current)
        if row is not None and row.path != self._path:
            self._path = row.path
            self.chosen.emit(row)

    def _pick(self) -> None:
        """Tell of several chosen rows, and once more when they are no longer several."""
        if self._is_listing:
            return
        chosen = sorted(self.view.selectionModel().selectedRows())
        found = [self._model.row(index) for index in chosen] if len(chosen) > 1 else []
        rows = [row for row in found if row is not None]
        if rows or self._many:
            self.picked.emit([row.song for row in rows if row.song])
        self._many = [row.path for row in rows]

    def _pick_again(self) -> None:
        """Choose several rows again after the list was renewed."""
        flags = QItemSelectionModel.SelectionFlag
        places = [self._library.index_of(path) for path in self._many[:MOST_AGAIN]]
        for place in places:
            if place is not None:
                index = self._model.index(place, 0)
                self.view.selectionModel().select(index, flags.Select | flags.Rows)

    def _listed(self, _told: None) -> None:
        """Show the new list with the same row chosen, or the first where there was none."""
        self._is_listing = True
        self._show_rows()
        self._pick_again()
        self._is_listing = False

    def _show_rows(self) -> None:
        self._show_state()
        if not self._library.rows:
            return
        index = self._library.index_of(self._path) if self._path else 0
        if index is not None:
            self._choose(index)
        elif self.current() is None:  # it was taken out of the library
            self._choose(0)

    def _show_arrival(self, path: Path) -> None:
        """Choose what was just added, so that its answers show as they come."""
        index = self._library.index_of(path)
        if index is not None:
            self._is_listing, self._many = True, []  # a list that was picked stays in its bar
            self._choose(index)
            self._is_listing = False

    def _choose(self, index: int) -> None:
        if index >= 0:
            self.view.setCurrentIndex(self._model.index(index, 0))

    def _changed(self, _told: list[int]) -> None:
        self.view.viewport().update()

    def _show_state(self) -> None:
        match self._library.shelf:
            case Shelf.FULL:
                self._turn(self.view)
            case Shelf.LOADING:
                self._turn(self._skeleton)
            case Shelf.EMPTY:
                self._say(_first_words(), _("Add songs"), _("Add a folder"))
            case Shelf.NOTHING_FOUND:
                self._say(_("No song fits this search and filter."), _("Show all songs"))
            case Shelf.FAILED:
                self._say(self._library.failure, "")

    def _turn(self, page: QWidget) -> None:
        """Show a page; the keyboard goes with it, unless it is elsewhere."""
        focus = QApplication.focusWidget()
        has_focus = focus is not None and self.isAncestorOf(focus)
        self._stack.setCurrentWidget(page)
        if has_focus:
            page.setFocus()

    def _current(self) -> QWidget:
        page = self._stack.currentWidget()
        return page if page is not None else self.view

    def _say(self, text: str, button: str, other: str = "") -> None:
        self._placeholder.say(text, button=button, other=other)
        self._turn(self._placeholder)
        if self._library.shelf is Shelf.EMPTY and self._path is not None:
            self._path = None
            self.chosen.emit(None)

    def _offered(self) -> None:
        is_empty = self._library.shelf is Shelf.EMPTY
        (self.add_asked if is_empty else self.all_asked).emit()

    def _songs_at(self, row: SongRow) -> Sequence[Song]:
        """Return the songs of all chosen rows where this row is among them, else its own."""
        rows = [self._library.row(path) for path in self._many] if row.path in self._many else [row]
        return [one.song for one in rows if one and one.song]

    def _menu(self, at: QPoint) -> None:
        row = self._model.row(self.view.indexAt(at))
        if row is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row.step is AnalysisStep.FAILED:
            menu.addAction(_("Try again")).triggered.connect(lambda: self.retry_asked.emit(row))
        else:
            menu.addAction(_("Play")).triggered.connect(self.play_asked)
        if row.song and row.twin:
            song_id = row.song.song_id
            copies = menu.addAction(
                _("Compare ({relation})").format(relation=self._library.relation(row))
            )
            copies.triggered.connect(lambda: self.copies_asked.emit(song_id))
        add_for_songs(menu, self._wishes, self._songs_at(row))
        menu.addAction(_("Show in its folder")).triggered.connect(
            lambda: self.reveal_asked.emit(row.path)
        )
        if row.song:
            song = row.song
            stems = menu.addAction(_("Write voice and backing as files"))
            stems.triggered.connect(lambda: self.stems_asked.emit(song))
        remove = menu.addAction(_("Take out of the library"))
        remove.triggered.connect(lambda: self.remove_asked.emit(row))
        menu.addSeparator()
        self.view.columns.fill(menu.addMenu(_("Columns")))  # by keyboard too
        menu.popup(self.view.viewport().mapToGlobal(at))


def _set_header(view: QTableView, sort: object) -> None:
    rows = view.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(theme.ROW_HEIGHT)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionsClickable(True)
    header.setSortIndicatorClearable(True)  # a third click brings the newest back on top
    header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    header.setSortIndicatorShown(True)
    header.setFixedHeight(theme.CONTROL_HEIGHT + theme.HALF)
    header.sortIndicatorChanged.connect(sort)


def _first_words() -> str:
    """Say what an empty library is for, in three lines."""
    lines = (
        _("Drop songs or folders anywhere in this window."),
        _("Songkin finds what sounds like them, and which are copies."),
        _("Nothing leaves this machine unless you ask for it."),
    )
    return "\n".join(lines)
