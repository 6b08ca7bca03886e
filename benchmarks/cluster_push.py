"""How fast a library is pushed: ``./dev bench cluster_push``.

The same rows go to the same server by two ways in one run: by a whole first sync (read from the
catalogue, written as rows, pushed, noted, acknowledged, compared), and by a bare loop of pymilvus
upserts over rows that lie ready in memory. Half of the loop's rows go before the sync and half
after it, so that a slow minute slows both.

Predicted before the first run: 0.8 of the bare loop's rows a second; the bar is 0.7.
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
from cluster_sync import collections as shapes
from cluster_sync.credentials import OneSync
from cluster_sync.demo_server import DemoServer
from cluster_sync.evidence import shared_songs
from cluster_sync.sync import ClusterSync
from core.cluster_types import SyncState
from core.library.store import Catalogue
from core.progress import Progress
from core.vectors.milvus import CollectionSpec, MilvusStore
from core.vectors.rows import checked_record

SONGS = 50_000
BARE = "bare"
READY_ROWS = 1000  # what the bare loop has in memory at a time
BARE_ROWS = 500  # an upsert: the quickest of 100, 200, 500 and 1000 tried


@dataclass(frozen=True, slots=True)
class PushFigures:
    """Seconds for the same rows by both ways, and their size."""

    songs: int
    row_bytes: int
    sync_s: float
    bare_s: float

    @property
    def ratio(self) -> float:
        """Rows a second of the sync over those of the bare loop."""
        return self.bare_s / self.sync_s


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--songs", type=int, default=SONGS)
    args = arguments.parse_args()
    isolate()
    print(table(measure(args.songs)))


def measure(songs: int) -> PushFigures:
    """Push a library of made-up songs by both ways."""
    with tempfile.TemporaryDirectory() as folder:
        catalogue = Catalogue(Path(folder) / "library")
        fill(catalogue, range(songs))
        with DemoServer(Path(folder) / "server") as server:
            client = MilvusClient(server.uri, token=server.token, dedicated=True)
            n_bytes = _make_room(catalogue, server)
            bare_s = _bare_loop(catalogue, client, numbers=range(songs // 2))
            sync_s = _sync(catalogue, server)
            bare_s += _bare_loop(catalogue, client, numbers=range(songs // 2, songs))
            client.close()
        catalogue.close()
    return PushFigures(songs, n_bytes, sync_s, bare_s)


def table(figures: PushFigures) -> str:
    """Return the figures as a table."""
    rate = [figures.songs / seconds for seconds in (figures.sync_s, figures.bare_s)]
    rows = (
        ("what", "whole sync", "bare loop of upserts", "ratio", "bar"),
        ("---",) * 5,
        (
            f"first push of {figures.songs} songs, {figures.row_bytes / 1000:.0f} kB a row",
            f"{figures.sync_s:.0f} s, {rate[0]:.0f} songs/s",
            f"{figures.bare_s:.0f} s, {rate[1]:.0f} rows/s",
            f"{figures.ratio:.2f}",
            "0.7",
        ),
    )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _make_room(catalogue: Catalogue, server: DemoServer) -> int:
    """Make the bare loop's collection, shaped as an inbox; return a row's size in bytes."""
    (song,) = shared_songs(catalogue, [song_id(0)], share_titles=True)
    row = shapes.song_row(song)
    shape = shapes.inbox_spec(catalogue.library_id, len(row.vector))
    store = MilvusStore(server.uri, token=server.token)
    store.ensure(CollectionSpec(BARE, shape.dimension, shape.fields))
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


def _bare_loop(catalogue: Catalogue, client: MilvusClient, *, numbers: range) -> float:
    took_s = 0.0
    for records in _ready(catalogue, numbers):
        began = time.perf_counter()
        for start in range(0, len(records), BARE_ROWS):
            client.upsert(BARE, records[start : start + BARE_ROWS])
        took_s += time.perf_counter() - began
    return took_s


def _ready(catalogue: Catalogue, numbers: range) -> Iterator[list[dict[str, object]]]:
    for start in range(numbers.start, numbers.stop, READY_ROWS):
        ids = [song_id(n) for n in range(start, min(start + READY_ROWS, numbers.stop))]
        songs = shared_songs(catalogue, ids, share_titles=True)
        rows = [shapes.song_row(song) for song in songs]
        yield [checked_record(row, len(row.vector)) for row in rows]


if __name__ == "__main__":
    main()
