"""The points of the map, drawn by pyqtgraph, and what the pointer and the keyboard do to them."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pyqtgraph as pg
from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.language import gettext as _
from ui.presenters.map_page import MapPresenter
from ui.presenters.map_points import Heading
from ui.theme import Theme, Tokens
from ui.widgets.song_files import drag_files

SYMBOLS: Final = ("o", "s", "t1", "d", "star", "+", "h", "x", "t")  # in the legend's order
REST_MS: Final = 400  # how long the pointer rests before a song plays
ZOOM: Final = 0.8  # by one key press
HEADINGS: Final = {
    Qt.Key.Key_Right: Heading.RIGHT,
    Qt.Key.Key_Left: Heading.LEFT,
    Qt.Key.Key_Up: Heading.UP,
    Qt.Key.Key_Down: Heading.DOWN,
}


def _never(_: QPointF) -> bool:
    return False


class LassoBox(pg.ViewBox):  # type: ignore[misc] # pyqtgraph carries no types
    """A view that pans; with Shift, or the tool, it draws a line around songs instead."""

    drawn = Signal(object, bool)  # corners as [(x, y)], whether the songs are added
    drawing = Signal(object)  # the line so far
    taken = Signal(QPointF)  # a drag began here that may take songs out
    pressed = Signal(QPointF, object)  # a click, with its modifiers

    def __init__(self) -> None:
        super().__init__(lockAspect=True, enableMenu=False, defaultPadding=0.06)
        self.is_lasso = False
        self.can_take: Callable[[QPointF], bool] = _never
        self._corners: list[tuple[float, float]] = []

    def mouseDragEvent(self, ev, axis=None) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001, N802 - pyqtgraph's
        """Draw a line, drag songs out, or pan."""
        is_left = ev.button() == Qt.MouseButton.LeftButton
        is_shift = bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if is_left and (is_shift or self.is_lasso or self._corners):
            ev.accept()
            self._draw(ev, is_adding=is_shift and self.is_lasso)
        elif is_left and ev.isStart() and self.can_take(ev.buttonDownScenePos()):
            ev.accept()
            self.taken.emit(ev.buttonDownScenePos())
        else:
            super().mouseDragEvent(ev, axis)

    def mouseClickEvent(self, ev) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001, N802 - pyqtgraph's
        """Tell where was clicked."""
        if ev.button() == Qt.MouseButton.LeftButton:
            ev.accept()
            self.pressed.emit(ev.scenePos(), ev.modifiers())

    def _draw(self, ev, *, is_adding: bool) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - as above
        at = self.mapSceneToView(ev.scenePos())
        self._corners.append((at.x(), at.y()))
        self.drawing.emit(self._corners)
        if ev.isFinish():
            corners, self._corners = self._corners, []
            self.drawing.emit([])
            self.drawn.emit(corners, is_adding)


class Layer(pg.ScatterPlotItem):  # type: ignore[misc] # as above
    """Points of one style; a click on one is the view's, which knows which songs can be chosen."""

    def __init__(self) -> None:
        super().__init__(pxMode=True, size=theme.MAP_POINT, pen=None)

    def mouseClickEvent(self, ev) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001, N802 - pyqtgraph's
        """Leave the click to the view."""
        ev.ignore()


class MapPlot(pg.PlotWidget):  # type: ignore[misc] # as above
    """Draws the points; forwards what is chosen, drawn around, and rested on."""

    hovered = Signal(str)  # the song under the pointer, or nothing
    page_asked = Signal()  # the keyboard goes on to the song's page

    def __init__(self, presenter: MapPresenter, look: Theme) -> None:
        self.box = LassoBox()
        super().__init__(viewBox=self.box)
        self.setObjectName("mapPlot")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Map of the songs"))
        self.setFrameShape(self.Shape.NoFrame)
        self._presenter = presenter
        self._look = look
        self._has_range = False
        self._under: int | None = None
        for side in ("left", "bottom"):
            self.hideAxis(side)
        self.hideButtons()
        self._make_items()
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._hear)
        self.scene().sigMouseMoved.connect(self._moved)
        self.box.pressed.connect(self._pressed)
        self.box.drawn.connect(lambda at, more: presenter.lasso(at, is_adding=more))
        self.box.drawing.connect(self._show_line)
        self.box.taken.connect(self._take_out)
        self.box.can_take = self._can_take
        presenter.changed.connect(self._draw)
        presenter.turned.connect(self._mark)
        look.changed.connect(self.dress)
        self.dress()

    def dress(self) -> None:
        """Draw in the colours of the scheme."""
        self.setBackground(self._look.tokens.surface)
        self._draw(None)

    def fit(self) -> None:
        """Show all songs."""
        at = self._presenter.points.at
        if len(at):
            low, high = at.min(axis=0), at.max(axis=0)
            wide, tall = np.maximum(high - low, 1.0)
            self.box.setRange(QRectF(float(low[0]), float(low[1]), float(wide), float(tall)))

    def zoom(self, factor: float) -> None:
        """Come nearer (below 1) or go farther, around the chosen song where there is one."""
        at = self._presenter.chosen
        centre = self._presenter.points.at[at] if at is not None else None
        where = None if centre is None else pg.Point(float(centre[0]), float(centre[1]))
        self.box.scaleBy((factor, factor), center=where)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move from song to song, list, zoom; everything else is the window's."""
        key, modifiers = event.key(), event.modifiers()
        is_shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if Qt.Key(key) in HEADINGS:
            self._presenter.head(HEADINGS[Qt.Key(key)], is_listing=is_shift)
            self._follow()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if is_shift:
                self._presenter.toggle()
            else:
                self.page_asked.emit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM)
        elif key == Qt.Key.Key_Home:
            self.fit()
        elif key == Qt.Key.Key_A and modifiers & Qt.KeyboardModifier.ControlModifier:
            self._presenter.list_all()
        else:
            QWidget.keyPressEvent(self, event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show that the keyboard is here."""
        super().focusInEvent(event)
        self._mark(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self._mark(None)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Rest on nothing."""
        super().leaveEvent(event)
        self._rest_on(None)

    def nearest(self, scene_at: QPointF) -> int | None:
        """Return the song under a place of the scene, among those that can be chosen."""
        points = self._presenter.points
        if not len(points.at) or not points.passing.any():
            return None
        at = self.box.mapSceneToView(scene_at)
        wide, tall = self.box.viewPixelSize()
        far = (points.at - np.array([at.x(), at.y()])) / np.array([wide, tall])
        squares = np.where(points.passing, np.einsum("ij,ij->i", far, far), np.inf)
        best = int(squares.argmin())
        return best if squares[best] <= theme.MAP_HIT**2 else None

    def _make_items(self) -> None:
        self._faint = self._layer()
        self._layers = [self._layer() for _ in SYMBOLS]
        self._listed = self._layer()
        self._chosen = self._layer()
        self._line = pg.PlotCurveItem()
        self.addItem(self._line)

    def _layer(self) -> Layer:
        made = Layer()
        self.addItem(made)
        return made

    def _draw(self, _: None) -> None:
        """Give each category a layer of one colour and shape: a layer of one style is fast."""
        points, legend = self._presenter.points, self._presenter.legend
        tokens = self._look.tokens
        out = points.at[~points.passing]
        self._faint.setData(
            x=out[:, 0], y=out[:, 1], symbol="o", brush=_faint(tokens), size=theme.MAP_POINT / 2
        )
        for place, layer in enumerate(self._layers):
            shown = points.at[(legend.places == place) & points.passing] if len(points.at) else out
            layer.setData(
                x=shown[:, 0],
                y=shown[:, 1],
                symbol=symbol_of(place, self._presenter),
                brush=colour_of(place, self._presenter, tokens),
                size=theme.MAP_POINT,
            )
        if len(points.at) and not self._has_range:
            self._has_range = True
            self.fit()
        self._mark(None)

    def _mark(self, _: None) -> None:
        """Draw rings around the listed songs and the chosen one."""
        presenter, tokens = self._presenter, self._look.tokens
        listed = presenter.points.at[presenter.listed]
        ring = {"symbol": "o", "brush": None}
        pen = _pen(tokens.text, theme.MAP_LINE)
        self._listed.setData(x=listed[:, 0], y=listed[:, 1], size=theme.MAP_LISTED, pen=pen, **ring)
        at = presenter.chosen
        chosen = presenter.points.at[at : at + 1] if at is not None else presenter.points.at[:0]
        wide = _pen(tokens.accent, (2 if self.hasFocus() else 1) * theme.MAP_LINE)
        self._chosen.setData(
            x=chosen[:, 0], y=chosen[:, 1], size=theme.MAP_CHOSEN, pen=wide, **ring
        )
        self.setAccessibleDescription(presenter.title(at) if at is not None else "")

    def _show_line(self, corners: list[tuple[float, float]]) -> None:
        line = np.array([*corners, *corners[:1]], np.float64).reshape(-1, 2)
        pen = _pen(self._look.tokens.accent, theme.MAP_LINE)
        self._line.setData(line[:, 0], line[:, 1], pen=pen)

    def _moved(self, scene_at: QPointF) -> None:
        self._rest_on(self.nearest(scene_at))

    def _rest_on(self, index: int | None) -> None:
        if index == self._under:
            return
        self._under = index
        self.hovered.emit("" if index is None else self._presenter.title(index))
        if index is None:
            self._rest.stop()
        else:
            self._rest.start()

    def _hear(self) -> None:
        if self._under is not None and self._under < len(self._presenter.points.songs):
            self._presenter.hear(self._under)

    def _pressed(self, scene_at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        index = self.nearest(scene_at)
        if index is None:
            return
        self._presenter.choose(index)
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self._presenter.toggle()

    def _follow(self) -> None:
        """Bring the chosen song into view."""
        at = self._presenter.chosen
        if at is None:
            return
        x, y = map(float, self._presenter.points.at[at])
        view = self.box.viewRect()
        if not view.contains(x, y):
            view.moveCenter(QPointF(x, y))
            self.box.setRange(view, padding=0)

    def _can_take(self, scene_at: QPointF) -> bool:
        index = self.nearest(scene_at)
        presenter = self._presenter
        return index is not None and (index == presenter.chosen or bool(presenter.listed[index]))

    def _take_out(self, scene_at: QPointF) -> None:
        """Drag the song out, with all of the list where it is of it."""
        index, presenter = self.nearest(scene_at), self._presenter
        if index is None:
            return
        is_listed = bool(presenter.listed[index])
        taken = np.flatnonzero(presenter.listed) if is_listed else [index]
        drag_files(self, [presenter.points.songs[at].path for at in taken])


def symbol_of(place: int, presenter: MapPresenter) -> str:
    """Return a category's shape; what fits no category has the last."""
    legend = presenter.legend
    is_rest = legend.has_rest and place == len(legend.names) - 1
    return SYMBOLS[-1] if is_rest else SYMBOLS[min(place, len(SYMBOLS) - 2)]


def colour_of(place: int, presenter: MapPresenter, tokens: Tokens) -> QColor:
    """Return a category's colour; what fits no category is grey."""
    legend, colours = presenter.legend, theme.map_colours(tokens)
    is_rest = legend.has_rest and place == len(legend.names) - 1
    return tokens.muted if is_rest else colours[min(place, len(colours) - 1)]


def mark(symbol: str, colour: QColor, *, ratio: float) -> QPixmap:
    """Return a category's mark for the legend."""
    side = theme.MAP_LEGEND_ICON
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(side / 2, side / 2)
    drawSymbol(painter, symbol, side - 4, QPen(Qt.PenStyle.NoPen), pg.mkBrush(colour))
    painter.end()
    return picture


def _pen(colour: QColor, width: float) -> QPen:
    """Return a pen that is as wide on the screen, however the map or a mark is scaled."""
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen


def _faint(tokens: Tokens) -> QColor:
    return theme.mix(tokens.muted, tokens.surface, theme.MAP_FAINT)
