"""How much of two songs is one composition, and where. Pure."""

from dataclasses import dataclass

from core.embedding.steps import STEP_S
from core.types import Tonal
from core.versions.alignment import align, own_gain


@dataclass(frozen=True, slots=True)
class Kinship:
    """The stretch that two songs share.

    ``share`` is what they gain with each other beside what either gains with itself, the root of
    both: 1.0 for the same sequence. ``pace`` is how many seconds of song b go by in one of song a.
    """

    share: float
    a_start_s: float
    b_start_s: float
    a_length_s: float
    pace: float


def kinship(a: Tonal, b: Tonal) -> Kinship | None:
    """Return what two songs share, None where that is nothing."""
    (found,) = align(a, [b])
    own = (own_gain(a) * own_gain(b)) ** 0.5
    if found is None or found.gain <= 0.0 or own <= 0.0:
        return None
    steps = found.a_stop - found.a_start
    return Kinship(
        share=found.gain / own,
        a_start_s=found.a_start * STEP_S,
        b_start_s=found.b_start * STEP_S,
        a_length_s=steps * STEP_S,
        pace=(found.b_stop - found.b_start) / steps,
    )
