"""The command line's ways out: vectors, lists, the report on copies, stems."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app import output, wiring
from app.verbs import OK, SOME_FAILED, stoppable
from core import playlists, reports
from core.audio.sound_formats import SoundFormat
from core.placing import write_text
from core.playlists import Line, ListFormat, line_of
from core.progress import Progress, ProgressReport
from core.reports import ReportFormat
from core.settings import Settings
from core.types import SpaceName
from ui.messages import sentence
from ui.presenters.copy_report import report_sets, report_words
from ui.presenters.copy_sets import read_sets
from ui.presenters.words import time_left

if TYPE_CHECKING:
    from core.stems import StemReport
    from core.workbench import Workbench

WRONG_USAGE = 2
NOTHING_ASKED = "Name what to write: --vectors, --playlist, --csv, --text or --duplicates."
NO_FORMAT = "A report ends in .html, .csv or .md."
TOLD_EVERY_S = 2.0


def export(args: argparse.Namespace, settings: Settings) -> int:
    """Write vectors, lists and reports, as far as they are asked for."""
    lists = {
        ListFormat.M3U8: args.playlist,
        ListFormat.CSV: args.csv,
        ListFormat.TEXT: args.text,
    }
    if not any((args.vectors, args.duplicates, *lists.values())):
        output.say(NOTHING_ASKED)
        return WRONG_USAGE
    if args.duplicates and args.duplicates.suffix not in {kind.suffix for kind in ReportFormat}:
        output.say(NO_FORMAT)
        return WRONG_USAGE
    with wiring.open_workbench(settings) as bench, stoppable() as progress:
        if args.vectors:
            _write_vectors(bench, args.vectors)
        if args.duplicates:
            _write_report(bench, args.duplicates, replace=args.overwrite)
        wanted = {kind: path for kind, path in lists.items() if path}
        lines = _lines(args, bench, progress=progress) if wanted else []
        for kind, path in wanted.items():
            text = playlists.rendered(lines, kind, folder=path.absolute().parent)
            write_text(path, text, replace=args.overwrite)
    return OK


def stems(args: argparse.Namespace, settings: Settings) -> int:
    """Write voice and backing of whole songs into a folder."""
    args.to.mkdir(parents=True, exist_ok=True)
    with wiring.open_workbench(settings) as bench, stoppable(Teller()) as progress:
        songs = [bench.catalogue.find(asked) for asked in args.song]
        found = bench.export_stems(
            songs,
            args.to,
            sound_format=SoundFormat(args.format),
            progress=progress,
            on_report=lambda report: _tell(report, is_json=args.json),
        )
    return SOME_FAILED if any(report.error for report in found) else OK


def _lines(args: argparse.Namespace, bench: "Workbench", *, progress: Progress) -> list[Line]:
    """Return the songs that are named, those that sound like one, or all."""
    if args.similar:
        question = bench.ask(args.similar, whole=True, progress=progress)
        found = bench.similar_to(question, limit=args.k, space=SpaceName.STYLE, stem=None)
        return [
            line_of(bench.catalogue.song(near.song_id), score=f"{near.score:.3f}") for near in found
        ]
    if args.song:
        return [line_of(bench.catalogue.find(asked)) for asked in args.song]
    return [line_of(song) for song in bench.songs()]


def _write_vectors(bench: "Workbench", path: Path) -> None:
    """Write every song vector of the library to a NumPy file."""
    exported = bench.export_vectors()
    arrays = {
        f"{space.value}_{stem.value}": vectors
        for (space, stem), vectors in exported.vectors.items()
    }
    named = {
        "song_ids": np.array(exported.song_ids, dtype=np.str_),
        "paths": np.array([str(path) for path in exported.paths], dtype=np.str_),
    }
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **named, **arrays)


def _write_report(bench: "Workbench", path: Path, *, replace: bool) -> None:
    sets = read_sets(bench)
    kind = ReportFormat(path.suffix.removeprefix("."))
    text = reports.rendered(report_sets(sets), kind, words=report_words(sets))
    write_text(path, text, replace=replace)


class Teller:
    """Says now and then how far the stems are, and how long it takes."""

    def __init__(self) -> None:
        self._began_at = self._told_at = time.monotonic()

    def __call__(self, report: ProgressReport) -> None:
        """Say how far it is, unless that was said just now."""
        now = time.monotonic()
        if now - self._told_at < TOLD_EVERY_S or not report.done:
            return
        self._told_at = now
        left_s = (now - self._began_at) * (report.total - report.done) / report.done
        output.say(f"{report.what}: {100 * report.done // report.total} %, {time_left(left_s)}")


def _tell(report: "StemReport", *, is_json: bool) -> None:
    files = report.files
    reason = sentence(report.error) if report.error else ""
    if is_json:
        output.emit(
            {
                "song_id": report.song.song_id,
                "path": str(report.song.path),
                "backing": str(files.backing) if files else None,
                "vocal": str(files.vocal) if files else None,
                "reason": reason,
            }
        )
    elif files:
        output.put(str(files.backing), str(files.vocal))
    else:
        output.say(reason)
