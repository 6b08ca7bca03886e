"""How much backing, voice and mix count among the neighbours: three sliders that fold away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QVBoxLayout

from core.settings import Weights
from core.types import Stem
from core.weighing import share
from ui import theme
from ui.language import gettext as _
from ui.presenters.neighbours import NeighboursPresenter
from ui.widgets import parts

STEPS = 100
KEY_STEPS = 5  # by an arrow key: twenty presses from end to end
PAGE_STEPS = 25
ORDER = (Stem.BACKING, Stem.VOCAL, Stem.MIX)


def _words(stem: Stem) -> str:
    return {Stem.MIX: _("Mix"), Stem.BACKING: _("Backing"), Stem.VOCAL: _("Voice")}[stem]


class WeightSlider(QFrame):
    """One stem: its name, its slider, and how much it counts in percent."""

    def __init__(self, neighbours: NeighboursPresenter, stem: Stem) -> None:
        super().__init__()
        self._neighbours = neighbours
        self._stem = stem
        self._said = parts.label(tone="muted", size_px=theme.SMALL_PX)
        widest = _("{stem} {percent} %").format(
            stem=_words(stem), percent=STEPS
        )  # no slider moves as its figure grows
        self._said.setMinimumWidth(self._said.fontMetrics().horizontalAdvance(widest))
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName(f"{stem.value}Weight")
        self._slider.setRange(0, STEPS)
        self._slider.setSingleStep(KEY_STEPS)
        self._slider.setPageStep(PAGE_STEPS)
        self._slider.valueChanged.connect(self._weigh)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._said)
        row.addWidget(self._slider, 1)

    def show_weight(self) -> None:
        """Show how much the stem counts, and whether it can."""
        can, steps = self._neighbours.can_weigh(self._stem), self._steps()
        self._slider.blockSignals(True)
        self._slider.setValue(steps if can else 0)
        self._slider.blockSignals(False)
        self._slider.setEnabled(can)
        name = _words(self._stem)
        self._said.setText(
            _("{stem} {percent} %").format(stem=name, percent=steps)
            if can
            else _("{stem}: none").format(stem=name)
        )
        said = (
            _("{stem} counts {percent} percent").format(stem=name, percent=steps)
            if can
            else self._nobody()
        )
        for part in (self._slider, self._said):
            part.setAccessibleName(said)
            part.setToolTip(said)

    def _nobody(self) -> str:
        known = {
            Stem.BACKING: _("The backing of this song, or of every other, is not known yet."),
            Stem.VOCAL: _("No voice is known in this song, or in any other."),
            Stem.MIX: _("There is no other song to compare the mix with."),
        }
        return known[self._stem]

    def _steps(self) -> int:
        return round(share(self._neighbours.weights, self._stem) * STEPS)

    def _weigh(self, steps: int) -> None:
        self._neighbours.weigh(self._stem, steps / STEPS)


class WeightsRow(QFrame):
    """The sliders of all stems, a way back, and why they are not remembered where they aren't."""

    def __init__(self, neighbours: NeighboursPresenter) -> None:
        super().__init__()
        self.setObjectName("weightsRow")
        self._neighbours = neighbours
        self._sliders = [WeightSlider(neighbours, stem) for stem in ORDER]
        self._reset = parts.button(
            _("Reset"), name=_("Reset the weights"), height=theme.SMALL_CONTROL_HEIGHT
        )
        self._reset.setObjectName("resetWeights")
        self._reset.clicked.connect(neighbours.reset_weights)
        self._trouble: QLabel = parts.label(tone="trouble", size_px=theme.SMALL_PX)
        self._trouble.setObjectName("weightsTrouble")
        self._trouble.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(2 * theme.GRID)
        for slider in self._sliders:
            row.addWidget(slider, 1)
        row.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._trouble)
        neighbours.weighed.connect(self._show)
        self._show(None)

    def _show(self, _: None) -> None:
        for slider in self._sliders:
            slider.show_weight()
        self._reset.setEnabled(self._neighbours.weights != Weights())
        self._trouble.setText(self._neighbours.trouble)
        self._trouble.setVisible(bool(self._neighbours.trouble))
