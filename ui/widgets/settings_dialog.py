"""The settings: a small dialog of four pages; what is changed holds at once."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from core.settings import Language, Scheme, SeparatorName
from ui import theme
from ui.language import gettext as _
from ui.language import number
from ui.messages import shown
from ui.presenters import words
from ui.presenters.settings import SettingsPresenter
from ui.presenters.sound import SoundPresenter
from ui.theme import Theme
from ui.widgets import parts
from ui.widgets.song_files import reveal

VOLUME_STEPS = 100
MIB_PER_GIB = 1024
LANGUAGES = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch"}  # each in its own words
SEPARATORS = {SeparatorName.SPLEETER: "Spleeter", SeparatorName.DEMUCS: "Demucs"}
CACHE_GIB = (1, 2, 4, 8, 16, 32)


class SettingsDialog(QDialog):
    """Shows the pages."""

    def __init__(self, settings: SettingsPresenter, parent: QWidget, *, look: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("settingsDialog")
        self.setWindowTitle(_("Settings"))
        self.setFixedWidth(theme.DIALOG_WIDTH)
        self._settings = settings
        self._tabs = QTabBar()
        self._stack = QStackedWidget()
        self._problem = parts.label(tone="trouble")
        self._problem.setObjectName("settingsProblem")
        self._problem.setWordWrap(True)
        pages: dict[str, QWidget] = {
            _("Sound"): SoundPage(settings, look),
            _("Appearance"): AppearancePage(settings),
            _("Analysis"): AnalysisPage(settings),
            _("Library"): LibraryPage(settings),
        }
        for title, page in pages.items():
            self._tabs.addTab(title)
            self._stack.addWidget(page)
        self._lay_out()
        settings.changed.connect(self._show)
        self._show(None)

    def _lay_out(self) -> None:
        self._tabs.setObjectName("settingsTabs")
        self._tabs.setAccessibleName(_("Pages of the settings"))
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.currentChanged.connect(self._stack.setCurrentIndex)
        close = parts.button(_("Close"))
        close.clicked.connect(self.accept)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(3 * theme.GRID,) * 4)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(self._tabs)
        column.addWidget(self._stack, 1)
        column.addWidget(self._problem)
        column.addLayout(below)

    def _show(self, _told: None) -> None:
        self._problem.setText(self._settings.problem)
        self._problem.setVisible(bool(self._settings.problem))


class SoundPage(QWidget):
    """Device, volume, level match, and the cache of separated songs."""

    def __init__(self, settings: SettingsPresenter, look: Theme) -> None:
        super().__init__()
        self._settings = settings
        self._sound = sound = settings.sound
        self._device = _combo("settingsDevice", _("Output device"))
        self._device.activated.connect(self._choose_device)
        self._volume = _slider(sound)
        self._matched = parts.TickBox(_("Make A and B equally loud"), look)
        self._matched.setObjectName("settingsLevelMatch")
        self._matched.clicked.connect(sound.match_levels)
        self._size = _combo("settingsCacheSize", _("Most room for separated songs"))
        for gib in CACHE_GIB:
            self._size.addItem(_("{size} GB").format(size=gib), gib * MIB_PER_GIB)
        self._size.activated.connect(lambda at: sound.limit_stems(self._size.itemData(at)))
        self._held = parts.label(tone="muted")
        self._held.setObjectName("settingsCacheHeld")
        empty = parts.button(_("Empty"), name=_("Delete the separated songs"))
        empty.setObjectName("settingsEmptyCache")
        empty.clicked.connect(settings.empty_stems)
        form = _form(self)
        form.addRow(_("Play to"), self._device)
        form.addRow(_("Volume"), self._volume)
        form.addRow("", self._matched)
        form.addRow(_("Separated songs"), self._size)
        form.addRow("", _row(self._held, empty))
        sound.changed.connect(self._show)
        settings.changed.connect(self._show)
        self._show(None)

    def _choose_device(self, at: int) -> None:
        self._sound.choose_device(self._device.itemData(at))

    def _show(self, _told: None) -> None:
        choices = self._sound.choices
        self._show_devices(choices.device)
        self._volume.blockSignals(True)
        self._volume.setValue(round(choices.volume * VOLUME_STEPS))
        self._volume.blockSignals(False)
        self._matched.setChecked(choices.is_level_matched)
        _choose(
            self._size, choices.stems_mib, _("{size} MB").format(size=number(choices.stems_mib))
        )
        facts = self._settings.facts
        held = words.size(facts.stems_bytes) if facts else ""
        self._held.setText(_("{size} in use").format(size=held) if facts else "")

    def _show_devices(self, chosen: str | None) -> None:
        names = list(dict.fromkeys((None, *self._sound.devices, *([chosen] if chosen else []))))
        known = [self._device.itemData(at) for at in range(self._device.count())]
        if names != known:
            self._device.clear()
            for name in names:
                self._device.addItem(shown(name) if name else _("System default"), name)
        self._device.setCurrentIndex(names.index(chosen))


class AppearancePage(QWidget):
    """Dark or light, and the language."""

    def __init__(self, settings: SettingsPresenter) -> None:
        super().__init__()
        self._settings = settings
        self._scheme = _combo("settingsScheme", _("Colours"))
        for scheme, name in (
            (Scheme.SYSTEM, _("As the system")),
            (Scheme.DARK, _("Dark")),
            (Scheme.LIGHT, _("Light")),
        ):
            self._scheme.addItem(name, scheme.value)
        self._scheme.activated.connect(
            lambda at: settings.choose_scheme(Scheme(self._scheme.itemData(at)))
        )
        self._language = _combo("settingsLanguage", _("Language"))
        self._language.addItem(_("As the system"), Language.SYSTEM.value)
        for language, name in LANGUAGES.items():
            self._language.addItem(name, language.value)
        self._language.activated.connect(
            lambda at: settings.choose_language(Language(self._language.itemData(at)))
        )
        form = _form(self)
        form.addRow(_("Colours"), self._scheme)
        form.addRow(_("Language"), self._language)
        form.addRow("", _wrapped(_("Another language is spoken from the next start on.")))
        settings.changed.connect(self._show)
        self._show(None)

    def _show(self, _told: None) -> None:
        self._scheme.setCurrentIndex(self._scheme.findData(self._settings.scheme.value))
        self._language.setCurrentIndex(self._language.findData(self._settings.language.value))


class AnalysisPage(QWidget):
    """What takes voice and backing apart, and how to get another that does."""

    def __init__(self, settings: SettingsPresenter) -> None:
        super().__init__()
        self._settings = settings
        self._used = parts.label()
        self._used.setObjectName("settingsSeparator")
        self._state = parts.label(tone="muted")
        self._state.setObjectName("settingsDemucs")
        self._fetch = parts.button(_("Fetch"), name=_("Fetch the weights of Demucs"))
        self._fetch.setObjectName("settingsFetchDemucs")
        self._fetch.clicked.connect(settings.fetch_demucs)
        self._stop = parts.button(_("Stop"), name=_("Stop fetching Demucs"))
        self._stop.setObjectName("settingsStopFetching")
        self._stop.clicked.connect(settings.stop_fetching)
        self._choice = _combo("settingsChooseSeparator", _("Separator from the next start on"))
        for name in SeparatorName:
            self._choice.addItem(SEPARATORS[name], name.value)
        self._choice.activated.connect(
            lambda at: settings.choose_separator(SeparatorName(self._choice.itemData(at)))
        )
        form = _form(self)
        form.addRow(_("In use"), self._used)
        form.addRow(_("From the next start on"), self._choice)
        form.addRow(_("Demucs"), _row(self._state, self._fetch, self._stop))
        form.addRow(_wrapped(_demucs_words()))
        settings.changed.connect(self._show)
        self._show(None)

    def _show(self, _told: None) -> None:
        facts, fetched = self._settings.facts, self._settings.fetched
        self._used.setText(SEPARATORS[facts.separator] if facts else "")
        has_it = facts is not None and facts.has_demucs
        self._choice.setCurrentIndex(self._choice.findData(self._settings.separator.value))
        self._choice.setEnabled(has_it or self._settings.separator is SeparatorName.DEMUCS)
        self._state.setText(fetched or (_("Fetched") if has_it else _("Not fetched")))
        had_focus = self._fetch.hasFocus() or self._stop.hasFocus()
        self._fetch.setVisible(not fetched and not has_it)
        self._stop.setVisible(bool(fetched))
        if had_focus and not self._fetch.hasFocus():
            (self._stop if fetched else self._fetch).setFocus()


class LibraryPage(QWidget):
    """Where the library lies."""

    def __init__(self, settings: SettingsPresenter) -> None:
        super().__init__()
        self._settings = settings
        self._place = parts.CutLabel()
        self._place.setObjectName("settingsLibrary")
        show = parts.button(_("Show"), name=_("Show the library's folder"))
        show.setObjectName("settingsShowLibrary")
        show.clicked.connect(self._reveal)
        form = _form(self)
        form.addRow(_("Folder"), _row(self._place, show))
        form.addRow(
            _wrapped(
                _("What Songkin knows of your songs lies here. The songs stay where they are.")
            )
        )
        settings.changed.connect(self._show)
        self._show(None)

    def _reveal(self) -> None:
        if self._settings.facts:
            reveal(self._settings.facts.library)

    def _show(self, _told: None) -> None:
        facts = self._settings.facts
        self._place.say(shown(str(facts.library)) if facts else "")


def _demucs_words() -> str:
    return _(
        "Demucs separates better and takes longer. Its weights (84 MB) come from their "
        "author, who gives them for scientific purposes only; Songkin may not pass them on. "
        "Once they are here, you can choose it. Backing and voice of your songs are then heard "
        "again by it, the newest first; songs of one separator are not compared with another's."
    )


def _form(page: QWidget) -> QFormLayout:
    form = QFormLayout(page)
    form.setContentsMargins(0, theme.GRID, 0, 0)
    form.setHorizontalSpacing(2 * theme.GRID)
    form.setVerticalSpacing(theme.GRID)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return form


def _row(first: QLabel, *controls: QWidget) -> QWidget:
    """Put words and what can be done about them on one line."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.GRID)
    row.addWidget(first, 1)
    for control in controls:
        row.addWidget(control)
    return made


def _wrapped(text: str) -> QLabel:
    made = parts.label(text, tone="muted", size_px=theme.SMALL_PX)
    made.setWordWrap(True)
    return made


def _combo(name: str, spoken: str) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(spoken)
    made.setFixedHeight(theme.CONTROL_HEIGHT)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return made


def _choose(combo: QComboBox, value: int, words_of_it: str) -> None:
    """Show a value; one that only the settings file can set gets an entry of its own."""
    at = combo.findData(value)
    if at < 0:
        combo.addItem(words_of_it, value)
        at = combo.count() - 1
    combo.setCurrentIndex(at)


def _slider(sound: SoundPresenter) -> QSlider:
    made = QSlider(Qt.Orientation.Horizontal)
    made.setObjectName("settingsVolume")
    made.setAccessibleName(_("Volume"))
    made.setRange(0, VOLUME_STEPS)
    made.valueChanged.connect(lambda steps: sound.set_volume(steps / VOLUME_STEPS))
    return made
