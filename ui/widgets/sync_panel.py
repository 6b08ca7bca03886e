"""The Sync panel: a dialog beside the window; everything in it goes on while it is closed."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from ui import theme
from ui.language import N_, number
from ui.language import gettext as _
from ui.presenters.sync_panel import SyncPanelPresenter
from ui.theme import Theme
from ui.widgets import parts
from ui.widgets.sync_panes import RefusedPane, SidesPane, TravelPane

NOT_SET_UP = N_(
    "No cluster is set up. Sign in to send what your songs sound like, and get lists back."
)


class SyncPanel(QDialog):
    """Shows the cluster and its three pages."""

    def __init__(self, panel: SyncPanelPresenter, parent: QWidget, *, look: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("syncPanel")
        self.setWindowTitle(_("Sync"))
        self.resize(*theme.PANEL_SIZE)
        self._panel = panel
        self._cluster = parts.CutLabel(size_px=theme.TITLE_PX)
        self._cluster.setFont(theme.font(theme.TITLE_PX, theme.Weight.BOLD))
        self._state = parts.CutLabel(tone="muted")
        self._sign_in = parts.button(_("Sign in"), name=_("Sign in to a cluster"))
        self._sign_in.setObjectName("panelSignInButton")
        self._tabs = QTabBar()
        self._travel = TravelPane(panel, look)
        self._pages = (self._travel, SidesPane(panel, look), RefusedPane(panel, look))
        self._stack = QStackedWidget()
        self._lay_out()
        self._tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self._sign_in.clicked.connect(lambda: panel.sync.asks_sign_in.emit(None))
        panel.changed.connect(self._show)
        self.finished.connect(lambda _told: panel.close())
        self._show(None)
        self._travel.focus()

    def _lay_out(self) -> None:
        for title in (_("What travels"), _("Both lists"), _("Refused")):
            self._tabs.addTab(title)
        self._tabs.setObjectName("syncTabs")
        self._tabs.setAccessibleName(_("Pages of the Sync panel"))
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        for page in self._pages:
            self._stack.addWidget(page)
        names = QVBoxLayout()
        names.setSpacing(theme.HALF)
        names.addWidget(self._cluster)
        names.addWidget(self._state)
        above = QHBoxLayout()
        above.addLayout(names, 1)
        above.addWidget(self._sign_in)
        close = parts.button(_("Close"))
        close.clicked.connect(self.accept)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(3 * theme.GRID,) * 4)
        column.setSpacing(theme.GRID)
        column.addLayout(above)
        column.addWidget(self._tabs)
        column.addWidget(self._stack, 1)
        column.addLayout(below)

    def turn(self, index: int) -> None:
        """Show another page."""
        self._tabs.setCurrentIndex(index)

    def _show(self, _told: None) -> None:
        sync, travel = self._panel.sync, self._panel.travel
        self._cluster.say(sync.cluster or _("Sync"))
        self._state.say(self._state_words())
        self._sign_in.setText(_("Sign in again") if sync.cluster else _("Sign in"))
        refused = len(travel.refused) if travel else 0
        self._tabs.setTabText(
            2, _("Refused  {count}").format(count=number(refused)) if refused else _("Refused")
        )
        for page in self._pages:
            page.show_panel()

    def _state_words(self) -> str:
        sync = self._panel.sync
        if not sync.is_known:
            return ""
        return sync.state_words if sync.cluster else _(NOT_SET_UP)
