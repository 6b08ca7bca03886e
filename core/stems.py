"""Whole songs taken apart into files: the voice and the backing, as long as the song.

A song is decoded, separated and written block by block, so that memory holds a few blocks however
long it is. A stem's file is there when it is whole, or not at all. What was separated for listening
is written again instead: the cache keeps what an export would make, 24 bits without loss.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from core.audio import decode
from core.audio.sound_file import rewrite, writing
from core.audio.sound_formats import SoundFormat
from core.errors import AudioFileError, WorldError
from core.naming import free_name, safe_name
from core.placing import placed
from core.ports import SeparatedStems, Separator
from core.progress import Progress
from core.types import Song, Stem

STEMS = (Stem.BACKING, Stem.VOCAL)


@dataclass(frozen=True, slots=True)
class StemFiles:
    """Where the two stems of a song lie."""

    vocal: Path
    backing: Path


def _nothing_kept(_path: Path, _progress: Progress) -> StemFiles | None:
    return None


@dataclass(frozen=True, slots=True)
class StemReport:
    """How one song's stems ended: their files, or why there are none."""

    song: Song
    files: StemFiles | None
    error: WorldError | None


@dataclass(frozen=True, slots=True)
class StemOrder:
    """Where stems go, and what they are made with."""

    folder: Path
    sound_format: SoundFormat
    separator: Callable[[], Separator]  # loaded when the first song needs it
    kept: Callable[[Path, Progress], StemFiles | None] = _nothing_kept  # of a song's file


def stem_blocks(
    path: Path, separator: Separator, *, progress: Progress
) -> Iterator[SeparatedStems]:
    """Separate a whole song as it is decoded; the parts, joined, are as long as the song."""
    yield from separator.separate_blocks(decode.blocks(path, progress=progress), progress=progress)


def separate_file(
    path: Path,
    files: StemFiles,
    *,
    separator: Separator,
    duration_s: float,
    sound_format: SoundFormat = SoundFormat.FLAC,
    replace: bool = False,
    progress: Progress,
) -> None:
    """Write both stems of a song, 24 bit at 44.1 kHz; progress is told in milliseconds of song.

    Raises ``AudioFileError`` where the song can't be read, ``WriteError`` where a stem can't be
    written or its place is taken (unless ``replace``), and leaves no file behind then.
    """
    targets = (files.vocal, files.backing)
    with placed(targets, replace=replace) as halves, ExitStack() as open_files:
        vocal, backing = (
            open_files.enter_context(writing(half, target=target, sound_format=sound_format))
            for half, target in zip(halves, targets, strict=True)
        )
        total_ms = max(round(duration_s * 1000), 1)
        progress.report(0, total_ms, what=path.name)
        done = 0
        for part in stem_blocks(path, separator, progress=progress):
            vocal.write(part.vocal)
            backing.write(part.backing)
            done += part.vocal.shape[1]
            done_ms = round(done / decode.SAMPLE_RATE_HZ * 1000)
            progress.report(min(done_ms, total_ms), total_ms, what=path.name)
        progress.report(total_ms, total_ms, what=path.name)  # whatever the length was said to be


def export_stems(
    songs: Sequence[Song],
    order: StemOrder,
    *,
    progress: Progress,
    on_report: Callable[[StemReport], None] = lambda _: None,
) -> list[StemReport]:
    """Write the stems of songs into a folder; one that fails doesn't stop the others.

    Progress is told in milliseconds of all songs.
    """
    lengths_ms = [round(song.duration_s * 1000) for song in songs]
    reports = []
    for number, song in enumerate(songs):
        before = sum(lengths_ms[:number])
        part = _PartOf(progress, before, total=sum(lengths_ms))
        reports.append(_exported(song, order, progress=part))
        on_report(reports[-1])
    return reports


def names_for(song: Song, folder: Path, *, sound_format: SoundFormat) -> StemFiles:
    """Return free names for a song's stems, as "Title (backing).flac", with the same number."""
    title = safe_name(song.title)
    suffix = sound_format.suffix

    def is_taken(mix: Path) -> bool:
        return any(_named(mix, stem, suffix).exists() for stem in STEMS)

    mix = free_name(folder, title, suffix="", is_taken=is_taken)
    return StemFiles(
        vocal=_named(mix, Stem.VOCAL, suffix), backing=_named(mix, Stem.BACKING, suffix)
    )


def _named(mix: Path, stem: Stem, suffix: str) -> Path:
    return mix.with_name(f"{mix.name} ({stem.value}){suffix}")


def _exported(song: Song, order: StemOrder, *, progress: Progress) -> StemReport:
    files = names_for(song, order.folder, sound_format=order.sound_format)
    try:
        kept = order.kept(song.path, progress)
        if kept is None or not _is_rewritten(kept, files, sound_format=order.sound_format):
            separate_file(
                song.path,
                files,
                separator=order.separator(),
                duration_s=song.duration_s,
                sound_format=order.sound_format,
                progress=progress,
            )
    except WorldError as error:
        return StemReport(song, None, error)
    total_ms = max(round(song.duration_s * 1000), 1)
    progress.report(total_ms, total_ms, what=song.path.name)
    return StemReport(song, files, None)


def _is_rewritten(kept: StemFiles, files: StemFiles, *, sound_format: SoundFormat) -> bool:
    """Write what was kept to its place; return whether it was there to the end."""
    targets = (files.vocal, files.backing)
    try:
        with placed(targets) as halves:
            for source, half, target in zip(
                (kept.vocal, kept.backing), halves, targets, strict=True
            ):
                rewrite(source, half, target=target, sound_format=sound_format)
    except AudioFileError:  # the cache was emptied meanwhile
        return False
    return True


class _PartOf(Progress):
    """One song's progress, told as a part of all songs'."""

    def __init__(self, whole: Progress, before: int, *, total: int) -> None:
        super().__init__()
        self._whole = whole
        self._before = before
        self._total = total

    def check(self) -> None:
        """Stop where all songs are to stop."""
        self._whole.check()

    def report(self, done: int, total: int, *, what: str = "") -> None:  # noqa: ARG002 - its own
        """Tell how far all songs are."""
        self._whole.report(self._before + done, self._total, what=what)
