"""What may happen to a song without making it sound like another: on log-mel frames. Pure.

Every function takes and returns natural log power, float32 [B, N_MELS, T], and draws from the
generator it is given, so that a seed fixes the training. Decibels are turned into natural logs of
power by ``NAT_PER_DB``.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.embedding.frontend import FLOOR_POWER, LOWEST_HZ, N_MELS, SAMPLE_RATE_HZ
from core.embedding.windows import levels

NAT_PER_DB = math.log(10.0) / 10.0
FLOOR = math.log(FLOOR_POWER)
EQ_SHAPES = 6  # cosines over the mel axis: tilts, shelves, and bells of an octave or two


@dataclass(frozen=True, slots=True)
class Strength:
    """How far each change may go; shares are of the windows of a batch."""

    pitch_semitones: float = 1.0
    stretch: float = 0.1  # a tempo between 1 / 1.1 and 1.1
    eq_db: float = 1.5  # deviation of each equaliser shape
    squeeze: float = 0.4  # how much of the level's movement a compressor may take
    noise_share: float = 0.3
    noise_snr_db: tuple[float, float] = (5.0, 40.0)
    band_share: float = 0.1
    voice_share: float = 0.15
    voice_db: tuple[float, float] = (-18.0, 0.0)
    unmixed_share: float = 0.5  # of the windows with a voice: taken off again, with what that costs
    holes: int = 0  # bands, and moments, made grey
    hole_mels: int = 8
    hole_frames: int = 20


def uniform(shape: tuple[int, ...], low: float, high: float, *, random: torch.Generator) -> Tensor:
    """Return uniform draws between ``low`` and ``high``."""
    return torch.rand(shape, generator=random) * (high - low) + low


def chosen(count: int, share: float, *, random: torch.Generator) -> Tensor:
    """Return which windows are changed, bool [count, 1, 1]."""
    return torch.rand((count, 1, 1), generator=random) < share


def _mel(hz: Tensor) -> Tensor:
    return 2595.0 * torch.log10(1.0 + hz / 700.0)


def _hz(mel: Tensor) -> Tensor:
    return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)


def warped(
    windows: Tensor, n_frames: int, *, strength: Strength, random: torch.Generator
) -> Tensor:
    """Return the first ``n_frames`` frames of each window at a pitch and tempo of its own.

    ``windows`` must be longer by the fastest tempo.
    """
    count, n_mels, n_long = windows.shape
    ratio = 2.0 ** (uniform((count, 1), -1.0, 1.0, random=random) * strength.pitch_semitones / 12)
    speed = (1 + strength.stretch) ** uniform((count, 1), -1.0, 1.0, random=random)
    lowest, highest = _mel(torch.tensor([LOWEST_HZ, SAMPLE_RATE_HZ / 2]))
    step = (highest - lowest) / (n_mels + 1)
    bands = lowest + step * torch.arange(1, n_mels + 1)
    source_band = (_mel(_hz(bands)[None] / ratio) - lowest) / step - 1.0
    source_frame = torch.arange(n_frames)[None] * speed
    rows = (2 * source_band / (n_mels - 1) - 1).clamp(-1, 1)
    columns = 2 * source_frame / (n_long - 1) - 1
    grid = torch.stack(
        [
            columns[:, None, :].expand(-1, n_mels, -1),
            rows[:, :, None].expand(-1, -1, n_frames),
        ],
        dim=3,
    )
    moved = torch.nn.functional.grid_sample(
        windows[:, None], grid, align_corners=True, padding_mode="border"
    )
    return moved[:, 0]


def equalised(windows: Tensor, *, strength: Strength, random: torch.Generator) -> Tensor:
    """Return the windows through a random smooth equaliser each."""
    place = (torch.arange(N_MELS) + 0.5) / N_MELS
    shapes = torch.cos(math.pi * torch.arange(1, EQ_SHAPES + 1)[:, None] * place)
    gains_db = torch.randn((len(windows), EQ_SHAPES), generator=random) * strength.eq_db
    falling = 1.0 / torch.arange(1, EQ_SHAPES + 1).sqrt()
    return windows + ((gains_db * falling) @ shapes * NAT_PER_DB)[:, :, None]


def compressed(windows: Tensor, *, strength: Strength, random: torch.Generator) -> Tensor:
    """Return the windows with their loud and quiet moments nearer together, or further apart."""
    moment = windows.exp().sum(dim=1, keepdim=True).log()
    amount = uniform((len(windows), 1, 1), -0.2, strength.squeeze, random=random)
    return windows - amount * (moment - moment.mean(dim=2, keepdim=True))


def noisy(windows: Tensor, *, strength: Strength, random: torch.Generator) -> Tensor:
    """Return the windows, some with noise of a random colour under them."""
    count = len(windows)
    snr_db = uniform((count, 1, 1), *strength.noise_snr_db, random=random)
    tilt_db = uniform((count, 1, 1), -20.0, 20.0, random=random)
    place = torch.linspace(-1.0, 1.0, N_MELS)[None, :, None]
    # The power of a band of noise is distributed exponentially.
    grain = torch.rand(windows.shape, generator=random).clamp(1e-6, 1 - 1e-6)
    noise = torch.log(-torch.log(grain)) - math.log(N_MELS)
    noise = noise + levels(windows)[:, None, None] + NAT_PER_DB * (tilt_db * place - snr_db)
    with_noise = torch.logaddexp(windows, noise)
    return torch.where(chosen(count, strength.noise_share, random=random), with_noise, windows)


def band_limited(windows: Tensor, *, strength: Strength, random: torch.Generator) -> Tensor:
    """Return the windows, some without what codecs and small loudspeakers leave out."""
    count = len(windows)
    band = torch.arange(N_MELS)[None, :, None]
    top = uniform((count, 1, 1), 0.6 * N_MELS, N_MELS, random=random)
    bottom = uniform((count, 1, 1), -5.0, 0.1 * N_MELS, random=random)
    lost = (band > top) | (band < bottom)
    cut = torch.where(lost, windows - 60.0 * NAT_PER_DB, windows)
    return torch.where(chosen(count, strength.band_share, random=random), cut, windows)


def sung_over(
    windows: Tensor, voices: Tensor, *, strength: Strength, random: torch.Generator
) -> Tensor:
    """Return the windows, some with another sound over them.

    From a share of those it is taken off again by a soft mask, which leaves holes and remains as
    a separator does.
    """
    count = len(windows)
    offset_db = uniform((count, 1, 1), *strength.voice_db, random=random)
    gain = levels(windows) - levels(voices)
    voices = voices + gain[:, None, None] + offset_db * NAT_PER_DB
    mixed = torch.logaddexp(windows, voices)
    error = torch.randn(windows.shape, generator=random)
    mask = torch.nn.functional.logsigmoid(2.0 * (windows - voices) + error)
    unmixed = (mixed + 2.0 * mask).clamp(min=FLOOR)
    heard = torch.where(chosen(count, strength.unmixed_share, random=random), unmixed, mixed)
    return torch.where(chosen(count, strength.voice_share, random=random), heard, windows)


def holed(windows: Tensor, *, strength: Strength, random: torch.Generator) -> Tensor:
    """Return the windows with a few bands and moments made grey (SpecAugment, Park et al. 2019)."""
    lost = torch.zeros_like(windows, dtype=torch.bool)
    for axis, widest in ((1, strength.hole_mels), (2, strength.hole_frames)):
        size = windows.shape[axis]
        place = torch.arange(size).view([1, -1, 1] if axis == 1 else [1, 1, -1])
        for _ in range(strength.holes):
            first = uniform((len(windows), 1, 1), 0.0, size, random=random)
            width = uniform((len(windows), 1, 1), 0.0, widest, random=random)
            lost = lost | ((place >= first) & (place < first + width))
    return torch.where(lost, windows.mean(dim=(1, 2), keepdim=True), windows)


def augmented(
    windows: Tensor,
    n_frames: int,
    *,
    voices: Tensor,
    strength: Strength,
    random: torch.Generator,
) -> Tensor:
    """Return ``n_frames`` frames of each window after all of the above.

    ``voices`` are other windows of the same shape, to be mixed in.
    """
    sounds = warped(windows, n_frames, strength=strength, random=random)
    sounds = sung_over(sounds, voices[:, :, :n_frames], strength=strength, random=random)
    sounds = compressed(sounds, strength=strength, random=random)
    sounds = equalised(sounds, strength=strength, random=random)
    sounds = noisy(sounds, strength=strength, random=random)
    sounds = band_limited(sounds, strength=strength, random=random)
    return holed(sounds, strength=strength, random=random)
