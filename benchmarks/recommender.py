"""The recommender: ``python -m benchmarks.recommender`` on the real server of the PyPI package.

Which index finds how much; what a pass over new songs costs beside bare batched searches in the
same run, and a pass with nothing new; how much memory the program takes as the catalogue grows.
Writes ``benchmarks/results/recommender.md``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pymilvus import MilvusClient

from benchmarks.isolated import isolate
from benchmarks.recommender_data import fill, jittered, prepare, real_vectors, send
from benchmarks.recommender_indexes import QUERIES, Found, compare
from cluster_sync import collections as shapes
from cluster_sync.demo_server import DemoServer
from cluster_sync.recommender.program import collecting_seldom
from core.recommend import RECALL
from core.types import Float32Array
from core.vectors.milvus import MilvusStore

RESULTS = Path(__file__).parent / "results" / "recommender.md"
SIZES = (1_000, 10_000, 100_000)
NEW = 1_000
BATCH = 192  # as the recommender searches
EMPTY_PASSES = 5
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}  # as in the recommender's Dockerfile


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the recommender's program: what it told, its seconds, and its largest memory."""

    lists: int
    seconds: float
    wall_s: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Side:
    """What was measured on a catalogue of one size."""

    songs: int
    full: Run
    new: Run
    bare_per_s: float
    seldom_per_s: float  # with the collector held back, as the recommender does
    empty_s: float
    empty_memory_mb: float


class Program:
    """Runs the recommender's program against a server."""

    def __init__(self, server: DemoServer, folder: Path) -> None:
        self._uri = server.uri
        self._token_file = folder / "token"
        self._token_file.write_text(server.token, encoding="utf-8")

    def run(self, command: str, *more: str) -> Run:
        """Run one command to its end."""
        started = time.perf_counter()
        asked = [sys.executable, "-m", "cluster_sync.recommender", command, "--uri", self._uri]
        with subprocess.Popen(
            [*asked, "--token-file", str(self._token_file), *more],
            env=os.environ | ENVIRONMENT,
            stdout=subprocess.PIPE,
            text=True,
        ) as program:
            memory = _largest_memory(program)
            told = json.loads((program.stdout or sys.stdin).read())
        wall_s = time.perf_counter() - started
        return Run(told["lists"], told["seconds"], wall_s, memory)


def _largest_memory(program: subprocess.Popen[str]) -> float:
    """Return the most memory in MB that a process held, watched until it ends."""
    largest_kb = 0
    status = Path(f"/proc/{program.pid}/status")
    while program.poll() is None:
        told = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        largest_kb = max(largest_kb, int(told.get("VmHWM", "0 kB").split()[0]))
        time.sleep(0.02)
    return largest_kb / 1e3


def bare_searches(client: MilvusClient, vectors: Float32Array) -> float:
    """Return searches a second in bare batches of the recommender's depth, answers read.

    They wait for no clock, as the recommender's own don't: the collection's level is strong.
    """
    params = {"metric_type": "COSINE", "params": {"ef": 128}}
    n_found = 0
    started = time.perf_counter()
    for start in range(0, len(vectors), BATCH):
        some = vectors[start : start + BATCH].tolist()
        answer = client.search(
            shapes.CATALOGUE,
            some,
            limit=RECALL + 1,
            output_fields=["key"],
            search_params=params,
            consistency_level="Session",
        )
        n_found += sum(1 for hits in answer for hit in hits if hit["key"] and hit["distance"])
    assert n_found == len(vectors) * (RECALL + 1)
    return len(vectors) / (time.perf_counter() - started)


def measure(
    store: MilvusStore,
    client: MilvusClient,
    *,
    program: Program,
    real: Float32Array,
    sizes: Sequence[int],
) -> Iterator[Side]:
    """Yield what is measured as the catalogue grows to each size."""
    grown = 0
    for number, size in enumerate(sizes):
        vectors = jittered(real, size - grown, seed=number)
        fill(store, vectors, first=grown)
        grown = size
        full = program.run("lists", "--rebuild")
        new = jittered(real, NEW, seed=1000 + number)
        send(store, new, number=number)
        asked = vectors[: max(NEW, min(len(vectors), 10 * NEW))]
        bare_before = bare_searches(client, asked)
        with collecting_seldom():
            seldom_before = bare_searches(client, asked)
        one = program.run("pass")
        bare = (bare_before + bare_searches(client, asked)) / 2
        with collecting_seldom():
            seldom = (seldom_before + bare_searches(client, asked)) / 2
        grown += NEW
        program.run("pass")  # a second look at the inbox, where one is needed
        empty = [program.run("pass") for _ in range(EMPTY_PASSES)]
        empty_s = sorted(run.seconds for run in empty)[EMPTY_PASSES // 2]
        empty_mb = max(run.memory_mb for run in empty)
        yield Side(size, full, one, bare, seldom, empty_s, empty_mb)


def index_table(found: Sequence[Found]) -> str:
    """Return the table of indexes."""
    lines = [
        "| index | searched with | recall@50 | ms a query | built in s | rows in it |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {f.kind} | {f.setting or '-'} | {f.recall:.4f} | {f.search_ms:.2f} | {f.build_s:.0f}"
        f" | {f.indexed:,} |"
        for f in found
    ]
    return "\n".join(lines)


def pass_table(sides: Sequence[Side]) -> str:
    """Return the table of passes."""
    head = (
        f"| songs | every list again | pass over {NEW:,} new: lists, s | lists/s | bare searches/s"
        " | ratio | bare/s, collector held back | ratio | nothing new, s | of every list"
        " | of a pass |"
    )
    lines = [head, "|---" * 11 + "|"]
    for side in sides:
        rate = side.new.lists / side.new.seconds
        lines.append(
            f"| {side.songs:,} | {side.full.seconds:.0f} s"
            f" | {side.new.lists:,}, {side.new.seconds:.1f}"
            f" | {rate:.0f} | {side.bare_per_s:.0f} | {rate / side.bare_per_s:.2f}"
            f" | {side.seldom_per_s:.0f} | {rate / side.seldom_per_s:.2f}"
            f" | {side.empty_s:.2f} | {100 * side.empty_s / side.full.seconds:.1f} %"
            f" | {100 * side.empty_s / side.new.seconds:.1f} % |"
        )
    return "\n".join(lines)


def memory_table(sides: Sequence[Side]) -> str:
    """Return the table of memory."""
    lines = [
        "| songs | every list again | pass over new songs | nothing new |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {s.songs:,} | {s.full.memory_mb:.0f} MB | {s.new.memory_mb:.0f} MB"
        f" | {s.empty_memory_mb:.0f} MB |"
        for s in sides
    ]
    return "\n".join(lines)


def page(found: Sequence[Found], sides: Sequence[Side], *, n_real: int) -> str:
    """Return the page that is kept."""
    return (
        "# The recommender\n\n"
        f"Server: Milvus 2.3.5, standalone, on {os.cpu_count()} cores that the recommender shares."
        f" Vectors: {n_real} windows of real songs, jittered. What the columns mean:"
        " `benchmarks/recommender.py`.\n\n"
        f"## Indexes\n\n{QUERIES} queries.\n\n{index_table(found)}\n\n"
        "## Passes\n\nA pass takes in the new songs, makes their lists and those of the songs that"
        " they are near to; `lists/s` is over all of it. Seconds are the program's own, from its"
        " connection to its last write. Bare searches are measured as any program does them, and"
        " with Python's collector held back, as the recommender does.\n\n"
        f"{pass_table(sides)}\n\n"
        f"## Largest memory of the program\n\n{memory_table(sides)}\n"
    )


@contextmanager
def running() -> Iterator[tuple[DemoServer, Path]]:
    """Run a server in a folder that goes away."""
    # Some gigabytes: too much for a /tmp that lies in memory.
    with (
        tempfile.TemporaryDirectory(prefix="songkin-recommender-", dir="/var/tmp") as folder,
        DemoServer(Path(folder) / "server") as server,
    ):
        yield server, Path(folder)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recommender", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--no-indexes", action="store_true", help="leave the indexes out")
    options = parser.parse_args()
    isolate()
    real = real_vectors()
    found: list[Found] = []
    with running() as (server, folder):
        client = MilvusClient(server.uri, token=server.token, dedicated=True)
        if not options.no_indexes:
            vectors, queries = (
                jittered(real, max(options.sizes), seed=1),
                jittered(real, QUERIES, seed=2),
            )
            for one in compare(client, vectors, queries=queries):
                print(asdict(one), flush=True)
                found.append(one)
        store = MilvusStore(server.uri, token=server.token)
        prepare(store, real.shape[1])
        sides = []
        program = Program(server, folder)
        for side in measure(store, client, program=program, real=real, sizes=options.sizes):
            print(asdict(side), flush=True)
            sides.append(side)
        store.close()
        client.close()
    text = page(found, sides, n_real=len(real))
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
