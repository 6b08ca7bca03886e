"""The recommender as a program: ``python -m cluster_sync.recommender COMMAND --uri URI``.

It ends with 0 when done (a loop: when stopped by a signal), 1 for a problem (told in one line), 2
for a wrong command line, 3 where another recommender holds the work, 4 where a signal stopped it
before its end. The token comes from a file, a mounted secret, never from the command line, where
every process could read it.
"""

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from cluster_sync.recommender import logs
from cluster_sync.recommender.journal import BUCKETS
from cluster_sync.recommender.program import Program, Stop, Work

FAILED = 1
REBUILD = "1"  # of a rebuild that was given no name
SHARD = "SONGKIN_SHARD"
PORT = 9464  # as the chart's probes and monitor expect it


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as the arguments say; SIGTERM and Ctrl-C end it after the step at hand."""
    parser = _parser()
    options = parser.parse_args(arguments)
    buckets = _buckets(parser, options)
    logs.set_up(is_json=options.log_format == "json")
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.ask())
    try:
        token = _token(options.token_file)
    except OSError as error:
        sys.stderr.write(json.dumps({"problem": "token_file", "detail": str(error)}) + "\n")
        return FAILED
    work = Work(options.command, buckets=buckets, rebuild=getattr(options, "rebuild", None))
    program = Program(options.uri, token=token, ca_file=options.ca_file, stop=stop)
    return program.run(work, every_s=getattr(options, "every", None), port=options.metrics_port)


def shard_buckets(text: str) -> range:
    """Return the buckets of a shard "i/n", counted from 0; raise ``ValueError`` for others."""
    index, mark, count = text.partition("/")
    i, n = int(index), int(count)
    if not mark or not 0 <= i < n <= BUCKETS:
        raise ValueError(f"not a shard of at most {BUCKETS}, counted from 0: {text}")
    return range(i * BUCKETS // n, (i + 1) * BUCKETS // n)


def _buckets(parser: argparse.ArgumentParser, options: argparse.Namespace) -> range:
    text = getattr(options, "shard", None)
    if options.command == "lists" and text is None:
        text = os.environ.get(SHARD)
    try:
        return shard_buckets(text or "0/1")
    except ValueError as error:
        parser.error(f"{SHARD} or --shard: {error}")


def _token(path: Path | None) -> str:
    return path.read_text(encoding="utf-8").strip() if path is not None else ""


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--uri", required=True, help="the cluster, as https://host:19530")
    shared.add_argument("--token-file", type=Path, help="a file that holds user:password")
    shared.add_argument("--ca-file", type=Path, help="the certificate to trust")
    shared.add_argument(
        "--metrics-port", type=int, help=f"where /metrics, /healthz and /readyz answer, as {PORT}"
    )
    shared.add_argument("--log-format", choices=("json", "text"), default="text")
    parser = argparse.ArgumentParser(prog="python -m cluster_sync.recommender", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    one = commands.add_parser("pass", parents=[shared], help="merge the inboxes, make lists")
    one.add_argument("--every", type=_seconds, help="seconds between passes; without it, one pass")
    lists = commands.add_parser("lists", parents=[shared], help="make the lists of a shard")
    lists.add_argument("--shard", help=f"I/N, counted from 0; {SHARD} may stand for it")
    lists.add_argument(
        "--rebuild",
        nargs="?",
        const=REBUILD,
        type=_rebuild,
        metavar="ID",
        help="all lists, not those in need only; one that stopped goes on where its ID is the same",
    )
    commands.add_parser("migrate", parents=[shared], help="make or upgrade the shared collections")
    return parser


def _rebuild(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z-]{1,32}", text):  # it stands in a row's key
        raise ValueError(text)
    return text


def _seconds(text: str) -> float:
    value = float(text)
    if not 0.0 < value < float("inf"):
        raise ValueError(text)
    return value


if __name__ == "__main__":
    sys.exit(main())
