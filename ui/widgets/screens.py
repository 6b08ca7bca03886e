"""The screens that can fill the window: the library as table or map, the duplicates, the check."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ui import theme
from ui.presenters.window import View, WindowPresenter
from ui.theme import Theme
from ui.widgets.check_page import CheckPage
from ui.widgets.copies_page import CopiesPage
from ui.widgets.covers import CoverShelf
from ui.widgets.list_bar import ListBar
from ui.widgets.map_pane import MapPane
from ui.widgets.sets_pane import SetsPane
from ui.widgets.song_page import SongPage
from ui.widgets.song_table import SongTable


class Screens(QStackedWidget):
    """Holds the screens; shows the one that the presenter names."""

    def __init__(self, presenter: WindowPresenter, covers: CoverShelf, *, look: Theme) -> None:
        super().__init__()
        self._presenter = presenter
        self.table = SongTable(presenter.library, covers, look=look, wishes=presenter.wishes)
        self.page = SongPage(
            presenter.page, presenter.transport, wishes=presenter.wishes, covers=covers, look=look
        )
        self.sets = SetsPane(presenter.duplicates, covers, look=look)
        self.copies = CopiesPage(
            presenter.duplicates,
            presenter.duplicate_actions,
            transport=presenter.transport,
            covers=covers,
            look=look,
        )
        self.check = CheckPage(presenter.check, covers, look=look)
        self.map = MapPane(presenter.map, look=look)
        self.map.page_asked.connect(self.page.focus_list)
        self.list_bar = ListBar(presenter.songs)
        self._left = QStackedWidget()
        self._left.addWidget(self.table)
        self._left.addWidget(self.map)
        library = _beside(_above(self._left, self.list_bar), self.page)
        self._pages = {
            View.LIBRARY: library,
            View.MAP: library,
            View.DUPLICATES: _beside(self.sets, self.copies),
            View.CHECK: self.check,
        }
        for page in dict.fromkeys(self._pages.values()):
            self.addWidget(page)
        self.check.catalogue_asked.connect(presenter.ask_catalogue)
        self.check.left.connect(presenter.show_library)
        presenter.viewed.connect(self._show)

    def focus(self) -> None:
        """Bring the keyboard to the list of the screen that is shown."""
        match self._presenter.view:
            case View.LIBRARY:
                self.table.focus()
            case View.DUPLICATES:
                self.sets.view.setFocus()
            case View.CHECK:
                self.check.focus()
            case View.MAP:
                self.map.focus()

    def wish(self, *, is_more: bool) -> None:
        """Ask for more like what is chosen where the keyboard is, or for less."""
        wishes, result = self._presenter.wishes, self._presenter.page.shown_list.current
        if self._presenter.view not in (View.LIBRARY, View.MAP):
            return
        if self.page.has_list_focus() and result and result.path:
            (wishes.more_like if is_more else wishes.less_like)(result)
        else:
            (wishes.more if is_more else wishes.less)(wishes.chosen)

    def step(self, by: int) -> None:
        """Move in whichever list has the keyboard."""
        presenter = self._presenter
        if presenter.view is View.DUPLICATES:
            if self.copies.has_list_focus():
                presenter.duplicates.choose_copy(presenter.duplicates.copy_index + by)
            else:
                presenter.duplicates.step(by)
        elif presenter.view is View.CHECK:
            self.check.step(by)
        elif self.page.has_list_focus():
            presenter.page.shown_list.step(by)
        elif presenter.view is View.LIBRARY:
            self.table.step(by)

    def _show(self, _: None) -> None:
        page = self._pages[self._presenter.view]
        left = self.map if self._presenter.view is View.MAP else self.table
        is_turned = page is not self.currentWidget()
        if page is self._pages[View.LIBRARY] and left is not self._left.currentWidget():
            self._left.setCurrentWidget(left)
            is_turned = True
        if is_turned:
            self.setCurrentWidget(page)
            self.focus()


def _above(upper: QWidget, lower: QWidget) -> QWidget:
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(upper, 1)
    column.addWidget(lower)
    return both


def _beside(left: QWidget, right: QWidget) -> QSplitter:
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setHandleWidth(theme.LINE)
    split.setChildrenCollapsible(False)
    split.addWidget(left)
    split.addWidget(right)
    split.setStretchFactor(1, 1)
    split.setSizes([theme.LIBRARY_WIDTH, theme.WINDOW_SIZE[0] - theme.LIBRARY_WIDTH])
    return split
