"""Two machines of one musician share a library: the later word on a song counts, on both."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster_sync import collections as shapes
from core.cluster_types import SyncReport, SyncState
from core.library import changes
from core.library.store import Catalogue
from core.progress import Progress
from core.types import SongId
from tests.cluster_sync.libraries import Cluster, add, inbox_of, obey, song_id, sync_of, unit

lite_only = pytest.mark.parametrize("cluster", ["lite"], indirect=True)
SHARED = (1, 2, 3)  # songs that the library had before it was copied


class Clock:
    """The clock by which changes are dated: a second goes by with each."""

    def __init__(self) -> None:
        self.now = time.time() - 3600.0

    def time(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(changes, "time", made)
    return made


@dataclass
class Pair:
    """Both machines, after the library was copied from one to the other and both have synced."""

    a: Catalogue
    b: Catalogue
    cluster: Cluster

    def sync(self, machine: Catalogue) -> SyncReport:
        report = sync_of(machine, self.cluster).sync(progress=Progress())
        assert report.state is SyncState.IN_STEP
        return report

    def live(self) -> set[SongId]:
        return {one for one, row in inbox_of(self.cluster, self.a).items() if not row["deleted"]}


@pytest.fixture
def pair(cluster: Cluster, tmp_path: Path, clock: Clock) -> Iterator[Pair]:
    first = Catalogue(tmp_path / "a")
    for number in SHARED:
        add(first, number)
    first.close()
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    made = Pair(Catalogue(tmp_path / "a"), Catalogue(tmp_path / "b"), cluster)
    assert made.a.library_id == made.b.library_id
    made.sync(made.a)
    made.sync(made.b)
    yield made
    made.a.close()
    made.b.close()


def ids(*numbers: int) -> set[SongId]:
    return {song_id(number) for number in numbers}


def test_neither_machine_withdraws_or_doubles_the_others_songs(pair: Pair) -> None:
    add(pair.a, 11)
    add(pair.b, 12)
    for machine in (pair.a, pair.b, pair.a, pair.b):
        pair.sync(machine)
    assert pair.live() == ids(*SHARED, 11, 12)
    assert len(inbox_of(pair.cluster, pair.a)) == 5
    assert (pair.sync(pair.a).pushed, pair.sync(pair.b).pushed) == (0, 0)


@lite_only
def test_the_later_write_stays_whoever_syncs_last(pair: Pair) -> None:
    add(pair.a, 1, vector=unit(seed=71))  # the earlier
    add(pair.b, 1, vector=unit(seed=72))  # the later
    pair.sync(pair.b)
    later = inbox_of(pair.cluster, pair.a)[song_id(1)]["digest"]
    report = pair.sync(pair.a)
    assert report.pushed == 0
    assert inbox_of(pair.cluster, pair.a)[song_id(1)]["digest"] == later
    add(pair.a, 1, vector=unit(seed=73))
    assert pair.sync(pair.a).pushed == 1
    assert inbox_of(pair.cluster, pair.a)[song_id(1)]["digest"] != later
    assert pair.sync(pair.b).pushed == 0


def delete(machine: Catalogue) -> None:
    machine.remove(song_id(2))


def rewrite(machine: Catalogue) -> None:
    add(machine, 2, vector=unit(seed=80))


@lite_only
@pytest.mark.parametrize("is_obeyed", [False, True], ids=["tombstone", "grave"])
@pytest.mark.parametrize("syncs_first", ["earlier", "later"])
@pytest.mark.parametrize(
    ("earlier", "later", "stays"),
    [(rewrite, delete, False), (delete, rewrite, True)],
    ids=["delete wins", "write wins"],
)
def test_a_delete_and_a_write(
    pair: Pair,
    earlier: Callable[[Catalogue], None],
    later: Callable[[Catalogue], None],
    *,
    stays: bool,
    syncs_first: str,
    is_obeyed: bool,
) -> None:
    earlier(pair.a)
    later(pair.b)
    order = (pair.a, pair.b) if syncs_first == "earlier" else (pair.b, pair.a)
    for machine in (*order, *order):
        pair.sync(machine)
        if is_obeyed:
            obey(pair.cluster, pair.a)
    assert (song_id(2) in pair.live()) is stays
    assert pair.live() - ids(2) == ids(1, 3)


@lite_only
def test_a_full_resync_of_one_machine_does_not_bring_back_what_the_other_deleted(
    pair: Pair,
) -> None:
    pair.a.remove(song_id(2))
    add(pair.a, 11)
    pair.sync(pair.a)
    obey(pair.cluster, pair.a)
    store = pair.cluster.open()
    key = shapes.catalogue_id(pair.b.library_id, song_id(3))
    store.delete(shapes.inbox_name(pair.b.library_id), [key])  # the cluster lost a row
    store.close()
    assert pair.sync(pair.b).pushed == 2  # all that is still shared: 1 and 3
    assert pair.live() == ids(1, 3, 11)
    assert song_id(2) in {song.song_id for song in pair.b.songs()}  # it stays where it is


@lite_only
def test_a_withdrawal_is_remembered_on_the_other_machine_too(pair: Pair) -> None:
    port_a, port_b = sync_of(pair.a, pair.cluster), sync_of(pair.b, pair.cluster)
    port_a.withdraw([song_id(1)])
    pair.sync(pair.a)
    obey(pair.cluster, pair.a)
    pair.sync(pair.b)
    add(pair.b, 1, vector=unit(seed=90))  # as the end of a separation does
    assert port_b.outgoing().songs == 0
    pair.sync(pair.b)
    assert pair.live() == ids(2, 3)
    port_b.share([song_id(1)])
    pair.sync(pair.b)
    assert pair.live() == ids(1, 2, 3)


@lite_only
def test_a_withdrawal_of_everything_takes_the_other_machines_songs_along(pair: Pair) -> None:
    add(pair.b, 12)
    pair.sync(pair.b)
    sync_of(pair.a, pair.cluster).withdraw(None)
    assert pair.sync(pair.a).deleted == 4
    assert pair.live() == set()
    obey(pair.cluster, pair.a)
    assert pair.sync(pair.b).pushed == 0
    assert pair.live() == set()


@lite_only
def test_a_clock_far_ahead_is_not_the_last_word_for_ever(pair: Pair, clock: Clock) -> None:
    clock.now += 10 * 365 * 86400.0
    add(pair.a, 1, vector=unit(seed=71))
    pair.sync(pair.a)
    clock.now -= 10 * 365 * 86400.0
    add(pair.b, 1, vector=unit(seed=72))
    assert pair.sync(pair.b).pushed == 1
