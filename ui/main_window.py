"""The window: it puts the widgets together, takes drops and keys, and owns the lanes."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
)
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from core.ports import SyncPort
from core.types import SongId
from ui import theme
from ui.language import N_
from ui.language import gettext as _
from ui.presenters.answers import Result
from ui.presenters.notices import Offer
from ui.presenters.ports import PlayerPort, WorkbenchPort
from ui.presenters.rows import Filter, SongRow
from ui.presenters.settings import PreferencesPort, SettingsPresenter
from ui.presenters.window import View, WindowPresenter
from ui.tasks import TaskLanes
from ui.theme import Theme
from ui.widgets import files
from ui.widgets.covers import CoverShelf
from ui.widgets.dialogs import Dialogs
from ui.widgets.drops import DropVeil, local_paths
from ui.widgets.folder_watch import FolderWatch
from ui.widgets.keys import bind
from ui.widgets.results_view import Asked
from ui.widgets.screens import Screens
from ui.widgets.strip import StatusStrip
from ui.widgets.top_bar import TopBar
from ui.widgets.transport_bar import TransportBar
from ui.widgets.ways_out import WaysOut
from ui.widgets.window_keys import Doors, window_keys

GO_TO_COPIES = N_("Go to one of the copies first (Tab), then press Del.")


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
        preferences: PreferencesPort | None = None,  # None: this window has no settings
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("Songkin")
        self.setAcceptDrops(True)
        self.resize(*theme.WINDOW_SIZE)
        self.setMinimumSize(*theme.SMALLEST_WINDOW)
        self.theme = Theme(self)
        self.lanes = TaskLanes()
        self.presenter = WindowPresenter(
            workbench, sync, player=player, lanes=self.lanes, cluster_note=cluster_note
        )
        sound = self.presenter.transport.sound
        settings = SettingsPresenter(preferences, sound, lanes=self.lanes) if preferences else None
        self.dialogs = Dialogs(self.presenter, self, look=self.theme, settings=settings)
        self.theme.dress(self)
        self._ways = WaysOut(self.presenter, self)
        self._make_widgets(CoverShelf(workbench, self.lanes))
        self._keys = window_keys(self.presenter, self._doors())
        bind(self, self._keys)
        self._lay_out()
        FolderWatch(self.presenter.watching, self)
        self._connect()
        self._connect_library()
        self.presenter.open()

    def add(self, paths: list[Path]) -> None:
        """Add files and folders to the library."""
        self.presenter.activity.add(paths)

    def show_keys(self) -> None:
        """Show what the keys do."""
        self.dialogs.show_keys(self._keys)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Welcome what names files."""
        if event.mimeData().hasUrls() and event.source() is None:  # else it is ours, going out
            event.acceptProposedAction()
            self._veil.rise(is_check=self.presenter.view is View.CHECK)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Lift the veil."""
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Add what was dropped, or check it where a check is open."""
        self._veil.hide()
        event.acceptProposedAction()
        self._take_named(local_paths(event.mimeData()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Leave a screen with Escape, where nothing in it had a use for the key."""
        if event.key() == Qt.Key.Key_Escape and self.presenter.view is not View.LIBRARY:
            self.presenter.show_library()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Fall silent, let the last listen be written, and join the lanes."""
        self.presenter.transport.stop()
        self.lanes.close()
        super().closeEvent(event)

    def _make_widgets(self, covers: CoverShelf) -> None:
        presenter = self.presenter
        self._covers = covers
        self._top = TopBar(presenter)
        self._screens = Screens(presenter, covers, look=self.theme)
        self._strip = StatusStrip(
            presenter.activity,
            presenter.notices,
            library=presenter.library,
            note=presenter.sync.cluster_note,
        )
        self._transport = TransportBar(presenter.transport, covers, look=self.theme)
        self._veil = DropVeil(self, self.theme)

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top)
        column.addWidget(self._screens, 1)
        column.addWidget(self._strip)
        column.addWidget(self._transport)
        self.setCentralWidget(middle)
        self._screens.focus()

    def _doors(self) -> Doors:
        return Doors(
            search=self._top.search.setFocus,
            add_songs=self._add_songs,
            add_folder=self._add_folder,
            paste=self._paste,
            choose_demo=self.presenter.show_check,
            panel=self.dialogs.show_panel,
            step=self._screens.step,
            more=partial(self._screens.wish, is_more=True),
            less=partial(self._screens.wish, is_more=False),
            delete=self._delete,
            leave=self.presenter.show_library,
            show_keys=self.show_keys,
            show_settings=self.dialogs.show_settings,
            ways=self._ways,
        )

    def _connect(self) -> None:
        presenter, screens = self.presenter, self._screens
        self.theme.changed.connect(lambda: self.theme.dress(self))
        self._top.add_asked.connect(self._add_songs)
        self._top.folder_asked.connect(self._add_folder)
        self._top.keys_asked.connect(self.show_keys)
        self._top.settings_asked.connect(self.dialogs.show_settings)
        self._top.about_asked.connect(self.dialogs.show_about)
        self._top.panel_asked.connect(lambda: self.dialogs.show_panel())
        self._top.search.left.connect(screens.focus)
        screens.check.file_asked.connect(self._choose_demo)
        screens.copies.song_asked.connect(self._show_row)
        self._transport.play.clicked.connect(presenter.play_or_pause)
        self._strip.offer_taken.connect(self._take_offer)

    def _connect_library(self) -> None:
        presenter, table, page = self.presenter, self._screens.table, self._screens.page
        table.chosen.connect(presenter.page.open)
        table.opened.connect(page.focus_list)
        table.play_asked.connect(lambda: presenter.play_open_song())
        table.remove_asked.connect(presenter.actions.remove)
        table.retry_asked.connect(presenter.actions.retry)
        table.copies_asked.connect(self._show_copies)
        table.add_asked.connect(self._add_songs)
        table.folder_asked.connect(self._add_folder)
        table.all_asked.connect(self._show_all)
        self._screens.sets.report_asked.connect(self._ways.save)
        table.picked.connect(presenter.songs.take)
        table.reveal_asked.connect(self._ways.reveal_file)
        table.stems_asked.connect(lambda song: self._ways.export_stems_of([song]))
        page.asked.connect(self._ask)
        page.sync_asked.connect(presenter.sync.press)
        page.sought.connect(presenter.play_from)
        page.retry_asked.connect(self._retry)

    def _ask(self, what: Asked, result: Result) -> None:
        match what:
            case Asked.PLAY:
                self.presenter.play_match()
            case Asked.SWITCH:
                self.presenter.switch()
            case Asked.NOT_A_DUPLICATE:
                self.presenter.actions.not_a_duplicate(result)
            case Asked.REVEAL:
                self._ways.reveal_file(result.path)
            case Asked.SAVE:
                self._ways.save_results()

    def _take_offer(self, offer: Offer) -> None:
        presenter = self.presenter
        match offer:
            case Offer.UNDO:
                presenter.notices.undo()
            case Offer.CONTINUE:
                presenter.activity.go_on()
            case Offer.SHOW_PROBLEMS:
                self._show_all(Filter.PROBLEMS)
            case Offer.SHOW_COPIES:
                presenter.notices.clear()
                self._show_copies(presenter.activity.arrivals.song)
            case Offer.SHOW_SONG:
                presenter.notices.clear()
                self._show_row(presenter.activity.arrivals.path)
            case Offer.SHOW_REPORT:
                self.dialogs.show_report()
            case Offer.DISMISS:
                presenter.notices.clear()
            case Offer.NOTHING:
                pass

    def _show_row(self, path: Path | None) -> None:
        """Show a song in the library, whatever was searched for."""
        self._top.search.clear()
        if path is not None:
            self.presenter.show_row(path)

    def _show_copies(self, song_id: SongId | None) -> None:
        """Show what a song is a copy of, whatever was searched for."""
        self._top.search.clear()
        self.presenter.show_copies(song_id)

    def _show_all(self, which: Filter = Filter.ALL) -> None:
        """Show every row of a filter, whatever was searched for."""
        self._top.search.clear()
        self.presenter.show(which)

    def _delete(self) -> None:
        """Take the chosen song out of the library; ask before a copy goes to the trash."""
        row: SongRow | None = self._screens.table.current()
        if self.presenter.view is View.DUPLICATES:
            self._delete_copy()
        elif self.presenter.view is View.LIBRARY and row:
            self.presenter.actions.remove(row)

    def _delete_copy(self) -> None:
        """Ask about the chosen copy; no copy was chosen while the keyboard is on the groups."""
        if self._screens.copies.has_list_focus():
            self.presenter.duplicate_actions.trash()
        else:
            self.presenter.notices.say(_(GO_TO_COPIES))

    def _retry(self) -> None:
        row: SongRow | None = self.presenter.page.row
        if row:
            self.presenter.actions.retry(row)

    def _paste(self) -> None:
        self._take_named(local_paths(QGuiApplication.clipboard().mimeData()))

    def _take_named(self, paths: list[Path]) -> None:
        if paths:
            self.presenter.take(paths)
        else:
            self.presenter.notices.say(
                _("Only files and folders on this machine can be added. Download them first.")
            )

    def _add_songs(self) -> None:
        files.choose_songs(self, self.add)

    def _add_folder(self) -> None:
        files.choose_folder(self, self.add)

    def _choose_demo(self) -> None:
        files.choose_demo(self, lambda paths: self.presenter.check.check(paths[0]))
