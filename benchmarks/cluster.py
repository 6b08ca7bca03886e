"""What a real distributed Milvus does to us when its parts die: ``./dev bench cluster``.

Three query nodes hold two in-memory replicas. Under steady searches each query node is killed and
brought back, then the proxy; then, while a library is pushed, the data node and the coordinators.
Whenever a query node comes back, the recommender makes every list anew: this server then answers
OK with a part of what it holds, and none of that may end in a stored list. Once all is quiet they
are made again and compared. (With the lists of before the fault they can't be: a graph that was
built anew meanwhile may find another song at the edge of a recall.)

Predicted before the first run, on two cores: a killed query node costs under 10 searches and no
search more than 2 s, but for 5 to 10 s after it came back some hundreds are incomplete; a proxy
costs every search for 3 to 5 s; the data node none; the coordinators none, but a push waits 5 to
15 s. No row is lost or doubled, and no list differs from the one made again once all is quiet.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pymilvus import MilvusClient

from benchmarks import cluster_push
from benchmarks.cluster_library import SHORT, fill
from benchmarks.cluster_lists import Lists, Recommender, Runs, differing, stored_lists
from benchmarks.cluster_load import LoadFigures, SearchLoad
from benchmarks.cluster_sides import Sides, compare
from benchmarks.isolated import isolate
from benchmarks.milvus_cluster import COORDINATORS, DATA_NODE, PROXY, QUERY_NODES, MilvusCluster
from benchmarks.results_page import put_section, table
from cluster_sync import collections as shapes
from cluster_sync.credentials import OneSync
from cluster_sync.sync import ClusterSync
from core.cluster_types import SyncState
from core.errors import ClusterError
from core.library.store import Catalogue
from core.progress import Progress
from core.vectors.milvus import MilvusStore

SONGS = 3000
# What is pushed at once; as short songs 4 MB, which the queue of this cluster can hold.
PUSHED = 1200
REPLICAS = 2
WARM_S = 10.0
DOWN_S = 10.0  # a dead query node is noticed after the 5 s of its session
OUT_S = 2.0  # how long other parts stay dead
SETTLE_S = 30.0  # rejoined nodes answer in part for 6 to 8 s
AGAIN_S = 1.0
PAGE = Path(__file__).parent / "results" / "cluster.md"
HEAD = ("what happened", "searches", "failed", "OK but incomplete", "longest answer", "well after")


@dataclass(slots=True)
class Findings:
    """All that a run found."""

    windows: list[tuple[str, LoadFigures]] = field(default_factory=list)
    rebuilds: list[tuple[Runs, int]] = field(default_factory=list)  # and differing lists
    quiet_differing: int = 0
    push_s: float = 0.0
    push_gave_up: int = 0
    sides: Sides = field(default_factory=lambda: Sides(0, 0, 0))


class Scene:
    """A cluster, a library on it, its lists, and the one who watches."""

    def __init__(self, cluster: MilvusCluster, folder: Path) -> None:
        self.cluster = cluster
        self.catalogue = Catalogue(folder / "library")
        self.recommender = Recommender(cluster, folder)
        self.found = Findings()

    def store(self) -> MilvusStore:
        """Open the cluster as every part of the program does."""
        return self._open(self.cluster.uri, self.cluster.token)

    def sync(self) -> None:
        """Sync, again and again until both sides are in step."""
        port = ClusterSync(
            self.catalogue, opener=self._open, credentials=OneSync(self.cluster.token)
        )
        port.sign_in(self.cluster.uri, token=self.cluster.token)
        while True:
            try:
                if port.sync(progress=Progress()).state is SyncState.IN_STEP:
                    return
            except ClusterError as error:
                self.found.push_gave_up += 1
                say(f"a sync gave up: {error.problem.value}")
            time.sleep(AGAIN_S)

    def lists(self) -> Lists:
        """Return the lists that are stored now."""
        with opened(self.store()) as store:
            return stored_lists(store, self.catalogue.library_id)

    def load(self) -> SearchLoad:
        """Return searches for the catalogue's songs."""
        with opened(self.store()) as store:
            songs = {row.key: row.vector for row in store.scan(shapes.CATALOGUE, [])}
        return SearchLoad(self.client, collection=shapes.CATALOGUE, songs=songs)

    def client(self) -> MilvusClient:
        """Open the cluster with nothing between it and us."""
        return MilvusClient(
            self.cluster.uri,
            token=self.cluster.token,
            server_pem_path=str(self.cluster.ca_file),
            dedicated=True,
        )

    def _open(self, uri: str, token: str) -> MilvusStore:
        return MilvusStore(uri, token=token, ca_file=self.cluster.ca_file)


def main() -> None:
    """Run it all, print it and keep it."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--songs", type=int, default=SONGS)
    arguments.add_argument("--pushed", type=int, default=cluster_push.SONGS)
    args = arguments.parse_args()
    isolate()
    with tempfile.TemporaryDirectory() as folder, MilvusCluster(Path(folder) / "cluster") as all_:
        scene = Scene(all_, Path(folder))
        prepare(scene, args.songs)
        endure(scene)
    put_section(PAGE, "Parts that die", report(scene.found, args.songs))
    say(report(scene.found, args.songs))
    if args.pushed:
        pushed = cluster_push.report(cluster_push.measure(args.pushed))
        put_section(PAGE, "Push", pushed)
        say(pushed)


def prepare(scene: Scene, songs: int) -> None:
    """Bring a library to the cluster, and its lists, while all is quiet."""
    for first in range(0, songs, PUSHED):
        say(f"songs from {first} to the cluster, and into the catalogue")
        fill(scene.catalogue, range(first, min(first + PUSHED, songs)), kind=SHORT)
        scene.sync()
        scene.recommender.run("pass")
    replicate(scene.client(), shapes.CATALOGUE)
    say("every list, twice")
    scene.recommender.run("lists", "--rebuild")
    quiet = scene.lists()
    if len(quiet) != songs:
        raise SystemExit(f"{len(quiet)} lists for {songs} songs")
    scene.recommender.run("lists", "--rebuild")
    scene.found.quiet_differing = differing(scene.lists(), quiet)


def replicate(client: MilvusClient, name: str) -> None:
    """Seal and index a collection, and load it with two replicas."""
    client.flush(name)
    client.release_collection(name)
    client.load_collection(name, replica_number=REPLICAS)
    client.close()


def endure(scene: Scene) -> None:
    """Let the parts die, one after the other, under steady searches."""
    load = scene.load()
    with load.running():
        time.sleep(WARM_S)
        began_s = time.monotonic()
        time.sleep(WARM_S)
        note(scene, load, "nothing", since=began_s)
        for node in QUERY_NODES:
            lose_query_node(scene, load, node)
        lose_proxy(scene, load)
        lose_write_path(scene, load)
    with opened(scene.store()) as store:
        scene.found.sides = compare(scene.catalogue, store)
    if scene.cluster.deaths():
        raise SystemExit(f"died by themselves: {scene.cluster.deaths()}")


def lose_query_node(scene: Scene, load: SearchLoad, node: str) -> None:
    """Kill a query node and bring it back, while the recommender makes every list anew."""
    began_s = time.monotonic()
    scene.cluster.kill(node)
    time.sleep(DOWN_S)
    note(scene, load, f"{node} killed", since=began_s)
    began_s = time.monotonic()
    scene.cluster.bring_back(node)
    scene.cluster.wait_for(node)
    runs = scene.recommender.run("lists", "--rebuild")
    made = scene.lists()
    time.sleep(max(0.0, began_s + SETTLE_S - time.monotonic()))
    note(scene, load, f"{node} back", since=began_s)
    scene.recommender.run("lists", "--rebuild")
    scene.found.rebuilds.append((runs, differing(made, scene.lists())))
    say(f"lists: {scene.found.rebuilds[-1]}")


def lose_proxy(scene: Scene, load: SearchLoad) -> None:
    """Kill the proxy, which every client talks to, and bring it back."""
    began_s = time.monotonic()
    blink(scene.cluster, PROXY)
    time.sleep(SETTLE_S)
    note(scene, load, f"proxy killed, back after {OUT_S:.0f} s", since=began_s)


def lose_write_path(scene: Scene, load: SearchLoad) -> None:
    """Kill the data node, then the coordinators, while a library is pushed."""
    fill(scene.catalogue, range(PUSHED), kind=SHORT, generation=1)
    scene.found.push_gave_up = 0
    push = threading.Thread(target=scene.sync)
    pushing_s = time.monotonic()
    push.start()
    for role in (DATA_NODE, COORDINATORS):
        time.sleep(OUT_S)
        began_s = time.monotonic()
        still = "during a push" if push.is_alive() else "after the push"
        blink(scene.cluster, role)
        time.sleep(WARM_S)
        note(scene, load, f"{role} killed {still}, back after {OUT_S:.0f} s", since=began_s)
    push.join()
    scene.found.push_s = time.monotonic() - pushing_s


def blink(cluster: MilvusCluster, role: str) -> None:
    """Kill a part and bring it back."""
    cluster.kill(role)
    time.sleep(OUT_S)
    cluster.bring_back(role)
    cluster.wait_for(role)


def note(scene: Scene, load: SearchLoad, what: str, *, since: float) -> None:
    """Keep what the searches saw since a moment."""
    found = load.since(since)
    scene.found.windows.append((what, found))
    say(f"{what}: {found}")


def report(found: Findings, songs: int) -> str:
    """Return what was found, as a section of the page."""
    rows = [HEAD, *(_row(what, figures) for what, figures in found.windows)]
    gave_up = sum(runs.gave_up for runs, _ in found.rebuilds)
    wrong = sum(n for _, n in found.rebuilds)
    lists: list[tuple[str, ...]] = [
        ("what must hold", "found", "bar"),
        ("rows lost of those that were acknowledged", str(found.sides.lost), "0"),
        ("rows that the library doesn't have", str(found.sides.foreign), "0"),
        ("rows doubled", str(found.sides.doubled), "0"),
        (
            f"lists of {songs}, made {len(found.rebuilds)} times while a node came back, that "
            "differ from those made half a minute later",
            str(wrong),
            "0",
        ),
    ]
    words = (
        f"{PUSHED} changed songs were pushed in {found.push_s:.0f} s while the write path died; "
        f"{found.push_gave_up} syncs gave up and were started again. The recommender gave up "
        f"{gave_up} times rather than store what it could not trust, and was started again. On "
        f"the quiet cluster {found.quiet_differing} lists differ between two runs."
    )
    return f"{table(rows)}\n\n{table(lists)}\n\n{words}"


def _row(what: str, figures: LoadFigures) -> tuple[str, ...]:
    return (
        what,
        str(figures.searches),
        str(figures.failed),
        str(figures.incomplete),
        f"{figures.longest_s:.2f} s",
        f"{figures.recovered_s:.1f} s",
    )


@contextmanager
def opened(store: MilvusStore) -> Iterator[MilvusStore]:
    """Close a store at the end."""
    try:
        yield store
    finally:
        store.close()


def say(text: str) -> None:
    """Tell whoever waits how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
