"""One list of results: painted lines with play and A/B, or what stands in for them."""

from enum import Enum

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QStackedLayout, QWidget

from ui import theme
from ui.language import N_, Words
from ui.language import gettext as _
from ui.models.results import HasResults, ResultListModel
from ui.presenters.answers import TAB_NAMES, Result, Tab
from ui.presenters.results import ListState, ResultsPresenter
from ui.presenters.wishes import Wishes
from ui.theme import Theme
from ui.widgets.covers import CoverShelf
from ui.widgets.placeholder import Placeholder, Skeleton
from ui.widgets.result_delegate import ResultDelegate, ResultPart
from ui.widgets.wish_menu import add_for_result


class Asked(Enum):
    """What is asked of a result."""

    PLAY = "play"
    SWITCH = "switch"
    NOT_A_DUPLICATE = "not a duplicate"
    REVEAL = "reveal"
    SAVE = "save"


ASKED = Words(
    {
        Asked.PLAY: N_("Play at the match"),
        Asked.SWITCH: N_("A/B: switch between this and your song"),
        Asked.NOT_A_DUPLICATE: N_("Not a duplicate"),
        Asked.REVEAL: N_("Show in its folder"),
        Asked.SAVE: N_("Save this list"),
    }
)

OF_PART = {ResultPart.PLAY: Asked.PLAY, ResultPart.SWITCH: Asked.SWITCH}


class ResultsList(QListView):
    """A list view that tells which painted button was clicked."""

    pressed_part = Signal(QModelIndex, object)
    entered_row = Signal(QModelIndex)
    reached = Signal()  # by the keyboard

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the keyboard is here."""
        super().focusInEvent(event)
        self.reached.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Tell of Return and Enter; everything else is Qt's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_row.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Look for a button under the pointer."""
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        delegate = self.itemDelegate()
        if not index.isValid() or not isinstance(delegate, ResultDelegate):
            return
        part = delegate.part_at(self.visualRect(index), at, result=delegate.result(index))
        if event.button() is Qt.MouseButton.LeftButton and part is not None:
            self.pressed_part.emit(index, part)


class ResultLines(ResultsList):
    """The lines of any presenter that holds results."""

    moved = Signal(int)
    asked = Signal(object, object)  # ResultPart, Result

    def __init__(
        self, results: HasResults, covers: CoverShelf, *, look: Theme, has_buttons: bool = True
    ) -> None:
        super().__init__()
        self._model = ResultListModel(results, self)
        self.setModel(self._model)
        self.setItemDelegate(ResultDelegate(look, covers, self, has_buttons=has_buttons))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(lambda now, _: self.moved.emit(now.row()))
        for signal in (self.entered_row, self.doubleClicked):
            signal.connect(lambda index: self._ask(index, ResultPart.PLAY))
        self.pressed_part.connect(self._ask)
        covers.arrived.connect(self.viewport().update)

    def choose(self, row: int) -> None:
        """Choose a line."""
        self.setCurrentIndex(self._model.index(row, 0))

    def result_at(self, at: QPoint) -> Result | None:
        """Return the result under the pointer."""
        return self._model.result(self.indexAt(at))

    def _ask(self, index: QModelIndex, part: ResultPart) -> None:
        result = self._model.result(index)
        if result is not None:
            self.asked.emit(part, result)


class ResultsView(QWidget):
    """Shows what one list holds, whatever its state."""

    asked = Signal(object, object)  # Asked, Result
    sync_asked = Signal()

    def __init__(
        self, presenter: ResultsPresenter, covers: CoverShelf, *, look: Theme, wishes: Wishes
    ) -> None:
        super().__init__()
        self._presenter = presenter
        self._wishes = wishes
        self.view = self._make_view(look, covers)
        self._skeleton = Skeleton(look, theme.RESULT_HEIGHT)
        self._placeholder = Placeholder()
        self._placeholder.pressed.connect(self._offered)
        self._stack = QStackedLayout(self)
        for page in (self.view, self._skeleton, self._placeholder):
            self._stack.addWidget(page)
        presenter.changed.connect(self._show)
        presenter.chosen.connect(self._choose)
        self._show(None)

    def _make_view(self, look: Theme, covers: CoverShelf) -> ResultLines:
        view = ResultLines(self._presenter, covers, look=look)
        view.setObjectName(f"{self._presenter.tab.value}List")
        view.setAccessibleName(TAB_NAMES[self._presenter.tab])
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._menu)
        view.moved.connect(self._presenter.choose)
        view.clicked.connect(lambda index: self._presenter.confirm(index.row()))
        view.asked.connect(lambda part, result: self.asked.emit(OF_PART[part], result))
        return view

    def _choose(self, _told: None) -> None:
        index = self._presenter.index
        if index is not None and index < self.view.model().rowCount():
            self.view.choose(index)

    def _show(self, _told: None) -> None:
        match self._presenter.state:
            case ListState.FULL:
                self._stack.setCurrentWidget(self.view)
            case ListState.LOADING:
                self._stack.setCurrentWidget(self._skeleton)
            case ListState.EMPTY if self._presenter.tab is Tab.RECOMMENDED:
                self._say(button=_("Sync"))
            case _:
                self._say(button=_("Try again") if self._has_failed else "")

    @property
    def _has_failed(self) -> bool:
        return self._presenter.state is ListState.FAILED

    def _say(self, *, button: str) -> None:
        self._placeholder.say(self._presenter.note, button=button)
        self._stack.setCurrentWidget(self._placeholder)

    def _offered(self) -> None:
        if self._has_failed:
            self._presenter.refresh()
        else:
            self.sync_asked.emit()

    def _menu(self, at: QPoint) -> None:
        result = self.view.result_at(at)
        if result is None or result.path is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for what in Asked:
            if what is not Asked.NOT_A_DUPLICATE or result.verdict is not None:
                self._add_action(menu, what, result)
        add_for_result(menu, self._wishes, result)
        menu.popup(self.view.viewport().mapToGlobal(at))

    def _add_action(self, menu: QMenu, what: Asked, result: Result) -> None:
        menu.addAction(ASKED[what]).triggered.connect(lambda: self.asked.emit(what, result))
