"""The three screens that can fill the window: the library, the duplicates, the check."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from ui import theme
from ui.presenters.window import View, WindowPresenter
from ui.theme import Theme
from ui.widgets.check_page import CheckPage
from ui.widgets.copies_page import CopiesPage
from ui.widgets.covers import CoverShelf
from ui.widgets.sets_pane import SetsPane
from ui.widgets.song_page import SongPage
from ui.widgets.song_table import SongTable


class Screens(QStackedWidget):
    """Holds the screens; shows the one that the presenter names."""

    def __init__(self, presenter: WindowPresenter, covers: CoverShelf, *, look: Theme) -> None:
        super().__init__()
        self._presenter = presenter
        self.table = SongTable(presenter.library, covers, look=look)
        self.page = SongPage(presenter.page, presenter.transport, covers=covers, look=look)
        self.sets = SetsPane(presenter.duplicates, covers, look=look)
        self.copies = CopiesPage(
            presenter.duplicates,
            presenter.duplicate_actions,
            transport=presenter.transport,
            covers=covers,
            look=look,
        )
        self.check = CheckPage(presenter.check, covers, look=look)
        self._pages = {
            View.LIBRARY: _beside(self.table, self.page),
            View.DUPLICATES: _beside(self.sets, self.copies),
            View.CHECK: self.check,
        }
        for page in self._pages.values():
            self.addWidget(page)
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
        else:
            self.table.step(by)

    def _show(self, _: None) -> None:
        page = self._pages[self._presenter.view]
        if page is not self.currentWidget():
            self.setCurrentWidget(page)
            self.focus()


def _beside(left: QWidget, right: QWidget) -> QSplitter:
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setHandleWidth(theme.LINE)
    split.setChildrenCollapsible(False)
    split.addWidget(left)
    split.addWidget(right)
    split.setStretchFactor(1, 1)
    split.setSizes([theme.LIBRARY_WIDTH, theme.WINDOW_SIZE[0] - theme.LIBRARY_WIDTH])
    return split
