"""What is said when a song that is dropped is known already: at once, before its separation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.types import AnalysisStep, PairVerdict, SongId, Verdict
from ui.language import N_, Words, ngettext, number
from ui.language import gettext as _
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import NoticePresenter, Offer
from ui.presenters.rows import RowChange, SongRow
from ui.presenters.verdicts import STRENGTH
from ui.presenters.words import CONFIDENCES, Named, told_apart

ANSWERED: Final = frozenset({AnalysisStep.FIRST_ANSWER, AnalysisStep.READY})
AS: Final = Words(
    {
        Verdict.EXACT_FILE: N_("{song} is the same file as {other} ({confidence})."),
        Verdict.SAME_RECORDING: N_("{song} is the same recording as {other} ({confidence})."),
        Verdict.SAME_BACKING: N_("{song} has the same backing as {other} ({confidence})."),
        Verdict.VERSION: N_("{song} is a version of {other} ({confidence})."),
    }
)


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
            said = _("Nothing new: {title} is here already.").format(title=only.title)
            self._notices.say(said, Offer.SHOW_SONG)
        else:
            said = ngettext(
                "Nothing new: {count} song already here.",
                "Nothing new: {count} songs already here.",
                count,
            )
            self._notices.say(said.format(count=number(count)))

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
            said = _("{count} of these songs were recognised.")
            self._notices.say(said.format(count=number(len(self._known))), Offer.SHOW_COPIES)


def sentence(mine: SongRow, other: SongRow, *, pair: PairVerdict) -> str:
    """Say what a song is to another one that was here before; ``pair`` is seen from the song."""
    said = AS.get(pair.verdict) or _part(mine, other)
    names = told_apart(Named(mine.title, mine.path), Named(other.title, other.path))
    confidence = CONFIDENCES[pair.confidence]
    return said.format(song=names[0], other=names[1], confidence=confidence)


def _part(mine: SongRow, other: SongRow) -> str:
    is_part = (mine.duration_s or 0.0) <= (other.duration_s or 0.0)
    if is_part:
        return _("{song} is an excerpt of {other} ({confidence}).")
    return _("{song} holds all of {other} ({confidence}).")
