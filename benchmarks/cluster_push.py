"""How fast a library is pushed: ``./dev bench cluster_push``.

The same rows go to the same server in one run: by a whole first sync (read from the catalogue,
written as rows, pushed, noted, acknowledged, compared), and by bare loops of pymilvus upserts over
rows that lie ready in memory. One loop gives pymilvus plain texts and lists, as anybody would; the
other, the sharper measure, spares it the walk through every sign of a text as the sync does
(``core/vectors/rows.py``). Half of each loop's rows go before the sync and half after it, so that a
slow minute slows all.

Predicted before the first run: 0.8 of the bare loop's rows a second; the bar is 0.7. Writes a
section of ``benchmarks/results/cluster.md``.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pymilvus import MilvusClient

from benchmarks.cluster_library import fill, song_id
from benchmarks.isolated import isolate
from benchmarks.results_page import put_section, table
from cluster_sync import collections as shapes
from cluster_sync.credentials import OneSync
from cluster_sync.demo_server import DemoServer
from cluster_sync.evidence import shared_songs
from cluster_sync.sync import ClusterSync
from core.cluster_types import SyncState
from core.library.store import Catalogue
from core.progress import Progress
from core.vectors.milvus import CollectionSpec, MilvusStore, Row
from core.vectors.rows import checked_record

SONGS = 50_000
BARE, SPARED = "bare", "spared"  # the loops' collections
PAGE = Path(__file__).parent / "results" / "cluster.md"
READY_ROWS = 1000  # what the bare loop has in memory at a time
# Seconds: a server that a busy machine starves for longer than this gives itself up.
PATIENCE = {"common.session.ttl": 60}
BARE_ROWS = 500  # an upsert: the quickest of 100, 200, 500 and 1000 tried


Record = dict[str, object]


@dataclass(frozen=True, slots=True)
class PushFigures:
    """Seconds for the same rows each way, and their size."""

    songs: int
    row_bytes: int
    sync_s: float
    bare_s: float
    spared_s: float


def main() -> None:
    """Measure, print and keep."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--songs", type=int, default=SONGS)
    args = arguments.parse_args()
    isolate()
    text = report(measure(args.songs))
    print(text)
    if args.songs == SONGS:
        put_section(PAGE, "Push", text)


def measure(songs: int) -> PushFigures:
    """Push a library of made-up songs each way."""
    halves = range(songs // 2), range(songs // 2, songs)
    with tempfile.TemporaryDirectory() as folder:
        catalogue = Catalogue(Path(folder) / "library")
        fill(catalogue, range(songs))
        with DemoServer(Path(folder) / "server", settings=PATIENCE) as server:
            client = MilvusClient(server.uri, token=server.token, dedicated=True)
            loops = BareLoops(catalogue, client)
            n_bytes = _make_room(catalogue, server)
            loops.run(halves[0])
            sync_s = _sync(catalogue, server)
            loops.run(halves[1])
            client.close()
        catalogue.close()
    return PushFigures(songs, n_bytes, sync_s, loops.bare_s, loops.spared_s)


def report(figures: PushFigures) -> str:
    """Return the figures as a table."""
    ways = (
        ("whole sync", figures.sync_s, ""),
        ("bare loop of upserts", figures.bare_s, "0.7"),
        ("the same loop, pymilvus spared its walk", figures.spared_s, ""),
    )
    rows: list[tuple[str, ...]] = [
        ("way", "seconds", "songs/s", "the sync's songs/s over these", "bar")
    ]
    for way, seconds, bar in ways:
        share = f"{seconds / figures.sync_s:.2f}"
        rows.append((way, f"{seconds:.0f}", f"{figures.songs / seconds:.0f}", share, bar))
    words = f"First push of {figures.songs:,} songs, {figures.row_bytes / 1000:.0f} kB a row."
    return f"{words}\n\n{table(rows)}"


def _make_room(catalogue: Catalogue, server: DemoServer) -> int:
    """Make the bare loops' collections, shaped as an inbox; return a row's size in bytes."""
    (song,) = shared_songs(catalogue, [song_id(0)], share_titles=True)
    row = shapes.song_row(song)
    shape = shapes.inbox_spec(catalogue.library_id, len(row.vector))
    store = MilvusStore(server.uri, token=server.token)
    for name in (BARE, SPARED):
        store.ensure(CollectionSpec(name, shape.dimension, shape.fields))
    store.close()
    return row.vector.nbytes + sum(len(str(value)) for value in row.values.values())


def _sync(catalogue: Catalogue, server: DemoServer) -> float:
    def opener(uri: str, token: str) -> MilvusStore:
        return MilvusStore(uri, token=token)

    port = ClusterSync(catalogue, opener=opener, credentials=OneSync(server.token))
    port.sign_in(server.uri, token=server.token)
    began = time.perf_counter()
    report = port.sync(progress=Progress())
    took_s = time.perf_counter() - began
    if report.state is not SyncState.IN_STEP or report.pushed != len(catalogue.songs()):
        raise SystemExit(f"the sync did not do its work: {report}")
    return took_s


class BareLoops:
    """Loops of upserts over rows that lie ready; counts the seconds that the upserts take."""

    def __init__(self, catalogue: Catalogue, client: MilvusClient) -> None:
        self.bare_s = self.spared_s = 0.0
        self._catalogue = catalogue
        self._client = client

    def run(self, numbers: range) -> None:
        """Write these songs in both ways, a thousand by one and then by the other."""
        for rows in _ready(self._catalogue, numbers):
            self.bare_s += self._upsert(BARE, [_plain(row) for row in rows])
            self.spared_s += self._upsert(SPARED, [_spared(row) for row in rows])

    def _upsert(self, name: str, records: list[Record]) -> float:
        began = time.perf_counter()
        for start in range(0, len(records), BARE_ROWS):
            self._client.upsert(name, records[start : start + BARE_ROWS])
        return time.perf_counter() - began


def _plain(row: Row) -> Record:
    return {"key": row.key, "vector": row.vector.tolist(), **row.values}


def _spared(row: Row) -> Record:
    return checked_record(row, len(row.vector))


def _ready(catalogue: Catalogue, numbers: range) -> Iterator[list[Row]]:
    for start in range(numbers.start, numbers.stop, READY_ROWS):
        ids = [song_id(n) for n in range(start, min(start + READY_ROWS, numbers.stop))]
        yield [shapes.song_row(one) for one in shared_songs(catalogue, ids, share_titles=True)]


if __name__ == "__main__":
    main()
