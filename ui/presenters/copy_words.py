"""What is said of a copy: its format, its sound, what it carries, and why it is the better one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.copy_types import CopyFacts, CopyReason
from core.types import AudioFacts, Song, SongId
from ui.messages import file_name, shown
from ui.presenters.words import CHANNELS, DOT, clock, codec, folder, size

REASONS: Final = {
    CopyReason.LOSSLESS: "lossless",
    CopyReason.WIDER_BAND: "its sound reaches higher",
    CopyReason.ENCODED_ONCE: "not made from a worse copy",
    CopyReason.HIGHER_BIT_RATE: "more bits a second",
    CopyReason.HIGHER_SAMPLE_RATE: "a higher sample rate",
    CopyReason.LESS_CLIPPING: "less clipping",
    CopyReason.LONGER: "longer",
    CopyReason.MORE_CHANNELS: "more channels",
    CopyReason.MORE_TAGS: "more tags",
    CopyReason.HAS_COVER: "has a cover",
    CopyReason.OLDER_FILE: "the older file",
}
ALIKE: Final = "No copy is better than the others by what can be measured."
# Fewer clipped samples than one in ten thousand are no fault that anyone hears.
AUDIBLE_CLIPPING: Final = 1e-4


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One copy in words; every pair of strings is a line over a smaller one."""

    song_id: SongId
    path: Path
    title: str
    artist: str
    folder: str
    coding: tuple[str, str]
    sound: tuple[str, str]
    carried: tuple[str, str]
    is_best: bool

    @property
    def spoken(self) -> str:
        """The copy in one breath, for screen readers and tool tips."""
        lead = "Better copy: " if self.is_best else ""
        facts = DOT.join(filter(None, (*self.coding, *self.sound, *self.carried)))
        return f"{lead}{file_name(self.path)}, {facts}. {self.folder}"


def copy_line(song: Song, facts: CopyFacts | None, *, is_best: bool) -> CopyLine:
    """Put a copy into words; without ``facts`` only what the file says of itself is known."""
    return CopyLine(
        song.song_id,
        song.path,
        title=shown(song.title) or file_name(song.path),
        artist=shown(song.artist),
        folder=shown(folder(song.path)),
        coding=_coding(song.facts),
        sound=_sound(facts),
        carried=_carried(song, facts),
        is_best=is_best,
    )


def better(reasons: Sequence[CopyReason]) -> str:
    """Say why a copy is better than the others."""
    return f"Better: {', '.join(REASONS[reason] for reason in reasons)}." if reasons else ALIKE


def _coding(facts: AudioFacts) -> tuple[str, str]:
    rate = f" {round(facts.bit_rate_bps / 1000)} kb/s" if facts.bit_rate_bps else ""
    channels = CHANNELS.get(facts.channels, f"{facts.channels} channels")
    return f"{codec(facts.codec)}{rate}", f"{facts.sample_rate_hz / 1000:g} kHz{DOT}{channels}"


def _sound(facts: CopyFacts | None) -> tuple[str, str]:
    """Say how high the sound truly reaches, and whether it is clipped."""
    if facts is None or facts.bandwidth_hz is None:
        return "", ""
    reaches = f"up to {facts.bandwidth_hz / 1000:.1f} kHz"
    if facts.is_transcode:
        return reaches, "was lossy before"
    if facts.clipped_share is None:
        return reaches, ""
    is_clipped = facts.clipped_share >= AUDIBLE_CLIPPING
    return reaches, f"{100 * facts.clipped_share:.2f} % clipped" if is_clipped else "no clipping"


def _carried(song: Song, facts: CopyFacts | None) -> tuple[str, str]:
    below = f"{clock(song.duration_s)}{DOT}{size(song.stamp.size_bytes)}"
    if facts is None:
        return below, ""
    tags = _tags(facts.n_tags)
    return f"{tags}{DOT}cover" if facts.has_cover else tags, below


def _tags(n_tags: int | None) -> str:
    if n_tags is None:
        return "tags not counted"
    return "no tags" if n_tags == 0 else "1 tag" if n_tags == 1 else f"{n_tags} tags"
