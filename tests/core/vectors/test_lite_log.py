"""What Milvus Lite has taken is in its log, whoever wrote beside: a copy taken amid it has all."""

import shutil
import threading
from contextlib import closing
from pathlib import Path

import numpy as np

from core.vectors.milvus import CollectionSpec, MilvusStore, Row

WRITERS, ROUNDS = 4, 15


def test_those_who_write_at_once_lose_nothing_in_a_power_cut(tmp_path: Path) -> None:
    names = [f"round{number}" for number in range(ROUNDS)]
    with closing(MilvusStore(str(tmp_path / "store.db"))) as store:
        for name in names:
            store.ensure(CollectionSpec(name, 2))
            write_at_once(store, name)
        shutil.copytree(tmp_path / "store.db", tmp_path / "cut.db")
    with closing(MilvusStore(str(tmp_path / "cut.db"))) as found:
        assert {name: found.count(name) for name in names} == dict.fromkeys(names, WRITERS)


def write_at_once(store: MilvusStore, name: str) -> None:
    """Let as many threads as there are writers write a row each, at the same time."""
    ready = threading.Barrier(WRITERS)

    def write(number: int) -> None:
        ready.wait()
        store.upsert(name, [Row(f"k{number}", np.array([1.0, number], np.float32), {})])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
