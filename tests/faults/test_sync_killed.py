"""A sync that is killed at a random point leaves nothing that the next one can't finish."""

import random
import time
from pathlib import Path

import pytest

from cluster_sync.demo_server import DemoServer
from tests.cluster_sync.libraries import Cluster
from tests.faults.counts import SYNC_KILLS
from tests.faults.killed import start_sync
from tests.faults.world import World

pytestmark = [pytest.mark.server, pytest.mark.timeout(120 + 30 * SYNC_KILLS)]
SEED = 41


def test_both_sides_are_the_same_after_every_kill(
    tmp_path: Path, milvus_server: DemoServer
) -> None:
    cluster = Cluster(milvus_server.uri, milvus_server.token)
    world = World(tmp_path / "library", cluster, seed=SEED)
    world.begin()
    world.change()
    whole_s = _duration(world)
    points = random.Random(SEED)
    n_caught = 0
    for _ in range(SYNC_KILLS):
        world.change()
        _kill_after(world, points.uniform(0.0, whole_s))
        left = world.waiting()
        n_caught += bool(left)
        assert world.wrong() <= left, "a song left the outbox before it had arrived"
        assert world.sync().pushed <= len(left), "more was sent again than what was left"
        world.check()
    assert n_caught, "every sync had ended before its kill: the points test nothing"


def _duration(world: World) -> float:
    process, told = start_sync(world.folder, world.cluster)
    assert told.recv() == "began"
    began = time.monotonic()
    assert told.recv() == "done"
    took_s = time.monotonic() - began
    process.join()
    assert process.exitcode == 0
    return took_s


def _kill_after(world: World, seconds: float) -> None:
    process, told = start_sync(world.folder, world.cluster)
    assert told.recv() == "began"
    time.sleep(seconds)
    process.kill()
    process.join()
    told.close()
