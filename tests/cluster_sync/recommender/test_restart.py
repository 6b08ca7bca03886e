"""A pass stopped before any of its writes is finished by the next, as if it had never stopped."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from core.vectors.milvus import MilvusStore, Row
from tests.cluster_sync.libraries import codes, encoded_again, near, unit
from tests.cluster_sync.recommender.songs import (
    MINE,
    THEIRS,
    everything,
    run,
    send,
    song,
    withdraw,
)

CENTRE = unit(seed=0)
MOST_WRITES = 60


class Stopped(BaseException):
    """The process ended here."""


class StoppingStore(MilvusStore):
    """A store whose process ends before a write of some number."""

    def __init__(self, uri: str, *, last: int) -> None:
        super().__init__(uri)
        self._left = last

    def upsert(self, name: str, rows: Sequence[Row]) -> None:
        self._count(rows)
        super().upsert(name, rows)

    def delete(self, name: str, keys: Sequence[str]) -> None:
        self._count(keys)
        super().delete(name, keys)

    def _count(self, what: Sequence[object]) -> None:
        if what:
            self._left -= 1
        if self._left < 0:
            raise Stopped


def before(folder: Path) -> None:
    """A cluster in step, and inboxes in which everything that can happen has happened since."""
    store = MilvusStore(str(folder))
    send(store, MINE, [song(MINE, n, vector=near(CENTRE, seed=n)) for n in range(1, 9)])
    run(store)
    copy = encoded_again(codes(seed=1))
    send(
        store,
        THEIRS,
        [
            song(THEIRS, 21, vector=near(CENTRE, seed=1), sound=copy),
            song(THEIRS, 22, vector=near(CENTRE, seed=22)),
            Row(song(THEIRS, 23).key, unit(seed=5), song(THEIRS, 23).values),
            song(THEIRS, 24, vector=near(CENTRE, seed=24), sound=codes(seed=2)[50:350]),
        ],
    )
    send(store, MINE, [song(MINE, 3, vector=unit(seed=77), changed_at=1500.0)])
    withdraw(store, MINE, [5])
    store.close()


def test_stopped_before_any_write(tmp_path: Path, empty_cluster: Path) -> None:
    shutil.copytree(empty_cluster, tmp_path / "before.db")
    before(tmp_path / "before.db")
    shutil.copytree(tmp_path / "before.db", tmp_path / "whole.db")
    store = MilvusStore(str(tmp_path / "whole.db"))
    report = run(store)
    assert (report.merged, report.removed, report.refused) == (4, 1, 1)
    expected = everything(store)
    assert expected["marks"] == {}
    store.close()
    for last in range(MOST_WRITES):
        folder = tmp_path / f"{last}.db"
        shutil.copytree(tmp_path / "before.db", folder)
        if not is_stopped(folder, last=last):
            break
        again = MilvusStore(str(folder))
        run(again)
        assert everything(again) == expected, f"stopped before write {last}"
        again.close()
        shutil.rmtree(folder)
    assert 15 < last < MOST_WRITES


def is_stopped(folder: Path, *, last: int) -> bool:
    stopping = StoppingStore(str(folder), last=last)
    try:
        run(stopping)
    except Stopped:
        return True
    finally:
        stopping.close()
    return False
