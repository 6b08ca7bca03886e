"""A linear projection that was learned, and what travels with it.

It takes off a mean and evens out how much each direction varies among renderings of one
composition, so that what tells compositions apart is left.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from core.embedding.facts import sha256_of
from core.errors import WeightsError, WeightsProblem
from core.types import Float32Array

LICENCE = "GPL-3.0-or-later"


@dataclass(frozen=True, slots=True)
class ProjectionFacts:
    """The facts of one file of weights; ``figures`` are what was measured when it was learned."""

    name: str
    version: int
    sha256: str
    dimension: int
    licence: str
    compositions: tuple[str, ...]  # scores of music21's corpus
    renderings: int
    commit: str  # of the code that made it
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Projection:
    """``mean`` is float32 [D]; ``directions`` float32 [D, D']."""

    mean: Float32Array
    directions: Float32Array

    def of(self, descriptions: Float32Array) -> Float32Array:
        """Return descriptions [n, D] projected, float32 [n, D']."""
        return ((descriptions - self.mean) @ self.directions).astype(np.float32)


def learned(
    descriptions: Float32Array, compositions: tuple[str, ...], *, shrinkage: float
) -> Projection:
    """Return the projection that evens out descriptions [n, D] of n renderings of compositions.

    ``shrinkage`` in [0, 1] is how much of what was measured gives way to all directions varying
    alike: with few compositions what varies little is mostly noise.
    """
    names = np.array(compositions)
    mean = descriptions.mean(axis=0)
    within = descriptions.astype(np.float64)
    for name in set(compositions):
        within[names == name] -= within[names == name].mean(axis=0)
    spread = within.T @ within / len(within)
    alike = np.trace(spread) / len(spread) * np.eye(len(spread))
    values, directions = np.linalg.eigh((1.0 - shrinkage) * spread + shrinkage * alike)
    return Projection(mean.astype(np.float32), (directions / np.sqrt(values)).astype(np.float32))


def read_projection(weights: Path) -> Projection:
    """Read a projection whose facts lie beside it; WeightsError where it isn't the one named."""
    facts = read_facts(weights.with_suffix(".json"))
    try:
        blob = weights.read_bytes()
        tensors = load(blob)
        found = Projection(tensors["mean"], tensors["directions"])
    except FileNotFoundError as error:
        raise WeightsError(facts.name, WeightsProblem.MISSING, detail=str(weights)) from error
    except (OSError, SafetensorError, KeyError) as error:
        raise WeightsError(facts.name, WeightsProblem.UNREADABLE, detail=str(error)) from error
    if sha256_of(weights) != facts.sha256:
        raise WeightsError(facts.name, WeightsProblem.WRONG_CHECKSUM, detail=str(weights))
    return found


def read_facts(path: Path) -> ProjectionFacts:
    """Read facts; WeightsError where the file is missing or says something else."""
    try:
        fields = json.loads(path.read_text("utf-8"))
        return ProjectionFacts(**fields | {"compositions": tuple(fields["compositions"])})
    except FileNotFoundError as error:
        raise WeightsError(path.stem, WeightsProblem.MISSING, detail=str(path)) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(path.stem, WeightsProblem.UNREADABLE, detail=str(error)) from error


def write_weights(projection: Projection, weights: Path) -> str:
    """Write a projection; return the sha256 of its file."""
    weights.write_bytes(
        save({"mean": projection.mean, "directions": np.ascontiguousarray(projection.directions)})
    )
    return sha256_of(weights)


def write_facts(facts: ProjectionFacts, path: Path) -> None:
    """Write facts as JSON."""
    path.write_text(json.dumps(asdict(facts), indent=2) + "\n", encoding="utf-8")
