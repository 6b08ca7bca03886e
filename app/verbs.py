"""The command line's verbs: each asks the workbench or the cluster, and prints what it says."""

import argparse
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app import output, wiring
from core.progress import Progress, ProgressReport
from core.settings import SeparatorName, Settings
from core.types import (
    AnalysisReport,
    Outcome,
    SongId,
    SoundKind,
    SpaceName,
    Stem,
)

if TYPE_CHECKING:
    from core.workbench import Workbench

OK, SOME_FAILED = 0, 1

Verb = Callable[[argparse.Namespace, Settings], int]


def add(args: argparse.Namespace, settings: Settings) -> int:
    """Add files and folders."""
    with wiring.open_workbench(settings) as bench, stoppable() as progress:
        bench.warm_up()
        reports = bench.add(
            args.path, quick=args.quick, progress=progress, on_report=_reporter(args, bench)
        )
    return _exit_code(reports)


def finish(args: argparse.Namespace, settings: Settings) -> int:
    """Do what is queued."""
    with wiring.open_workbench(settings) as bench, stoppable() as progress:
        bench.warm_up()
        report = _reporter(args, bench)
        reports = bench.finish(progress=progress, on_report=report)
        reports += bench.fill_in(progress=progress, on_report=report)
    return _exit_code(reports)


def songs(args: argparse.Namespace, settings: Settings) -> int:
    """List the library."""
    with wiring.open_catalogue(settings) as catalogue:
        found = catalogue.songs()
    if args.json:
        output.emit([output.song_shape(song) for song in found])
        return OK
    for song in found:
        length = output.clock(song.duration_s)
        output.put(f"{song.song_id}  {length:>7}  {song.stage.value:<12}  {output.named(song)}")
    return OK


def similar(args: argparse.Namespace, settings: Settings) -> int:
    """Print the songs nearest to one, or to what several have in common."""
    stem = Stem(args.stem) if args.stem else None
    if args.more or args.unlike:
        if SpaceName(args.space) is not SpaceName.STYLE:
            output.say("Several songs are compared by their sound only: leave --space out.")
            return SOME_FAILED
        return _print_alike(args, settings, stem=stem)
    return _print_neighbours(
        args, settings, space=SpaceName(args.space), stem=stem, without_copies=args.no_copies
    )


def versions(args: argparse.Namespace, settings: Settings) -> int:
    """Print other versions of the same composition."""
    return _print_neighbours(args, settings, space=SpaceName.WORK, stem=Stem.MIX)


def fetch_weights(args: argparse.Namespace, settings: Settings) -> int:
    """Fetch the weights of a separator that doesn't ship with its own."""
    with stoppable() as progress:
        wiring.fetch_separator(SeparatorName(args.model), settings, progress=progress)
    return OK


def gui(args: argparse.Namespace, settings: Settings) -> int:
    """Open the window."""
    from app.__main__ import run_window  # Qt is loaded only where a window is asked for

    return run_window(settings, paths=tuple(args.path), picture=args.picture)


@contextmanager
def stoppable(listener: Callable[[ProgressReport], None] | None = None) -> Iterator[Progress]:
    """Yield a progress that Ctrl-C cancels."""
    progress = Progress(listener)
    previous = signal.signal(signal.SIGINT, lambda _number, _frame: progress.cancel())
    try:
        yield progress
    finally:
        signal.signal(signal.SIGINT, previous)


def _print_neighbours(
    args: argparse.Namespace,
    settings: Settings,
    *,
    space: SpaceName,
    stem: Stem | None,
    without_copies: bool = False,
) -> int:
    with wiring.open_workbench(settings) as bench, stoppable() as progress:
        is_quick = space is SpaceName.STYLE and stem is Stem.MIX
        question = bench.ask(args.song, whole=not is_quick, progress=progress)
        found = bench.similar_to(
            question, limit=args.k, space=space, stem=stem, without_copies=without_copies
        )
        songs = {near.song_id: bench.catalogue.song(near.song_id) for near in found}
    if args.json:
        results = [output.neighbour_shape(near, songs[near.song_id]) for near in found]
        output.emit({"query": output.query_shape(question, args.song), "results": results})
        return OK
    if space is SpaceName.STYLE and question.kind.company is not SoundKind.MUSIC:
        kind = question.kind.value
        output.say(f"This is {kind}: it is compared with other {kind} only.")
    for rank, near in enumerate(found, start=1):
        output.put(f"{rank:>3}  {output.neighbour_words(near, songs[near.song_id])}")
    return OK


def _print_alike(args: argparse.Namespace, settings: Settings, *, stem: Stem | None) -> int:
    with wiring.open_workbench(settings) as bench:
        liked, disliked = (
            [bench.catalogue.find(asked).song_id for asked in several]
            for several in ((args.song, *args.more), args.unlike)
        )
        found = bench.similar_to_all(
            liked, disliked, limit=args.k, stem=stem, without_copies=args.no_copies
        )
        listed = [
            (near, bench.catalogue.song(near.song_id), bench.catalogue.song(near.seed or liked[0]))
            for near in found
        ]
    if args.json:
        results = [
            output.neighbour_shape(near, song) | {"seed": seed.song_id}
            for near, song, seed in listed
        ]
        output.emit({"like": liked, "unlike": disliked, "results": results})
        return OK
    for rank, (near, song, seed) in enumerate(listed, start=1):
        output.put(f"{rank:>3}  {output.neighbour_words(near, song)}  by {output.named(seed)}")
    return OK


def _reporter(args: argparse.Namespace, bench: "Workbench") -> Callable[[AnalysisReport], None]:
    """Return what prints each file as it ends."""

    def name(song_id: SongId) -> str:
        return output.named(bench.catalogue.song(song_id))

    def tell(report: AnalysisReport) -> None:
        if args.json:
            output.emit(output.report_shape(report))
        else:
            output.put(output.report_words(report, name))

    return tell


def _exit_code(reports: Sequence[AnalysisReport]) -> int:
    return SOME_FAILED if any(r.outcome is Outcome.FAILED for r in reports) else OK
