"""How loud songs are heard beside each other. Pure."""

import math

from core.types import Level

NO_SOUND_LUFS = -70.0  # below this the standard counts nothing (BS.1770-4, the absolute gate)


def peak_db(level: Level) -> float:
    """Return a song's peak in dB of full scale."""
    return 20.0 * math.log10(max(level.peak, 1e-6))


def matched_gains_db(a: Level, b: Level) -> tuple[float, float]:
    """Return the gains that make two songs equally loud, in dB; none is above zero.

    The louder one is lowered, as raising the quieter one could clip it. Where a peak would still
    be over full scale (lossy decoders overshoot), both are lowered by as much.
    """
    if min(a.lufs, b.lufs) <= NO_SOUND_LUFS:
        return 0.0, 0.0
    target = min(a.lufs, b.lufs)
    gains = (target - a.lufs, target - b.lufs)
    over = max(0.0, *(peak_db(one) + gain for one, gain in zip((a, b), gains, strict=True)))
    return gains[0] - over, gains[1] - over
