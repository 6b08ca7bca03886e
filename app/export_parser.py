"""The command line's words about getting songs out: what can be asked, not what is done."""

import argparse
from pathlib import Path
from typing import TypeAlias

from app import export_verbs as verbs
from app.cluster_parser import count, verb_of
from core.audio.sound_formats import SoundFormat

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
SONG_HELP = "a song id, or a file's path"


def add_exports(commands: Commands) -> None:
    """Add the verbs that write files for other programs."""
    export = commands.add_parser("export", help="write vectors, lists or a report to files")
    export.add_argument("song", nargs="*", metavar="SONG", help=f"{SONG_HELP} (default: all)")
    export.add_argument(
        "--similar", metavar="SONG", help="list what sounds like this song, best first"
    )
    export.add_argument("-k", type=count, default=24, help="how many (default: %(default)s)")
    export.add_argument("--vectors", type=Path, metavar="FILE.npz", help="every song vector")
    export.add_argument("--playlist", type=Path, metavar="FILE.m3u8", help="the songs as M3U8")
    export.add_argument("--csv", type=Path, metavar="FILE.csv", help="the songs as a table")
    export.add_argument("--text", type=Path, metavar="FILE.txt", help="the songs, a line each")
    export.add_argument(
        "--duplicates", type=Path, metavar="FILE", help="a report on copies: .html, .csv or .md"
    )
    export.add_argument("--overwrite", action="store_true", help="replace files that are there")
    export.set_defaults(verb=verbs.export)
    stems = verb_of(commands, "stems", verbs.stems, does="write voice and backing of whole songs")
    stems.add_argument("song", nargs="+", metavar="SONG", help=SONG_HELP)
    stems.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    stems.add_argument(
        "--format",
        choices=[kind.value for kind in SoundFormat],
        default=SoundFormat.FLAC.value,
        help="24 bit, at 44.1 kHz (default: %(default)s)",
    )
