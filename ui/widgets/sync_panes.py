"""The pages of the Sync panel: what travels, both lists side by side, what was refused."""

from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.language import N_, ngettext, number
from ui.language import gettext as _
from ui.messages import shown
from ui.models.lines import LinesModel
from ui.models.sides import Column, SidesModel
from ui.presenters.results import ListState
from ui.presenters.sync_panel import Refused, SyncPanelPresenter
from ui.theme import Theme
from ui.widgets import parts
from ui.widgets.lists import LinesView
from ui.widgets.placeholder import Placeholder, Skeleton
from ui.widgets.refused_delegate import RefusedDelegate

TITLE_CHARS = 28  # of a title on a button, so that two buttons and a half fit beside each other
TITLES_SWITCH = N_("Share titles and artists")
TITLES_NOTE = N_("Off: others see your songs in their lists only as songs of another library.")


class TravelPane(QWidget):
    """What the next sync sends, the switch for titles, the sync itself, and the way back."""

    def __init__(self, panel: SyncPanelPresenter, look: Theme) -> None:
        super().__init__()
        self._panel = panel
        self._outgoing = parts.label(size_px=theme.HEADING_PX)
        self._outgoing.setObjectName("outgoingLabel")
        self._fields = parts.label(tone="muted")
        self._fields.setObjectName("fieldsLabel")
        self._titles = parts.TickBox(_(TITLES_SWITCH), look)
        self._titles.setObjectName("titlesSwitch")
        self._titles.setAccessibleName(_(TITLES_SWITCH))
        self._titles_note = parts.label(_(TITLES_NOTE), tone="muted", size_px=theme.SMALL_PX)
        self._bar = QProgressBar()
        self._go = parts.button(_("Sync"), kind="sync")
        self._go.setObjectName("panelSyncButton")
        self._last = parts.label(tone="muted")
        self._last.setObjectName("lastSync")
        self._problem = parts.label(tone="trouble")
        self._song = parts.button(_("Take this song back"), height=theme.SMALL_CONTROL_HEIGHT)
        self._song.setObjectName("withdrawSongButton")
        self._all = parts.button(
            _("Take the whole library back"), height=theme.SMALL_CONTROL_HEIGHT
        )
        self._all.setObjectName("withdrawAllButton")
        self._withheld = parts.label(tone="muted")
        self._withheld.setObjectName("withheldLabel")
        self._again = parts.button(_("Share again"), height=theme.SMALL_CONTROL_HEIGHT)
        self._again.setObjectName("shareAllButton")
        self._lay_out()
        self._titles.clicked.connect(lambda on: panel.share_titles(value=on))
        self._go.clicked.connect(panel.sync.press)
        self._song.clicked.connect(self._turn_song)
        self._again.clicked.connect(panel.share_all)
        self._all.clicked.connect(panel.withdraw_all)

    def _lay_out(self) -> None:
        self._bar.setFixedHeight(theme.PROGRESS_HEIGHT)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(_("Progress of the sync"))
        for label in (self._outgoing, self._fields, self._last, self._problem, self._withheld):
            label.setWordWrap(True)
        go = QHBoxLayout()
        go.addWidget(self._go)
        go.addStretch(1)
        back = QHBoxLayout()
        back.setSpacing(theme.GRID)
        for button in (self._song, self._all, self._again):
            back.addWidget(button)
        back.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * theme.GRID, 0, 0)
        column.setSpacing(theme.GRID)
        for part in (self._outgoing, self._fields, self._titles, self._titles_note):
            column.addWidget(part)
        column.addSpacing(theme.GRID)
        column.addLayout(go)
        for below in (self._bar, self._last, self._problem):
            column.addWidget(below)
        column.addStretch(1)
        column.addWidget(self._withheld)
        column.addLayout(back)

    def focus(self) -> None:
        """Bring the keyboard to the sync."""
        self._go.setFocus()

    def show_panel(self) -> None:
        """Show where things stand."""
        panel, sync = self._panel, self._panel.sync
        self._outgoing.setText(panel.outgoing_words)
        self._fields.setText(panel.fields_words)
        if panel.travel:
            self._titles.setChecked(panel.travel.outgoing.shares_titles)
        self._go.setText(sync.button)
        self._go.setAccessibleName(sync.button)
        report = sync.report
        self._bar.setVisible(sync.is_running)
        self._bar.setRange(0, report.total if report else 0)
        self._bar.setValue(report.done if report else 0)
        self._last.setText(_("Last: {sync}").format(sync=sync.last) if sync.last else "")
        self._problem.setText(panel.problem)
        for label in (self._last, self._problem):
            label.setVisible(bool(label.text()))
        self._show_sharing()

    def _show_sharing(self) -> None:
        """Show what stays here, and the way to take songs back or to share them again."""
        panel, withheld = self._panel, self._panel.withheld
        self._withheld.setText(panel.withheld_words)
        self._withheld.setVisible(bool(panel.withheld_words))
        self._song.setText(self._song_words())
        again = _share_all_again(len(withheld.songs))
        self._again.setText(_("Share the whole library again") if withheld.is_library else again)
        is_only = panel.is_song_withheld and len(withheld.songs) == 1
        self._again.setVisible(withheld.is_library or (bool(withheld.songs) and not is_only))
        self._all.setVisible(not withheld.is_library)
        is_free = bool(panel.sync.cluster) and not panel.sync.is_running
        for control in (self._titles, self._all, self._again):
            control.setEnabled(is_free)
        self._song.setEnabled(is_free and panel.song is not None)
        for button in (self._song, self._again):
            button.setAccessibleName(button.text())

    def _song_words(self) -> str:
        song = self._panel.song
        if song is None:
            return _("Take this song back")
        said = _("Share {title} again") if self._panel.is_song_withheld else _("Take {title} back")
        return said.format(title=_quoted(song.title))

    def _turn_song(self) -> None:
        if self._panel.is_song_withheld:
            self._panel.share_song()
        else:
            self._panel.withdraw_song()


class SidesPane(QWidget):
    """The cluster's list of the open song beside the local one."""

    def __init__(self, panel: SyncPanelPresenter, look: Theme) -> None:
        super().__init__()
        self._panel = panel
        self._note = parts.CutLabel(tone="muted", size_px=theme.SMALL_PX)
        self._note.setObjectName("sidesNote")
        self._model = SidesModel(look, self)
        self._table = _make_table(self._model)
        self._skeleton = Skeleton(look, theme.CONTROL_HEIGHT)
        self._nothing = Placeholder()
        self._nothing.pressed.connect(panel.refresh)
        stack = QWidget()
        self._stack = QStackedLayout(stack)
        for page in (self._table, self._skeleton, self._nothing):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * theme.GRID, 0, 0)
        column.addWidget(self._note)
        column.addWidget(stack, 1)

    def show_panel(self) -> None:
        """Show the lists, whatever their state."""
        sides, song = self._panel.sides, self._panel.song
        is_full = sides.state is ListState.FULL
        lead = f"{shown(song.title)}: " if song and is_full else ""
        self._note.say(f"{lead}{sides.note}" if is_full else "")
        self._model.show(sides.lines)
        match sides.state:
            case ListState.FULL:
                self._stack.setCurrentWidget(self._table)
            case ListState.LOADING:
                self._stack.setCurrentWidget(self._skeleton)
            case _:
                button = _("Try again") if sides.state is ListState.FAILED else ""
                self._nothing.say(sides.note, button=button)
                self._stack.setCurrentWidget(self._nothing)


class RefusedPane(QWidget):
    """The songs that the cluster did not take, each with its reason."""

    def __init__(self, panel: SyncPanelPresenter, look: Theme) -> None:
        super().__init__()
        self._panel = panel
        self._model: LinesModel[Refused] = LinesModel(
            self._lines, lambda line: f"{line.title}: {line.reason}", parent=self
        )
        self._view = LinesView("refusedList", _("Songs that the cluster did not take"), parent=self)
        self._view.fill(self._model, RefusedDelegate(look, self._view))
        self._nothing = Placeholder()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._view)
        self._stack.addWidget(self._nothing)

    def _lines(self) -> tuple[Refused, ...]:
        return self._panel.travel.refused if self._panel.travel else ()

    def show_panel(self) -> None:
        """Show the songs."""
        self._model.renew()
        self._nothing.say(self._panel.refused_words)
        self._stack.setCurrentIndex(0 if self._lines() else 1)


def _quoted(title: str) -> str:
    said = shown(title)
    cut = said if len(said) <= TITLE_CHARS else f"{said[: TITLE_CHARS - 1]}\N{HORIZONTAL ELLIPSIS}"
    return _("“{title}”").format(title=cut)


def _share_all_again(count: int) -> str:
    said = ngettext("Share {count} song again", "Share all {count} songs again", count)
    return said.format(count=number(count))


def _make_table(model: SidesModel) -> QTableView:
    table = QTableView()
    table.setObjectName("sidesTable")
    table.setAccessibleName(_("The cluster's list beside yours"))
    table.setModel(model)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.CONTROL_HEIGHT)
    header = table.horizontalHeader()
    header.setFont(theme.font(theme.SMALL_PX, theme.Weight.MEDIUM))
    header.setHighlightSections(False)
    for column in Column:
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(column, theme.PLACE_WIDTH)
    for column in (Column.SONG, Column.BECAME):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
    return table
