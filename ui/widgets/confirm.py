"""The question that is asked once before files go to the trash or songs leave the cluster."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.language import gettext as _
from ui.presenters.deeds import Question
from ui.widgets import parts


class ConfirmDialog(QDialog):
    """Says what will happen; the keyboard rests on "Cancel", so that no slip does harm."""

    def __init__(self, question: Question, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("confirmDialog")
        self.setWindowTitle(question.title)
        self.setFixedWidth(theme.DIALOG_WIDTH)
        text = parts.label(question.text)
        text.setObjectName("confirmText")
        text.setWordWrap(True)
        cancel = parts.button(_("Cancel"))
        cancel.setObjectName("confirmNo")
        cancel.clicked.connect(self.reject)
        yes = parts.button(question.yes, kind="primary")
        yes.setObjectName("confirmYes")
        yes.clicked.connect(self.accept)
        self.accepted.connect(question.act)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(yes)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(3 * theme.GRID,) * 4)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(text)
        column.addLayout(buttons)
        cancel.setFocus()
