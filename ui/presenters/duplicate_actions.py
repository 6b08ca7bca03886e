"""What can be done with a set of copies; nothing goes to the trash before a question was answered.

Every deed can be taken back.
"""

from collections.abc import Sequence

from core.types import Decision, Song
from ui.language import gettext as _
from ui.language import ngettext, number
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
            said=ngettext(
                "{count} file now has the tags of {file}.",
                "{count} files now have the tags of {file}.",
                len(ids),
            ).format(count=number(len(ids)), file=self._file(source)),
        )

    def not_a_duplicate(self) -> None:
        """Remember that the compared songs are not the same."""
        self._decide(Decision.NOT_DUPLICATE, _("{other} is no duplicate of {mine}."))

    def same_song(self) -> None:
        """Remember that the compared songs are the same."""
        self._decide(Decision.SAME_SONG, _("{other} is the same song as {mine}."))

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
        kept_file, count = self._file(kept), len(gone)
        move = ngettext("Move {count} file to the trash", "Move {count} files to the trash", count)
        move = move.format(count=number(count))
        text = _(
            "{files} will go to the system's trash, and leave the library. {kept} stays as it is. "
            "Undo (Z) puts everything back."
        ).format(files=self._names(gone), kept=kept_file)
        self.asks.emit(
            Question(
                title=move,
                text=" ".join(filter(None, (self._warning(gone), text))),
                yes=move,
                act=lambda: self._trash(kept, gone, kept_file=kept_file),
            )
        )

    def _warning(self, gone: Sequence[Song]) -> str:
        """Say that the better copy is among those that would go."""
        opened = self._duplicates.open_set
        best = opened.best if opened else None
        if best is None or best not in gone:
            return ""
        if len(gone) == 1:
            return _("This is the better copy.")
        return _("{file} is the better copy.").format(file=self._file(best))

    def _names(self, gone: Sequence[Song]) -> str:
        """Name the files, and count those beyond a handful."""
        named = [self._file(song) for song in gone[:MOST_NAMED]]
        more = len(gone) - len(named)
        said = ", ".join(named)
        if not more:
            return said
        return ngettext("{files} and {count} more", "{files} and {count} more", more).format(
            files=said, count=number(more)
        )

    def _trash(self, kept: Song, gone: Sequence[Song], *, kept_file: str) -> None:
        ids = [song.song_id for song in gone]
        for song_id in ids:
            self._transport.release(song_id)
        self._deeds.do(
            lambda: self._workbench.keep(kept.song_id, others=ids),
            songs=ids,
            said=ngettext(
                "{count} file moved to the trash; {kept} is kept.",
                "{count} files moved to the trash; {kept} is kept.",
                len(ids),
            ).format(count=number(len(ids)), kept=kept_file),
        )
