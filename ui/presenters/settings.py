"""What the settings dialog shows and does, beside how songs are heard (``SoundPresenter``)."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from core.errors import SettingsError
from core.preferences import Facts
from core.progress import Progress, ProgressReport
from core.settings import Language, Scheme, SeparatorName
from ui.language import gettext as _
from ui.messages import sentence
from ui.presenters.hook import Hook
from ui.presenters.sound import SoundPresenter
from ui.presenters.verbs import Lane, Lanes, Verb

WHOLE = 100  # per cent


class PreferencesPort(Protocol):
    """The settings file and the folders of this run; each may block, so each runs in a lane."""

    def facts(self) -> Facts:
        """Return what is so on this machine now."""
        ...

    def scheme(self) -> Scheme:
        """Return the colours chosen last."""
        ...

    def keep_scheme(self, scheme: Scheme) -> None:
        """Keep the chosen colours."""
        ...

    def language(self) -> Language:
        """Return the language chosen last."""
        ...

    def keep_language(self, language: Language) -> None:
        """Keep the chosen language, for the next start."""
        ...

    def separator(self) -> SeparatorName:
        """Return the separator chosen last."""
        ...

    def keep_separator(self, separator: SeparatorName) -> None:
        """Keep the chosen separator, for the next start."""
        ...

    def empty_stems(self) -> None:
        """Delete the separated songs."""
        ...

    def fetch_demucs(self, *, progress: Progress) -> None:
        """Fetch the weights of Demucs."""
        ...


class SettingsPresenter:
    """Holds what the dialog shows; ``changed`` when anything of it did."""

    def __init__(
        self, preferences: PreferencesPort, sound: SoundPresenter, *, lanes: Lanes
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.sound = sound
        self.facts: Facts | None = None
        self.scheme = Scheme.SYSTEM
        self.language = Language.SYSTEM
        self.separator = SeparatorName.SPLEETER
        self.problem = ""
        self.fetched = ""  # how far the fetching is, in words; empty while nothing is fetched
        self._preferences = preferences
        self._lanes = lanes
        self._fetching: Progress | None = None

    def restore(self) -> None:
        """Read what was chosen; here, not in a lane: the first paint is to be in its colours."""
        try:
            self.scheme = self._preferences.scheme()
            self.language = self._preferences.language()
            self.separator = self._preferences.separator()
        except SettingsError as error:
            self.problem = sentence(error)
        self.changed.emit(None)

    def open(self) -> None:
        """Look anew at what is so."""
        self.problem = ""
        self.sound.look_for_devices()
        self._look()

    def choose_scheme(self, scheme: Scheme) -> None:
        """Wear other colours, and remember them."""
        if scheme is self.scheme:
            return
        self.scheme = scheme
        self._write(partial(self._preferences.keep_scheme, scheme))
        self.changed.emit(None)

    def choose_language(self, language: Language) -> None:
        """Speak another language from the next start on."""
        if language is self.language:
            return
        self.language = language
        self._write(partial(self._preferences.keep_language, language))
        self.changed.emit(None)

    def choose_separator(self, separator: SeparatorName) -> None:
        """Take voices off by another separator from the next start on."""
        if separator is self.separator:
            return
        self.separator = separator
        self._write(partial(self._preferences.keep_separator, separator))
        self.changed.emit(None)

    def empty_stems(self) -> None:
        """Delete the separated songs."""
        self._write(self._preferences.empty_stems)

    def fetch_demucs(self) -> None:
        """Fetch the weights of Demucs; ``stop_fetching`` stops that."""
        if self._fetching is not None:
            return
        self.problem, self.fetched = "", _("Asking for it")
        verb = Verb(
            lambda progress: self._preferences.fetch_demucs(progress=progress),
            on_failure=self._fail,
            on_progress=self._hear,
            on_end=self._end_fetching,
        )
        self._fetching = self._lanes.run(verb, Lane.COMPUTE)
        self.changed.emit(None)

    def stop_fetching(self) -> None:
        """Stop; nothing half-fetched stays."""
        if self._fetching is not None:
            self._fetching.cancel()

    def _write(self, work: Callable[[], None]) -> None:
        self.problem = ""
        verb = Verb(lambda _: work(), lambda _: self._look(), on_failure=self._fail)
        self._lanes.run(verb, Lane.WRITE)

    def _look(self) -> None:
        verb = Verb(lambda _: self._preferences.facts(), self._take, on_failure=self._fail)
        self._lanes.run(verb, Lane.COMPUTE)

    def _take(self, facts: Facts) -> None:
        self.facts = facts
        self.changed.emit(None)

    def _hear(self, report: ProgressReport) -> None:
        share = report.done * WHOLE // report.total if report.total else 0
        self.fetched = _("{percent} % fetched").format(percent=share)
        self.changed.emit(None)

    def _end_fetching(self) -> None:
        self._fetching, self.fetched = None, ""
        self._look()
        self.changed.emit(None)

    def _fail(self, problem: str) -> None:
        self.problem = problem
        self.changed.emit(None)
