"""What can be done with a set of copies; nothing goes to the trash before a question was answered.

Every deed can be taken back.
"""

from collections.abc import Sequence

from core.types import Decision, Song
from ui.messages import file_name
from ui.presenters.deeds import Deeds, Question
from ui.presenters.duplicates import DuplicatesPresenter
from ui.presenters.hook import Hook
from ui.presenters.ports import WorkbenchPort
from ui.presenters.transport import TransportPresenter

MOST_NAMED = 5  # files named in a question; more are counted


class DuplicateActions:
    """Acts on the open set of the Duplicates screen; ``asks`` before anything is trashed."""

    def __init__(
        self,
        workbench: WorkbenchPort,
        duplicates: DuplicatesPresenter,
        *,
        deeds: Deeds,
        transport: TransportPresenter,
    ) -> None:
        self.asks: Hook[Question] = Hook()
        self._workbench = workbench
        self._duplicates = duplicates
        self._deeds = deeds
        self._transport = transport

    def keep(self) -> None:
        """Ask whether the copies beside the chosen one should go to the trash."""
        kept, others = self._duplicates.copy, self._duplicates.others
        if kept and others and self._is_group:
            self._ask(kept, others)

    def trash(self) -> None:
        """Ask whether the chosen copy should go to the trash."""
        gone, others = self._duplicates.copy, self._duplicates.others
        if gone and others and self._is_group:
            self._ask(others[0], (gone,))

    def copy_tags(self) -> None:
        """Write the chosen copy's tags into the others."""
        source, others = self._duplicates.copy, self._duplicates.others
        if source is None or not others:
            return
        ids = [song.song_id for song in others]
        self._deeds.do(
            lambda: self._workbench.copy_tags(source.song_id, to=ids),
            songs=ids,
            said=f"{_files(len(ids))} now {_has(len(ids))} the tags of {self._file(source)}.",
        )

    def not_a_duplicate(self) -> None:
        """Remember that the compared songs are not the same."""
        self._decide(Decision.NOT_DUPLICATE, "{other} is no duplicate of {mine}.")

    def same_song(self) -> None:
        """Remember that the compared songs are the same."""
        self._decide(Decision.SAME_SONG, "{other} is the same song as {mine}.")

    @property
    def _is_group(self) -> bool:
        opened = self._duplicates.open_set
        return opened is not None and opened.is_group

    def _decide(self, decision: Decision, words: str) -> None:
        found, names = self._duplicates.comparison, self._duplicates.names
        if found is None:
            return
        mine, other = found.mine, found.other
        said = words.format(mine=names[mine.song_id], other=names[other.song_id])
        self._deeds.do(
            lambda: self._workbench.decide(mine.song_id, other.song_id, decision=decision),
            songs=(mine.song_id, other.song_id),
            said=said,
        )

    def _file(self, song: Song) -> str:
        """Return what tells a file from the others of the set."""
        opened = self._duplicates.open_set
        return opened.files[song.song_id] if opened else file_name(song.path)

    def _ask(self, kept: Song, gone: Sequence[Song]) -> None:
        count, kept_file = _files(len(gone)), self._file(kept)
        self.asks.emit(
            Question(
                title=f"Move {count} to the trash",
                text=f"{self._warning(gone)}{self._names(gone)} will go to the system's trash, and "
                f"leave the library. {kept_file} stays as it is. "
                "Undo (Z) puts everything back.",
                yes=f"Move {count} to the trash",
                act=lambda: self._trash(kept, gone, kept_file=kept_file),
            )
        )

    def _warning(self, gone: Sequence[Song]) -> str:
        """Say that the better copy is among those that would go."""
        opened = self._duplicates.open_set
        best = opened.best if opened else None
        if best is None or best not in gone:
            return ""
        name = "This" if len(gone) == 1 else self._file(best)
        return f"{name} is the better copy. "

    def _names(self, gone: Sequence[Song]) -> str:
        """Name the files, and count those beyond a handful."""
        named = [self._file(song) for song in gone[:MOST_NAMED]]
        more = len(gone) - len(named)
        return f"{', '.join(named)} and {more} more" if more else ", ".join(named)

    def _trash(self, kept: Song, gone: Sequence[Song], *, kept_file: str) -> None:
        ids = [song.song_id for song in gone]
        for song_id in ids:
            self._transport.release(song_id)
        self._deeds.do(
            lambda: self._workbench.keep(kept.song_id, others=ids),
            songs=ids,
            said=f"{_files(len(ids))} moved to the trash; {kept_file} is kept.",
        )


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"
