"""What a file holds: music, speech, noise, silence, or can't tell. Pure, but for the model's file.

Sixteen numbers are counted in windows of 10 s. Speech rises and falls several times a second, its
pitch glides, and vowels and consonants lie far apart in the spectrum; noise has neither pitch nor
beat, and its bands move each on its own; music holds notes, comes back to them, and keeps a beat.
A logistic model on these numbers and their squares says how much likelier than music speech and
noise are. It is asked to be nearly certain: music that is called noise would vanish from among its
neighbours, noise that is called music only stays where it was.

Windows are float32 [E, N_MELS, T], natural logarithms of power, as the front end makes them.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool1d, pad

from core.embedding.frontend import FRAMES_PER_S, N_MELS
from core.embedding.windows import SILENCE_LEVEL, cut, levelled, levels
from core.errors import WeightsError, WeightsProblem
from core.types import Float32Array, SoundKind

WEIGHTS = Path(__file__).parent / "weights" / "kind-1.json"
KINDS = (SoundKind.MUSIC, SoundKind.SPEECH, SoundKind.NOISE)
MOST_WINDOWS = 12  # of a song, spread over it: two minutes tell
# Log odds over music, the mean of all windows. While cross-validating, the highest of 793 pieces
# of music (hard ones, most of them made) was 3.9. From 0 on it can't be told.
SURE = 4.0
LIMIT = 4.0  # deviations: what lies further off is as strange as can be

NAT_DB = 10.0 / np.log(10.0)
FAINT_DB = -15.0  # below the window's level: pauses and tails, which say little of what sounds
PITCHED = slice(4, 56)  # bands from 100 Hz to 5 kHz
LOW_BANDS, HIGH_BANDS = slice(5, 30), slice(50, 75)  # vowels; consonants
MEASURES = (
    "level_deviation",  # dB
    "loud_level",  # dB over the window's level, of one frame in twenty
    "centre",  # of the spectrum, in bands
    "centre_deviation",
    "centre_change",  # from frame to frame
    "pitch_after_2",  # frames: how far the same bands stand out
    "pitch_after_8",
    "pitch_returns",  # how well the best frame more than a second away resembles
    "change",  # of bands from frame to frame, beside that of all
    "low_steadiness",  # of bands beside their slow course, one frame later
    "steadiness",  # three frames later
    "vowels_to_consonants",  # how far low and high bands go apart, over together
    "slow_swing",  # share of the level's swings between 1.5 and 3 Hz
    "beat",  # how well onsets repeat after 0.2 to 2 s
    "long_beat",  # after 0.9 to 6 s
    "bass",  # share of the lowest bands
)


@dataclass(frozen=True, slots=True)
class KindModel:
    """``centre`` and ``spread`` are [F], ``matrix`` [2 F, len(KINDS)], ``offset`` [len(KINDS)]."""

    centre: Float32Array
    spread: Float32Array
    matrix: Float32Array
    offset: Float32Array

    def odds(self, found: Float32Array) -> Float32Array:
        """Return the log odds of speech and noise over music, [E, 2], of measures [E, F]."""
        votes = expanded(found, self.centre, self.spread) @ self.matrix + self.offset
        over_music: Float32Array = votes[:, 1:] - votes[:, :1]
        return over_music


def expanded(found: Float32Array, centre: Float32Array, spread: Float32Array) -> Float32Array:
    """Return measures [E, F], standardised and limited, and their squares, [E, 2 F]."""
    scaled = np.clip((found - centre) / spread, -LIMIT, LIMIT)
    return np.concatenate([scaled, scaled**2 - 1.0], axis=1)


def read_model(path: Path) -> KindModel:
    """Read a model; WeightsError where the file is missing or says something else."""
    try:
        fields = json.loads(path.read_text("utf-8"))
        if fields["measures"] != list(MEASURES):
            raise ValueError("it was fitted on other measures")
        names = ("centre", "spread", "matrix", "offset")
        return KindModel(*(np.array(fields[name], np.float32) for name in names))
    except FileNotFoundError as error:
        raise WeightsError(path.stem, WeightsProblem.MISSING, detail=str(path)) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(path.stem, WeightsProblem.UNREADABLE, detail=str(error)) from error


def kind_of(frames: Float32Array) -> SoundKind:
    """Return what a song holds, by its frames, float32 [N_MELS, T]."""
    windows = audible(frames)
    if len(windows) == 0:
        return SoundKind.SILENCE
    with torch.inference_mode():
        found = measures(torch.from_numpy(windows)).numpy()
    return judged(read_model(WEIGHTS).odds(found))


def audible(frames: Float32Array) -> Float32Array:
    """Return at most ``MOST_WINDOWS`` windows, spread over all that are no silence."""
    windows, _ = cut(frames)
    if len(windows):
        windows = windows[levels(torch.from_numpy(windows)).numpy() > SILENCE_LEVEL]
    if len(windows) > MOST_WINDOWS:
        windows = windows[np.linspace(0, len(windows) - 1, MOST_WINDOWS).round().astype(int)]
    return windows


def judged(odds: Float32Array) -> SoundKind:
    """Return what windows hold by their log odds over music, [E, 2]."""
    mean = odds.mean(axis=0)
    best = int(mean.argmax())
    if mean[best] > SURE:
        return KINDS[1 + best]
    return SoundKind.MUSIC if mean[best] < 0.0 else SoundKind.UNCLEAR


def measures(windows: Tensor) -> Tensor:
    """Return the measures of windows that aren't silent, float32 [E, len(MEASURES)]."""
    sound = levelled(windows)
    level_db = NAT_DB * (windows.logsumexp(dim=1) - levels(windows)[:, None])
    heard = (level_db > FAINT_DB).float()  # [E, T]; never none: the mean lies above it
    change = sound[:, :, 1:] - sound[:, :, :-1]
    beat, long_beat = _beats(change)
    own = change - change.mean(dim=1, keepdim=True)
    found = [
        level_db.clamp(min=-60.0).std(dim=1),
        level_db.quantile(0.95, dim=1),
        *_centre(windows, heard),
        *_pitch(sound, heard),
        _mean(own.abs().mean(dim=1), heard[:, 1:]),
        *_steadiness(sound),
        _vowels_to_consonants(sound),
        _slow_swing(sound),
        beat,
        long_beat,
        (windows[:, :5].logsumexp(dim=(1, 2)) - windows.logsumexp(dim=(1, 2))).clamp(min=-14.0),
    ]
    return torch.stack(found, dim=1)


def _mean(values: Tensor, heard: Tensor) -> Tensor:
    """Return the mean over the frames that are heard, [E], of values [E, T]."""
    return (values * heard).sum(dim=1) / heard.sum(dim=1).clamp(min=1.0)


def _smoothed(sound: Tensor, reach: int) -> Tensor:
    """Return the mean over ``reach`` neighbours to each side along the last dimension."""
    return avg_pool1d(pad(sound, (reach, reach), mode="replicate"), 2 * reach + 1, 1)


def _centre(windows: Tensor, heard: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return where the spectrum's centre lies, how far it strays, and how fast, [E] each."""
    places = torch.arange(N_MELS, dtype=windows.dtype)
    centre = (windows.softmax(dim=1) * places[None, :, None]).sum(dim=1)
    mean = _mean(centre, heard)
    strays = _mean((centre - mean[:, None]).square(), heard).sqrt()
    moves = _mean((centre[:, 1:] - centre[:, :-1]).abs(), heard[:, 1:])
    return mean, strays, moves


def _pitch(sound: Tensor, heard: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return how bands that stand out of their neighbours stay, and come back later, [E] each."""
    smooth = _smoothed(sound.transpose(1, 2), 3).transpose(1, 2)
    tones = (sound - smooth)[:, PITCHED].clamp(min=0.0)
    tones = tones - tones.mean(dim=1, keepdim=True)
    return (
        _alike_after(tones, heard, 2),
        _alike_after(tones, heard, 8),
        _returns(tones, heard),
    )


def _alike_after(tones: Tensor, heard: Tensor, lag: int) -> Tensor:
    first, later = tones[:, :, :-lag], tones[:, :, lag:]
    lengths = first.norm(dim=1) * later.norm(dim=1) + 0.3
    return _mean((first * later).sum(dim=1) / lengths, heard[:, lag:] * heard[:, :-lag])


def _returns(tones: Tensor, heard: Tensor) -> Tensor:
    """Return how like the likest frame more than 1.1 s away is, in the mean, [E]."""
    every, apart = 4, 11
    few = _smoothed(tones, 2)[:, :, ::every]
    few = few / (few.norm(dim=1, keepdim=True) + 0.3)
    there = heard[:, ::every]
    frame = torch.arange(few.shape[2])
    far = ((frame[:, None] - frame).abs() > apart) & (there[:, None] > 0)
    alike = torch.where(far, few.transpose(1, 2) @ few, -1.0)
    return _mean(alike.amax(dim=2), there)


def _steadiness(sound: Tensor) -> tuple[Tensor, Tensor]:
    """Return how bands, beside their slow course, resemble themselves a little later, [E] each."""
    quick = sound - _smoothed(sound, 8)
    power = quick.square().mean(dim=2) + 0.02
    next_one = (quick[:, :, 1:] * quick[:, :, :-1]).mean(dim=2) / power
    third = (quick[:, :, 3:] * quick[:, :, :-3]).mean(dim=2) / power
    return next_one[:, 4:30].mean(dim=1), third.mean(dim=1)


def _vowels_to_consonants(sound: Tensor) -> Tensor:
    low, high = sound[:, LOW_BANDS].mean(dim=1), sound[:, HIGH_BANDS].mean(dim=1)
    low, high = low - low.mean(dim=1, keepdim=True), high - high.mean(dim=1, keepdim=True)
    return (low - high).std(dim=1) / ((low + high).std(dim=1) + 0.2)


def _slow_swing(sound: Tensor) -> Tensor:
    level = sound.mean(dim=1)
    level = level - level.mean(dim=1, keepdim=True)
    n_frames = level.shape[1]
    window = torch.hann_window(n_frames, dtype=sound.dtype)
    power = torch.view_as_real(torch.fft.rfft(level * window, dim=1)).square().sum(dim=2)
    hz = torch.fft.rfftfreq(n_frames, 1.0 / FRAMES_PER_S)
    total = power[:, (hz > 0.4) & (hz < 16.0)].sum(dim=1) + 1e-3 * n_frames
    return torch.log(power[:, (hz > 1.5) & (hz <= 3.0)].sum(dim=1) / total + 0.01)


def _beats(change: Tensor) -> tuple[Tensor, Tensor]:
    """Return how well onsets repeat soon and late, [E] each, by the change of bands."""
    onsets = change.clamp(min=0.0).mean(dim=1)
    onsets = onsets - onsets.mean(dim=1, keepdim=True)
    power = torch.view_as_real(torch.fft.rfft(onsets, n=1024, dim=1)).square().sum(dim=2)
    alike = torch.fft.irfft(power.to(torch.complex64), dim=1)
    alike = alike / (alike[:, :1] + 1e-3)
    return alike[:, 10:88].amax(dim=1), alike[:, 40:260].amax(dim=1)
