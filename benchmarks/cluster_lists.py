"""The recommender as it runs on a cluster, and the lists that it stored."""

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.milvus_cluster import MilvusCluster
from cluster_sync.pull import pull_lists
from core.types import LibraryId, SongId
from core.vectors.milvus import MilvusStore

RUN_TIMEOUT_S = 600.0
AGAIN_S = 1.0  # what a Kubernetes Job waits at least before it starts a failed pod again

Lists = dict[SongId, tuple[str, ...]]


@dataclass(slots=True)
class Runs:
    """Runs of the recommender until one was content."""

    gave_up: int = 0
    took_s: float = 0.0
    said: list[str] = field(default_factory=list)


class Recommender:
    """Runs the recommender's program against a cluster, as its image does."""

    def __init__(self, cluster: MilvusCluster, folder: Path) -> None:
        self._cluster = cluster
        self._token_file = folder / "recommender-token"
        self._token_file.write_text(cluster.token, "utf-8")

    def run(self, *command: str) -> Runs:
        """Run a command, again and again while it exits with a problem that may pass."""
        runs = Runs()
        began_s = time.monotonic()
        while (ended := self._once(command)).returncode == 1:
            runs.gave_up += 1
            runs.said.append(ended.stdout[-500:] + ended.stderr[-500:])
            if time.monotonic() - began_s > RUN_TIMEOUT_S:
                raise SystemExit(f"the recommender never ended: {runs.said[-1]}")
            time.sleep(AGAIN_S)
        if ended.returncode:
            raise SystemExit(f"the recommender failed: {ended.stdout}{ended.stderr}")
        runs.took_s = time.monotonic() - began_s
        runs.said.append(ended.stdout[-2000:])
        return runs

    def _once(self, command: tuple[str, ...]) -> "subprocess.CompletedProcess[str]":
        files = ("--token-file", str(self._token_file), "--ca-file", str(self._cluster.ca_file))
        program = (sys.executable, "-m", "cluster_sync.recommender", *command)
        return subprocess.run(
            [*program, "--uri", self._cluster.uri, *files],
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_TIMEOUT_S,
        )


def stored_lists(store: MilvusStore, library_id: LibraryId) -> Lists:
    """Return every list of a library, as a musician's machine pulls them."""
    found: Lists = {}
    for some in pull_lists(store, library_id, known={}, shared=()):
        for song_id, lines in some.lists.items():
            found[song_id] = tuple(line.catalogue_id for line in lines)
    return found


def differing(lists: Lists, quiet: Lists) -> int:
    """Return how many songs have another list than in the other lists, or none in one of them."""
    return sum(lists.get(song) != quiet.get(song) for song in quiet.keys() | lists.keys())
