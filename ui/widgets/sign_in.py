"""The small dialog that sets Sync up: the cluster's address, user and password."""

from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.language import N_
from ui.language import gettext as _
from ui.presenters.sync import SyncPresenter
from ui.widgets import parts

PROMISE = N_(
    "Sync sends what songs sound like, their length, and their fingerprints. "
    "The audio never leaves this machine."
)


class SignInDialog(QDialog):
    """Asks for the cluster; what goes wrong is said in the dialog itself."""

    def __init__(self, sync: SyncPresenter, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("signInDialog")
        self.setWindowTitle(_("Set up Sync"))
        self.setFixedWidth(theme.DIALOG_WIDTH)
        self._sync = sync
        self.address = _field("addressField", _("Address of the cluster"), "https://host:19530")
        self.user = _field("userField", _("User"), "")
        self.password = _field("passwordField", _("Password"), "")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.problem = parts.label(tone="trouble")
        self.problem.setObjectName("signInProblem")
        self.problem.setWordWrap(True)
        self._go = parts.button(_("Sign in"), kind="primary")
        self._go.setObjectName("signInButton")
        self._go.setAutoDefault(True)
        self._go.setDefault(True)
        self._go.clicked.connect(self._try)
        self._lay_out()
        sync.signed_in.connect(self._answer)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*(3 * theme.GRID,) * 4)
        column.setSpacing(2 * theme.GRID)
        promise = parts.label(_(PROMISE), tone="muted")
        promise.setWordWrap(True)
        column.addWidget(promise)
        form = QFormLayout()
        form.setSpacing(theme.GRID)
        form.addRow(_("Address"), self.address)
        form.addRow(_("User"), self.user)
        form.addRow(_("Password"), self.password)
        column.addLayout(form)
        column.addWidget(self.problem)
        self.problem.hide()
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        cancel = parts.button(_("Cancel"))
        cancel.clicked.connect(self.reject)
        buttons.addWidget(cancel)
        buttons.addWidget(self._go)
        column.addLayout(buttons)

    def _try(self) -> None:
        self._show_problem("")
        self._go.setEnabled(False)
        user, password = self.user.text(), self.password.text()
        self._sync.sign_in(self.address.text(), user=user, password=password)

    def _answer(self, problem: str) -> None:
        """Close where it worked, else say what went wrong."""
        self._go.setEnabled(True)
        self._show_problem(problem)
        if not problem:
            self.password.clear()
            self.accept()

    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


def _field(name: str, spoken: str, hint: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setAccessibleName(spoken)
    field.setPlaceholderText(hint)
    field.setFixedHeight(theme.CONTROL_HEIGHT)
    return field
