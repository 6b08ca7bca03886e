"""What travels with the weights of a network: the file ``style-<version>.json`` beside them."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import WeightsError, WeightsProblem
from core.types import ModelId

HASH_LETTERS = 8  # of the sha256 in a model's id: enough to tell a few dozen trainings apart


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """The facts of one file of weights; ``figures`` are what was measured while training."""

    name: str
    version: int
    sha256: str
    sample_rate_hz: int
    n_mels: int
    window_s: float
    dimension: int
    licence: str
    training_packages: tuple[str, ...]
    stopping_packages: tuple[str, ...]
    seed: int
    steps: int
    figures: dict[str, float]

    @property
    def model_id(self) -> ModelId:
        """Name, version and the first letters of the sha256."""
        return ModelId(f"{self.name}-{self.version}-{self.sha256[:HASH_LETTERS]}")


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file that fits in memory, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_facts(path: Path) -> NetworkFacts:
    """Read facts; WeightsError where the file is missing or says something else."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        for name in ("training_packages", "stopping_packages"):
            fields[name] = tuple(fields[name])
        return NetworkFacts(**fields)
    except FileNotFoundError as error:
        raise WeightsError(path.stem, WeightsProblem.MISSING, detail=str(path)) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(path.stem, WeightsProblem.UNREADABLE, detail=str(error)) from error


def write_facts(facts: NetworkFacts, path: Path) -> None:
    """Write facts as JSON."""
    path.write_text(json.dumps(asdict(facts), indent=2) + "\n", encoding="utf-8")
