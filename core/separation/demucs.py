"""The better and slower separator: htdemucs, through the ``demucs`` package.

Its weights are fetched when the user asks for them, never before, and never passed on. The sources
other than the voice, added up, are the backing.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.errors import WeightsError, WeightsProblem
from core.ports import SeparatedStems
from core.progress import Progress
from core.separation.chunks import in_chunks, joined
from core.types import Float32Array, ModelId
from core.weights import WeightsFacts, checked, fetch

if TYPE_CHECKING:
    from demucs.htdemucs import HTDemucs

VOICE = "vocals"  # what demucs calls it among its sources
OVERLAP = 0.25  # of a chunk; demucs' own default

# The package's repository is under the MIT licence; the weights were trained on MUSDB18-HQ and 800
# more songs, and their author provides them "only for scientific purposes". https://huggingface.co/adefossez/HTDemucs
HTDEMUCS_FACTS = WeightsFacts(
    name="955717e8.safetensors",
    model="Demucs",
    version="htdemucs",
    sha256="d9fa14133cfcc034a6758923bb3a8ca9f8dfd0b582134643bbf83f72c17576dd",
    sample_rate_hz=44_100,
    channels=2,
    licence="for scientific purposes only, as its author says",
    url=(
        "https://huggingface.co/adefossez/HTDemucs/resolve/"
        "bf35a81b663819a8255c8fefee17f9d812b786b5/955717e8.safetensors"
    ),
)


def _model_id(facts: WeightsFacts) -> ModelId:
    return ModelId(f"demucs-{facts.version}-{facts.sha256[:8]}")


MODEL_ID = _model_id(HTDEMUCS_FACTS)  # known before anything is loaded


def fetch_weights(folder: Path, *, progress: Progress) -> Path:
    """Download the weights (84 MB) into ``folder``, and return where they are."""
    return fetch(HTDEMUCS_FACTS, folder, progress=progress)


class DemucsSeparator:
    """Takes the voice off by a hybrid transformer."""

    def __init__(self, model: "HTDemucs", facts: WeightsFacts) -> None:
        self._model = model.eval()
        self._facts = facts
        self._voice = model.sources.index(VOICE)
        self._lock = threading.Lock()  # the hooks that cancel belong to one run at a time

    @classmethod
    def load(cls, path: Path, *, facts: WeightsFacts = HTDEMUCS_FACTS) -> "DemucsSeparator":
        """Read the weights; WeightsError where they aren't the pinned ones."""
        from demucs.hf import load_safetensors_model
        from demucs.htdemucs import HTDemucs
        from safetensors import SafetensorError

        checked(path, facts)  # before anything in the file is believed
        try:
            model = load_safetensors_model(path)
        except (
            SafetensorError,
            OSError,
            RuntimeError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            raise WeightsError(facts.model, WeightsProblem.UNREADABLE, detail=str(error)) from error
        if not isinstance(model, HTDemucs) or VOICE not in model.sources:
            raise WeightsError(facts.model, WeightsProblem.UNREADABLE, detail="another model")
        return cls(model, facts)

    @property
    def model_id(self) -> ModelId:
        """Name, version and the first letters of the checksum."""
        return _model_id(self._facts)

    def separate(self, samples: Float32Array, *, progress: Progress) -> SeparatedStems:
        """Separate float32 [2, n]; a part of a second passes between two cancel checks."""
        parts = self.separate_blocks([samples], progress=progress)
        return joined(parts, total_samples=samples.shape[1], progress=progress)

    def separate_blocks(
        self, blocks: Iterable[Float32Array], *, progress: Progress
    ) -> Iterator[SeparatedStems]:
        """Separate a song of any length as it is decoded; memory holds a few chunks of it."""
        chunk_samples = int(self._model.segment * self._facts.sample_rate_hz)
        both = in_chunks(
            blocks,
            lambda chunk: self._both(chunk, progress),
            chunk_samples=chunk_samples,
            overlap_samples=int(chunk_samples * OVERLAP),
        )
        return (SeparatedStems(part[:2], part[2:]) for part in both)

    @torch.inference_mode()
    def _both(self, samples: Float32Array, progress: Progress) -> Float32Array:
        """Separate up to one segment: float32 [4, n], voice and backing."""
        mix = torch.from_numpy(np.ascontiguousarray(samples, np.float32)).unsqueeze(0)
        with self._lock, _checked_at_every_layer(self._model, progress):
            sources = self._model(mix)[0]
        vocal = sources[self._voice]
        both: Float32Array = torch.cat([vocal, sources.sum(dim=0) - vocal]).numpy()
        return both


@contextmanager
def _checked_at_every_layer(model: torch.nn.Module, progress: Progress) -> Iterator[None]:
    """Let a cancel stop the model between two layers: a whole run takes seconds."""
    with ExitStack() as hooks:
        for layer in model.modules():
            hooks.enter_context(layer.register_forward_pre_hook(lambda *_: progress.check()))
        yield
