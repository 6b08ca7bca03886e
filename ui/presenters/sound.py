"""How everything is heard: volume, device, and whether levels are matched. It is remembered."""

from dataclasses import replace

from core.progress import Progress
from core.settings import SoundChoices
from ui.language import gettext as _
from ui.messages import sentence, shown
from ui.presenters.hook import Hook
from ui.presenters.notices import NoticePresenter
from ui.presenters.ports import PlayerPort, PlayerStatePort, WorkbenchPort
from ui.presenters.remembering import Remembering
from ui.presenters.verbs import Lane, Lanes, Verb


class SoundPresenter:
    """Sets the player, and remembers how; ``changed`` when anything of it did."""

    def __init__(
        self,
        player: PlayerPort,
        workbench: WorkbenchPort,
        *,
        lanes: Lanes,
        notices: NoticePresenter,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.choices = SoundChoices()
        self.devices: list[str] = []
        self._player = player
        self._workbench = workbench
        self._lanes = lanes
        self._notices = notices
        self._lost = ""
        self._told = ""
        self._remembering = Remembering(
            lambda: workbench.listening.remember(self.choices),
            lanes=lanes,
            on_failure=self._notices.warn,
        )

    def open(self) -> None:
        """Set everything as it was last."""
        self._lanes.run(
            Verb(
                lambda _: self._workbench.listening.choices(),
                self._restore,
                on_failure=self._notices.warn,
            ),
            Lane.COMPUTE,
        )

    def set_volume(self, share: float) -> None:
        """Make everything louder or softer, a share in [0, 1]; what was mute is heard."""
        self._turn(replace(self.choices, volume=share, is_muted=False))

    def mute(self) -> None:
        """Fall silent, or be heard again."""
        self._turn(replace(self.choices, is_muted=not self.choices.is_muted))

    def match_levels(self) -> None:
        """Match levels, or no longer."""
        self._turn(replace(self.choices, is_level_matched=not self.choices.is_level_matched))

    def limit_stems(self, mib: int) -> None:
        """Let the cache of separated songs grow to another size."""
        self._turn(replace(self.choices, stems_mib=mib))

    def look_for_devices(self) -> None:
        """List the devices anew."""
        self._lanes.run(
            Verb(lambda _: self._player.devices(), self._list, on_failure=self._notices.warn),
            Lane.COMPUTE,
        )

    def choose_device(self, name: str | None) -> None:
        """Play to another device; None is what the system plays to."""
        self._turn(replace(self.choices, device=name))
        self._use_device()

    def forget_problem(self) -> None:
        """Tell a problem again, where it comes again with the next song."""
        self._told = ""

    def tell(self, state: PlayerStatePort) -> None:
        """Say once why it does not play, or that it plays on another device."""
        problem = sentence(state.problem) if state.problem else ""
        if problem and problem != self._told:
            self._notices.warn(problem)
        self._told = problem
        lost = state.fallback.device if state.fallback else ""
        if lost and lost != self._lost:
            said = _(
                "{device} is gone. It plays on the system's device, and there again once it "
                "is back."
            )
            self._notices.warn(said.format(device=shown(lost)))
        self._lost = lost

    def _restore(self, choices: SoundChoices) -> None:
        self.choices = choices
        self._set_volume()
        if choices.device is not None:
            self._use_device()
        self.changed.emit(None)

    def _list(self, names: list[str]) -> None:
        self.devices = names
        self.changed.emit(None)

    def _use_device(self) -> None:
        name = self.choices.device

        def use(_: Progress) -> None:
            self._player.set_device(name)

        self._lanes.run(Verb(use, on_failure=self._notices.warn), Lane.COMPUTE)

    def _turn(self, choices: SoundChoices) -> None:
        self.choices = choices
        self._set_volume()
        self._remembering.ask()
        self.changed.emit(None)

    def _set_volume(self) -> None:
        self._player.set_volume(0.0 if self.choices.is_muted else self.choices.volume)
