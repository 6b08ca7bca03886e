"""What was asked of several songs, in words whose every name can be taken out."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QWidget

from core.types import Song
from ui import theme
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.presenters.seeds import names_of
from ui.presenters.wishes import Wishes
from ui.widgets import parts
from ui.widgets.flow import FlowLayout

MOST_CHIPS = 8  # of each kind: two lines of the page
CHIP_PX = 160  # of a name, cut beyond
CROSS = "\N{MULTIPLICATION SIGN}"


class SeedsRow(QFrame):
    """Reads as a sentence, "More like A, B, less like C"; hidden while nothing is asked."""

    left = Signal()  # the last name was taken out by keyboard, and the keyboard has no place here

    def __init__(self, wishes: Wishes, *, after: QWidget) -> None:
        super().__init__()
        self._after = after  # what has the keyboard before the first name
        self.setObjectName("seedsRow")
        self._wishes = wishes
        self._is_its_list = True
        self._has_names = False
        self._flow = FlowLayout()
        self.setLayout(self._flow)
        wishes.changed.connect(self._show)
        self._show(None)

    def show_beside(self, *, is_its_list: bool) -> None:
        """Show what was asked where the list that answers it is shown."""
        self._is_its_list = is_its_list
        self.setVisible(is_its_list and self._has_names)

    def _show(self, _told: None) -> None:
        question, focus = self._wishes.question, QApplication.focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        self._empty()
        self._has_names = question.is_asked
        self.show_beside(is_its_list=self._is_its_list)
        self.setAccessibleName(question.words)
        if question.is_asked:
            self._say(_("More like"), question.liked)
            if question.disliked:
                self._say(_("less like"), question.disliked)
            clear = self._button(_("Clear"), _("Clear: list the open song's neighbours again"))
            clear.setObjectName("clearSeeds")
            clear.clicked.connect(self._wishes.clear)
            self._order()
            if had_focus:
                clear.setFocus()
        elif had_focus:
            self.left.emit()

    def _order(self) -> None:
        """Let Tab come by as it is read, though the names were made last of all."""
        before = self._after
        for item in map(self._flow.itemAt, range(self._flow.count())):
            one = item.widget() if item else None
            if isinstance(one, QPushButton):
                QWidget.setTabOrder(before, one)
                before = one

    def _empty(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()

    def _say(self, words: str, songs: Sequence[Song]) -> None:
        self._label(words)
        named = zip(songs, names_of(songs), strict=True)
        for song, name in list(named)[:MOST_CHIPS]:
            chip = self._button(self._chip_text(name), _("Take out {title}").format(title=name))
            chip.setObjectName("seedChip")
            # Later: the press that is being handled is the chip's own.
            chip.clicked.connect(
                partial(self._wishes.take_out, song.song_id), Qt.ConnectionType.QueuedConnection
            )
        more = len(songs) - MOST_CHIPS
        if more > 0:
            said = ngettext("and {count} more", "and {count} more", more)
            self._label(said.format(count=number(more)))

    def _label(self, words: str) -> None:
        label = parts.label(words, tone="muted", size_px=theme.SMALL_PX)
        label.setFixedHeight(theme.SMALL_CONTROL_HEIGHT)
        self._flow.addWidget(label)
        label.show()

    def _button(self, text: str, name: str) -> QPushButton:
        made = parts.button(text, name=name, height=theme.SMALL_CONTROL_HEIGHT)
        made.setToolTip(name)
        self._flow.addWidget(made)
        made.show()
        return made

    def _chip_text(self, name: str) -> str:
        right = Qt.TextElideMode.ElideRight
        cut = QFontMetrics(theme.font()).elidedText(name, right, CHIP_PX)
        return f"{cut} {CROSS}".replace("&", "&&")
