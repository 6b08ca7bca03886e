"""The thin strip: what runs, how far it is, Stop; and one sentence with what can be done."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from ui import theme
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.presenters.activity import ActivityPresenter, Doing
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import OFFERS, SILENCE, Notice, NoticePresenter, Offer, Tone
from ui.presenters.rows import Filter
from ui.presenters.words import DOT
from ui.widgets import parts

READING_MS = 10_000  # three times as long as the longest sentence takes to read


class StatusStrip(QFrame):
    """Shows the activity and the latest sentence, else the problems."""

    offer_taken = Signal(object)  # Offer

    def __init__(
        self,
        activity: ActivityPresenter,
        notices: NoticePresenter,
        *,
        library: LibraryPresenter,
        note: str = "",
    ) -> None:
        super().__init__()
        self.setObjectName("statusStrip")
        self.setFixedHeight(theme.STRIP_HEIGHT)
        self._activity = activity
        self._notices = notices
        self._library = library
        self._note = f"{DOT}{note}" if note else ""
        self._doing = parts.label(tone="muted")
        self._bar = QProgressBar()
        self._left = parts.label(tone="muted")
        self._stop = parts.button(_("Stop"), height=theme.SMALL_CONTROL_HEIGHT)
        self._notice = parts.CutLabel(tone="muted")
        self._offer = parts.button("", kind="link", height=theme.SMALL_CONTROL_HEIGHT)
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.setInterval(READING_MS)
        self._fade.timeout.connect(self.read_out)
        self._lay_out()
        self._stop.clicked.connect(activity.stop)
        self._offer.clicked.connect(self._take_offer)
        activity.changed.connect(self._show_activity)
        notices.changed.connect(self._show_notice)
        notices.changed.connect(self._plan_fade)
        library.counted.connect(self._show_notice)
        self._show_activity(None)
        self._show_notice(None)

    @property
    def said(self) -> str:
        """The sentence that is shown."""
        return self._notice.whole

    def read_out(self) -> None:
        """Let the sentence go, where it is one that goes by itself."""
        if self._notices.is_passing:
            self._notices.clear()

    def _lay_out(self) -> None:
        self._bar.setFixedSize(theme.PROGRESS_WIDTH, theme.PROGRESS_HEIGHT)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(_("Progress of the analysis"))
        self._stop.setObjectName("stopButton")
        self._offer.setObjectName("offerButton")
        self._notice.setObjectName("noticeLabel")
        self._notice.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        row.setSpacing(theme.GRID + theme.HALF)
        for part in (self._doing, self._bar, self._left, self._stop):
            row.addWidget(part)
        row.addWidget(self._notice, 1)
        row.addWidget(self._offer)

    def _show_activity(self, _: None) -> None:
        doing, tally = self._activity.doing, self._activity.tally
        is_busy = doing is not Doing.NOTHING
        songs = self._library.count(Filter.ALL) - self._library.count(Filter.PROBLEMS)
        idle = _in_library(songs) + self._note
        self._doing.setText(self._activity.words or idle)
        for part in (self._bar, self._left, self._stop):
            part.setVisible(is_busy)
        self._stop.setEnabled(doing is not Doing.STOPPING)
        if is_busy:
            self._bar.setRange(0, max(1, tally.total))
            self._bar.setValue(tally.done)
        self._left.setText(tally.left)

    def _plan_fade(self, notice: Notice) -> None:
        """Let a sentence go once it could be read, unless it waits for an answer."""
        if notice.text and self._notices.is_passing:
            self._fade.start()
        else:
            self._fade.stop()

    def _show_notice(self, _: object) -> None:
        notice = self._current()
        self._notice.say(notice.text)
        tone = "trouble" if notice.tone is Tone.TROUBLE else "muted"
        if self._notice.property("tone") != tone:
            self._notice.setProperty("tone", tone)
            parts.restyle(self._notice)
        self._offer.setText(OFFERS[notice.offer])
        self._offer.setAccessibleName(OFFERS[notice.offer])
        self._offer.setVisible(notice.offer is not Offer.NOTHING)
        self._show_activity(None)

    def _current(self) -> Notice:
        """Return the latest sentence, else what is wrong with files, else nothing."""
        if self._notices.notice.text:
            return self._notices.notice
        count = self._library.count(Filter.PROBLEMS)
        if not count:
            return SILENCE
        said = ngettext(
            "{count} problem: {latest}", "{count} problems, the latest: {latest}", count
        )
        text = said.format(count=number(count), latest=self._library.latest_problem())
        return Notice(text, Tone.QUIET, Offer.SHOW_PROBLEMS)

    def _take_offer(self) -> None:
        self.offer_taken.emit(self._current().offer)


def _in_library(count: int) -> str:
    said = ngettext("{count} song in the library", "{count} songs in the library", count)
    return said.format(count=number(count))
