"""The command line ``songkin``: the window's verbs without a window.

Exit 0 when all went well, 1 when some song failed or the cluster refused, 2 for wrong usage. JSON
goes to stdout, everything else to stderr.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

from app import output, verbs
from app.cluster_parser import add_cluster, count, verb_of
from app.duplicate_parser import add_duplicates
from app.export_parser import add_exports
from app.logs import start_logging
from core.errors import Cancelled, WorldError
from core.settings import SeparatorName, Settings, chosen_separator, default_places
from core.types import SpaceName, Stem
from ui.messages import sentence

CANCELLED = 130  # what shells report for Ctrl-C


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb."""
    args = parser().parse_args(argv)
    separator = SeparatorName(args.separator) if args.separator else chosen_separator()
    settings = Settings(places=default_places(args.library), separator=separator)
    start_logging(settings.places.logs, verbose=args.verbose)
    verb: verbs.Verb = args.verb
    try:
        return verb(args, settings)
    except Cancelled:
        output.say("Stopped. What was done so far is kept; `songkin finish` goes on.")
        return CANCELLED
    except WorldError as error:
        output.say(sentence(error))
        return verbs.SOME_FAILED


def parser() -> argparse.ArgumentParser:
    """Return the parser of every verb and option."""
    top = argparse.ArgumentParser(
        prog="songkin",
        description="See what in your library sounds like a song, duplicates it, or is another "
        "version of it; sync vectors, never audio, with a Milvus cluster.",
    )
    top.add_argument("--version", action="version", version=f"songkin {version('songkin')}")
    top.add_argument("--library", type=Path, metavar="DIR", help="the library's folder")
    top.add_argument(
        "--separator",
        choices=[name.value for name in SeparatorName],
        help="what takes the voice off (default: as chosen in the window's settings)",
    )
    top.add_argument("--verbose", action="store_true", help="say on stderr what is being done")
    commands = top.add_subparsers(required=True, metavar="VERB")
    _add_taking_in(commands)
    _add_answers(commands)
    add_duplicates(commands)
    add_exports(commands)
    add_cluster(commands)
    window = commands.add_parser("gui", help="open the window")
    window.add_argument("path", nargs="*", type=Path, metavar="PATH", help="songs to add at once")
    window.add_argument(
        "--picture",
        type=Path,
        metavar="FILE.png",
        help="take the window's picture once nothing runs in it any more, and close it",
    )
    window.set_defaults(verb=verbs.gui)
    return top


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add_taking_in(commands: Commands) -> None:
    add = verb_of(commands, "add", verbs.add, does="add files and folders")
    add.add_argument("path", nargs="+", type=Path, metavar="PATH")
    add.add_argument(
        "--quick", action="store_true", help="stop each song at the first answer, queue the rest"
    )
    verb_of(commands, "finish", verbs.finish, does="do what is queued")
    verb_of(commands, "songs", verbs.songs, does="list the library")
    fetch = commands.add_parser("fetch-weights", help="fetch a separator's weights")
    fetch.add_argument("model", choices=[SeparatorName.DEMUCS.value])
    fetch.set_defaults(verb=verbs.fetch_weights)


def _add_answers(commands: Commands) -> None:
    similar = verb_of(commands, "similar", verbs.similar, does="what sounds like a song")
    _song(similar)
    similar.add_argument(
        "more", nargs="*", metavar="SONG", help="more songs of the library: what all have in common"
    )
    similar.add_argument(
        "--unlike",
        action="append",
        default=[],
        metavar="SONG",
        help="less like this song of the library; may be given again",
    )
    similar.add_argument("--space", choices=[space.value for space in SpaceName], default="style")
    similar.add_argument("--stem", choices=[stem.value for stem in Stem])
    similar.add_argument(
        "--no-copies", action="store_true", help="leave out copies of the same recording"
    )
    versions = verb_of(commands, "versions", verbs.versions, does="other versions of a composition")
    _song(versions)


def _song(command: argparse.ArgumentParser) -> None:
    command.add_argument("song", metavar="SONG", help="a song id, or a file's path")
    command.add_argument("-k", type=count, default=10, help="how many (default: %(default)s)")


if __name__ == "__main__":
    sys.exit(main())
