"""What is said when a song that is dropped is known already: at once, before its separation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.types import AnalysisStep, PairVerdict, SongId, Verdict
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import NoticePresenter, Offer
from ui.presenters.rows import RowChange, SongRow
from ui.presenters.verdicts import STRENGTH
from ui.presenters.words import CONFIDENCES, Named, songs, told_apart

ANSWERED: Final = frozenset({AnalysisStep.FIRST_ANSWER, AnalysisStep.READY})
AS: Final = {
    Verdict.EXACT_FILE: "is the same file as",
    Verdict.SAME_RECORDING: "is the same recording as",
    Verdict.SAME_BACKING: "has the same backing as",
    Verdict.VERSION: "is a version of",
}
PART_OF: Final = "is an excerpt of"
WHOLE_OF: Final = "holds all of"


class ArrivalsPresenter:
    """Looks at what comes in one batch; ``song`` and ``path`` are where its sentence leads."""

    def __init__(self, library: LibraryPresenter, notices: NoticePresenter) -> None:
        self._library = library
        self._notices = notices
        self._known: dict[SongId, str] = {}  # what was said of each song
        self._here: list[Path] = []  # files that were in the library already

    @property
    def song(self) -> SongId | None:
        """The last song that was recognised."""
        return next(reversed(self._known), None)

    @property
    def path(self) -> Path | None:
        """The last file that was here already."""
        return self._here[-1] if self._here else None

    def begin(self) -> None:
        """Begin a batch."""
        self._known, self._here = {}, []

    def hear(self, changes: Sequence[RowChange]) -> None:
        """Say what was recognised among what has just been answered."""
        before = len(self._known)
        for change in changes:
            if change.event.step is AnalysisStep.SKIPPED and change.song:
                self._here.append(change.song.path)
            elif change.event.step in ANSWERED and change.song and change.verdicts:
                self._recognise(change.song.song_id, change.verdicts)
        if len(self._known) > before:
            self._say()

    def say_nothing_new(self, count: int) -> None:
        """Say that everything that was dropped is here already, and lead there."""
        only = self._library.row(self._here[0]) if count == 1 and self._here else None
        if only:
            self._notices.say(f"Nothing new: {only.title} is here already.", Offer.SHOW_SONG)
        else:
            self._notices.say(f"Nothing new: {songs(count)} already here.")

    def _recognise(self, song_id: SongId, verdicts: Sequence[PairVerdict]) -> None:
        if song_id in self._known:
            return
        for pair in sorted(verdicts, key=lambda pair: STRENGTH[pair.verdict]):
            seen = pair if pair.a == song_id else pair.turned
            mine, other = (self._library.row_of_song(i) for i in (seen.a, seen.b))
            if mine and other and seen.b not in self._known:
                self._known[song_id] = sentence(mine, other, pair=seen)
                return

    def _say(self) -> None:
        if len(self._known) == 1:
            self._notices.say(next(iter(self._known.values())), Offer.SHOW_COPIES)
        else:
            text = f"{len(self._known):,} of these songs were recognised."
            self._notices.say(text, Offer.SHOW_COPIES)


def sentence(mine: SongRow, other: SongRow, *, pair: PairVerdict) -> str:
    """Say what a song is to another one that was here before; ``pair`` is seen from the song."""
    relation = AS.get(pair.verdict) or _part(mine, other)
    confidence = CONFIDENCES[pair.confidence]
    names = told_apart(Named(mine.title, mine.path), Named(other.title, other.path))
    return f"{names[0]} {relation} {names[1]} ({confidence})."


def _part(mine: SongRow, other: SongRow) -> str:
    is_part = (mine.duration_s or 0.0) <= (other.duration_s or 0.0)
    return PART_OF if is_part else WHOLE_OF
