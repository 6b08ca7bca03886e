"""What the transport has beside play and seek: loop, stems, levels, volume, device."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QMenu, QPushButton, QSlider

from core.types import Stem
from ui import theme
from ui.language import gettext as _
from ui.language import number
from ui.messages import shown
from ui.presenters.sound import SoundPresenter
from ui.presenters.transport import TransportPresenter
from ui.widgets import painting, parts

VOLUME_STEPS = 100


def _stem_words(stem: Stem) -> str:
    return {Stem.MIX: _("Mix"), Stem.BACKING: _("Backing"), Stem.VOCAL: _("Voice")}[stem]


class StemSwitch(QFrame):
    """Mix, backing or voice; while a song is separated, how far that is, and a way to stop it."""

    def __init__(self, transport: TransportPresenter) -> None:
        super().__init__()
        self.setObjectName("stemSwitch")
        self.setFixedHeight(theme.CONTROL_HEIGHT + 2 * theme.LINE)
        self._transport = transport
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._buttons = {stem: self._button(stem) for stem in (Stem.MIX, Stem.BACKING, Stem.VOCAL)}
        self._stop = parts.button("", kind="link")
        self._stop.setObjectName("stopSeparating")
        self._stop.clicked.connect(transport.stems.stop)
        for button in (*self._buttons.values(), self._stop):
            row.addWidget(button)
        transport.stems.changed.connect(lambda _: self._show())
        self._show()

    def _button(self, stem: Stem) -> QPushButton:
        words = _stem_words(stem)
        button = parts.button(words, name=_("Hear: {stem}").format(stem=words), kind="segment")
        button.setObjectName(f"{stem.value}Stem")
        button.setCheckable(True)
        button.clicked.connect(lambda: self._transport.choose_stem(stem))
        self._group.addButton(button)
        return button

    def _show(self) -> None:
        stems = self._transport.stems
        for stem, button in self._buttons.items():
            is_heard = stem is stems.stem
            button.setChecked(is_heard)
            button.setFont(
                theme.font(weight=theme.Weight.BOLD if is_heard else theme.Weight.NORMAL)
            )
        self._stop.setVisible(stems.percent is not None)
        if stems.percent is not None:
            self._stop.setText(_("{percent} % · Stop").format(percent=stems.percent))
            said = _("Separating, {percent} percent done; press to stop").format(
                percent=stems.percent
            )
            self._stop.setAccessibleName(said)
            self._stop.setToolTip(said)


class LoopButton(QPushButton):
    """Plays the match, or the whole song, again and again."""

    def __init__(self, transport: TransportPresenter) -> None:
        super().__init__()
        self.setObjectName("loopButton")
        self.setFixedHeight(theme.CONTROL_HEIGHT)
        self.setCheckable(True)
        self._transport = transport
        self.clicked.connect(transport.toggle_loop)
        transport.changed.connect(lambda _: self._show())
        self._show()

    def _show(self) -> None:
        is_looping = self._transport.is_looping
        self.setChecked(is_looping)
        self.setText(_("Looping") if is_looping else _("Loop"))
        name = _("Stop the loop") if is_looping else _("Loop the match, or the song")
        self.setAccessibleName(name)
        self.setToolTip(name)


class LevelButton(QPushButton):
    """Matches the levels of the two sides, and says by how much this one is lowered."""

    def __init__(self, transport: TransportPresenter) -> None:
        super().__init__()
        self.setObjectName("levelButton")
        self.setProperty("kind", "level")
        self.setFixedHeight(theme.CONTROL_HEIGHT)
        self.setCheckable(True)
        self._transport = transport
        self._is_narrow = False
        self.clicked.connect(transport.sound.match_levels)
        transport.changed.connect(lambda _: self._show())
        self._show()

    def narrow(self, *, is_narrow: bool) -> None:
        """Say it in fewer words."""
        self._is_narrow = is_narrow
        self._show()

    def _show(self) -> None:
        is_on = self._transport.sound.choices.is_level_matched
        said = self._words(is_on=is_on)
        self.setChecked(is_on)
        self.setText(self._short(is_on=is_on) if self._is_narrow else said)
        self.setAccessibleName(said)
        tip = _("{state}. The louder of A and B is lowered; press to turn.")
        self.setToolTip(tip.format(state=said))

    def _words(self, *, is_on: bool) -> str:
        gain_db = self._transport.gain_db
        if not is_on:
            return _("levels not matched")
        return (
            _("level match on")
            if gain_db is None
            else _("levels matched {gain}").format(gain=_db(gain_db))
        )

    def _short(self, *, is_on: bool) -> str:
        gain_db = self._transport.gain_db
        if not is_on:
            return _("as is")
        return _("match") if gain_db is None else _db(gain_db)


def _db(gain_db: float) -> str:
    shown_db = abs(round(gain_db, 1))
    return f"\N{MINUS SIGN}{number(shown_db, 1)} dB" if shown_db else "0 dB"


class MuteButton(QPushButton):
    """A speaker, with a cross beside it where it is mute."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("muteButton")
        self.setFixedSize(theme.CONTROL_HEIGHT, theme.CONTROL_HEIGHT)
        self.setCheckable(True)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the sign over the button."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.palette().buttonText().color()
        painting.speaker_sign(painter, self.rect(), colour, is_muted=self.isChecked())


class VolumeControl(QFrame):
    """How loud everything is, and mute."""

    def __init__(self, sound: SoundPresenter) -> None:
        super().__init__()
        self._sound = sound
        self._mute = MuteButton()
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("volumeSlider")
        self._slider.setRange(0, VOLUME_STEPS)
        self._slider.setFixedWidth(theme.VOLUME_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._mute)
        row.addWidget(self._slider)
        self._mute.clicked.connect(sound.mute)
        self._slider.valueChanged.connect(self._set)
        sound.changed.connect(lambda _: self._show())
        self._show()

    def narrow(self, *, is_narrow: bool) -> None:
        """Take less room."""
        self._slider.setFixedWidth(theme.VOLUME_LEAST if is_narrow else theme.VOLUME_WIDTH)

    def _set(self, steps: int) -> None:
        self._sound.set_volume(steps / VOLUME_STEPS)

    def _show(self) -> None:
        choices = self._sound.choices
        steps = round(choices.volume * VOLUME_STEPS)
        self._slider.blockSignals(True)
        self._slider.setValue(steps)
        self._slider.blockSignals(False)
        said = _("Volume, {percent} percent").format(percent=steps)
        self._slider.setAccessibleName(said)
        self._slider.setToolTip(said)
        self._mute.setChecked(choices.is_muted)
        self._mute.setAccessibleName(_("Be heard again") if choices.is_muted else _("Mute"))
        self._mute.setToolTip(self._mute.accessibleName())


class DeviceButton(QPushButton):
    """Chooses what to play to; the devices are looked for whenever the list is opened."""

    def __init__(self, sound: SoundPresenter) -> None:
        super().__init__()
        self.setObjectName("deviceButton")
        self.setFixedHeight(theme.CONTROL_HEIGHT)
        self.setFixedWidth(theme.DEVICE_WIDTH)
        self._sound = sound
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(sound.look_for_devices)
        self.setMenu(self._menu)
        sound.changed.connect(lambda _: self._show())
        self._show()

    def narrow(self, *, is_narrow: bool) -> None:
        """Take less room."""
        self.setFixedWidth(theme.DEVICE_LEAST if is_narrow else theme.DEVICE_WIDTH)
        self._show()

    def _show(self) -> None:
        chosen = self._sound.choices.device
        name = shown(chosen) if chosen else _("System default")
        width = self.width() - 5 * theme.GRID
        cut = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, width)
        self.setText(f"{cut} ▾")
        self.setAccessibleName(_("Output device: {name}").format(name=name))
        self.setToolTip(self.accessibleName())
        self._menu.clear()
        names = dict.fromkeys((None, *self._sound.devices, *([chosen] if chosen else [])))
        for one in names:
            action = self._menu.addAction(shown(one) if one else _("System default"))
            action.setCheckable(True)
            action.setChecked(one == chosen)
            action.triggered.connect(partial(self._sound.choose_device, one))
