"""A folder that stands in for a cluster: made once, since making its collections takes a second."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster_sync import collections as shapes
from cluster_sync.recommender.migrate import migrate
from core.vectors.milvus import MilvusStore
from tests.cluster_sync.recommender.songs import DIMENSION, MINE, THEIRS


@pytest.fixture(scope="session")
def empty_cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shared collections and two inboxes, all empty."""
    folder = tmp_path_factory.mktemp("recommender") / "cluster.db"
    store = MilvusStore(str(folder))
    store.ensure(shapes.catalogue_spec(DIMENSION))
    migrate(store)
    for library in (MINE, THEIRS):
        store.ensure(shapes.inbox_spec(library, DIMENSION))
    store.close()
    return folder


@pytest.fixture
def store(empty_cluster: Path, tmp_path: Path) -> Iterator[MilvusStore]:
    """A store of the test's own."""
    opened = MilvusStore(str(shutil.copytree(empty_cluster, tmp_path / "cluster.db")))
    yield opened
    opened.close()
