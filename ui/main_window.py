"""The window: it puts the widgets together, takes drops and keys, and owns the lanes."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import QFileDialog, QMainWindow, QSplitter, QVBoxLayout, QWidget

from core.ports import SyncPort
from ui import theme
from ui.presenters.answers import Result, Tab
from ui.presenters.notices import Offer
from ui.presenters.ports import PlayerPort, WorkbenchPort
from ui.presenters.rows import Filter, SongRow
from ui.presenters.window import WindowPresenter
from ui.tasks import TaskLanes
from ui.theme import Theme
from ui.widgets.covers import CoverShelf
from ui.widgets.drops import DropVeil, local_paths
from ui.widgets.keys import Key, KeySheet, bind
from ui.widgets.results_view import Asked
from ui.widgets.sign_in import SignInDialog
from ui.widgets.song_page import SongPage
from ui.widgets.song_table import SongTable
from ui.widgets.strip import StatusStrip
from ui.widgets.top_bar import TopBar
from ui.widgets.transport_bar import TransportBar

AUDIO_FILTER = (
    "Audio (*.mp3 *.flac *.ogg *.opus *.m4a *.aac *.wav *.aif *.aiff *.wma);;All files (*)"
)


class MainWindow(QMainWindow):
    """Songkin's window over one open library; closing it joins every thread it started.

    The workbench and the player belong to whoever made them, who closes them afterwards.
    """

    def __init__(
        self,
        workbench: WorkbenchPort,
        sync: SyncPort,
        player: PlayerPort,
        *,
        cluster_note: str = "",
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("Songkin")
        self.setAcceptDrops(True)
        self.resize(*theme.WINDOW_SIZE)
        self.setMinimumSize(*theme.SMALLEST_WINDOW)
        self.theme = Theme(self)
        self.theme.dress(self)
        self.lanes = TaskLanes()
        self.presenter = WindowPresenter(
            workbench, sync, player=player, lanes=self.lanes, cluster_note=cluster_note
        )
        self._make_widgets(CoverShelf(workbench, self.lanes))
        self._keys = self._make_keys()
        bind(self, self._keys)
        self._lay_out()
        self._connect()
        self.presenter.open()

    def add(self, paths: list[Path]) -> None:
        """Add files and folders to the library."""
        self.presenter.activity.add(paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Welcome what names files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self._veil.rise()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Lift the veil."""
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Add what was dropped."""
        self._veil.hide()
        event.acceptProposedAction()
        self._add_named(local_paths(event.mimeData()))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Fall silent, let the last listen be written, and join the lanes."""
        self.presenter.transport.stop()
        self.lanes.close()
        super().closeEvent(event)

    def _make_widgets(self, covers: CoverShelf) -> None:
        presenter = self.presenter
        self._covers = covers
        self._top = TopBar(presenter.library, presenter.sync)
        self._table = SongTable(presenter.library, covers, look=self.theme)
        self._page = SongPage(presenter.page, presenter.transport, covers=covers, look=self.theme)
        self._strip = StatusStrip(
            presenter.activity,
            presenter.notices,
            library=presenter.library,
            note=presenter.sync.cluster_note,
        )
        self._transport = TransportBar(presenter.transport, covers, look=self.theme)
        self._veil = DropVeil(self, self.theme)

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(theme.LINE)
        split.setChildrenCollapsible(False)
        split.addWidget(self._table)
        split.addWidget(self._page)
        split.setStretchFactor(1, 1)
        split.setSizes([theme.LIBRARY_WIDTH, theme.WINDOW_SIZE[0] - theme.LIBRARY_WIDTH])
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top)
        column.addWidget(split, 1)
        column.addWidget(self._strip)
        column.addWidget(self._transport)
        self.setCentralWidget(middle)
        self._table.focus()

    def _connect(self) -> None:
        presenter = self.presenter
        self.theme.changed.connect(lambda: self.theme.dress(self))
        self._top.add_asked.connect(self._add_songs)
        self._top.folder_asked.connect(self._add_folder)
        self._top.keys_asked.connect(self._show_keys)
        self._top.search.left.connect(self._table.focus)
        self._table.chosen.connect(presenter.page.open)
        self._table.opened.connect(self._page.focus_list)
        self._table.play_asked.connect(lambda: presenter.play_open_song())
        self._table.remove_asked.connect(presenter.actions.remove)
        self._table.retry_asked.connect(presenter.actions.retry)
        self._table.add_asked.connect(self._add_songs)
        self._table.all_asked.connect(self._show_all)
        self._page.asked.connect(self._ask)
        self._page.sync_asked.connect(presenter.sync.press)
        self._page.sought.connect(presenter.play_open_song)
        self._page.retry_asked.connect(self._retry)
        self._transport.play.clicked.connect(presenter.play_or_pause)
        self._strip.offer_taken.connect(self._take_offer)
        presenter.sync.asks_sign_in.connect(self._sign_in)

    def _make_keys(self) -> tuple[Key, ...]:
        presenter, lists = self.presenter, self._step
        return (
            Key("Space", "Play or pause", presenter.play_or_pause),
            Key("J", "Next or previous row", lambda: lists(1), shown_as="J  K"),
            Key("K", "", lambda: lists(-1)),
            Key("L", "Play the result at the match", presenter.play_match),
            Key("A", "Switch between A and B", presenter.switch),
            Key("]", "Previous or next result", lambda: self._step_result(1), shown_as="[  ]"),
            Key("[", "", lambda: self._step_result(-1)),
            Key("1", "Neighbours, Versions, Duplicates, Recommended", self._turner(0), "1 to 4"),
            *(Key(str(index + 1), "", self._turner(index)) for index in range(1, len(Tab))),
            Key("Ctrl+F", "Search", self._top.search.setFocus),
            Key("O", "Add songs", self._add_songs),
            Key("Shift+O", "Add a folder", self._add_folder),
            Key("Ctrl+V", "Add the copied files", self._paste),
            Key("S", "Sync", presenter.sync.press),
            Key("Z", "Undo", presenter.notices.undo),
            Key("Del", "Take the song out of the library", self._remove),
            Key("/", "Show these keys", self._show_keys),
        )

    def _turner(self, index: int) -> Callable[[], None]:
        return partial(self.presenter.page.turn, tuple(Tab)[index])

    def _step(self, by: int) -> None:
        """Move in whichever list has the keyboard."""
        if self._page.has_list_focus():
            self._step_result(by)
        else:
            self._table.step(by)

    def _step_result(self, by: int) -> None:
        self.presenter.page.shown_list.step(by)

    def _ask(self, what: Asked, result: Result) -> None:
        song = self.presenter.page.song
        if song is None:
            return
        match what:
            case Asked.PLAY:
                self.presenter.play_match()
            case Asked.SWITCH:
                self.presenter.switch()
            case Asked.NOT_A_DUPLICATE:
                self.presenter.actions.not_a_duplicate(result)

    def _take_offer(self, offer: Offer) -> None:
        match offer:
            case Offer.UNDO:
                self.presenter.notices.undo()
            case Offer.CONTINUE:
                self.presenter.activity.go_on()
            case Offer.SHOW_PROBLEMS:
                self.presenter.library.show(Filter.PROBLEMS)
            case Offer.DISMISS:
                self.presenter.notices.clear()
            case Offer.NOTHING:
                pass

    def _show_all(self) -> None:
        self._top.search.clear()
        self.presenter.library.show(Filter.ALL)

    def _remove(self) -> None:
        row: SongRow | None = self._table.current()
        if row:
            self.presenter.actions.remove(row)

    def _retry(self) -> None:
        row: SongRow | None = self.presenter.page.row
        if row:
            self.presenter.actions.retry(row)

    def _paste(self) -> None:
        self._add_named(local_paths(QGuiApplication.clipboard().mimeData()))

    def _add_named(self, paths: list[Path]) -> None:
        if paths:
            self.add(paths)
        else:
            self.presenter.notices.say(
                "Only files and folders on this machine can be added. Download them first."
            )

    def _add_songs(self) -> None:
        self._open_dialog("Add songs", QFileDialog.FileMode.ExistingFiles)

    def _add_folder(self) -> None:
        self._open_dialog("Add a folder", QFileDialog.FileMode.Directory)

    def _open_dialog(self, title: str, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        dialog.setNameFilter(AUDIO_FILTER)
        dialog.filesSelected.connect(lambda names: self.add([Path(name) for name in names]))
        dialog.open()

    def _show_keys(self) -> None:
        sheet = KeySheet(self._keys, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def _sign_in(self, _: None) -> None:
        dialog = SignInDialog(self.presenter.sync, self)
        dialog.open()
