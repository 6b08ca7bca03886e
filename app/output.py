"""What the command line prints: JSON shapes that stay stable, and the same in words.

JSON goes to stdout, one object a call (one a song for ``add`` and ``finish``); everything else
goes to stderr, so that a pipe carries nothing but answers.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cluster_sync.recommender.passes import PassReport
from core.answers import Question
from core.cluster_types import Recommendation, SyncReport
from core.library.store import Catalogue
from core.types import AnalysisReport, Neighbour, Outcome, PairVerdict, Song, SongId
from ui.messages import shown

Shape = dict[str, Any]  # what json.dumps takes


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the command line's own voice


def emit(shape: Shape | Sequence[Shape]) -> None:
    """Print one JSON value on a line of its own."""
    # ASCII only: a file name that is no valid Unicode stays printable on every terminal.
    print(json.dumps(shape, ensure_ascii=True), flush=True)  # noqa: T201 - as above


def put(*lines: str) -> None:
    """Print an answer in words; what a name holds is shown, never obeyed by the terminal."""
    for line in lines:
        print(shown(line), flush=True)  # noqa: T201 - as above


def report_shape(report: AnalysisReport) -> Shape:
    """Return one file's end."""
    return {
        "path": str(report.path),
        "song_id": report.song_id,
        "outcome": report.outcome.value,
        "reason": report.reason,
        "first_feedback_s": report.first_feedback_s,
        "total_s": report.total_s,
        "stage_s": dict(report.stage_s),
    }


def song_shape(song: Song) -> Shape:
    """Return one song of the library."""
    return {
        "song_id": song.song_id,
        "path": str(song.path),
        "title": song.title,
        "artist": song.artist,
        "duration_s": song.duration_s,
        "stage": song.stage.value,
        "kind": song.kind.value,
    }


def neighbour_shape(found: Neighbour, song: Song) -> Shape:
    """Return one neighbour."""
    return {
        "song_id": song.song_id,
        "path": str(song.path),
        "title": song.title,
        "artist": song.artist,
        "score": found.score,
        "match": {
            "query_s": found.match.query_s,
            "song_s": found.match.song_s,
            "duration_s": found.match.duration_s,
        },
    }


def pair_shape(pair: PairVerdict, paths: Mapping[SongId, str]) -> Shape:
    """Return one verdict; ``paths`` names every song of it."""
    return {
        "a": {"song_id": pair.a, "path": paths[pair.a]},
        "b": {"song_id": pair.b, "path": paths[pair.b]},
        "verdict": pair.verdict.value,
        "score": pair.score,
        "confidence": pair.confidence.value,
        "overlap": {
            "a_start_s": pair.overlap.a_start_s,
            "b_start_s": pair.overlap.b_start_s,
            "duration_s": pair.overlap.duration_s,
            "b_duration_s": pair.overlap.b_duration_s,
        },
    }


def recommendation_shape(found: Recommendation, catalogue: Catalogue) -> Shape:
    """Return one line of a list from the cluster; the path only where the song is here."""
    here = catalogue.song(found.song_id) if found.song_id is not None else None
    return {
        "rank": found.rank,
        "catalogue_id": found.catalogue_id,
        "song_id": found.song_id,
        "path": str(here.path) if here else None,
        "title": found.title,
        "artist": found.artist,
        "score": found.score,
        "reason": found.reason,
    }


def sync_shape(report: SyncReport) -> Shape:
    """Return what one sync did."""
    return {
        "pushed": report.pushed,
        "deleted": report.deleted,
        "pulled": report.pulled,
        "state": report.state.value,
    }


def clock(seconds: float) -> str:
    """Return a moment as a musician reads it: 1:07."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def named(song: Song) -> str:
    """Return title and artist, as far as they are known."""
    return f"{song.title} - {song.artist}" if song.artist else song.title


def query_shape(question: Question, asked: str) -> Shape:
    """Return what was asked about: a song of the library, or a file that isn't in it."""
    song = question.song
    return song_shape(song) if song else {"song_id": None, "path": asked}


def pass_shape(report: PassReport) -> Shape:
    """Return what one recommender pass did."""
    return {
        "merged": report.merged,
        "refused": report.refused,
        "removed": report.removed,
        "lists": report.lists,
        "reasons": dict(report.reasons),
    }


def pass_words(report: PassReport) -> list[str]:
    """Return what one recommender pass did, and what it refused and why."""
    return [
        f"{report.merged} songs merged, {report.removed} removed, {report.lists} lists written.",
        *(f"  {count} refused: {why}" for why, count in report.reasons.items()),
    ]


def report_words(report: AnalysisReport, name: Callable[[SongId], str]) -> str:
    """Return one file's end, with its copies and its nearest song."""
    if report.outcome is not Outcome.DONE:
        return f"{report.outcome.value:<8}{report.path.name}: {report.reason}"
    words = f"{report.outcome.value:<8}{report.path.name} ({report.total_s:.1f} s)"
    copies = [f"{pair.verdict.value} of {name(pair.b)}" for pair in report.duplicates]
    near = [f"sounds like {name(found.song_id)}" for found in report.neighbours[:1]]
    return "; ".join([words, *copies, *near])


def neighbour_words(found: Neighbour, song: Song) -> str:
    """Return one neighbour: how near, where, which song."""
    where = f"their {clock(found.match.song_s)} <-> yours {clock(found.match.query_s)}"
    return f"{found.score:.3f}  {where:<30}  {named(song)}"


def pair_words(pair: PairVerdict, paths: Mapping[SongId, str]) -> list[str]:
    """Return one verdict with its evidence, and its two songs."""
    overlap = pair.overlap
    a_s, b_s = clock(overlap.a_start_s), clock(overlap.b_start_s)
    where = f"{overlap.duration_s:.0f} s from {a_s} and {b_s}"
    agree = f"{pair.score:.3f} of fingerprint bits agree over {where}"
    return [
        f"{pair.verdict.value:<15} {pair.confidence.value}: {agree}",
        f"    {paths[pair.a]}",
        f"    {paths[pair.b]}",
    ]
