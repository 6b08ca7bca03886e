"""The command line's words about copies: what can be asked, not what is done."""

import argparse
from pathlib import Path
from typing import TypeAlias

from app import duplicate_verbs as verbs
from app.cluster_parser import cluster_options, verb_of

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
SONG_HELP = "a song id, or a file's path"


def add_duplicates(commands: Commands) -> None:
    """Add every verb that has to do with copies."""
    _add_listing(commands)
    _add_keeping(commands)
    _add_deciding(commands)
    _add_check(commands)


def _add_listing(commands: Commands) -> None:
    listed = verb_of(commands, "duplicates", verbs.duplicates, does="copies, and how we know")
    listed.add_argument("song", nargs="?", metavar="SONG", help=SONG_HELP)
    listed.add_argument(
        "--groups", action="store_true", help="songs that are one recording, the better copy first"
    )


def _add_keeping(commands: Commands) -> None:
    kept = verb_of(commands, "keep", verbs.keep, does="keep a copy, move the others to the trash")
    kept.add_argument("song", metavar="SONG", help=SONG_HELP)
    kept.add_argument("other", nargs="*", metavar="OTHER", help="default: its group's other copies")
    tagged = verb_of(commands, "copy-tags", verbs.copy_tags, does="write a song's tags into others")
    tagged.add_argument("song", metavar="SONG", help=SONG_HELP)
    tagged.add_argument("other", nargs="+", metavar="OTHER")
    undone = verb_of(commands, "undo", verbs.undo, does="take back what was done last")
    undone.add_argument(
        "--give-up",
        action="store_true",
        help="forget it, so that what was done before can be undone",
    )


def _add_deciding(commands: Commands) -> None:
    decided = verb_of(commands, "decide", verbs.decide, does="say what a pair is")
    decided.add_argument("a", metavar="A", help=SONG_HELP)
    decided.add_argument("b", metavar="B", help=SONG_HELP)
    decided.add_argument("decision", choices=list(verbs.DECISIONS))


def _add_check(commands: Commands) -> None:
    checked = verb_of(
        commands, "check", verbs.check, does="whether a demo is too close to something"
    )
    checked.add_argument("file", type=Path, metavar="FILE")
    checked.add_argument(
        "--cluster", action="store_true", help="ask the production catalogue too; no sound leaves"
    )
    cluster_options(checked)
