"""Two libraries, and a cluster: the real server, and the folder that stands in for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster_sync.collections import INBOX_PREFIX
from cluster_sync.lists import WORK
from cluster_sync.recommender.canaries import write_canaries
from cluster_sync.recommender.journal import Journal
from core.library.store import Catalogue
from core.vectors.milvus import MilvusStore
from tests.cluster_sync.libraries import Cluster
from tests.milvus_server import milvus_server  # noqa: F401 - a fixture


@pytest.fixture(params=["lite", pytest.param("server", marks=pytest.mark.server)])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cluster]:
    if request.param == "lite":
        yield Cluster(str(tmp_path / "cluster.db"), "")
        return
    server = request.getfixturevalue("milvus_server")
    made = Cluster(server.uri, server.token)
    store = made.open()
    drop_inboxes(store)  # which tests that run no recommender leave
    yield made
    drop_inboxes(store)
    for name in store.names():  # making a collection on a server takes three seconds
        store.delete(name, store.keys(name))
    if WORK in store.names():
        write_canaries(Journal(store), {})  # as one finds it in a cluster that is new
    store.close()


def drop_inboxes(store: MilvusStore) -> None:
    for name in store.names():
        if name.startswith(INBOX_PREFIX):
            store.drop(name)


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(tmp_path / "mine")
    yield catalogue
    catalogue.close()


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(tmp_path / "theirs")
    yield catalogue
    catalogue.close()
