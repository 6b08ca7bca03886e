"""What the best alignment of two songs' codes proves: the one place of its thresholds. Pure.

The desktop, the cluster's lists and the check against the catalogue all ask here. Where each number
comes from is in ``docs/decisions/duplicates.md``.
"""

from enum import Enum

import numpy as np

from core.fingerprint.match import Alignment, moving
from core.types import Codes, Confidence

# Re-encodings and levels differ in up to 0.04 of bits, equalisers and compressors in up to 0.22;
# other songs differ in 0.34 at least over their whole length.
RECORDING_ERROR = 0.23
# The share of the telling codes of both songs that the overlap must cover: what was trimmed or
# faded may be a fifth.
RECORDING_COVER = 0.80
# Up to here the mixes of one recording differ without doubt. Above it lie hard equalisers, but
# also one backing with and without a voice (0.19 to 0.23).
CLEAR_ERROR = 0.13

# A voice, or another layer of the production, comes and goes: from one block of 5 s to another the
# error changes by 0.086 or more, and by 0.46 of its mean. Two mixes of one production changed by
# 0.072 and 0.46; of 374 codecs, equalisers and compressors none by 0.07 and 0.43.
LAYER_UNEVENNESS = 0.07
LAYER_SHARE = 0.43

# Other takes of a piece, and other renderings of a score to one metronome, have codes that differ
# in 0.045 to 0.23. Their grain differs in 0.29 at least, in 0.42 mostly; that of equalisers,
# compressors and codecs in 0.25 at most, where the frames lie half a step apart.
TAKE_GRAIN_ERROR = 0.27
CLEAR_GRAIN_ERROR = 0.22
# Hiss, and codecs at work in empty bands, wear the grain to 0.36 while the codes stay within 0.03,
# nearer than any of 51 takes came.
CLOSE_ERROR = 0.03
CLOSE_GRAIN_ERROR = 0.36

# Short stretches must agree better. Clips differ in up to 0.083 unless the equaliser was turned,
# and stretches of half a minute of other songs come down to 0.13.
EXCERPT_ERROR = 0.12
EXCERPT_CLEAR_ERROR = 0.09
# The share of the shorter song that must lie in the longer one.
EXCERPT_COVER = 0.70
# The telling codes of 8.5 s: what is left of a clip of 10 s, which has 59 codes, after a fade or
# a codec's padding.
EXCERPT_CODES = 48

# Sound that hardly changes (a drone) resembles other such sound: the error must also be less
# than a share of how much the sound differs from itself some seconds later. The hardest
# equaliser reached 0.57 of it, clips 0.2; other songs' drones lay above 0.5 over short stretches.
RECORDING_SELF_SHARE = 0.65
EXCERPT_SELF_SHARE = 0.40


class Proof(Enum):
    """What an alignment proves."""

    RECORDING = "recording"  # one is the other from end to end
    EXCERPT = "excerpt"  # one lies in the other


def prove(a: Codes, b: Codes, *, found: Alignment) -> Proof | None:
    """Return what the stretch proves of the two songs, or None: can't tell."""
    covers = (
        cover(a, start=found.a_start, length=found.length),
        cover(b, start=found.b_start, length=found.length),
    )
    if min(covers) >= RECORDING_COVER and _is_recording(found):
        return Proof.RECORDING
    if max(covers) >= EXCERPT_COVER and _is_excerpt(found):
        return Proof.EXCERPT
    return None


def cover(codes: Codes, *, start: int, length: int) -> float:
    """Return which share of the telling codes a stretch covers."""
    telling = moving(codes)
    inside = int(np.count_nonzero(telling[start : start + length]))
    return inside / max(int(np.count_nonzero(telling)), 1)


def is_another_take(
    found: Alignment, *, grain_error: float | None, is_other_tempo: bool = False
) -> bool:
    """Whether what proves one recording by its codes is played anew; unknown where unheard.

    The same notes in the same key at another tempo are more often played by a sequencer again
    than stretched, and then its drums share some of the grain: there it must be clear.
    """
    is_close = found.bit_error_rate <= CLOSE_ERROR
    known = CLEAR_GRAIN_ERROR if is_other_tempo else TAKE_GRAIN_ERROR
    limit = CLOSE_GRAIN_ERROR if is_close else known
    return grain_error is not None and grain_error > limit


def confidence(proof: Proof, found: Alignment, *, grain_error: float | None) -> Confidence:
    """Return how sure a proof is: by its grain, else by its codes alone, which takes can share."""
    if grain_error is not None:
        return Confidence.SURE if grain_error <= CLEAR_GRAIN_ERROR else Confidence.LIKELY
    clear = CLEAR_ERROR if proof is Proof.RECORDING else EXCERPT_CLEAR_ERROR
    return Confidence.LIKELY if found.bit_error_rate <= clear else Confidence.UNSURE


def has_other_layers(found: Alignment) -> bool:
    """Whether the songs differ now and then, as by a voice; equalisers differ all along."""
    share = found.unevenness / max(found.bit_error_rate, 1e-9)
    return found.unevenness >= LAYER_UNEVENNESS and share >= LAYER_SHARE


def _is_recording(found: Alignment) -> bool:
    # A jingle of some seconds has as few codes as a clip, and must agree as well.
    is_long = found.n_compared >= 2 * EXCERPT_CODES
    limit = RECORDING_ERROR if is_long else EXCERPT_ERROR
    is_near = found.bit_error_rate <= min(limit, RECORDING_SELF_SHARE * found.self_error_rate)
    return is_near and not has_other_layers(found)


def _is_excerpt(found: Alignment) -> bool:
    limit = min(EXCERPT_ERROR, EXCERPT_SELF_SHARE * found.self_error_rate)
    return found.n_compared >= EXCERPT_CODES and found.bit_error_rate <= limit
