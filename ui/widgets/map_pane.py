"""The map's pane: what the points are coloured by, the points, the legend, which song it is."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.language import gettext as _
from ui.language import number
from ui.presenters.map_colours import colour_name
from ui.presenters.map_page import MapPresenter, MapState
from ui.theme import Theme
from ui.widgets import parts
from ui.widgets.placeholder import Placeholder

if TYPE_CHECKING:
    from ui.widgets.map_plot import MapPlot

LEGEND_COLUMNS = 3
ALL = 1000  # of the progress bar


class MapPane(QWidget):
    """Shows the map, or how far it is."""

    page_asked = Signal()

    def __init__(self, presenter: MapPresenter, *, look: Theme) -> None:
        super().__init__()
        self.setObjectName("mapPane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(theme.LIBRARY_LEAST)
        self._presenter = presenter
        self._look = look
        self.plot: MapPlot | None = None
        self._make_controls()
        self._lay_out()
        presenter.changed.connect(self._show)
        presenter.turned.connect(self._name_chosen)
        presenter.told.connect(self._show_progress)
        look.changed.connect(lambda: self._show(None))

    def focus(self) -> None:
        """Bring the keyboard to the map; the first time it is made."""
        if self.plot is None:
            self._make_plot()
        shown = self._stack.currentWidget()
        is_waiting = shown is None or shown is self._placeholder
        (self._colours if is_waiting or shown is None else shown).setFocus()

    def _make_plot(self) -> None:
        # Not before the map is wanted: pyqtgraph takes a third of a second to import.
        from ui.widgets.map_plot import MapPlot

        self.plot = MapPlot(self._presenter, self._look)
        self.plot.hovered.connect(self._name)
        self.plot.page_asked.connect(self.page_asked)
        self._lasso.toggled.connect(self._use_lasso)
        self._fit.clicked.connect(self.plot.fit)
        self._stack.addWidget(self.plot)
        QWidget.setTabOrder(self._arrange, self.plot)
        self._show(None)

    def _make_controls(self) -> None:
        presenter = self._presenter
        self._colours = QComboBox()
        self._colours.setObjectName("mapColours")
        self._colours.setAccessibleName(_("Colour the songs by"))
        self._colours.setFixedHeight(theme.CONTROL_HEIGHT)
        self._colours.activated.connect(self._recolour)
        self._lasso = parts.button(_("Lasso"), name=_("Draw around songs to list them"))
        self._lasso.setObjectName("lassoButton")
        self._lasso.setCheckable(True)
        self._lasso.setToolTip(_("Draw around songs to list them (or drag with Shift)"))
        self._fit = parts.button(_("Fit"), name=_("Show all songs"))
        self._arrange = parts.button(_("Arrange"), name=_("Lay all songs out again"))
        self._arrange.setObjectName("arrangeButton")
        self._arrange.clicked.connect(presenter.arrange)
        self._hover = parts.TickBox(_("Play on hover"), self._look)
        self._hover.setObjectName("hoverPlays")
        self._hover.setChecked(presenter.plays_on_hover)
        self._hover.toggled.connect(self._let_play)
        self._bar = QProgressBar()
        self._bar.setRange(0, ALL)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(theme.PROGRESS_HEIGHT)
        self._bar.setAccessibleName(_("How far the map is laid out"))
        self._stop = parts.button(_("Stop"), name=_("Stop laying the map out"))
        self._stop.setObjectName("stopMap")
        self._stop.clicked.connect(presenter.stop)
        self._under = parts.CutLabel(tone="muted")
        self._under.setObjectName("mapUnder")
        self._placeholder = Placeholder()
        self._placeholder.pressed.connect(presenter.arrange)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        tools.setSpacing(theme.GRID)
        for control in (self._colours, self._lasso, self._fit, self._arrange):
            tools.addWidget(control)
        tools.addStretch(1)
        tools.addWidget(self._hover)
        busy = QHBoxLayout()
        busy.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        busy.addWidget(self._bar, 1)
        busy.addWidget(self._stop)
        plot = QWidget()
        self._stack = QStackedLayout(plot)
        self._stack.addWidget(self._placeholder)
        self._legend = QGridLayout()
        self._legend.setContentsMargins(2 * theme.GRID, theme.HALF, 2 * theme.GRID, theme.GRID)
        self._legend.setHorizontalSpacing(theme.GRID)
        self._legend.setVerticalSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addLayout(busy)
        column.addWidget(plot, 1)
        self._under.setContentsMargins(2 * theme.GRID, theme.HALF, 2 * theme.GRID, 0)
        column.addWidget(self._under)
        column.addLayout(self._legend)

    def _show(self, _told: None) -> None:
        presenter = self._presenter
        if presenter.state is MapState.FULL and self.plot is not None:
            was_waiting = self._stack.currentWidget() is not self.plot
            self._stack.setCurrentWidget(self.plot)
            if was_waiting and self._colours.hasFocus():
                self.plot.setFocus()
        else:
            can_try = presenter.state in (MapState.FAILED, MapState.STOPPED)
            self._placeholder.say(presenter.note, button=_("Try again") if can_try else "")
            self._stack.setCurrentWidget(self._placeholder)
        self._show_progress(None)
        self._fill_colours()
        self._fill_legend()
        self._name_chosen(None)

    def _show_progress(self, _told: None) -> None:
        presenter = self._presenter
        for widget in (self._bar, self._stop):
            widget.setVisible(presenter.is_busy)
        self._bar.setValue(round(presenter.share * ALL))
        self._arrange.setEnabled(not presenter.is_busy)

    def _fill_colours(self) -> None:
        presenter = self._presenter
        choices = presenter.colouring.choices(presenter.points.songs)
        if [self._colours.itemData(at) for at in range(self._colours.count())] != list(choices):
            self._colours.clear()
            for colour in choices:
                self._colours.addItem(colour_name(colour), colour)
        self._colours.setCurrentIndex(choices.index(presenter.colouring.by))

    def _fill_legend(self) -> None:
        while (item := self._legend.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        legend = self._presenter.legend
        if self.plot is None:
            return
        for place, name in enumerate(legend.names):
            entry = self._entry(place, f"{name}  {number(legend.counts[place])}")
            self._legend.addWidget(entry, place // LEGEND_COLUMNS, place % LEGEND_COLUMNS)

    def _entry(self, place: int, text: str) -> QPushButton:
        from ui.widgets.map_plot import colour_of, mark, symbol_of  # as above

        made = parts.button(text, kind="legend", height=theme.SMALL_CONTROL_HEIGHT)
        made.setAccessibleName(_("List the songs of {category}").format(category=text))
        made.setToolTip(made.accessibleName())
        made.setFont(theme.font(theme.SMALL_PX))
        colour = colour_of(place, self._presenter, self._look.tokens)
        symbol = symbol_of(place, self._presenter)
        made.setIcon(QIcon(mark(symbol, colour, ratio=self.devicePixelRatioF())))
        made.clicked.connect(lambda: self._presenter.list_category(place))
        return made

    def _recolour(self, at: int) -> None:
        self._presenter.colour_by(self._colours.itemData(at))

    def _let_play(self, is_on: bool) -> None:
        self._presenter.plays_on_hover = is_on

    def _use_lasso(self, is_on: bool) -> None:
        if self.plot is not None:
            self.plot.box.is_lasso = is_on

    def _name(self, title: str) -> None:
        """Say which song is under the pointer, else which is chosen."""
        if title:
            self._under.say(title)
        else:
            self._name_chosen(None)

    def _name_chosen(self, _told: None) -> None:
        at = self._presenter.chosen
        self._under.say(self._presenter.title(at) if at is not None else self._presenter.words)
