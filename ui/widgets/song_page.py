"""The right side: one song's facts and wave, and the four lists of answers under tabs."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QStackedLayout,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from core.settings import Weights
from core.types import AnalysisStep, SongId
from ui import theme
from ui.language import gettext as _
from ui.presenters.answers import NO_WAVE, TAB_NAMES, Result, Tab
from ui.presenters.results import ListState
from ui.presenters.song_page import SongPagePresenter
from ui.presenters.transport import TransportPresenter
from ui.presenters.wishes import Wishes
from ui.presenters.words import NO_ARTIST, clock
from ui.theme import Theme
from ui.widgets import painting, parts
from ui.widgets.covers import CoverShelf
from ui.widgets.placeholder import Placeholder
from ui.widgets.results_view import Asked, ResultsView
from ui.widgets.seeds_row import SeedsRow
from ui.widgets.waveform import Waveform
from ui.widgets.weights_row import WeightsRow

TABS = tuple(Tab)


class CoverLabel(QWidget):
    """The cover of the open song."""

    def __init__(self, covers: CoverShelf) -> None:
        super().__init__()
        self.setFixedSize(theme.PAGE_COVER, theme.PAGE_COVER)
        self._covers = covers
        self._song_id: SongId | None = None
        self._name = ""
        covers.arrived.connect(self.update)

    def show_song(self, song_id: SongId | None, name: str) -> None:
        """Show another cover."""
        self._song_id, self._name = song_id, name
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(0, 0, self.width(), self.height())
        painting.cover(painter, box, self._covers.get(self._song_id), name=self._name)


class SongHeader(QWidget):
    """Cover, title, artist, and the facts as chips."""

    def __init__(self, covers: CoverShelf) -> None:
        super().__init__()
        self._cover = CoverLabel(covers)
        self._title = parts.CutLabel(size_px=theme.TITLE_PX)
        self._title.setFont(theme.font(theme.TITLE_PX, theme.Weight.BOLD))
        self._title.setObjectName("songTitle")
        self._artist = parts.CutLabel(tone="muted")
        self._chips = QHBoxLayout()
        self._chips.setSpacing(theme.GRID)
        column = QVBoxLayout()
        column.setSpacing(theme.HALF)
        column.addWidget(self._title)
        column.addWidget(self._artist)
        column.addLayout(self._chips)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.GRID)
        row.addWidget(self._cover, alignment=Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    def show_page(self, page: SongPagePresenter) -> None:
        """Show the open row."""
        row = page.row
        if row is None:
            return
        self._cover.show_song(row.song.song_id if row.song else None, row.title)
        self._title.say(row.title)
        self._artist.say("" if row.artist == NO_ARTIST else row.artist)
        while (item := self._chips.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for fact in page.facts:
            self._chips.addWidget(parts.Chip(fact))
        self._chips.addStretch(1)


class WaveCard(QFrame):
    """The wave of the open song with the match, and words for what is drawn."""

    def __init__(self, look: Theme) -> None:
        super().__init__()
        self.setObjectName("waveCard")
        self.wave = Waveform(look, height=theme.WAVE_HEIGHT, name=_("Waveform of the song"))
        self._match = parts.CutLabel(tone="muted", size_px=theme.SMALL_PX)
        self._time = parts.label(tone="muted", size_px=theme.SMALL_PX)
        below = QHBoxLayout()
        below.addWidget(self._match, 1)
        below.addWidget(self._time)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, theme.GRID, 12, theme.GRID)
        column.setSpacing(theme.HALF)
        column.addWidget(self.wave)
        column.addLayout(below)

    def show_page(self, page: SongPagePresenter) -> None:
        """Show the wave and the match of the chosen result."""
        drawn = page.drawn
        duration_s = drawn.song.duration_s if drawn else 0.0
        self.wave.show_song(drawn.overview if drawn else NO_WAVE, duration_s=duration_s)
        mark = page.mark
        if mark is None:
            self.wave.unmark()
        else:
            self.wave.mark(mark.match.query_s, mark.match.duration_s)
        self._match.say(mark.words if mark else "")
        self._time.setText(clock(duration_s))

    def show_position(self, position_s: float | None, *, duration_s: float) -> None:
        """Show where the song plays, where it does."""
        self.wave.show_position(position_s)
        now = f"{clock(position_s)} / " if position_s is not None else ""
        self._time.setText(f"{now}{clock(duration_s)}")


class SongPage(QWidget):
    """Shows the open row; forwards what is asked of results and of the wave."""

    asked = Signal(object, object)  # Asked, Result
    sync_asked = Signal()
    sought = Signal(float)
    retry_asked = Signal()

    def __init__(
        self,
        page: SongPagePresenter,
        transport: TransportPresenter,
        *,
        wishes: Wishes,
        covers: CoverShelf,
        look: Theme,
    ) -> None:
        super().__init__()
        self.setObjectName("songPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(theme.PAGE_LEAST)
        self._page = page
        self._transport = transport
        self._header = SongHeader(covers)
        self._card = WaveCard(look)
        self._tabs = QTabBar()
        self._note = parts.CutLabel(tone="muted", size_px=theme.SMALL_PX)
        self._not_duplicate = parts.button(_("Not a duplicate"), height=theme.SMALL_CONTROL_HEIGHT)
        self._hides_copies = parts.TickBox(_("Hide same recording"), look)
        self._hides_copies.setObjectName("hideCopiesBox")
        self._weighs = parts.button(
            _("Weights"),
            name=_("Weights: how much backing, voice and mix count"),
            height=theme.SMALL_CONTROL_HEIGHT,
        )
        self._weighs.setCheckable(True)
        self._weighs.setObjectName("weightsButton")
        self._wishes = wishes
        self._weights = WeightsRow(wishes.neighbours)
        self._weights.hide()
        self._seeds = SeedsRow(wishes, after=self._tabs)
        self._lists = QStackedWidget()
        self._views = {tab: self._make_list(tab, covers, look=look) for tab in TABS}
        self._nothing = Placeholder()
        self._lay_out()
        self._connect()
        self._show(None)

    def focus_list(self) -> None:
        """Bring the keyboard to the list that is shown."""
        self._views[self._page.tab].view.setFocus()

    def has_list_focus(self) -> bool:
        """Return whether the keyboard is on the list that is shown."""
        return self._views[self._page.tab].view.hasFocus()

    def _make_list(self, tab: Tab, covers: CoverShelf, *, look: Theme) -> ResultsView:
        view = ResultsView(self._page.lists[tab], covers, look=look, wishes=self._wishes)
        view.asked.connect(self.asked)
        view.sync_asked.connect(self.sync_asked)
        self._lists.addWidget(view)
        return view

    def _lay_out(self) -> None:
        for tab in TABS:
            self._tabs.addTab(TAB_NAMES[tab])
        self._tabs.setObjectName("tabs")
        self._tabs.setAccessibleName(_("Lists of answers"))
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._not_duplicate.setObjectName("notDuplicateButton")
        caption = QHBoxLayout()
        caption.addWidget(self._note, 1)
        caption.addWidget(self._hides_copies)
        caption.addWidget(self._weighs)
        caption.addWidget(self._not_duplicate)
        caption_row = QWidget()
        caption_row.setLayout(caption)
        caption.setContentsMargins(0, 0, 0, 0)
        caption_row.setFixedHeight(theme.CONTROL_HEIGHT)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 20, 20, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self._header)
        column.addSpacing(theme.HALF)
        for part in (self._card, self._tabs, self._seeds, caption_row, self._weights):
            column.addWidget(part)
        column.addWidget(self._lists, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(content)
        self._stack.addWidget(self._nothing)

    def _connect(self) -> None:
        self._page.changed.connect(self._show)
        self._page.turned.connect(self._show_list)
        self._transport.moved.connect(self._show_position)
        for presenter in self._page.lists.values():
            presenter.changed.connect(self._show_list)
        self._tabs.currentChanged.connect(lambda index: self._page.turn(TABS[index]))
        self._card.wave.sought.connect(self.sought)
        self._not_duplicate.clicked.connect(self._dismiss)
        neighbours = self._wishes.neighbours
        self._hides_copies.toggled.connect(neighbours.hide_copies)
        self._weighs.toggled.connect(neighbours.show_weights)
        neighbours.weighed.connect(
            lambda _: self._name_weights(is_default=neighbours.weights == Weights())
        )
        self._wishes.changed.connect(self._show_list)
        self._seeds.left.connect(self._tabs.setFocus)
        self._weighs.toggled.connect(self._show_list)
        self._nothing.pressed.connect(self.retry_asked)

    def _name_weights(self, *, is_default: bool) -> None:
        """Show also where the sliders are folded away that they were moved."""
        self._weighs.setText(_("Weights") if is_default else _("Weights (changed)"))

    def _show(self, _told: None) -> None:
        row = self._page.row
        if row is None:
            self._nothing.say(_("Choose a song to see what sounds like it."))
        elif row.step is AnalysisStep.FAILED and row.song is None:
            self._nothing.say(row.reason, button=_("Try again"))
        is_page = row is not None and (row.song is not None or row.step is not AnalysisStep.FAILED)
        self._stack.setCurrentIndex(0 if is_page else 1)
        self._header.show_page(self._page)
        self._show_list(None)

    def _show_list(self, _told: object) -> None:
        for index, tab in enumerate(TABS):
            presenter = self._page.lists[tab]
            count = f"  {len(presenter.results)}" if presenter.state is ListState.FULL else ""
            self._tabs.setTabText(index, f"{TAB_NAMES[tab]}{count}")
        index = TABS.index(self._page.tab)
        self._tabs.setCurrentIndex(index)
        self._lists.setCurrentIndex(index)
        shown = self._page.shown_list
        self._note.say(shown.note if shown.state is ListState.FULL else "")
        self._not_duplicate.setVisible(self._current_duplicate() is not None)
        is_near = shown.tab is Tab.NEIGHBOURS
        is_asked = self._wishes.question.is_asked  # of several songs, by the stem that all have
        self._seeds.show_beside(is_its_list=is_near)
        self._hides_copies.setVisible(is_near)
        self._hides_copies.setChecked(self._wishes.neighbours.hides_copies)
        self._weighs.setVisible(is_near and not is_asked)
        self._weights.setVisible(is_near and not is_asked and self._weighs.isChecked())
        self._card.show_page(self._page)
        self._show_position(None)

    def _show_position(self, _told: None) -> None:
        drawn, deck = self._page.drawn, self._transport.deck
        song = drawn.song if drawn else None
        is_here = song is not None and deck is not None and deck.song_id == song.song_id
        position_s = self._transport.position_s if is_here else None
        self._card.show_position(position_s, duration_s=song.duration_s if song else 0.0)

    def _current_duplicate(self) -> Result | None:
        shown = self._page.shown_list
        return shown.current if shown.tab is Tab.DUPLICATES else None

    def _dismiss(self) -> None:
        result = self._current_duplicate()
        if result is not None:
            self.asked.emit(Asked.NOT_A_DUPLICATE, result)
