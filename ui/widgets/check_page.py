"""The screen of the check before release: a demo, how far it is, and what it is close to."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QProgressBar,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.language import N_, Words
from ui.language import gettext as _
from ui.presenters.check import CheckPresenter, Finding
from ui.presenters.findings import NOT_ASKED, WHERE, Findings, Where
from ui.presenters.results import ListState
from ui.theme import Theme
from ui.widgets import parts
from ui.widgets.covers import CoverShelf
from ui.widgets.placeholder import Placeholder, Skeleton
from ui.widgets.result_delegate import ResultPart
from ui.widgets.results_view import ResultLines

WAITS = N_("Drop a demo anywhere in this window, or choose a file. It is compared, and not added.")
TO_COME = N_("The catalogue can be asked once your library has answered.")
SHARES = {Where.HERE: 6, Where.CATALOGUE: 5}  # of the width: the catalogue's have no buttons
SET_UP = N_("Set up Sync")
BUTTONS = Words({ListState.TO_COME: N_("Ask the catalogue"), ListState.FAILED: N_("Try again")})


def _button(found: Findings) -> str:
    """Return what can be done where no lines are."""
    return _(SET_UP) if found.headline == _(NOT_ASKED) else BUTTONS.get(found.state, "")


class FindingView(QWidget):
    """What was found in one place, whatever its state."""

    asked = Signal(object, object)  # ResultPart, Result
    pressed = Signal()  # the button that stands where the lines would be

    def __init__(self, finding: Finding, covers: CoverShelf, *, look: Theme) -> None:
        super().__init__()
        self._finding = finding
        self._heading = parts.label(WHERE[finding.where], size_px=theme.HEADING_PX)
        self._heading.setFont(theme.font(theme.HEADING_PX, theme.Weight.BOLD))
        self._headline = parts.label(tone="muted")
        self._headline.setObjectName(f"{finding.where.name.lower()}Headline")
        self._headline.setWordWrap(True)
        is_here = finding.where is Where.HERE  # nothing of the catalogue can be played
        self.lines = ResultLines(finding, covers, look=look, has_buttons=is_here)
        self.lines.setObjectName(f"{finding.where.name.lower()}Found")
        self.lines.setAccessibleName(WHERE[finding.where])
        self._skeleton = Skeleton(look, theme.RESULT_HEIGHT)
        self._nothing = Placeholder()
        self._lay_out()
        self.lines.moved.connect(finding.choose)
        self.lines.asked.connect(self.asked)
        self._nothing.pressed.connect(self.pressed)
        finding.changed.connect(self._show)
        finding.chosen.connect(self._choose)
        self._show(None)

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        for page in (self.lines, self._skeleton, self._nothing):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self._heading)
        column.addWidget(self._headline)
        column.addWidget(self._stack, 1)

    def focus(self) -> None:
        """Bring the keyboard to the lines, or to the button that stands for them."""
        is_full = self._finding.found.state is ListState.FULL
        (self.lines if is_full else self._nothing).setFocus()

    def _choose(self, _told: None) -> None:
        if self._finding.index is not None:
            self.lines.choose(self._finding.index)

    def _show(self, _told: None) -> None:
        found = self._finding.found
        tone = "close" if found.is_close else "muted"
        if self._headline.property("tone") != tone:
            self._headline.setProperty("tone", tone)
            parts.restyle(self._headline)
        self._headline.setText(found.headline if found.state is ListState.FULL else "")
        self._headline.setVisible(bool(self._headline.text()))
        match found.state:
            case ListState.FULL:
                self._stack.setCurrentWidget(self.lines)
                self.lines.choose(0)
            case ListState.LOADING:
                self._stack.setCurrentWidget(self._skeleton)
            case _:
                self._nothing.say(found.headline or _(TO_COME), button=_button(found))
                self._stack.setCurrentWidget(self._nothing)


class CheckPage(QWidget):
    """Shows a check from the invitation to what was found."""

    file_asked = Signal()
    catalogue_asked = Signal()
    left = Signal()  # back to the library

    def __init__(self, check: CheckPresenter, covers: CoverShelf, *, look: Theme) -> None:
        super().__init__()
        self.setObjectName("checkPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._check = check
        self._was_running = False
        self._name = parts.CutLabel(size_px=theme.TITLE_PX)
        self._name.setFont(theme.font(theme.TITLE_PX, theme.Weight.BOLD))
        self._note = parts.CutLabel(tone="muted")
        self._note.setObjectName("checkNote")
        self._doing = parts.label(tone="muted", size_px=theme.SMALL_PX)
        self._bar = QProgressBar()
        self._stop = parts.button(_("Stop"), name=_("Stop the check"))
        self._stop.setObjectName("stopCheckButton")
        self._choose = parts.button(_("Choose a file"), name=_("Choose a demo to check"))
        self._choose.setObjectName("chooseDemoButton")
        self._back = parts.button(_("Back to the library"))
        self._back.setObjectName("leaveCheckButton")
        self.views = {
            where: FindingView(finding, covers, look=look)
            for where, finding in check.places.items()
        }
        self._invitation = Placeholder()
        self._invitation.say(_(WAITS), button=_("Choose a file"))
        self._lay_out()
        self._connect()
        self._show(None)

    def focus(self) -> None:
        """Bring the keyboard to what can be done next."""
        is_found = bool(self._check.name) and not self._check.is_running
        if is_found:
            self.views[self._check.finding.where].focus()
        else:
            self._invitation.setFocus()

    def step(self, by: int) -> None:
        """Choose the line that is ``by`` further where the keyboard is or was."""
        self._check.finding.step(by)

    def _lay_out(self) -> None:
        self._bar.setFixedSize(theme.PROGRESS_WIDTH, theme.PROGRESS_HEIGHT)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(_("Progress of the check"))
        above = QHBoxLayout()
        above.setSpacing(theme.GRID)
        above.addWidget(self._name, 1)
        for part in (self._doing, self._bar, self._stop, self._choose, self._back):
            above.addWidget(part)
        columns = QHBoxLayout()
        columns.setContentsMargins(0, 2 * theme.GRID, 0, 0)
        columns.setSpacing(4 * theme.GRID)
        for where, view in self.views.items():
            columns.addWidget(view, SHARES[where])
        found = QWidget()
        found.setLayout(columns)
        middle = QWidget()
        self._stack = QStackedLayout(middle)
        self._stack.addWidget(self._invitation)
        self._stack.addWidget(found)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 0)
        column.setSpacing(theme.GRID)
        column.addLayout(above)
        column.addWidget(self._note)
        column.addWidget(middle, 1)

    def _connect(self) -> None:
        self._stop.clicked.connect(self._check.cancel)
        self._choose.clicked.connect(self.file_asked)
        self._invitation.pressed.connect(self.file_asked)
        self._back.clicked.connect(self.left)
        self.views[Where.HERE].pressed.connect(self._check.again)
        self.views[Where.CATALOGUE].pressed.connect(self.catalogue_asked)
        self._check.changed.connect(self._show)
        for where, view in self.views.items():
            view.asked.connect(self._ask)
            view.lines.reached.connect(partial(self._check.turn, where))

    def _ask(self, part: ResultPart, result: object) -> None:
        act = self._check.play if part is ResultPart.PLAY else self._check.switch
        act(result)  # type: ignore[arg-type]  # a Qt signal carries any object

    def _show(self, _told: None) -> None:
        check, report = self._check, self._check.report
        has_ended = self._was_running and not check.is_running
        self._was_running = check.is_running
        said = _("Check before release: {file}") if check.name else _("Check before release")
        self._name.say(said.format(file=check.name))
        self._note.say(check.note)
        self._stack.setCurrentIndex(1 if check.name else 0)
        for part in (self._doing, self._bar, self._stop):
            part.setVisible(check.is_running)
        self._choose.setVisible(bool(check.name) and not check.is_running)
        self._doing.setText(check.words)
        self._bar.setRange(0, max(1, report.total) if report else 1)  # of no length, it would move
        self._bar.setValue(report.done if report else 0)
        if has_ended and self._has_keyboard():
            self.focus()

    def _has_keyboard(self) -> bool:
        """Return whether the keyboard is on this screen, or on what has just been hidden there."""
        focus = QApplication.focusWidget()
        return self.isVisible() and (focus is None or self.isAncestorOf(focus))
