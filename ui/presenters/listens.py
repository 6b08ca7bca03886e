"""How much of a song was heard, and telling the library of it."""

from ui.presenters.decks import Deck
from ui.presenters.notices import NoticePresenter
from ui.presenters.ports import WorkbenchPort
from ui.presenters.verbs import Lane, Lanes, Verb

# A step between two polls that is longer than this was a jump, not listening.
LONGEST_STEP_S = 1.0
LEAST_LISTEN_S = 1.0  # shorter plays are slips of the finger


class ListenMeter:
    """Adds up the steps that were heard; a loop's way back is none, nor is a jump."""

    def __init__(self, workbench: WorkbenchPort, lanes: Lanes, *, notices: NoticePresenter) -> None:
        self._workbench = workbench
        self._lanes = lanes
        self._notices = notices
        self._heard_s = 0.0

    def step(self, seconds: float) -> None:
        """Hear a step from one poll to the next."""
        if 0.0 < seconds <= LONGEST_STEP_S:
            self._heard_s += seconds

    def forget(self) -> None:
        """Begin anew."""
        self._heard_s = 0.0

    def note(self, deck: Deck | None) -> None:
        """Tell the library how much of a song was heard, no more than all of it; begin anew."""
        heard_s, self._heard_s = self._heard_s, 0.0
        if deck is None or deck.song_id is None or heard_s < LEAST_LISTEN_S:
            return
        song_id, most_s = deck.song_id, min(heard_s, deck.duration_s)
        self._lanes.run(
            Verb(
                lambda _: self._workbench.listened(song_id, heard_s=most_s),
                on_failure=self._notices.warn,
            ),
            Lane.WRITE,
        )
