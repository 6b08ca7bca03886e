"""The recommender as a program: ``python -m cluster_sync.recommender --uri URI``.

One pass, or with ``--loop-s`` one after another. The token comes from a file (a mounted secret) or
from stdin, never from the command line, where every process could read it.
"""

import argparse
import json
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from cluster_sync.recommender.passes import recommend_pass
from core.errors import Cancelled, WorldError
from core.progress import Progress
from core.vectors.milvus import MilvusStore

OK, FAILED = 0, 1
log = logging.getLogger("cluster_sync.recommender")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run passes as the arguments say; SIGTERM and Ctrl-C end it after the current step."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    progress = Progress()
    stopped = threading.Event()

    def stop(_signal: int, _frame: object) -> None:
        stopped.set()
        progress.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        token = _token(options)
        code = _one_pass(options, token=token, progress=progress)
        while options.loop_s is not None and not stopped.wait(options.loop_s):
            code = _one_pass(options, token=token, progress=progress)
    except Cancelled:
        return OK
    return code


def _one_pass(options: argparse.Namespace, *, token: str, progress: Progress) -> int:
    try:
        store = MilvusStore(options.uri, token=token, ca_file=options.ca_file)
        try:
            report = recommend_pass(store, progress=progress)
        finally:
            store.close()
    except WorldError as error:
        problem = getattr(error, "problem", None)
        log.error(
            "the pass failed: %s %s", getattr(problem, "value", ""), getattr(error, "detail", "")
        )
        return FAILED
    sys.stdout.write(json.dumps(asdict(report)) + "\n")
    sys.stdout.flush()
    return OK


def _token(options: argparse.Namespace) -> str:
    if options.token_file is not None:
        return str(options.token_file.read_text(encoding="utf-8")).strip()
    return sys.stdin.readline().strip() if options.token_stdin else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cluster_sync.recommender", description=__doc__)
    parser.add_argument("--uri", required=True, help="the cluster, as https://host:19530")
    parser.add_argument("--token-file", type=Path, help="a file that holds user:password")
    parser.add_argument("--token-stdin", action="store_true", help="read user:password from stdin")
    parser.add_argument("--ca-file", type=Path, help="the certificate to trust")
    parser.add_argument("--loop-s", type=float, help="seconds between passes; without it, one pass")
    return parser


if __name__ == "__main__":
    sys.exit(main())
