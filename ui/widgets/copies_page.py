"""The right side of the Duplicates screen: the open set's copies, what proves it, what to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from ui import theme
from ui.language import N_, ngettext, number
from ui.language import gettext as _
from ui.models.lines import LinesModel
from ui.presenters.copy_words import CopyLine
from ui.presenters.duplicate_actions import DuplicateActions
from ui.presenters.duplicates import DuplicatesPresenter
from ui.presenters.transport import TransportPresenter
from ui.theme import Theme
from ui.widgets import parts
from ui.widgets.copy_delegates import CopyDelegate
from ui.widgets.covers import CoverShelf
from ui.widgets.lists import LinesView
from ui.widgets.overlap_card import OverlapCard
from ui.widgets.placeholder import Placeholder

CHOOSE = N_("Copies are listed here with what proves them. Nothing is deleted without your click.")

LEAST_SHOWN = 2  # copies in a low window: the list scrolls, so that the waves below stay whole
LIST_FIRST = 1000  # its share of the height, up to all its lines, before the empty end's share of 1
NO_DUPLICATE = N_("Not a duplicate")
NO_DUPLICATE_OF_A = N_("B is no duplicate of A")


class CopiesPage(QWidget):
    """Shows the open set; forwards what is asked of it."""

    song_asked = Signal(object)  # Path: show it in the library

    def __init__(
        self,
        duplicates: DuplicatesPresenter,
        actions: DuplicateActions,
        *,
        transport: TransportPresenter,
        covers: CoverShelf,
        look: Theme,
    ) -> None:
        super().__init__()
        self.setObjectName("copiesPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(theme.PAGE_LEAST)
        self._duplicates = duplicates
        self._actions = actions
        self._title = parts.CutLabel(size_px=theme.TITLE_PX)
        self._title.setFont(theme.font(theme.TITLE_PX, theme.Weight.BOLD))
        self._why = parts.CutLabel(tone="muted")
        self._why.setObjectName("whyBetter")
        self._model: LinesModel[CopyLine] = LinesModel(self._lines, _spoken, parent=self)
        self.view = LinesView("copiesList", _("Copies of this song"), parent=self)
        self.view.fill(self._model, CopyDelegate(look, covers, self.view))
        self._card = OverlapCard(transport, look)
        self._keep = _button("keepButton", _("Keep this one"), kind="primary")
        self._tags = _button("copyTagsButton", _("Copy its tags to the others"))
        self._same = _button("sameSongButton", _("Same song"))
        self._different = _button("notCopiesButton", _(NO_DUPLICATE))
        self._nothing = Placeholder()
        self._nothing.say(_(CHOOSE))
        self._lay_out()
        self._connect(covers)
        self._show(None)

    def has_list_focus(self) -> bool:
        """Return whether the keyboard is on the copies."""
        return self.view.hasFocus()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID)
        for button in (self._keep, self._tags, self._same, self._different):
            buttons.addWidget(button)
        buttons.addStretch(1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 20, 20, 2 * theme.GRID)
        column.setSpacing(theme.GRID)
        for part in (self._title, self._why):
            column.addWidget(part)
        column.addWidget(self.view, LIST_FIRST)
        column.addLayout(buttons)
        column.addSpacing(theme.GRID)
        column.addWidget(self._card)
        column.addStretch(1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(content)
        self._stack.addWidget(self._nothing)

    def _connect(self, covers: CoverShelf) -> None:
        duplicates, actions = self._duplicates, self._actions
        self.view.moved.connect(duplicates.choose_copy)
        self.view.entered_row.connect(self._enter)
        self._keep.clicked.connect(actions.keep)
        self._tags.clicked.connect(actions.copy_tags)
        self._same.clicked.connect(actions.same_song)
        self._different.clicked.connect(actions.not_a_duplicate)
        self._card.play_asked.connect(duplicates.play)
        self._card.switch_asked.connect(duplicates.switch)
        self._card.sought.connect(duplicates.seek)
        duplicates.turned.connect(self._show)
        covers.arrived.connect(self.view.viewport().update)

    def _lines(self) -> tuple[CopyLine, ...]:
        opened = self._duplicates.open_set
        return opened.lines if opened else ()

    def _enter(self, row: int) -> None:
        self.song_asked.emit(self._lines()[row].path)

    def _show(self, _: None) -> None:
        opened, found = self._duplicates.open_set, self._duplicates.comparison
        if opened is None or found is None:
            self._stack.setCurrentWidget(self._nothing)
            return
        self._stack.setCurrentIndex(0)
        self._title.say(opened.title)
        self._why.say(opened.why)
        self._model.renew()
        shown = min(len(opened.songs), theme.COPIES_SHOWN)
        self.view.setMinimumHeight(min(shown, LEAST_SHOWN) * theme.COPY_HEIGHT)
        self.view.setMaximumHeight(shown * theme.COPY_HEIGHT)
        self.view.choose(self._duplicates.copy_index)
        self._card.show_comparison(found)
        self._show_buttons(is_group=opened.is_group, others=len(opened.songs) - 1)

    def _show_buttons(self, *, is_group: bool, others: int) -> None:
        said = ngettext(
            "Keep this one, {count} other to the trash",
            "Keep this one, {count} others to the trash",
            others,
        )
        self._keep.setText(said.format(count=number(others)))
        self._keep.setAccessibleName(self._keep.text())
        for button in (self._keep, self._tags):
            button.setVisible(is_group)
        self._same.setVisible(not is_group)
        # In a group of two there is one pair; in a larger one the card below says who A and B are.
        self._different.setText(_(NO_DUPLICATE) if others == 1 else _(NO_DUPLICATE_OF_A))
        self._name_pair()

    def _name_pair(self) -> None:
        """Say by name which two songs the decisions are about."""
        found, names = self._duplicates.comparison, self._duplicates.names
        if found is None:
            return
        mine, other = names[found.mine.song_id], names[found.other.song_id]
        for button, words in (
            (self._different, _("{other} is no duplicate of {mine}")),
            (self._same, _("{other} is the same song as {mine}")),
        ):
            said = words.format(other=other, mine=mine)
            button.setToolTip(said)
            button.setAccessibleName(f"{button.text()}: {said}")


def _button(name: str, text: str, *, kind: str = "") -> QPushButton:
    made = parts.button(text, kind=kind)
    made.setObjectName(name)
    return made


def _spoken(line: CopyLine) -> str:
    return line.spoken
