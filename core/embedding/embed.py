"""From log-mel frames to the vectors of a stem in the space ``style``.

Weights and their facts lie in ``weights/``. A stem that was separated before it was heard is
another model's work: its vectors get a ``model_id`` that names the separator too (``join``).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from core.embedding.blend import StyleBlend
from core.embedding.facts import NetworkFacts, read_facts, sha256_of
from core.embedding.pool import song_vector
from core.embedding.windows import SILENCE_LEVEL, WINDOW_S, cut, levels
from core.errors import WeightsError, WeightsProblem
from core.types import Float32Array, ModelId, SpaceName, Stem, StemVectors

WEIGHTS_FOLDER = Path(__file__).parent / "weights"
CURRENT = "style-2"
BATCH = 32  # windows at a time: an hour of sound needs no more scratch memory than five minutes


def _load_network(facts: NetworkFacts, weights: Path) -> StyleBlend:
    """Return the network, ready to hear; WeightsError where it has not the facts' checksum."""
    try:
        if sha256_of(weights) != facts.sha256:
            raise WeightsError(facts.name, WeightsProblem.WRONG_CHECKSUM, detail=str(weights))
        network = StyleBlend()
        network.load_state_dict(load_file(weights))
    except FileNotFoundError as error:
        raise WeightsError(facts.name, WeightsProblem.MISSING, detail=str(weights)) from error
    except (OSError, SafetensorError, RuntimeError) as error:
        raise WeightsError(facts.name, WeightsProblem.UNREADABLE, detail=str(error)) from error
    return network.eval()


class Embedder:
    """Hears frames and says where they lie in ``style``; any number of threads may ask at once."""

    def __init__(self, facts: NetworkFacts, weights: Path) -> None:
        self._facts = facts
        self._network = _load_network(facts, weights)

    @classmethod
    def load(cls) -> "Embedder":
        """Return the embedder with the weights that ship with Songkin."""
        facts = read_facts(WEIGHTS_FOLDER / f"{CURRENT}.json")
        return cls(facts, WEIGHTS_FOLDER / f"{CURRENT}.safetensors")

    @property
    def model_id(self) -> ModelId:
        """Name and version of the network."""
        return self._facts.model_id

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._facts.dimension

    def embed(
        self, frames: Float32Array, *, stem: Stem, start_s: float = 0.0
    ) -> StemVectors | None:
        """Return the vectors of frames [N_MELS, T] that begin ``start_s`` into the song.

        Silent windows get no vector; None where all are silent.
        """
        windows, starts_s = cut(frames)
        heard = _audible(windows)
        if not heard.any():
            return None
        excerpts = self._vectors(windows[heard])
        return StemVectors(
            space=SpaceName.STYLE,
            stem=stem,
            model_id=self.model_id,
            song=song_vector(excerpts),
            excerpts=excerpts,
            starts_s=starts_s[heard] + np.float32(start_s),
            excerpt_s=WINDOW_S,
        )

    def _vectors(self, windows: Float32Array) -> Float32Array:
        """Return the vectors [E, D] of windows [E, N_MELS, T]."""
        with torch.inference_mode():
            batches = torch.split(torch.from_numpy(windows), BATCH)
            vectors: Float32Array = torch.cat([self._network(batch) for batch in batches]).numpy()
        return vectors


def _audible(windows: Float32Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which windows [E, N_MELS, T] are louder than silence, bool [E]."""
    if len(windows) == 0:
        return np.zeros(0, dtype=np.bool_)
    return levels(torch.from_numpy(windows)).numpy() > SILENCE_LEVEL


def join(parts: Sequence[StemVectors], *, model_id: ModelId) -> StemVectors:
    """Return the pieces of one stem (at least one) as one, in the order of their starts."""
    excerpts = np.concatenate([part.excerpts for part in parts])
    starts_s = np.concatenate([part.starts_s for part in parts])
    order = np.argsort(starts_s, kind="stable")
    return StemVectors(
        space=parts[0].space,
        stem=parts[0].stem,
        model_id=model_id,
        song=song_vector(excerpts),
        excerpts=excerpts[order],
        starts_s=starts_s[order],
        excerpt_s=parts[0].excerpt_s,
    )
