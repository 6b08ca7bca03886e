"""A sync in a process of its own, to be killed at any point of it."""

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from core.library.store import Catalogue
from core.progress import Progress
from tests.cluster_sync.libraries import Cluster, sync_of

# A server of forks that has imported everything already and has no connection open.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.faults.killed"])


def start_sync(folder: Path, cluster: Cluster) -> tuple[BaseProcess, Connection]:
    """Start a sync; the pipe says "began" once it has its catalogue open, and "done"."""
    here, there = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_sync, args=(folder, cluster, there), daemon=True)
    process.start()
    there.close()
    return process, here


def _sync(folder: Path, cluster: Cluster, told: Connection) -> None:
    catalogue = Catalogue(folder)
    port = sync_of(catalogue, cluster)
    told.send("began")
    port.sync(progress=Progress())
    told.send("done")
    catalogue.close()
