"""The training loop: draw crops, change them, pull those of one song together; keep what is best.

A step draws ``batch_songs`` songs, soundtracks as often as the square root of their size, and two
crops of each. Every ``check_every`` steps the moving average of the weights is judged on
soundtracks that were never trained on; the best average wins, and training ends once it has not
been beaten for ``patience`` checks. At every check all of it can be kept in a file, from which a
training that was stopped goes on.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.embedding.network import StyleNetwork
from core.embedding.training.augment import Strength, augmented
from core.embedding.training.checkpoint import Checkpoint, State, load, save
from core.embedding.training.data import TrainingSong
from core.embedding.training.loss import contrastive_loss, targets
from core.embedding.training.score import retrieval_score, song_windows
from core.embedding.training.whiten import whiten

SLACK = 1.3  # a crop is cut longer, so that it can be played faster
# Windows of a song: enough to place it among others, and to know how its vectors spread.
JUDGED_WINDOWS, KNOWN_WINDOWS = 6, 2


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides a training, beside its songs."""

    seed: int = 1
    steps: int = 400
    batch_songs: int = 32
    crop_frames: int = 172  # 4 s: shorter than a window, three times faster
    learning_rate: float = 1e-3
    weight_decay: float = 5e-2
    temperature: float = 0.1
    soundtrack_weight: float = 1.0
    average: float = 0.98  # how much of the moving average a step keeps
    check_every: int = 50
    patience: int = 6
    whitening: float = 0.25  # 0 leaves the vectors as they are, 1 makes all directions count alike
    strength: Strength = field(default_factory=Strength)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A trained network, the step it comes from and its scores."""

    network: StyleNetwork
    step: int
    figures: dict[str, float]


class BatchSource:
    """Draws crops of songs, and changes them."""

    def __init__(self, songs: Sequence[TrainingSong], plan: Plan) -> None:
        self._songs = songs
        self._plan = plan
        self._numpy = np.random.default_rng(plan.seed)
        self._torch = torch.Generator().manual_seed(plan.seed)
        packages = sorted({song.package for song in songs})
        self._soundtracks = np.array([packages.index(song.package) for song in songs])
        sizes = np.bincount(self._soundtracks)
        self._shares = 1.0 / np.sqrt(sizes[self._soundtracks])
        self._shares /= self._shares.sum()

    def draw(self) -> tuple[Tensor, Tensor]:
        """Return windows [2B, N_MELS, T] and where the neighbours of each should be [2B, 2B]."""
        plan = self._plan
        count = min(plan.batch_songs, len(self._songs))
        picked = self._numpy.choice(len(self._songs), count, replace=False, p=self._shares)
        both = np.concatenate([picked, picked])
        crops = torch.from_numpy(np.stack([self._crop(self._songs[i]) for i in both]))
        others = crops[torch.randperm(len(crops), generator=self._torch)]
        windows = augmented(
            crops,
            plan.crop_frames,
            voices=others,
            strength=plan.strength,
            random=self._torch,
        )
        soundtracks = torch.from_numpy(self._soundtracks[both])
        wanted = targets(
            torch.from_numpy(both), soundtracks, soundtrack_weight=plan.soundtrack_weight
        )
        return windows, wanted

    def state(self) -> State:
        """Return where the two generators are."""
        return {"numpy": self._numpy.bit_generator.state, "torch": self._torch.get_state()}

    def restore(self, state: State) -> None:
        """Go on drawing from a kept state."""
        self._numpy.bit_generator.state = state["numpy"]
        self._torch.set_state(state["torch"])

    def _crop(self, song: TrainingSong) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        """Return a random piece of a song, long enough to be played faster."""
        length = int(self._plan.crop_frames * SLACK)
        first = int(self._numpy.integers(0, song.frames.shape[1] - length + 1))
        return song.frames[:, first : first + length].astype(np.float32)


class Trainer:
    """A network on its way: the weights, their moving average, and the optimiser."""

    def __init__(self, plan: Plan, device: torch.device) -> None:
        torch.manual_seed(plan.seed)
        self._plan = plan
        self._device = device
        self._network = StyleNetwork().to(device)
        # Judged where the judging windows lie: on the CPU, whatever the network learns on.
        self.average = copy.deepcopy(self._network).cpu().eval()
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, plan.learning_rate, total_steps=plan.steps, pct_start=0.1
        )

    def step(self, windows: Tensor, wanted: Tensor) -> float:
        """Learn from one batch; return its loss."""
        self._network.train()
        vectors = self._network.features(windows.to(self._device)).cpu()
        loss = contrastive_loss(vectors, wanted, temperature=self._plan.temperature)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self._optimiser.step()
        self._schedule.step()
        self._follow()
        return float(loss.detach())

    def _follow(self) -> None:
        """Move the average a little towards the weights."""
        with torch.no_grad():
            new = self._network.state_dict()
            for name, kept in self.average.state_dict().items():
                if kept.dtype.is_floating_point:
                    kept.lerp_(new[name].to(kept.device), 1.0 - self._plan.average)

    def state(self) -> State:
        """Return the weights, their average, and how the optimiser stands."""
        return {name: part.state_dict() for name, part in self._parts().items()}

    def restore(self, state: State) -> None:
        """Go on from a kept state."""
        for name, part in self._parts().items():
            part.load_state_dict(state[name])

    def _parts(self) -> dict[str, Any]:
        return {
            "network": self._network,
            "average": self.average,
            "optimiser": self._optimiser,
            "schedule": self._schedule,
        }


class Run:
    """One training, from its start or from where it was stopped, to its end."""

    def __init__(
        self,
        songs: Sequence[TrainingSong],
        stopping: Sequence[TrainingSong],
        *,
        plan: Plan,
        device: torch.device,
        kept: Path | None,
    ) -> None:
        self._plan, self._kept = plan, kept
        self._source, self._trainer = BatchSource(songs, plan), Trainer(plan, device)
        self._judged = song_windows(stopping, at_most=JUDGED_WINDOWS)
        self._known = song_windows(songs, at_most=KNOWN_WINDOWS)
        self._training = described(songs, stopping, plan=plan)
        self.best, self.step = Outcome(self._trainer.average, 0, {"overall": 0.0}), 0
        self._go_on()

    @property
    def is_over(self) -> bool:
        """Whether all steps are done, or nothing better was found for too long."""
        waited = self.step - self.best.step
        patience = self._plan.patience * self._plan.check_every
        return self.step >= self._plan.steps or (self.best.step > 0 and waited >= patience)

    def until_check(self) -> float:
        """Learn until the next check is due; return the mean loss."""
        due = min(self._plan.steps, self.step + self._plan.check_every)
        losses = [self._trainer.step(*self._source.draw()) for _ in range(due - self.step)]
        self.step = due
        return float(np.mean(losses))

    def check(self) -> dict[str, float]:
        """Judge the average, remember it if it is the best, keep all; return its figures."""
        network = whiten(self._trainer.average, self._known, strength=self._plan.whitening)
        figures = retrieval_score(network, self._judged)
        if figures["overall"] > self.best.figures["overall"]:
            self.best = Outcome(network, self.step, figures)
        self._keep()
        return figures

    def _keep(self) -> None:
        if self._kept is None:
            return
        checkpoint = Checkpoint(
            training=self._training,
            step=self.step,
            best_step=self.best.step,
            best_figures=self.best.figures,
            best_weights=self.best.network.state_dict(),
            trainer=self._trainer.state(),
            source=self._source.state(),
        )
        save(checkpoint, self._kept)

    def _go_on(self) -> None:
        checkpoint = load(self._kept, training=self._training) if self._kept else None
        if checkpoint is None:
            return
        self._trainer.restore(checkpoint.trainer)
        self._source.restore(checkpoint.source)
        best = copy.deepcopy(self._trainer.average)
        best.load_state_dict(checkpoint.best_weights)
        self.best = Outcome(best, checkpoint.best_step, checkpoint.best_figures)
        self.step = checkpoint.step


def described(
    songs: Sequence[TrainingSong], stopping: Sequence[TrainingSong], *, plan: Plan
) -> str:
    """Return what tells one training from another: its plan, and a checksum of its songs' names."""
    names = [f"{song.package}/{song.name}/{song.frames.shape[1]}" for song in [*songs, *stopping]]
    return f"{plan} {sha256(chr(10).join(names).encode()).hexdigest()}"


def train(
    songs: Sequence[TrainingSong],
    stopping: Sequence[TrainingSong],
    *,
    plan: Plan,
    tell: Callable[[str], None],
    device: str = "cpu",
    kept: Path | None = None,
) -> Outcome:
    """Train a network and return the best moving average on ``stopping``, whitened on ``songs``.

    With ``kept``, a file, a training that was stopped goes on from its last check.
    """
    run = Run(songs, stopping, plan=plan, device=torch.device(device), kept=kept)
    if run.step:
        tell(f"going on after step {run.step}")
    while not run.is_over:
        loss = run.until_check()
        tell(f"step {run.step} loss {loss:.3f} {run.check()}")
    return run.best
