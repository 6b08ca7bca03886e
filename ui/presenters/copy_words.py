"""What is said of a copy: its format, its sound, what it carries, and why it is the better one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.copy_types import CopyFacts, CopyReason
from core.types import AudioFacts, Song, SongId
from ui.language import N_, Words, ngettext, number
from ui.language import gettext as _
from ui.messages import file_name, shown
from ui.presenters.words import DOT, clock, coding, folder, size

REASONS: Final = Words(
    {
        CopyReason.LOSSLESS: N_("lossless"),
        CopyReason.WIDER_BAND: N_("its sound reaches higher"),
        CopyReason.ENCODED_ONCE: N_("not made from a worse copy"),
        CopyReason.HIGHER_BIT_RATE: N_("more bits a second"),
        CopyReason.HIGHER_SAMPLE_RATE: N_("a higher sample rate"),
        CopyReason.LESS_CLIPPING: N_("less clipping"),
        CopyReason.LONGER: N_("longer"),
        CopyReason.MORE_CHANNELS: N_("more channels"),
        CopyReason.MORE_TAGS: N_("more tags"),
        CopyReason.HAS_COVER: N_("has a cover"),
        CopyReason.OLDER_FILE: N_("the older file"),
    }
)
ALIKE: Final = N_("No copy is better than the others by what can be measured.")
SPOKEN: Final = "{file}, {facts}. {folder}"
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
        facts = DOT.join(filter(None, (*self.coding, *self.sound, *self.carried)))
        said = _("Better copy: {file}, {facts}. {folder}") if self.is_best else SPOKEN
        return said.format(file=file_name(self.path), facts=facts, folder=self.folder)


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
    if not reasons:
        return _(ALIKE)
    said = ", ".join(REASONS[reason] for reason in reasons)
    return _("Better: {reasons}.").format(reasons=said)


def _coding(facts: AudioFacts) -> tuple[str, str]:
    codec, rate, channels = coding(facts)
    return codec, f"{rate}{DOT}{channels}"


def _sound(facts: CopyFacts | None) -> tuple[str, str]:
    """Say how high the sound truly reaches, and whether it is clipped."""
    if facts is None or facts.bandwidth_hz is None:
        return "", ""
    reaches = _("up to {reach} kHz").format(reach=number(facts.bandwidth_hz / 1000, 1))
    if facts.is_transcode:
        return reaches, _("was lossy before")
    if facts.clipped_share is None:
        return reaches, ""
    if facts.clipped_share < AUDIBLE_CLIPPING:
        return reaches, _("no clipping")
    percent = number(100 * facts.clipped_share, 2)
    return reaches, _("{percent} % clipped").format(percent=percent)


def _carried(song: Song, facts: CopyFacts | None) -> tuple[str, str]:
    below = f"{clock(song.duration_s)}{DOT}{size(song.stamp.size_bytes)}"
    if facts is None:
        return below, ""
    tags = _tags(facts.n_tags)
    if facts.has_cover:
        tags = _("{tags} · cover").format(tags=tags)
    return tags, below


def _tags(n_tags: int | None) -> str:
    if n_tags is None:
        return _("tags not counted")
    if n_tags == 0:
        return _("no tags")
    return ngettext("{count} tag", "{count} tags", n_tags).format(count=n_tags)
