"""The command line's verbs about copies: groups, the better one, trash, decisions, checks."""

import argparse
from collections.abc import Sequence

from app import duplicate_output as shapes
from app import output, wiring
from app.cluster_verbs import NO_CLUSTER, WRONG_USAGE, port_of
from app.verbs import OK, SOME_FAILED, stoppable
from core.cluster_types import CatalogueVerdict
from core.copy_types import CheckReport, DoneAction
from core.ports import SyncPort
from core.progress import Progress
from core.settings import Settings
from core.types import Decision, SongId

DECISIONS = {
    "same-song": Decision.SAME_SONG,
    "not-duplicate": Decision.NOT_DUPLICATE,
    "forget": None,
}
NO_COPIES = "{name} has no copies here, so nothing was moved."


def duplicates(args: argparse.Namespace, settings: Settings) -> int:
    """Print the proved pairs of a song, or of the library; or the groups of copies."""
    if args.groups:
        return _groups(args, settings)
    with wiring.open_workbench(settings) as bench, stoppable() as progress:
        paths = {song.song_id: str(song.path) for song in bench.songs()}
        if args.song is None:
            pairs = bench.duplicates()
        else:
            question = bench.ask(args.song, whole=True, progress=progress)
            paths.setdefault(question.evidence.song_id, args.song)
            pairs = bench.duplicates_of(question)
    if args.json:
        output.emit({"pairs": [output.pair_shape(pair, paths) for pair in pairs]})
        return OK
    for pair in pairs:
        output.put(*output.pair_words(pair, paths))
    return OK


def keep(args: argparse.Namespace, settings: Settings) -> int:
    """Keep one copy: move the files of the others to the trash."""
    with wiring.open_workbench(settings) as bench:
        song = bench.catalogue.find(args.song)
        others = [bench.catalogue.find(other).song_id for other in args.other]
        if song.song_id in others:
            output.say("usage: the song to keep is among those to move")
            return WRONG_USAGE
        if not others:
            group = bench.group_of(song.song_id)
            others = [one for one in group.songs if one != song.song_id] if group else []
        if not others:
            output.say(NO_COPIES.format(name=song.path.name))
            return SOME_FAILED
        return _tell_done(args, bench.keep(song.song_id, others=others))


def copy_tags(args: argparse.Namespace, settings: Settings) -> int:
    """Write a song's tags and cover into the files of others."""
    with wiring.open_workbench(settings) as bench:
        source = bench.catalogue.find(args.song).song_id
        targets = [bench.catalogue.find(other).song_id for other in args.other]
        if source in targets:
            output.say("usage: a song can't get its own tags")
            return WRONG_USAGE
        return _tell_done(args, bench.copy_tags(source, to=targets))


def decide(args: argparse.Namespace, settings: Settings) -> int:
    """Remember, or forget, what the user says of a pair."""
    with wiring.open_workbench(settings) as bench:
        a, b = (bench.catalogue.find(one).song_id for one in (args.a, args.b))
        if a == b:
            output.say("usage: name two songs")
            return WRONG_USAGE
        return _tell_done(args, bench.decide(a, b, decision=DECISIONS[args.decision]))


def undo(args: argparse.Namespace, settings: Settings) -> int:
    """Take back what was done last; or give that up, where it can't be taken back."""
    with wiring.open_workbench(settings) as bench:
        if args.give_up:
            action = bench.last_action()
            if action is not None:
                bench.give_up(action)
        else:
            action = bench.undo()
    if args.json:
        output.emit(shapes.action_shape(action))
    else:
        output.put(shapes.given_up_words(action) if args.give_up else shapes.undone_words(action))
    return OK


def check(args: argparse.Namespace, settings: Settings) -> int:
    """Compare a file with the library, and with the production catalogue; nothing is stored."""
    with wiring.open_workbench(settings) as bench, stoppable() as progress:
        # Once only, since a token of standard input can be read once; and before the analysis.
        port = port_of(args, bench.catalogue) if args.cluster else None
        if args.cluster and port is None:
            output.say(NO_CLUSTER)
            return WRONG_USAGE
        report = bench.check(args.file, progress=progress)
        found = None if port is None else _in_catalogue(report, port, progress=progress)
        names = {song_id: bench.catalogue.song(song_id) for song_id in _named(report)}
    if args.json:
        output.emit(shapes.check_shape(report, names.__getitem__, catalogue=found))
    else:
        output.put(*shapes.check_words(report, names.__getitem__, catalogue=found))
    return OK


def _in_catalogue(
    report: CheckReport, port: SyncPort, *, progress: Progress
) -> Sequence[CatalogueVerdict]:
    """Ask the production catalogue what the file is to its songs; only vectors leave."""
    return port.check(
        fingerprints=report.fingerprints,
        vectors=report.vectors,
        duration_s=report.duration_s,
        progress=progress,
    )


def _groups(args: argparse.Namespace, settings: Settings) -> int:
    with wiring.open_workbench(settings) as bench:
        asked = bench.catalogue.find(args.song).song_id if args.song else None
        groups = [one for one in bench.groups() if asked is None or asked in one.songs]
        songs = {song.song_id: song for song in bench.songs()}
    if args.json:
        output.emit({"groups": [shapes.group_shape(one, songs.__getitem__) for one in groups]})
        return OK
    for group in groups:
        output.put(*shapes.group_words(group, songs.__getitem__))
    return OK


def _named(report: CheckReport) -> set[SongId]:
    """Return the songs of the library that a report names."""
    near = (*report.near, *report.near_backing)
    return {found.song_id for found in near} | {pair.b for pair in report.verdicts}


def _tell_done(args: argparse.Namespace, action: DoneAction) -> int:
    if args.json:
        output.emit(shapes.action_shape(action))
    else:
        output.put(*shapes.done_words(action))
    return OK
