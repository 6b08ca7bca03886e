"""The top bar: search, filters that count, adding, and the cluster with its Sync button."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QMenu, QPushButton

from core.cluster_types import SyncState
from ui import theme
from ui.language import N_, Words, number
from ui.language import gettext as _
from ui.presenters.rows import Filter
from ui.presenters.window import View, WindowPresenter
from ui.widgets import parts
from ui.widgets.watch_menu import WatchMenu

HUES = {Filter.DUPLICATES: "duplicates", Filter.PROBLEMS: "trouble"}
COUNTED = Words(
    {
        Filter.ALL: N_("All {count}"),
        Filter.NEW: N_("New {count}"),
        Filter.DUPLICATES: N_("Duplicates {count}"),
        Filter.PROBLEMS: N_("Problems {count}"),
    }
)
TIPS = Words(
    {
        Filter.ALL: N_("Every file of the library"),
        Filter.NEW: N_("Added while this window was open, or still being worked on"),
        Filter.DUPLICATES: N_(
            "Songs that are a copy, an excerpt or another form of an earlier one"
        ),
        Filter.PROBLEMS: N_("Files that could not be added"),
    }
)
MORE = "\N{BLACK DOWN-POINTING SMALL TRIANGLE}"
TROUBLED = frozenset({SyncState.REFUSED, SyncState.OFFLINE})


class SearchBox(QLineEdit):
    """A search box that Escape empties and leaves."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("searchBox")
        self.setAccessibleName(_("Search the library"))
        self.setPlaceholderText(_("Search, or bpm:118-124, key:Am"))
        self.setFixedHeight(theme.CONTROL_HEIGHT)
        self.setMinimumWidth(theme.SEARCH_WIDTH[0])
        self.setMaximumWidth(theme.SEARCH_WIDTH[1])
        self.setAcceptDrops(False)  # the window takes the drops

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the box with Escape, Return or Down."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Down):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class TopBar(QFrame):
    """Shows the numbers and the cluster; forwards what is pressed and typed."""

    add_asked = Signal()
    folder_asked = Signal()
    keys_asked = Signal()
    settings_asked = Signal()
    about_asked = Signal()
    panel_asked = Signal()

    def __init__(self, presenter: WindowPresenter) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setFixedHeight(theme.BAR_HEIGHT)
        self._presenter = presenter
        self._library = library = presenter.library
        self._sync = sync = presenter.sync
        self._chips: dict[Filter, QPushButton] = {}
        self.search = SearchBox()
        self.search.textChanged.connect(library.search)
        self.search.textChanged.connect(presenter.duplicates.search)
        self._check = parts.button(_("Check"), name=_("Check a demo before release (C)"))
        self._check.setObjectName("checkButton")
        self._check.setToolTip(_("Is a demo too close to something here, or elsewhere? (C)"))
        self._check.setCheckable(True)
        self._check.clicked.connect(self._toggle_check)
        self._map = self._make_map_chip()
        self._cluster = parts.CutLabel(tone="muted")
        self._cluster.setObjectName("clusterLabel")
        self._cluster.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._sync_button = parts.button(_("Sync"), kind="sync")
        self._sync_button.setObjectName("syncButton")
        self._sync_button.clicked.connect(sync.press)
        self._lay_out()
        library.counted.connect(self._count)
        presenter.viewed.connect(self._count)
        sync.changed.connect(self._show_sync)
        self._count(None)
        self._show_sync(None)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        row.setSpacing(theme.GRID)
        name = parts.label("Songkin", size_px=theme.HEADING_PX)
        name.setFont(theme.font(theme.HEADING_PX, theme.Weight.BOLD))
        row.addWidget(name)
        row.addSpacing(theme.GRID)
        row.addWidget(self.search, 2)
        row.addSpacing(theme.HALF)
        group = QButtonGroup(self)
        group.setExclusive(False)  # none is shown while a check fills the window
        for which in Filter:
            chip = self._make_chip(which)
            group.addButton(chip)
            row.addWidget(chip)
        row.addWidget(self._map)
        add = parts.button(_("Add ▾"), name=_("Add songs or a folder"))
        add.setObjectName("addButton")
        menu = QMenu(add)
        menu.addAction(_("Songs (O)")).triggered.connect(self.add_asked)
        menu.addAction(_("A folder (Shift+O)")).triggered.connect(self.folder_asked)
        menu.addMenu(WatchMenu(self._presenter.watching, add))
        add.setMenu(menu)
        keys = self._make_help()
        row.addWidget(self._cluster, 3)
        panel = parts.button(MORE, name=_("The Sync panel (Shift+S)"))
        panel.setObjectName("panelButton")
        panel.setToolTip(_("What travels, both lists, what was refused (Shift+S)"))
        panel.setFixedWidth(theme.CONTROL_HEIGHT)
        panel.clicked.connect(self.panel_asked)
        for control in (self._sync_button, panel, self._check, add, keys):
            row.addWidget(control)

    def _make_help(self) -> QPushButton:
        made = parts.button("?", name=_("Keys, settings, about Songkin"))
        made.setObjectName("helpButton")
        made.setFixedWidth(theme.CONTROL_HEIGHT)
        menu = QMenu(made)
        menu.addAction(_("Keys (/)")).triggered.connect(self.keys_asked)
        menu.addAction(_("Settings (Ctrl+,)")).triggered.connect(self.settings_asked)
        menu.addAction(_("About Songkin")).triggered.connect(self.about_asked)
        made.setMenu(menu)
        return made

    def _make_chip(self, which: Filter) -> QPushButton:
        chip = parts.button("", kind="chip", height=theme.CONTROL_HEIGHT - theme.HALF)
        chip.setObjectName(f"{which.name.lower()}Chip")
        chip.setProperty("hue", HUES.get(which, ""))
        chip.setToolTip(TIPS[which])
        chip.setCheckable(True)
        chip.setChecked(self._is_shown(which))
        chip.clicked.connect(lambda: self._presenter.show(which))
        self._chips[which] = chip
        return chip

    def _make_map_chip(self) -> QPushButton:
        chip = parts.button(_("Map"), kind="chip", height=theme.CONTROL_HEIGHT - theme.HALF)
        chip.setObjectName("mapChip")
        chip.setAccessibleName(_("Show the map of the songs (M)"))
        chip.setToolTip(_("The songs as points: what sounds alike lies together (M)"))
        chip.setCheckable(True)
        chip.clicked.connect(self._presenter.show_map)
        return chip

    def _count(self, _told: None) -> None:
        for which, chip in self._chips.items():
            said = COUNTED[which].format(count=number(self._library.count(which)))
            if chip.text() != said:
                chip.setText(said)
                chip.setAccessibleName(_("Show {filter}").format(filter=said))
            chip.setChecked(self._is_shown(which))
        self._check.setChecked(self._presenter.view is View.CHECK)
        self._map.setChecked(self._presenter.view is View.MAP)

    def _is_shown(self, which: Filter) -> bool:
        is_elsewhere = self._presenter.view in (View.CHECK, View.MAP)
        return which is self._library.filter and not is_elsewhere

    def _toggle_check(self, is_on: bool) -> None:
        if is_on:
            self._presenter.show_check()
        else:
            self._presenter.show_library()

    def _show_sync(self, _told: None) -> None:
        report = self._sync.report
        far = ""
        if report and report.total:
            far = _("{done} of {total}").format(
                done=number(report.done), total=number(report.total)
            )
        self._cluster.say(" ".join(filter(None, (self._sync.words, far))))
        tone = "trouble" if self._sync.state in TROUBLED else "muted"
        if self._cluster.property("tone") != tone:
            self._cluster.setProperty("tone", tone)
            parts.restyle(self._cluster)
        self._sync_button.setText(self._sync.button)
        self._sync_button.setAccessibleName(self._sync.button)
