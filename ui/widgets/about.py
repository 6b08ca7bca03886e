"""About Songkin: its version, its licence, and those of the parts it is made of."""

from importlib.metadata import version

from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.language import gettext as _
from ui.widgets import parts

# docs/licences.md says more of each.
PARTS = (
    ("PySide6 (Qt)", "LGPL 3"),
    ("PyAV, FFmpeg", "BSD, LGPL 2.1+"),
    ("Chromaprint", "LGPL 2.1+"),
    ("Milvus Lite, pymilvus", "Apache 2.0"),
    ("torch, numpy, soundfile", "BSD"),
    ("librosa", "ISC"),
    ("mutagen", "GPL 2+"),
    ("Demucs, keyring, sounddevice", "MIT"),
)


class AboutDialog(QDialog):
    """Shows them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("aboutDialog")
        self.setWindowTitle(_("About Songkin"))
        self.setFixedWidth(theme.DIALOG_WIDTH)
        name = parts.label(f"Songkin {version('songkin')}", size_px=theme.TITLE_PX)
        name.setObjectName("aboutVersion")
        name.setFont(theme.font(theme.TITLE_PX, theme.Weight.BOLD))
        column = QVBoxLayout(self)
        column.setContentsMargins(*(3 * theme.GRID,) * 4)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(name)
        for text in _paragraphs():
            said = parts.label(text)
            said.setWordWrap(True)
            column.addWidget(said)
        form = QFormLayout()
        form.setHorizontalSpacing(3 * theme.GRID)
        form.setVerticalSpacing(theme.HALF)
        for part, licence in PARTS:
            form.addRow(parts.label(part), parts.label(licence, tone="muted"))
        column.addLayout(form)
        close = parts.button(_("Close"))
        close.clicked.connect(self.accept)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(close)
        column.addLayout(below)


def _paragraphs() -> tuple[str, ...]:
    return (
        _("Free software under the GNU General Public License, version 3 or later."),
        _(
            "The weights that tell what sounds alike are Songkin's own, under the same licence. "
            "Spleeter's weights come with a package that says MIT. Those of Demucs are fetched "
            "only when you ask, for scientific purposes only."
        ),
        _("It is made with:"),
    )
