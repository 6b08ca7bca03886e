"""What a pair of songs is, from their fingerprints and vectors. Pure.

The strongest class that is proved is the answer; None, or no verdict, means that nothing is proved
("can't tell"), never that the songs are different. What an alignment of mixes proves is decided in
``core/fingerprint/proof.py``; the other thresholds are here. All come from
``docs/decisions/duplicates.md``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.fingerprint.codes import CODE_PERIOD_S, CODE_SPAN_S
from core.fingerprint.grain import grain_error
from core.fingerprint.match import Alignment, align, alignments
from core.fingerprint.proof import (
    CLEAR_ERROR,
    RECORDING_COVER,
    Proof,
    confidence,
    cover,
    is_another_take,
    prove,
)
from core.fingerprint.speeds import Speeds, grain_as, tuned
from core.fingerprint.windows import LayerAlignment, Layers, align_backings, align_layers, layers
from core.types import (
    Codes,
    Confidence,
    Fingerprint,
    Grain,
    Overlap,
    PairVerdict,
    SongId,
    StemVectors,
    Tonal,
    Verdict,
)
from core.versions.kinship import kinship

# A song that lies in a mix more often than this is a loop: more places tell nothing new.
MOST_PLACES = 12

# A hard equaliser and a voice can both leave mixes at 0.13 to 0.23. The separated backings tell
# them apart: equalisers left them 0.98 times as far apart or more, voices 0.67 times or less.
SUNG_OVER_SHARE = 0.80

# How much the layers of two songs must agree at an offset, above chance, for them to be compared
# there at all: 94 of 96 pairs on one backing came to it. It only proposes a place; strangers whose
# sound hardly changes come to 119 and are told apart there.
BACKING_SCORE = 27.0
# Separated backings under other voices differ in 0.01 to 0.34; other songs in 0.34 at least, and
# most of those near it hardly change, so that they are close to their own self.
BACKING_ERROR = 0.33
BACKING_SELF_SHARE = 0.85
BACKING_CODES = 32  # 6.6 s of sound, at an offset that all layers agree on
BACKING_CODES_ALONE = 110  # half of what three windows have, where the mixes are no help
BACKING_SURE_ERROR, BACKING_LIKELY_ERROR = 0.20, 0.28
# One song's separated backing against the other's mix, where the windows don't meet: a mix without
# a voice differs in up to 0.13 from its own backing, separated from under a voice.
CROSSED_ERROR = 0.25
CROSSED_CODES = 140  # most of two windows

# How much of what two songs share with themselves they must share with each other, aligned, for
# them to be called versions (docs/decisions/versions.md). Belongs to ``core/versions``.
VERSION_SHARE = 0.40
VERSION_LIKELY_SHARE = 0.50
# Songs whose vectors of the space `work` are further apart than this aren't aligned at all.
VERSION_COSINE = 0.3


@dataclass(frozen=True, slots=True)
class SongEvidence:
    """What a song's pairs are judged by.

    ``mix`` is the fingerprint of the whole song; ``backing`` those of its separated excerpts;
    ``grain`` that of the mix, None where it was never heard; ``work`` the vectors of that space,
    ``tonal`` the sequence that they were made of.
    """

    song_id: SongId
    sha256: str
    duration_s: float
    mix: Codes
    backing: tuple[Fingerprint, ...] = ()
    stream_sha256: str = ""
    work: StemVectors | None = None
    grain: Grain | None = None
    tonal: Tonal | None = None


def judge(a: SongEvidence, b: SongEvidence) -> PairVerdict | None:
    """Return what the pair is, with its best evidence, or None where nothing is proved."""
    return next(iter(judge_places(a, b)), None)


def judge_places(a: SongEvidence, b: SongEvidence) -> list[PairVerdict]:
    """Return the verdict on the pair once for each place where the one lies in the other."""
    if _is_one_file(a, b):
        return [_exact_file(a, b)]
    mixes = _of_mixes(a, b)
    if mixes:
        return mixes
    other = _of_backings(a, b) or _of_works(a, b)
    return [] if other is None else [other]


def judge_at_speeds(a: SongEvidence, b: SongEvidence, *, speeds: Speeds) -> PairVerdict | None:
    """Return what the pair is when a is played at b's speed, or in its key, which are not a's.

    Of a long song only the start is played: b can then be no more than an excerpt of it.
    """
    played = tuned(speeds, b.mix)
    if played is None:
        return None
    found = align(played.codes, b.mix)
    proof = None if found is None else prove(played.codes, b.mix, found=found)
    if found is None or proof is None:
        return None
    if proof is Proof.RECORDING and not _is_whole(a, found, pace=played.pace):
        proof = Proof.EXCERPT
    as_played = replace(
        a,
        mix=played.codes,
        duration_s=a.duration_s / played.pace,
        grain=None if b.grain is None else grain_as(speeds, played),
    )
    verdict = _of_mix(as_played, b, found=found, proof=proof, is_other_tempo=played.is_other_tempo)
    return replace(verdict, overlap=_slowed(verdict.overlap, pace=played.pace))


def _is_whole(a: SongEvidence, found: Alignment, *, pace: float) -> bool:
    """Whether a stretch of what was played covers the song itself, of which that is the start."""
    start, length = round(found.a_start * pace), round(found.length * pace)
    return cover(a.mix, start=start, length=length) >= RECORDING_COVER


def _is_one_file(a: SongEvidence, b: SongEvidence) -> bool:
    is_one_stream = a.stream_sha256 != "" and a.stream_sha256 == b.stream_sha256
    return a.sha256 == b.sha256 or is_one_stream


def _exact_file(a: SongEvidence, b: SongEvidence) -> PairVerdict:
    whole = Overlap(0.0, 0.0, min(a.duration_s, b.duration_s))
    return PairVerdict(a.song_id, b.song_id, Verdict.EXACT_FILE, 1.0, whole)


def _of_mixes(a: SongEvidence, b: SongEvidence) -> list[PairVerdict]:
    """Return what the mixes prove: one recording, or excerpts at their places, the best first."""
    verdicts: list[PairVerdict] = []
    for found, proof in _proved(a, b):
        if proof is Proof.RECORDING and not verdicts:
            is_sung_over = found.bit_error_rate > CLEAR_ERROR and _is_sung_over(a, b, found)
            return [] if is_sung_over else [_of_mix(a, b, found=found, proof=proof)]
        place = _of_mix(a, b, found=found, proof=Proof.EXCERPT)
        if verdicts and place.verdict is not verdicts[0].verdict:
            continue
        verdicts.append(place)
        if len(verdicts) == MOST_PLACES:
            break
    return verdicts


def _proved(a: SongEvidence, b: SongEvidence) -> Iterator[tuple[Alignment, Proof]]:
    for found in alignments(a.mix, b.mix):
        proof = prove(a.mix, b.mix, found=found)
        if proof is None:
            return
        yield found, proof


def _of_mix(
    a: SongEvidence,
    b: SongEvidence,
    *,
    found: Alignment,
    proof: Proof,
    is_other_tempo: bool = False,
) -> PairVerdict:
    a_start_s, b_start_s = found.a_start * CODE_PERIOD_S, found.b_start * CODE_PERIOD_S
    heard_s = (found.length - 1) * CODE_PERIOD_S + CODE_SPAN_S
    left_s = min(a.duration_s - a_start_s, b.duration_s - b_start_s)
    grain = _grain_error(a, b, found)
    verdict = Verdict.SAME_RECORDING if proof is Proof.RECORDING else Verdict.EXCERPT
    is_take = is_another_take(found, grain_error=grain, is_other_tempo=is_other_tempo)
    return PairVerdict(
        a=a.song_id,
        b=b.song_id,
        verdict=Verdict.VERSION if is_take else verdict,
        score=1.0 - found.bit_error_rate,
        overlap=Overlap(a_start_s, b_start_s, min(heard_s, left_s)),
        confidence=(Confidence.LIKELY if is_take else confidence(proof, found, grain_error=grain)),
    )


def _grain_error(a: SongEvidence, b: SongEvidence, found: Alignment) -> float | None:
    if a.grain is None or b.grain is None:
        return None
    return grain_error(a.grain, b.grain, starts=(found.a_start, found.b_start), length=found.length)


def _is_sung_over(a: SongEvidence, b: SongEvidence, mixes: Alignment) -> bool:
    """Whether the mixes differ in what the separation takes off: the voice."""
    found = align_layers(layers(a.mix, a.backing), layers(b.mix, b.backing))
    return (
        found is not None
        and found.backings.n_compared >= BACKING_CODES
        and found.backings.bit_error_rate < SUNG_OVER_SHARE * mixes.bit_error_rate
    )


def _of_backings(a: SongEvidence, b: SongEvidence) -> PairVerdict | None:
    in_a, in_b = layers(a.mix, a.backing), layers(b.mix, b.backing)
    found = _one_offset(in_a, in_b)
    error = None if found is None else _backing_error(found)
    if found is None or error is None:
        return None
    overlap = Overlap(found.a_start_s, found.b_start_s, found.duration_s)
    score, sure = 1.0 - error, _backing_confidence(error)
    return PairVerdict(a.song_id, b.song_id, Verdict.SAME_BACKING, score, overlap, sure)


def _one_offset(a: Layers, b: Layers) -> LayerAlignment | None:
    """Return the offset at which two songs may stand on one backing."""
    found = align_layers(a, b)
    if found is not None and found.score >= BACKING_SCORE:
        return found
    return align_backings(a, b, fewest_codes=BACKING_CODES_ALONE)


def _backing_error(found: LayerAlignment) -> float | None:
    """Return the error that proves one backing, or None."""
    self_limit = BACKING_SELF_SHARE * found.self_error_rate
    backings, crossed = found.backings, found.crossed
    if backings.n_compared >= BACKING_CODES:
        is_one = backings.bit_error_rate <= min(BACKING_ERROR, self_limit)
        return backings.bit_error_rate if is_one else None
    is_one = crossed.n_compared >= CROSSED_CODES
    is_one = is_one and crossed.bit_error_rate <= min(CROSSED_ERROR, self_limit)
    return crossed.bit_error_rate if is_one else None


def _backing_confidence(error: float) -> Confidence:
    if error <= BACKING_SURE_ERROR:
        return Confidence.SURE
    return Confidence.LIKELY if error <= BACKING_LIKELY_ERROR else Confidence.UNSURE


def _of_works(a: SongEvidence, b: SongEvidence) -> PairVerdict | None:
    if a.work is None or b.work is None or a.work.model_id != b.work.model_id:
        return None
    if a.tonal is None or b.tonal is None or float(a.work.song @ b.work.song) < VERSION_COSINE:
        return None
    found = kinship(a.tonal, b.tonal)
    if found is None or found.share < VERSION_SHARE:
        return None
    overlap = Overlap(found.a_start_s, found.b_start_s, found.a_length_s, found.pace)
    sure = Confidence.LIKELY if found.share >= VERSION_LIKELY_SHARE else Confidence.UNSURE
    return PairVerdict(a.song_id, b.song_id, Verdict.VERSION, min(found.share, 1.0), overlap, sure)


def _slowed(overlap: Overlap, *, pace: float) -> Overlap:
    """Return an overlap of what was played in times of the song itself, ``pace`` as long in it."""
    return Overlap(
        overlap.a_start_s * pace, overlap.b_start_s, overlap.duration_s * pace, 1.0 / pace
    )
