"""Which copy of a recording is the better one, and why. Pure.

Copies are compared by one quality after the other, the strongest first; those that are clearly
worse drop out, until one is left. What isn't known of every copy that is still compared decides
nothing. ``docs/decisions/copies.md`` says where the margins come from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.copy_types import CopyFacts, CopyReason
from core.types import CopyMeasures, Song, SongId, SoundQuality

# FFmpeg's names; every other codec loses something.
LOSSLESS_CODECS = frozenset(
    {"alac", "ape", "flac", "mlp", "shorten", "tak", "truehd", "tta", "wavpack"}
)
PCM = "pcm_"

# A cut-off this near to the top of what the sample rate can hold is a converter's own.
NATURAL_SHARE = 0.9
# Encoders at their highest rates, and converters, cut at 20 kHz or above; 192 kb/s and less cut
# below 19.6 kHz.
LOSSLESS_CUTOFF_HZ = 19_800.0
# At 256 kb/s and more encoders keep 19 kHz at least; at 128 kb/s they cut at 16 to 17.4 kHz. In
# between, an encoder that is short of bits also drops everything above 16 kHz: can't tell.
HIGH_BIT_RATE_BPS = 250_000
LOSSY_CUTOFF_HZ = 17_500.0

# How many kb/s of mp3 give the sound of 1 kb/s, roughly, after public listening tests.
EFFICIENCY = {"opus": 1.6, "aac": 1.3, "vorbis": 1.3, "mp2": 0.7}

BAND_MARGIN_HZ = 1_000.0
BIT_RATE_MARGIN = 1.1
SAMPLE_RATE_MARGIN = 1.5  # 44.1 and 48 kHz sound alike
CLIPPED_MARGIN = 1e-3  # of all samples; lossy codecs push some ten thousandths over full scale
DURATION_MARGIN_S = 1.5  # encoders pad by a tenth of a second, players cut silence
AGE_MARGIN_S = 2.0  # FAT's grain


@dataclass(frozen=True, slots=True)
class Choice:
    """The better copy, and why; without reasons none is better than the others."""

    best: SongId
    reasons: tuple[CopyReason, ...]


# Whether the first copy is clearly better than the second; None where that can't be told.
_Better = Callable[[CopyFacts, CopyFacts], bool | None]


def facts_of(song: Song, measures: CopyMeasures | None, *, has_cover: bool) -> CopyFacts:
    """Return what a song's file is compared by."""
    quality = measures.quality if measures else None
    return CopyFacts(
        song_id=song.song_id,
        codec=song.facts.codec,
        bit_rate_bps=song.facts.bit_rate_bps,
        sample_rate_hz=song.facts.sample_rate_hz,
        channels=song.facts.channels,
        duration_s=song.duration_s,
        bandwidth_hz=_bandwidth_hz(song, quality),
        clipped_share=quality.clipped_share if quality else None,
        is_transcode=_is_transcode(song, quality) if quality else None,
        n_tags=measures.n_tags if measures else None,
        has_cover=has_cover,
        size_bytes=song.stamp.size_bytes,
        modified_at=song.stamp.mtime_ns / 1e9,
    )


def choose(copies: Sequence[CopyFacts]) -> Choice:
    """Return the better copy of one recording, with the reasons, strongest first."""
    left = sorted(copies, key=lambda copy: copy.song_id)
    for better in _BETTER.values():
        left = _unbeaten(left, better) or left
    best = left[0]
    others = [copy for copy in copies if copy.song_id != best.song_id]
    return Choice(best.song_id, tuple(r for r in _BETTER if _speaks_for(best, others, _BETTER[r])))


def is_lossless(copy: CopyFacts) -> bool | None:
    """Whether the copy holds all of the sound: its codec does, and it was not made of less."""
    if not (copy.codec in LOSSLESS_CODECS or copy.codec.startswith(PCM)):
        return False
    return not copy.is_transcode


def _unbeaten(copies: Sequence[CopyFacts], better: _Better) -> list[CopyFacts]:
    """Return the copies that no other is better than; all, where one can't be compared."""
    answers = {(a.song_id, b.song_id): better(a, b) for a in copies for b in copies if a is not b}
    if None in answers.values():
        return list(copies)
    return [
        one
        for one in copies
        if not any(answers[other.song_id, one.song_id] for other in copies if other is not one)
    ]


def _speaks_for(best: CopyFacts, others: Sequence[CopyFacts], better: _Better) -> bool:
    """Whether a quality puts the best copy above another one, and below none."""
    return any(better(best, other) for other in others) and not any(
        better(other, best) for other in others
    )


def _bandwidth_hz(song: Song, quality: SoundQuality | None) -> float | None:
    """Return how high the sound reaches; above half the sample rate lie a resampler's traces."""
    if quality is None or quality.bandwidth_hz is None:
        return None
    return min(quality.bandwidth_hz, song.facts.sample_rate_hz / 2.0)


def _is_transcode(song: Song, quality: SoundQuality) -> bool | None:
    """Whether the file was made from one of lower quality; None where that can't be told."""
    if quality.bandwidth_hz is None:
        return None
    codec, cutoff_hz = song.facts.codec, quality.cutoff_hz
    if cutoff_hz is not None and cutoff_hz >= NATURAL_SHARE * song.facts.sample_rate_hz / 2.0:
        return None
    if codec in LOSSLESS_CODECS or codec.startswith(PCM):
        if cutoff_hz is None:  # what reaches the top was not cut; what fades out tells nothing
            return False if quality.bandwidth_hz > LOSSLESS_CUTOFF_HZ else None
        return True if cutoff_hz < LOSSLESS_CUTOFF_HZ else None
    is_high = (song.facts.bit_rate_bps or 0) >= HIGH_BIT_RATE_BPS
    return True if is_high and cutoff_hz is not None and cutoff_hz < LOSSY_CUTOFF_HZ else None


def _by_lossless(a: CopyFacts, b: CopyFacts) -> bool | None:
    return bool(is_lossless(a)) and not is_lossless(b)


def _by_generation(a: CopyFacts, b: CopyFacts) -> bool | None:
    """Put a copy below another where it was made of no better sound, however many bits it has."""
    if b.is_transcode is not True or a.is_transcode is True:
        return False
    return not _by_band(b, a)


def _by_band(a: CopyFacts, b: CopyFacts) -> bool | None:
    if a.bandwidth_hz is None or b.bandwidth_hz is None:
        return None
    return a.bandwidth_hz > b.bandwidth_hz + BAND_MARGIN_HZ


def _by_bit_rate(a: CopyFacts, b: CopyFacts) -> bool | None:
    """More bits count where they also mean more sound: codecs use them differently well."""
    if is_lossless(a) and is_lossless(b):
        return False  # better compressed is as good
    if a.bit_rate_bps is None or b.bit_rate_bps is None:
        return None
    sounds_a = a.bit_rate_bps * EFFICIENCY.get(a.codec, 1.0)
    sounds_b = b.bit_rate_bps * EFFICIENCY.get(b.codec, 1.0)
    has_more = a.bit_rate_bps > b.bit_rate_bps * BIT_RATE_MARGIN
    return has_more and sounds_a > sounds_b * BIT_RATE_MARGIN


def _by_sample_rate(a: CopyFacts, b: CopyFacts) -> bool | None:
    return a.sample_rate_hz >= b.sample_rate_hz * SAMPLE_RATE_MARGIN


def _by_clipping(a: CopyFacts, b: CopyFacts) -> bool | None:
    if a.clipped_share is None or b.clipped_share is None:
        return None
    return a.clipped_share + CLIPPED_MARGIN < b.clipped_share


def _by_duration(a: CopyFacts, b: CopyFacts) -> bool | None:
    return a.duration_s > b.duration_s + DURATION_MARGIN_S


def _by_tags(a: CopyFacts, b: CopyFacts) -> bool | None:
    if a.n_tags is None or b.n_tags is None:
        return None
    return a.n_tags > b.n_tags


_BETTER: dict[CopyReason, _Better] = {
    CopyReason.LOSSLESS: _by_lossless,
    CopyReason.ENCODED_ONCE: _by_generation,
    CopyReason.WIDER_BAND: _by_band,
    CopyReason.HIGHER_BIT_RATE: _by_bit_rate,
    CopyReason.HIGHER_SAMPLE_RATE: _by_sample_rate,
    CopyReason.LESS_CLIPPING: _by_clipping,
    CopyReason.LONGER: _by_duration,
    CopyReason.MORE_CHANNELS: lambda a, b: a.channels > b.channels,
    CopyReason.MORE_TAGS: _by_tags,
    CopyReason.HAS_COVER: lambda a, b: a.has_cover and not b.has_cover,
    CopyReason.OLDER_FILE: lambda a, b: a.modified_at + AGE_MARGIN_S < b.modified_at,
}
