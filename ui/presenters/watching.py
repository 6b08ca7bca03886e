"""New songs in watched folders: when to look for them, and what is said of them."""

from collections.abc import Sequence
from pathlib import Path

from core.watching import Look
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.messages import file_name
from ui.presenters.activity import ActivityPresenter, Doing
from ui.presenters.hook import Hook
from ui.presenters.notices import NoticePresenter
from ui.presenters.ports import WorkbenchPort
from ui.presenters.verbs import Lane, Lanes, Verb


class WatchingPresenter:
    """Adds what is new in watched folders.

    ``changed`` when other folders are watched or other places in them, ``restless`` when a file
    that is being copied may be ready soon.
    """

    def __init__(
        self,
        workbench: WorkbenchPort,
        activity: ActivityPresenter,
        *,
        notices: NoticePresenter,
        lanes: Lanes,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.restless: Hook[None] = Hook()
        self.folders: tuple[Path, ...] = ()
        self.places: tuple[Path, ...] = ()  # folders in which a change may be a new song
        self._workbench = workbench
        self._activity = activity
        self._notices = notices
        self._lanes = lanes
        self._is_looking = False
        self._looks_again = False
        self._has_added = False
        self._told = ""
        activity.changed.connect(lambda _: self._meet())

    def open(self) -> None:
        """Watch what was watched last."""
        verb = Verb(
            lambda _: self._workbench.watching.folders(),
            on_success=self._opened,
            on_failure=self._notices.warn,
        )
        self._lanes.run(verb, Lane.COMPUTE)

    def watch(self, folder: Path) -> None:
        """Watch one more folder: what is in it, and what comes."""
        folder = folder.absolute()
        if folder in self.folders:
            self._notices.say(_("{folder} is watched already.").format(folder=_name(folder)))
            return
        self._choose((*self.folders, folder))
        self._notices.say(
            _("{folder} is watched: new songs in it appear by themselves.").format(
                folder=_name(folder)
            )
        )

    def leave(self, folder: Path) -> None:
        """Watch a folder no longer; its songs stay in the library."""
        self._choose(tuple(one for one in self.folders if one != folder))
        said = _("{folder} is no longer watched. Its songs stay here.")
        self._notices.say(said.format(folder=_name(folder)))

    def look(self) -> None:
        """Look for new songs, or once more where a look is under way."""
        self._looks_again = self._is_looking
        if self._is_looking or not self.folders or self._activity.doing is Doing.STOPPING:
            return
        self._is_looking = True
        verb = Verb(
            lambda progress: self._workbench.watching.look(progress=progress),
            on_success=self._take,
            on_failure=self._fail,
            on_end=self._ended,
        )
        self._lanes.run(verb, Lane.COMPUTE)

    def _opened(self, folders: tuple[Path, ...]) -> None:
        self.folders = self.places = folders
        self.changed.emit(None)
        self.look()

    def _choose(self, folders: tuple[Path, ...]) -> None:
        """Keep which folders are watched, then look at them."""
        self.folders = self.places = folders
        self.changed.emit(None)
        verb = Verb(
            lambda _: self._workbench.watching.watch(folders),
            on_success=lambda _: self.look(),
            on_failure=self._notices.warn,
        )
        self._lanes.run(verb, Lane.WRITE)

    def _take(self, look: Look) -> None:
        self._told = ""
        if look.places != self.places:
            self.places = look.places
            self.changed.emit(None)
        if look.new:
            self._activity.add(look.new)
            self._notices.say(self._words(look.new))
            self._has_added = True
        if look.is_restless:
            self.restless.emit(None)

    def _meet(self) -> None:
        """Let the library remember what it has met, before the user may take it out again."""
        if self._has_added and self._activity.doing not in (Doing.ADDING, Doing.STOPPING):
            self._has_added = False
            self.look()

    def _words(self, new: Sequence[Path]) -> str:
        inside = [one for one in self.folders if all(path.is_relative_to(one) for path in new)]
        count = number(len(new))
        if not inside:
            said = ngettext(
                "{count} new song in watched folders",
                "{count} new songs in watched folders",
                len(new),
            )
            return said.format(count=count)
        said = ngettext("{count} new song in {folder}", "{count} new songs in {folder}", len(new))
        return said.format(count=count, folder=_name(inside[-1]))

    def _fail(self, sentence: str) -> None:
        """Say it once: the next look comes in a minute, and may fail as well."""
        if sentence != self._told:
            self._notices.warn(sentence)
        self._told = sentence

    def _ended(self) -> None:
        self._is_looking = False
        if self._looks_again:
            self.look()


def _name(folder: Path) -> str:
    return file_name(folder) or str(folder)  # a whole drive has no name of its own
