"""What can be measured of a recording's technical quality while it is decoded.

How high the sound reaches, whether it ends there as if cut off, how much of it is clipped, and its
peak. Blocks are float32 [2, n] at 44.1 kHz, full scale 1.0. Only some frames of each second are
looked at for the spectrum; every sample counts for clipping and peak.
``docs/decisions/copies.md`` says how the thresholds came about.

Levels are in dB, of a sine of full scale.
"""

import numpy as np
from numpy.typing import NDArray

from core.audio.signal import STEREO_RATE_HZ
from core.types import Float32Array, SoundQuality

FRAME_SAMPLES = 4_096
FRAMES_A_BLOCK = 8  # of ten seconds: four minutes give 192
BINS_A_BAND = 16
BAND_HZ = BINS_A_BAND * STEREO_RATE_HZ / FRAME_SAMPLES  # 172 Hz
MIN_FRAMES = 8

# A cymbal sounds in one frame of twenty; noise and codec artefacts are steady.
HEARD_SHARE = 0.95
SILENT_DB = -60.0  # frames whose loudest band is below this are pauses
# White noise of 16 bits with dither lies at -120 dB a bin; what rises 6 dB above is sound.
FLOOR_DB = -114.0

# An encoder's low-pass falls by 30 dB and more within half a kilohertz, and nothing comes after;
# instruments and microphones fall by 10 dB a kilohertz at most.
CUT_BANDS = 4  # 690 Hz
CUT_DB = 18.0
BEFORE_BANDS = 6  # a kilohertz: one whistling tone is no sound that is cut off after it
# Below lie telephones and single instruments; above, the filters of converters and resamplers.
LOWEST_CUT_HZ = 3_500.0
HIGHEST_CUT_HZ = 20_600.0

CEILING = np.float32(0.999)  # of a block's peak: what is clipped lies there
FLAT = np.float32(2.0**-18)  # an eighth of a step of 16 bits: clipped samples are equal
RUN_SAMPLES = 3
QUIET_PEAK = 0.25  # -12 dB: nothing is clipped so low
FULL_SCALE = np.float32(1.0)


class QualityMeter:
    """Listens to the blocks of one song."""

    def __init__(self) -> None:
        self._window = np.hanning(FRAME_SAMPLES).astype(np.float32)
        self._bands: list[Float32Array] = []
        self._samples = 0
        self._clipped = 0
        self._peak = 0.0

    def feed(self, block: Float32Array) -> None:
        """Take the next float32 [2, n] of the song."""
        peak = max(float(block.max(initial=0.0)), -float(block.min(initial=0.0)))
        self._peak = max(self._peak, peak)
        self._samples += block.size
        if peak >= QUIET_PEAK:
            self._clipped += sum(_clipped(channel, peak) for channel in block)
        if block.shape[1] >= FRAME_SAMPLES:
            self._bands.append(_band_levels(block, self._window))

    def finish(self) -> SoundQuality:
        """Return what was measured."""
        bandwidth_hz, cutoff_hz = _reach(self._bands)
        return SoundQuality(
            bandwidth_hz=bandwidth_hz,
            cutoff_hz=cutoff_hz,
            clipped_share=self._clipped / max(self._samples, 1),
            peak=self._peak,
        )


def _clipped(channel: Float32Array, peak: float) -> int:
    """Count the samples over full scale, and those in flat runs at the block's ceiling."""
    ceiling = min(np.float32(peak), FULL_SCALE) * CEILING
    at = np.flatnonzero(np.abs(channel) >= ceiling)
    if len(at) < RUN_SAMPLES:
        return 0
    levels = channel[at]
    is_over = np.abs(levels) > FULL_SCALE
    is_flat = (np.diff(at) == 1) & (np.abs(np.diff(levels)) <= FLAT)
    return int(np.count_nonzero(is_over | _in_runs(is_flat)))


def _in_runs(follows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of the n + 1 samples stand in a run; ``follows`` [n] links neighbours."""
    steps = np.diff(np.concatenate(([False], follows, [False])).astype(np.int8))
    firsts, lasts = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    is_long = lasts - firsts + 1 >= RUN_SAMPLES
    depth = np.zeros(len(follows) + 2, np.int8)
    depth[firsts[is_long]] += 1
    depth[lasts[is_long] + 1] -= 1
    return np.cumsum(depth)[:-1] > 0


def _band_levels(block: Float32Array, window: Float32Array) -> Float32Array:
    """Return the levels of evenly spread frames, float32 [frames, bands] in dB."""
    starts = np.linspace(0, block.shape[1] - FRAME_SAMPLES, FRAMES_A_BLOCK).astype(int)
    # Left and right in turn: an encoder cuts both at one place, and this costs half.
    frames = [block[i % 2, start : start + FRAME_SAMPLES] for i, start in enumerate(starts)]
    spectra = np.fft.rfft(np.stack(frames) * window)[:, : FRAME_SAMPLES // 2]
    power = np.square(spectra.real) + np.square(spectra.imag)
    bands = power.reshape(len(starts), -1, BINS_A_BAND).mean(axis=2)
    full = np.float32(np.square(window.sum() / 2.0))
    levels: Float32Array = 10.0 * np.log10(bands / full + np.float32(1e-20))
    return levels


def _reach(blocks: list[Float32Array]) -> tuple[float | None, float | None]:
    """Return how high the sound reaches, and where it is cut off if it is."""
    levels = np.concatenate(blocks) if blocks else np.zeros((0, 1), np.float32)
    heard = levels[levels.max(axis=1) >= SILENT_DB]
    if len(heard) < MIN_FRAMES:
        return None, None
    loud = np.quantile(heard, HEARD_SHARE, axis=0)
    above = np.flatnonzero(loud > FLOOR_DB)
    if len(above) == 0:
        return None, None
    cut_hz = _cut_hz(np.maximum(loud, FLOOR_DB))
    return cut_hz or float(above[-1] + 1) * BAND_HZ, cut_hz


def _cut_hz(loud: NDArray[np.floating]) -> float | None:
    """Return where the sound is cut off: it was strong just before, and all after is weak."""
    places = range(int(LOWEST_CUT_HZ / BAND_HZ), int(HIGHEST_CUT_HZ / BAND_HZ))
    before = np.array([np.median(loud[i - BEFORE_BANDS : i]) for i in places])
    after = np.array([loud[i + CUT_BANDS :].max() for i in places])
    best = int(np.argmax(before - after))
    if before[best] - after[best] < CUT_DB:
        return None
    strong = np.flatnonzero(loud > before[best] - CUT_DB)
    return float(strong[-1] + 1) * BAND_HZ
