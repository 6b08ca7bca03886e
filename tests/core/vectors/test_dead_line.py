"""A connection that died without a word is noticed, and drags no other with it."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from cluster_sync.demo_server import DemoServer
from core.vectors import doors
from core.vectors.milvus import CollectionSpec, MilvusStore
from tests.tcp_proxy import Ending, TcpProxy

pytestmark = pytest.mark.server


@pytest.fixture
def proxy(milvus_server: DemoServer) -> Iterator[TcpProxy]:
    with TcpProxy(int(milvus_server.uri.rpartition(":")[2])) as made:
        yield made


def open_through(proxy: TcpProxy, server: DemoServer) -> MilvusStore:
    return MilvusStore(f"http://127.0.0.1:{proxy.port}", token=server.token)


def test_a_new_store_has_a_connection_of_its_own(
    proxy: TcpProxy, milvus_server: DemoServer
) -> None:
    old = open_through(proxy, milvus_server)
    proxy.strand()
    new = open_through(proxy, milvus_server)
    new.names()
    new.close()
    old.close()


def test_a_call_outlives_its_connection(
    proxy: TcpProxy, milvus_server: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network dies under a call; the call ends well once it is there again."""
    monkeypatch.setattr(doors, "DEAD_AFTER_S", 1.0)
    store = open_through(proxy, milvus_server)
    store.names()  # answered, which makes grpc measure the line by a ping of its own
    died = proxy.end_after(0, Ending.DEAD)
    made_anew = threading.Thread(target=lambda: died.wait(60.0) and proxy.strand())
    made_anew.start()
    store.names()
    made_anew.join()
    store.close()


def test_a_search_outlives_its_connection(proxy: TcpProxy, milvus_server: DemoServer) -> None:
    """It is read without pymilvus' own reader, and still asked again by pymilvus' own retry."""
    store = open_through(proxy, milvus_server)
    store.ensure(CollectionSpec("nothing", 2))
    queries = np.ones((1, 2), np.float32)
    assert store.search("nothing", queries, limit=1) == [[]]
    proxy.end_after(0, Ending.RESET)
    assert store.search("nothing", queries, limit=1) == [[]]
    store.drop("nothing")
    store.close()
