"""What a training needs to go on where it was stopped, in one file.

A training that went on gives the same weights, bit for bit, as one that was never stopped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from core.errors import SongkinError

State = Mapping[str, Any]  # what torch calls a state dict: tensors, numbers and words by name


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A training after ``step`` steps, and the best that it found until then."""

    training: str  # the plan and the songs, in words: only the same training may go on
    step: int
    best_step: int
    best_figures: dict[str, float]
    best_weights: State
    trainer: State
    source: State


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint; a stop while writing leaves the one before."""
    unfinished = path.with_suffix(".unfinished")
    fields = {name: getattr(checkpoint, name) for name in Checkpoint.__slots__}
    torch.save(fields, unfinished)
    unfinished.replace(path)


def load(path: Path, *, training: str) -> Checkpoint | None:
    """Return the checkpoint of a training, None where there is none.

    SongkinError where the file is of another plan or of other songs.
    """
    if not path.exists():
        return None
    checkpoint = Checkpoint(**torch.load(path, weights_only=True))
    if checkpoint.training != training:
        raise SongkinError(f"{path.name} is of another training: remove it to begin anew")
    return checkpoint
