"""The dialogs over the window: the Sync panel, questions, signing in, the sheet of keys."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from ui.presenters.deeds import Question
from ui.presenters.settings import SettingsPresenter
from ui.presenters.window import WindowPresenter
from ui.scheme import wear
from ui.theme import Theme
from ui.widgets.about import AboutDialog
from ui.widgets.confirm import ConfirmDialog
from ui.widgets.keys import Key, KeySheet
from ui.widgets.report_dialog import ReportDialog
from ui.widgets.settings_dialog import SettingsDialog
from ui.widgets.sign_in import SignInDialog
from ui.widgets.sync_panel import SyncPanel


class Dialogs:
    """Opens them when they are asked for, and gives the keyboard back to who asked."""

    def __init__(
        self,
        presenter: WindowPresenter,
        window: QWidget,
        *,
        look: Theme,
        settings: SettingsPresenter | None,
    ) -> None:
        self._presenter = presenter
        self._window = window
        self._look = look
        self._settings = settings
        self._settings_dialog: SettingsDialog | None = None
        if settings:
            settings.changed.connect(lambda _: wear(look, settings.scheme))
            settings.restore()
        self._panel: SyncPanel | None = None  # made when it is first asked for
        self._sign_in: SignInDialog | None = None
        presenter.duplicate_actions.asks.connect(self._confirm)
        presenter.deeds.asks.connect(self._confirm)
        presenter.sync_panel.asks.connect(self._confirm_in_panel)
        presenter.sync.asks_sign_in.connect(lambda _: self._show_sign_in())
        presenter.sync.asks_first.connect(self._show_travel)

    def show_panel(self, page: int = 0) -> QWidget:
        """Show a page of the Sync panel, about the open song."""
        self._presenter.sync_panel.open(self._presenter.page.song)
        panel = self._panel or SyncPanel(self._presenter.sync_panel, self._window, look=self._look)
        self._panel = panel
        panel.turn(page)
        panel.show()
        panel.activateWindow()
        return panel

    def _show_travel(self, _: None) -> None:
        self.show_panel()

    def show_keys(self, keys: tuple[Key, ...]) -> None:
        """Show what the keys do."""
        _open(KeySheet(keys, self._window))

    def show_settings(self) -> None:
        """Show the settings, where this window has any."""
        if self._settings is None:
            return
        self._settings.open()
        self._settings_dialog = self._settings_dialog or SettingsDialog(
            self._settings, self._window, look=self._look
        )
        self._settings_dialog.open()

    def show_about(self) -> None:
        """Show the version and the licences."""
        _open(AboutDialog(self._window))

    def show_report(self) -> None:
        """Show what was kept of the latest crash."""
        notices = self._presenter.notices
        notices.clear()
        _open(ReportDialog(notices.report, self._window))

    def _confirm(self, question: Question) -> None:
        self._ask(question, self._window)

    def _confirm_in_panel(self, question: Question) -> None:
        self._ask(question, self._panel or self._window)

    def _ask(self, question: Question, asker: QWidget) -> None:
        dialog = ConfirmDialog(question, asker)
        dialog.finished.connect(lambda _: asker.activateWindow())  # the keyboard goes back
        _open(dialog)

    def _show_sign_in(self) -> None:
        if self._sign_in is None:
            self._sign_in = SignInDialog(self._presenter.sync, self._window)
        self._sign_in.open()


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
