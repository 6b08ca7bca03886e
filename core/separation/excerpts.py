"""Which windows of a song are separated and embedded. Pure."""

from itertools import pairwise

from core.types import Excerpt

EXCERPT_S = 512 * 1024 / 44_100  # one block of the separator's network, 11.9 s

# Where the windows lie, as shares of what is left of the song beside one window. The first and the
# last tenth are left out: intros, fades and applause say little of a song.
PLACES = (0.15, 0.50, 0.80)


def pick(duration_s: float) -> tuple[Excerpt, ...]:
    """Return the windows for a song of this length, in order, never overlapping.

    A song that holds fewer than three gets fewer; one that is shorter than a window gets one of
    its whole length. The same length always gets the same windows.
    """
    if duration_s <= EXCERPT_S:
        return (Excerpt(0.0, duration_s),)
    room_s = duration_s - EXCERPT_S
    count = min(len(PLACES), int(duration_s // EXCERPT_S))
    return tuple(Excerpt(room_s * share, EXCERPT_S) for share in _shares(count, room_s))


def _shares(count: int, room_s: float) -> tuple[float, ...]:
    """Return ``PLACES`` where they don't overlap, else places as far apart as the song allows."""
    if count == 1:
        return (0.5,)
    nearest = min(b - a for a, b in pairwise(PLACES))
    if count == len(PLACES) and nearest * room_s >= EXCERPT_S:
        return PLACES
    return tuple(index / (count - 1) for index in range(count))
