"""The training loop: draw crops, change them, pull those of one song together; keep what is best.

A step draws ``batch_songs`` songs, soundtracks as often as the square root of their size, and two
crops of each. Every ``check_every`` steps the moving average of the weights is judged on
soundtracks that were never trained on; the best average wins, and training ends once it has not
been beaten for ``patience`` checks.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from core.embedding.network import StyleNetwork
from core.embedding.training.augment import Strength, augmented
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
        self.average = copy.deepcopy(self._network).eval()
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
                    kept.lerp_(new[name], 1.0 - self._plan.average)


def train(
    songs: Sequence[TrainingSong],
    stopping: Sequence[TrainingSong],
    *,
    plan: Plan,
    device: str = "cpu",
    tell: Callable[[str], None],
) -> Outcome:
    """Train a network and return the best moving average on ``stopping``, whitened on ``songs``."""
    source, trainer = BatchSource(songs, plan), Trainer(plan, torch.device(device))
    judged = song_windows(stopping, at_most=JUDGED_WINDOWS)
    known = song_windows(songs, at_most=KNOWN_WINDOWS)
    best, losses = Outcome(trainer.average, 0, {"overall": 0.0}), []
    for step in range(1, plan.steps + 1):
        losses.append(trainer.step(*source.draw()))
        if step % plan.check_every and step != plan.steps:
            continue
        network = whiten(trainer.average, known, strength=plan.whitening)
        figures = retrieval_score(network, judged)
        tell(f"step {step} loss {np.mean(losses[-plan.check_every :]):.3f} {figures}")
        if figures["overall"] > best.figures["overall"]:
            best = Outcome(network, step, figures)
        elif step - best.step >= plan.patience * plan.check_every:
            break
    return best
