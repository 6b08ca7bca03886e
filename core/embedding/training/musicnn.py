"""musicnn (Pons and Serra 2019; ISC licence) without TensorFlow: its penultimate layer.

The network, written again in torch from the published description; the weights are the package's
own: ``MSD_musicnn`` was trained on the Million Song Dataset, ``MTT_musicnn`` on MagnaTagATune.
Both teach ``style``; the first is what its benchmark is to beat. A tool that stores embeddings
keeps the mean of this layer's 200 numbers over the song, 3 s at a time.

The package turns mel powers into float16 before it multiplies them by 10,000, which overflows to
infinity in loud music and makes a patch's numbers meaningless; here they stay float32, which is
kinder to it. Where nothing overflows, both agree to a thousandth.
"""

import subprocess
import sys
from pathlib import Path

import librosa
import numpy as np
import platformdirs
import torch
from torch import Tensor, nn

from core.embedding.training.tensor_bundle import read_tensors
from core.types import Float32Array

PACKAGE = "musicnn==0.1.0"
SAMPLE_RATE_HZ, FFT_SIZE, HOP_SAMPLES, N_MELS = 16_000, 512, 256, 96
PATCH_FRAMES = 187  # 3 s, as it was trained and as its extractor cuts
BATCH = 8
EPSILON = 1e-3  # of its batch normalisation
MIDDLE = (5, 6, 7)  # the numbers of the middle's layers in the checkpoint


def checkpoint(name: str = "MSD_musicnn") -> Path:
    """Return the index of a checkpoint; pip fetches the package when first asked for."""
    folder = Path(platformdirs.user_cache_dir("songkin", appauthor=False)) / "musicnn"
    index = folder / "musicnn" / name / ".index"
    if not index.exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps"]
        command += ["--target", str(folder), PACKAGE]
        subprocess.run(command, check=True)  # noqa: S603 - pip, and a package named above
    return index


def log_mel(mono: Float32Array, sample_rate_hz: int) -> Float32Array:
    """Return what the network hears, float32 [T, N_MELS], of float32 [n]."""
    sound = librosa.resample(mono, orig_sr=sample_rate_hz, target_sr=SAMPLE_RATE_HZ)
    power = librosa.feature.melspectrogram(
        y=sound, sr=SAMPLE_RATE_HZ, n_fft=FFT_SIZE, hop_length=HOP_SAMPLES, n_mels=N_MELS
    )
    frames: Float32Array = np.log10(10_000.0 * power.T + 1.0).astype(np.float32)
    return frames


class MusicnnNetwork(nn.Module):
    """Maps patches [B, T, N_MELS] to the penultimate layer [B, 200]."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.BatchNorm2d(1, eps=EPSILON)
        shapes = [(7, 38, 204), (7, 67, 204), (128, 1, 51), (64, 1, 51), (32, 1, 51)]
        self.front = nn.ModuleList(nn.Conv2d(1, n, (long, high)) for long, high, n in shapes)
        self.front_norms = nn.ModuleList(nn.BatchNorm2d(n, eps=EPSILON) for _, _, n in shapes)
        widths = (sum(n for _, _, n in shapes), 64, 64)
        self.middle = nn.ModuleList(nn.Conv1d(width, 64, 7, padding=3) for width in widths)
        self.middle_norms = nn.ModuleList(nn.BatchNorm1d(64, eps=EPSILON) for _ in widths)
        pooled = 2 * (widths[0] + 3 * 64)
        self.pooled_norm = nn.BatchNorm1d(pooled, eps=EPSILON)
        self.dense = nn.Linear(pooled, 200)
        self.dense_norm = nn.BatchNorm1d(200, eps=EPSILON)

    def forward(self, patches: Tensor) -> Tensor:
        """Return the penultimate layer."""
        sound = self.entry(patches.unsqueeze(1))
        pairs = zip(self.front, self.front_norms, strict=True)
        front = torch.cat([heard(sound, conv, norm) for conv, norm in pairs], dim=1)
        layers = [front, self._step(front, 0)]
        layers.append(self._step(layers[1], 1) + layers[1])
        layers.append(self._step(layers[2], 2) + layers[2])
        features = torch.cat(layers, dim=1)
        pooled = torch.stack([features.amax(dim=2), features.mean(dim=2)], dim=2).flatten(1)
        dense = torch.relu(self.dense(self.pooled_norm(pooled)))
        vectors: Tensor = self.dense_norm(dense)
        return vectors

    def _step(self, features: Tensor, number: int) -> Tensor:
        """Return a layer of the middle, [B, 64, T]."""
        stepped: Tensor = self.middle_norms[number](torch.relu(self.middle[number](features)))
        return stepped


def heard(sound: Tensor, conv: nn.Module, norm: nn.Module) -> Tensor:
    """Return a layer of the front, its largest value over the bands, [B, channels, T]."""
    length = conv.get_parameter("weight").shape[2]
    # TensorFlow's "same": an even filter reaches one frame further forward than back.
    padded = nn.functional.pad(sound, (0, 0, (length - 1) // 2, length // 2))
    layer: Tensor = norm(torch.relu(conv(padded))).amax(dim=3)
    return layer


def _norm_state(tensors: dict[str, Float32Array], number: int) -> dict[str, Tensor]:
    name = f"batch_normalization_{number}" if number else "batch_normalization"
    pairs = {"weight": "gamma", "bias": "beta"}
    pairs |= {"running_mean": "moving_mean", "running_var": "moving_variance"}
    state = {ours: torch.from_numpy(tensors[f"{name}/{theirs}"]) for ours, theirs in pairs.items()}
    return state | {"num_batches_tracked": torch.tensor(0)}


def _layer_state(tensors: dict[str, Float32Array], number: int) -> dict[str, Tensor]:
    name = f"conv2d_{number}" if number else "conv2d"
    kernel = torch.from_numpy(tensors[f"{name}/kernel"]).permute(3, 2, 0, 1)
    if number in MIDDLE:  # these span all features: what TensorFlow calls width is our channels
        kernel = kernel[:, 0].transpose(1, 2)
    return {"weight": kernel.contiguous(), "bias": torch.from_numpy(tensors[f"{name}/bias"])}


def load_musicnn(index: Path) -> MusicnnNetwork:
    """Return the network with the weights of a checkpoint."""
    tensors = read_tensors(index)
    network = MusicnnNetwork()
    norms = [network.entry, *network.front_norms, *network.middle_norms]
    for number, norm in enumerate([*norms, network.pooled_norm, network.dense_norm]):
        norm.load_state_dict(_norm_state(tensors, number))
    for number, layer in enumerate([*network.front, *network.middle]):
        layer.load_state_dict(_layer_state(tensors, number))
    kernel = torch.from_numpy(tensors["dense/kernel"].T.copy())
    bias = torch.from_numpy(tensors["dense/bias"])
    network.dense.load_state_dict({"weight": kernel, "bias": bias})
    return network.eval()


def patches_of(frames: Float32Array) -> Float32Array:
    """Return patches [P, PATCH_FRAMES, N_MELS] side by side; what is shorter is repeated."""
    if len(frames) < PATCH_FRAMES:
        frames = np.tile(frames, (-(-PATCH_FRAMES // len(frames)), 1))
    count = len(frames) // PATCH_FRAMES
    return frames[: count * PATCH_FRAMES].reshape(count, PATCH_FRAMES, N_MELS)


def penultimate(network: MusicnnNetwork, frames: Float32Array) -> Float32Array:
    """Return the layer of every patch, float32 [P, 200]."""
    with torch.inference_mode():
        batches = torch.split(torch.from_numpy(patches_of(frames)), BATCH)
        layers: Float32Array = torch.cat([network(batch) for batch in batches]).numpy()
    return layers
