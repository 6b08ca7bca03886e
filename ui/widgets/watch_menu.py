"""The watched folders in the Add menu: one more, or one less."""

from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from ui.language import gettext as _
from ui.messages import shown
from ui.presenters.watching import WatchingPresenter
from ui.widgets import files


class WatchMenu(QMenu):
    """Lists the watched folders; a folder whose tick is taken away is watched no longer."""

    def __init__(self, presenter: WatchingPresenter, parent: QWidget) -> None:
        super().__init__(_("Watched folders"), parent)
        self._window = parent.window
        self.setObjectName("watchMenu")
        self.setToolTipsVisible(True)
        self._presenter = presenter
        self.aboutToShow.connect(self._fill)  # not earlier: an action can't go while it is taken

    def _fill(self) -> None:
        self.clear()
        one_more = self.addAction(_("Watch a folder"))
        one_more.setToolTip(_("New songs in it appear by themselves"))
        one_more.triggered.connect(self._choose)
        if self._presenter.folders:
            self.addSeparator()
        for folder in self._presenter.folders:
            action = self.addAction(shown(str(folder)).replace("&", "&&"))
            action.setToolTip(_("Take the tick away to watch it no longer; its songs stay"))
            action.setCheckable(True)
            action.setChecked(True)
            action.triggered.connect(partial(self._presenter.leave, folder))

    def _choose(self) -> None:
        files.choose_watched(self._window(), lambda paths: self._presenter.watch(paths[0]))
