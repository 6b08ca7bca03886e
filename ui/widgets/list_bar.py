"""The bar under table and map: the list's name, how many songs, and the ways out."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)

from core.audio.sound_formats import SoundFormat
from core.playlists import ListFormat
from ui import theme
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.presenters.song_list import SongListPresenter
from ui.widgets import parts
from ui.widgets.save_files import ask_folder, ask_where, kind_words
from ui.widgets.song_files import DragHandle

MORE = "\N{BLACK DOWN-POINTING SMALL TRIANGLE}"
RIGHT = Qt.AlignmentFlag.AlignRight
LEAST_SHOWN = 2  # one chosen song is no list


class ListBar(QFrame):
    """Shows the list where it holds more than one song, or while stems are written."""

    def __init__(self, songs: SongListPresenter) -> None:
        super().__init__()
        self.setObjectName("listBar")
        self._songs = songs
        self._name = QLineEdit()
        self._name.setObjectName("listName")
        self._name.setAccessibleName(_("Name of the list"))
        self._name.setFixedHeight(theme.CONTROL_HEIGHT)
        self._name.setMinimumWidth(theme.SEARCH_WIDTH[0])
        self._name.setMaximumWidth(theme.SEARCH_WIDTH[1])
        self._name.textEdited.connect(songs.call)
        self._count = DragHandle()
        self._count.setObjectName("listCount")
        self._count.setToolTip(_("Drag the songs into another program"))
        self._written = DragHandle()
        self._written.setObjectName("stemFiles")
        self._written.setToolTip(_("Drag the stems into another program"))
        self._save = self._menu_button("saveList", _("Save"), self._save_menu())
        self._stems = self._menu_button("stemsButton", _("Stems"), self._stem_menu())
        self._copy = parts.button(_("Copy"), name=_("Copy the list as text"))
        self._copy.clicked.connect(self._copy_text)
        self._clear = parts.button(_("Clear"), name=_("Clear the list"))
        self._clear.clicked.connect(songs.clear)
        self._stop = parts.button(_("Stop"), name=_("Stop writing stems"))
        self._stop.setObjectName("stopStems")
        self._stop.clicked.connect(songs.stop)
        self._lay_out()
        songs.changed.connect(self._show)
        songs.told.connect(self._show)
        self._show(None)

    def save_as(self, kind: ListFormat) -> None:
        """Ask where to, and save the list."""
        what = self._songs.named()
        ask_where(
            self,
            what.name,
            kinds=[kind],
            take=lambda path, _kind: self._songs.save(path, what, list_format=kind),
        )

    def _lay_out(self) -> None:
        self._what, self._ways = QWidget(), QWidget()
        what, ways = QHBoxLayout(self._what), QHBoxLayout(self._ways)
        for row in (what, ways):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(theme.GRID)
        what.addWidget(self._name, 3)
        what.addWidget(self._count)
        what.addWidget(self._written)
        what.addStretch(1)
        for button in (self._save, self._stems, self._copy, self._clear, self._stop):
            ways.addWidget(button)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(2 * theme.GRID, theme.HALF, 2 * theme.GRID, theme.HALF)
        self._grid.setSpacing(theme.GRID)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(self._what, 0, 0)
        # Its own words must not hold the pane wide: they fold.
        self.setMinimumWidth(theme.LIBRARY_LEAST)
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fold where there is little room."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Put the ways out below what they are about, where both don't fit beside each other."""
        margins = self._grid.contentsMargins()
        free = self.width() - margins.left() - margins.right() - self._grid.spacing()
        fits = self._what.sizeHint().width() + self._ways.sizeHint().width() <= free
        self._grid.addWidget(self._ways, *((0, 1) if fits else (1, 0)), RIGHT)

    def _menu_button(self, name: str, text: str, menu: QMenu) -> QPushButton:
        made = parts.button(f"{text} {MORE}", name=text)
        made.setObjectName(name)
        menu.setParent(made, Qt.WindowType.Popup)
        made.setMenu(menu)
        return made

    def _save_menu(self) -> QMenu:
        menu = QMenu(self)
        for kind in ListFormat:
            menu.addAction(kind_words(kind)).triggered.connect(
                lambda _checked=False, kind=kind: self.save_as(kind)
            )
        return menu

    def _stem_menu(self) -> QMenu:
        menu = QMenu(self)
        for kind in SoundFormat:
            action = menu.addAction(_("Voice and backing as {format}").format(format=kind.name))
            action.triggered.connect(lambda _checked=False, kind=kind: self.export_stems(kind))
        return menu

    def export_stems(self, kind: SoundFormat) -> None:
        """Ask for a folder, and write the stems of the songs to it."""
        songs = self._songs.songs
        ask_folder(self, lambda folder: self._songs.export_stems(folder, songs, kind=kind))

    def _copy_text(self) -> None:
        QApplication.clipboard().setText(self._songs.text())

    def _show(self, _told: None) -> None:
        songs, is_busy = self._songs, self._songs.is_busy
        has_list, stems = len(songs.ids) >= LEAST_SHOWN, songs.stem_files
        self.setVisible(is_busy or has_list or bool(stems))
        said = ngettext("{count} stem to drag", "{count} stems to drag", len(stems)).format(
            count=number(len(stems))
        )
        self._written.setText(said)
        self._written.setAccessibleName(said)
        self._written.paths = stems
        self._written.setVisible(bool(stems) and not is_busy)
        self._count.setText(songs.progress if is_busy else songs.words)
        self._count.setAccessibleName(self._count.text())
        self._count.paths = [song.path for song in songs.songs]
        if not self._name.hasFocus():
            self._name.setText(songs.name)
            self._name.setCursorPosition(0)
        for widget in (self._name, self._save, self._stems, self._copy):
            widget.setVisible(has_list and not is_busy)
        self._count.setVisible(has_list or is_busy)
        self._clear.setVisible(not is_busy)
        self._stop.setVisible(is_busy)
        self._fold()
