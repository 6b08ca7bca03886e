"""What a pair of songs is, from their fingerprints. Pure.

The strongest class that is proved is the answer; None means that nothing is proved ("can't
tell"), never that the songs are different. Whether two songs are versions of one work is decided
elsewhere, by the space ``work``. The thresholds come from ``docs/decisions/duplicates.md``.
"""

from dataclasses import dataclass

import numpy as np

from core.fingerprint.codes import CODE_PERIOD_S, CODE_SPAN_S
from core.fingerprint.match import Alignment, PooledAlignment, align, align_windows, moving
from core.types import Codes, Fingerprint, Overlap, PairVerdict, SongId, Verdict

# Re-encodings and levels differ in up to 0.04 of bits, equalisers and compressors in up to 0.22;
# other songs differ in 0.34 at least over their whole length.
RECORDING_ERROR = 0.23
# The share of the telling codes of both songs that the overlap must cover: what was trimmed or
# faded may be a fifth.
RECORDING_COVER = 0.80

# Up to here the mixes of one recording differ without doubt. Above it lie hard equalisers, but
# also one backing with and without a voice (0.19 to 0.23). The separated backings tell them apart:
# hard equalisers left them 0.98 times as far apart or more, voices 0.67 times or less.
CLEAR_ERROR = 0.13
SUNG_OVER_SHARE = 0.80

# Short stretches must agree better. Clips differ in up to 0.083 unless the equaliser was turned,
# and stretches of half a minute of other songs come down to 0.13.
EXCERPT_ERROR = 0.12
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

# Separated backings under other voices differ in 0.01 to 0.34; other songs in 0.34 at least, and
# most of those near it hardly change, so that they are close to their own self.
BACKING_ERROR = 0.33
BACKING_SELF_SHARE = 0.85
# The codes that must meet at one offset: half of what three windows of 11.9 s have.
BACKING_CODES = 110


@dataclass(frozen=True, slots=True)
class SongEvidence:
    """What a song's pairs are judged by.

    ``mix`` is the fingerprint of the whole song; ``backing`` those of its separated excerpts.
    """

    song_id: SongId
    sha256: str
    duration_s: float
    mix: Codes
    backing: tuple[Fingerprint, ...] = ()


def judge(a: SongEvidence, b: SongEvidence) -> PairVerdict | None:
    """Return what the pair is, with its evidence, or None where nothing is proved."""
    if a.sha256 == b.sha256:
        return _exact_file(a, b)
    mixes = align(a.mix, b.mix)
    backings = align_windows(a.backing, b.backing, min_codes=BACKING_CODES)
    if (
        mixes is not None
        and _is_recording(a, b, mixes=mixes)
        and not _is_sung_over(mixes, backings)
    ):
        return _of_mixes(a, b, mixes=mixes, verdict=Verdict.SAME_RECORDING)
    if mixes is not None and _is_excerpt(a, b, mixes=mixes):
        return _of_mixes(a, b, mixes=mixes, verdict=Verdict.EXCERPT)
    if backings is not None and _proves_backing(backings):
        return _of_backings(a, b, backings=backings)
    return None


def _is_recording(a: SongEvidence, b: SongEvidence, *, mixes: Alignment) -> bool:
    return min(_covers(a, b, mixes=mixes)) >= RECORDING_COVER and _proves_recording(mixes)


def _is_excerpt(a: SongEvidence, b: SongEvidence, *, mixes: Alignment) -> bool:
    return max(_covers(a, b, mixes=mixes)) >= EXCERPT_COVER and _proves_excerpt(mixes)


def _is_sung_over(mixes: Alignment, backings: PooledAlignment | None) -> bool:
    """Whether the mixes differ in what the separation takes off: the voice."""
    return (
        backings is not None
        and mixes.bit_error_rate > CLEAR_ERROR
        and backings.bit_error_rate < SUNG_OVER_SHARE * mixes.bit_error_rate
    )


def _proves_recording(found: Alignment) -> bool:
    # A jingle of some seconds has as few codes as a clip, and must agree as well.
    is_long = found.n_compared >= 2 * EXCERPT_CODES
    limit = RECORDING_ERROR if is_long else EXCERPT_ERROR
    return found.bit_error_rate <= min(limit, RECORDING_SELF_SHARE * found.self_error_rate)


def _proves_excerpt(found: Alignment) -> bool:
    limit = min(EXCERPT_ERROR, EXCERPT_SELF_SHARE * found.self_error_rate)
    return found.n_compared >= EXCERPT_CODES and found.bit_error_rate <= limit


def _proves_backing(found: PooledAlignment) -> bool:
    limit = min(BACKING_ERROR, BACKING_SELF_SHARE * found.self_error_rate)
    return found.bit_error_rate <= limit


def _covers(a: SongEvidence, b: SongEvidence, *, mixes: Alignment) -> tuple[float, float]:
    """Return which shares of the telling codes of both songs the stretch covers."""
    return (
        _cover(a.mix, start=mixes.a_start, length=mixes.length),
        _cover(b.mix, start=mixes.b_start, length=mixes.length),
    )


def _cover(codes: Codes, *, start: int, length: int) -> float:
    telling = moving(codes)
    inside = int(np.count_nonzero(telling[start : start + length]))
    return inside / max(int(np.count_nonzero(telling)), 1)


def _exact_file(a: SongEvidence, b: SongEvidence) -> PairVerdict:
    whole = Overlap(0.0, 0.0, min(a.duration_s, b.duration_s))
    return PairVerdict(a.song_id, b.song_id, Verdict.EXACT_FILE, 1.0, whole)


def _of_mixes(
    a: SongEvidence, b: SongEvidence, *, mixes: Alignment, verdict: Verdict
) -> PairVerdict:
    a_start_s, b_start_s = mixes.a_start * CODE_PERIOD_S, mixes.b_start * CODE_PERIOD_S
    heard_s = (mixes.length - 1) * CODE_PERIOD_S + CODE_SPAN_S
    left_s = min(a.duration_s - a_start_s, b.duration_s - b_start_s)
    overlap = Overlap(a_start_s, b_start_s, min(heard_s, left_s))
    return PairVerdict(a.song_id, b.song_id, verdict, 1.0 - mixes.bit_error_rate, overlap)


def _of_backings(a: SongEvidence, b: SongEvidence, *, backings: PooledAlignment) -> PairVerdict:
    overlap = Overlap(backings.a_start_s, backings.b_start_s, backings.duration_s)
    score = 1.0 - backings.bit_error_rate
    return PairVerdict(a.song_id, b.song_id, Verdict.SAME_BACKING, score, overlap)
