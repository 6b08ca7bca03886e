"""What the command line prints of copies, decisions and checks: JSON shapes, and words."""

from collections.abc import Callable, Mapping, Sequence

from app.output import Shape, clock, neighbour_shape, neighbour_words, pair_shape, pair_words
from core.cluster_types import CatalogueVerdict
from core.copy_types import ActionKind, CheckReport, CopyFacts, DoneAction, DuplicateGroup
from core.types import Neighbour, Song, SongId
from ui.presenters.copy_words import better

SongOf = Callable[[SongId], Song]

DONE = {
    ActionKind.TRASHED: "{n} moved to the trash and taken out of the library.",
    ActionKind.REMOVED: "{n} taken out of the library.",
    ActionKind.DECIDED: "Remembered.",
    ActionKind.TAGGED: "{n} got the tags.",
}
UNDONE = {
    ActionKind.TRASHED: "{n} put back, in place and in the library.",
    ActionKind.REMOVED: "{n} put back into the library.",
    ActionKind.DECIDED: "Forgotten: what was said of the pair before counts again.",
    ActionKind.TAGGED: "{n} got the old tags back.",
}
UNDO_HINT = "`songkin undo` takes it back."
GIVEN_UP = {
    ActionKind.TRASHED: "Given up: what was moved to the trash ({n}) stays there.",
    ActionKind.REMOVED: "Given up: what was taken out of the library ({n}) stays out.",
    ActionKind.DECIDED: "Given up: what was said of the pair stays.",
    ActionKind.TAGGED: "Given up: the tags that were written ({n}) stay.",
}
NOTHING_TO_UNDO = "Nothing to undo."
NOT_CLOSE = "Nothing {where} is proved to share its recording or backing. That is no proof of the "
NOT_CLOSE += "opposite: a strong change of speed or pitch can hide a copy."


def action_shape(action: DoneAction | None) -> Shape:
    """Return what was done or taken back."""
    if action is None:
        return {"action": None}
    kind, songs = action.kind.value, list(action.songs)
    return {"action": {"kind": kind, "songs": songs, "at": action.at}}


def done_words(action: DoneAction) -> list[str]:
    """Say what was done, and how to take it back."""
    return [DONE[action.kind].format(n=_count(action)), UNDO_HINT]


def undone_words(action: DoneAction | None) -> str:
    """Say what was taken back."""
    if action is None:
        return NOTHING_TO_UNDO
    return UNDONE[action.kind].format(n=_count(action))


def given_up_words(action: DoneAction | None) -> str:
    """Say what will not be taken back."""
    if action is None:
        return NOTHING_TO_UNDO
    return GIVEN_UP[action.kind].format(n=_count(action))


def group_shape(group: DuplicateGroup, song: SongOf) -> Shape:
    """Return one group: its copies with their facts, the better one, why, and the proofs."""
    paths = {one: str(song(one).path) for one in group.songs}
    return {
        "best": group.best,
        "reasons": [reason.value for reason in group.reasons],
        "copies": [_copy_shape(copy, path=paths[copy.song_id]) for copy in group.copies],
        "pairs": [pair_shape(pair, paths) for pair in group.pairs],
    }


def group_words(group: DuplicateGroup, song: SongOf) -> list[str]:
    """Return one group: the better copy first, marked where it is better, and why."""
    ordered = sorted(group.copies, key=lambda copy: copy.song_id != group.best)
    marks = ["*" if group.reasons else " ", *(" " for _ in ordered[1:])]
    lines = [
        f"  {mark} {_copy_words(copy)}  {song(copy.song_id).path}"
        for mark, copy in zip(marks, ordered, strict=True)
    ]
    return [f"{len(group.songs)} copies. {better(group.reasons)}", *lines]


def check_shape(
    report: CheckReport, song: SongOf, *, catalogue: Sequence[CatalogueVerdict] | None
) -> Shape:
    """Return what a file is to the library, and to the catalogue where that was asked."""
    return {
        "path": str(report.path),
        "duration_s": report.duration_s,
        "verdicts": [pair_shape(pair, _paths(report, song)) for pair in report.verdicts],
        "near": [neighbour_shape(near, song(near.song_id)) for near in report.near],
        "near_backing": [neighbour_shape(near, song(near.song_id)) for near in report.near_backing],
        "catalogue": None if catalogue is None else [_catalogue_shape(one) for one in catalogue],
    }


def check_words(
    report: CheckReport, song: SongOf, *, catalogue: Sequence[CatalogueVerdict] | None
) -> list[str]:
    """Return the same in words: proofs first, then what only sounds near."""
    paths = _paths(report, song)
    lines = [line for pair in report.verdicts for line in pair_words(pair, paths)]
    if not report.verdicts:
        lines.append(NOT_CLOSE.format(where="here"))
    for what, found in (("mix", report.near), ("backing", report.near_backing)):
        lines += _near_words(what, found, song)
    if catalogue is not None:
        lines += [_catalogue_words(one) for one in catalogue]
        lines += [] if catalogue else [NOT_CLOSE.format(where="in the catalogue")]
    return lines


def _near_words(what: str, found: Sequence[Neighbour], song: SongOf) -> list[str]:
    if not found:
        return []
    lines = [f"  {neighbour_words(near, song(near.song_id))}" for near in found]
    return [f"Nearest by the {what}, which proves nothing:", *lines]


def _paths(report: CheckReport, song: SongOf) -> Mapping[SongId, str]:
    """Name the songs of the report's pairs; the file itself has no song."""
    named = {pair.a: str(report.path) for pair in report.verdicts}
    return named | {pair.b: str(song(pair.b).path) for pair in report.verdicts}


def _copy_shape(copy: CopyFacts, *, path: str) -> Shape:
    return {
        "song_id": copy.song_id,
        "path": path,
        "codec": copy.codec,
        "bit_rate_bps": copy.bit_rate_bps,
        "sample_rate_hz": copy.sample_rate_hz,
        "channels": copy.channels,
        "duration_s": copy.duration_s,
        "bandwidth_hz": copy.bandwidth_hz,
        "clipped_share": copy.clipped_share,
        "is_transcode": copy.is_transcode,
        "n_tags": copy.n_tags,
        "has_cover": copy.has_cover,
        "size_bytes": copy.size_bytes,
    }


def _copy_words(copy: CopyFacts) -> str:
    rate = f"{copy.bit_rate_bps / 1000:.0f} kb/s" if copy.bit_rate_bps else ""
    reach = f"to {copy.bandwidth_hz / 1000:.1f} kHz" if copy.bandwidth_hz else ""
    return f"{copy.codec:<9} {rate:>9} {reach:>11} {clock(copy.duration_s):>7}"


def _catalogue_shape(found: CatalogueVerdict) -> Shape:
    overlap = found.overlap
    return {
        "catalogue_id": found.catalogue_id,
        "title": found.title,
        "artist": found.artist,
        "verdict": found.verdict.value,
        "score": found.score,
        "confidence": found.confidence.value,
        "overlap": {
            "a_start_s": overlap.a_start_s,
            "b_start_s": overlap.b_start_s,
            "duration_s": overlap.duration_s,
            "b_duration_s": overlap.b_duration_s,
        },
    }


def _catalogue_words(found: CatalogueVerdict) -> str:
    name = f"{found.title} - {found.artist}" if found.title else found.catalogue_id
    overlap = found.overlap
    where = f"{overlap.duration_s:.0f} s from {clock(overlap.a_start_s)}"
    where += f" and {clock(overlap.b_start_s)}"
    return f"{found.verdict.value:<15} in the catalogue, {found.confidence.value}: {name}, {where}"


def _count(action: DoneAction) -> str:
    n = len(action.songs)
    return "1 song" if n == 1 else f"{n} songs"
