"""What was kept of a crash, to be read and copied; nothing here sends it."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.language import gettext as _
from ui.widgets import parts


class ReportDialog(QDialog):
    """Shows a report of a crash."""

    def __init__(self, report: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("reportDialog")
        self.setWindowTitle(_("Report of a crash"))
        self.resize(*theme.PANEL_SIZE)
        lead = parts.label(
            _("It names no songs and no files of yours. Nothing is sent by itself."), tone="muted"
        )
        text = QPlainTextEdit(report)
        text.setObjectName("reportText")
        text.setAccessibleName(_("Report of a crash"))
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        copy = parts.button(_("Copy"))
        copy.setObjectName("copyReport")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        close = parts.button(_("Close"))
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(copy)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(3 * theme.GRID,) * 4)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(lead)
        column.addWidget(text, 1)
        column.addLayout(buttons)
        close.setFocus()
