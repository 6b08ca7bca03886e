"""The left side of the Duplicates screen: every set of copies, or what stands in for the list."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from ui import theme
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.models.lines import LinesModel
from ui.presenters.copy_sets import CopySet
from ui.presenters.duplicates import DuplicatesPresenter
from ui.presenters.results import ListState
from ui.theme import Theme
from ui.widgets import parts
from ui.widgets.copy_delegates import CopySetDelegate
from ui.widgets.covers import CoverShelf
from ui.widgets.lists import LinesView
from ui.widgets.placeholder import Placeholder, Skeleton


class SetsPane(QWidget):
    """Shows the sets, whatever the state of their list."""

    report_asked = Signal()

    def __init__(self, duplicates: DuplicatesPresenter, covers: CoverShelf, *, look: Theme) -> None:
        super().__init__()
        self.setObjectName("setsPane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(theme.LIBRARY_LEAST)
        self._duplicates = duplicates
        self._model: LinesModel[CopySet] = LinesModel(
            lambda: duplicates.sets, describe, parent=self
        )
        self.view = LinesView("setsList", _("Groups of copies, largest first"), parent=self)
        self.view.fill(self._model, CopySetDelegate(look, covers, self.view))
        self.view.moved.connect(duplicates.choose)
        self._caption = parts.label(tone="muted", size_px=theme.SMALL_PX)
        self._report = parts.button(
            _("Report"),
            name=_("Save a report on duplicates (E)"),
            height=theme.SMALL_CONTROL_HEIGHT,
        )
        self._report.setObjectName("reportButton")
        self._report.setToolTip(self._report.accessibleName())
        self._report.clicked.connect(self.report_asked)
        self._skeleton = Skeleton(look, theme.COPY_HEIGHT)
        self._placeholder = Placeholder()
        self._placeholder.pressed.connect(duplicates.refresh)
        self._lay_out()
        duplicates.listed.connect(self._show)
        duplicates.turned.connect(lambda _told: self.view.choose(duplicates.index))
        covers.arrived.connect(self.view.viewport().update)
        self._show(None)

    def _lay_out(self) -> None:
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._caption.setFixedHeight(theme.CONTROL_HEIGHT + theme.HALF)
        head = QHBoxLayout()
        head.setContentsMargins(2 * theme.GRID, 0, theme.GRID, 0)
        head.addWidget(self._caption, 1)
        head.addWidget(self._report)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        self._stack = QStackedLayout(self)
        for page in (full, self._skeleton, self._placeholder):
            self._stack.addWidget(page)

    def _show(self, _told: None) -> None:
        self._model.renew()
        state = self._duplicates.state
        if state is ListState.FULL:
            self._stack.setCurrentIndex(0)
        elif state is ListState.LOADING:
            self._stack.setCurrentWidget(self._skeleton)
        else:
            button = _("Try again") if state is ListState.FAILED else ""
            self._placeholder.say(self._duplicates.note, button=button)
            self._stack.setCurrentWidget(self._placeholder)
        groups = sum(one.is_group for one in self._duplicates.sets)
        related = len(self._duplicates.sets) - groups
        groups_said = ngettext("{count} group of copies", "{count} groups of copies", groups)
        related_said = ngettext("{count} other pair", "{count} other pairs", related)
        said = (
            groups_said.format(count=number(groups)),
            related_said.format(count=number(related)),
        )
        self._caption.setText(", ".join(said))


def describe(opened: CopySet) -> str:
    """Say a set in one breath."""
    return f"{opened.title}, {opened.detail}, {opened.label}"
