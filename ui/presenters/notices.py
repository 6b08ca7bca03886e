"""The one sentence that the strip shows beside the progress, and what can be done about it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from ui.language import N_, Words
from ui.presenters.hook import Hook


class Tone(Enum):
    """How a sentence is meant."""

    QUIET = "quiet"
    TROUBLE = "trouble"


class Offer(Enum):
    """What a button beside the sentence does."""

    NOTHING = "nothing"
    UNDO = "undo"
    SHOW_PROBLEMS = "show problems"
    SHOW_COPIES = "show copies"
    SHOW_SONG = "show song"
    CONTINUE = "continue"
    DISMISS = "dismiss"
    SHOW_REPORT = "show report"


OFFERS: Final = Words(
    {
        Offer.NOTHING: "",
        Offer.UNDO: N_("Undo"),
        Offer.SHOW_PROBLEMS: N_("Show"),
        Offer.SHOW_COPIES: N_("Compare"),
        Offer.SHOW_SONG: N_("Show it"),
        Offer.CONTINUE: N_("Continue"),
        Offer.DISMISS: N_("Dismiss"),
        Offer.SHOW_REPORT: N_("Show report"),
    }
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the user."""

    text: str
    tone: Tone = Tone.QUIET
    offer: Offer = Offer.NOTHING


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done, and the way back."""

    said: str
    undo: Callable[[], None]


SILENCE = Notice("")
PASSING = frozenset(
    {Offer.NOTHING, Offer.UNDO, Offer.SHOW_SONG}
)  # a deed can be undone by its key afterwards


class NoticePresenter:
    """Holds the latest sentence, and the deeds that can be taken back.

    ``asks_earlier`` when a deed should be taken back and none was done since the window opened.
    """

    def __init__(self) -> None:
        self.changed: Hook[Notice] = Hook()
        self.asks_earlier: Hook[None] = Hook()
        self.report = ""  # of the latest crash
        self._deeds: list[Deed] = []
        self._notice = SILENCE

    @property
    def notice(self) -> Notice:
        """The latest sentence."""
        return self._notice

    def say(self, text: str, offer: Offer = Offer.NOTHING) -> None:
        """Show a quiet sentence."""
        self._show(Notice(text, Tone.QUIET, offer))

    def warn(self, text: str) -> None:
        """Show that something went wrong."""
        self._show(Notice(text, Tone.TROUBLE, Offer.DISMISS))

    def crashed(self, said: str, report: str) -> None:
        """Say that the program itself went wrong, and offer what was kept of it."""
        self.report = report
        self._show(Notice(said, Tone.TROUBLE, Offer.SHOW_REPORT))

    @property
    def is_passing(self) -> bool:
        """Whether the sentence may go by itself once it could be read."""
        return self._notice.tone is Tone.QUIET and self._notice.offer in PASSING

    def clear(self) -> None:
        """Show nothing."""
        self._show(SILENCE)

    def did(self, deed: Deed) -> None:
        """Say what was done, and offer the way back."""
        self._deeds.append(deed)
        self.say(deed.said, Offer.UNDO)

    def undo(self) -> None:
        """Take the last deed back: of this window, else of an earlier one."""
        if not self._deeds:
            self.asks_earlier.emit(None)
            return
        self.clear()
        self._deeds.pop().undo()

    def _show(self, notice: Notice) -> None:
        self._notice = notice
        self.changed.emit(notice)
