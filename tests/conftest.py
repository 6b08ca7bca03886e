"""What every test has: no stray threads, and no warning in a log."""

import ctypes
import logging
import os
import subprocess
import threading
from collections.abc import Iterator

# The tests compare English words and numbers, whatever this machine speaks; Qt reads it once.
os.environ |= {"LC_ALL": "C.UTF-8", "LANGUAGE": ""}

import pytest

# Fixtures for every test: real songs, a real Milvus server, a real sound server.
from tests.milvus_server import (  # noqa: F401 - fixtures
    empty_milvus_server,
    milvus_server,
)
from tests.real_songs import real_songs  # noqa: F401 - a fixture

CLONE_NEWNET = 0x40000000  # linux/sched.h


def pytest_configure(config: pytest.Config) -> None:
    """Give every worker a network of its own: the Milvus server binds every interface."""
    if hasattr(config, "workerinput"):
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network of its own for this test worker")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


@pytest.fixture(autouse=True)
def no_surviving_thread() -> Iterator[None]:
    """Fail the test that leaves a thread of ours behind."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.name.startswith("songkin")]
    for thread in left:
        thread.join(timeout=2.0)
    alive = [t.name for t in left if t.is_alive()]
    assert not alive, f"threads still running after the test: {alive}"


@pytest.fixture(autouse=True)
def no_logged_warning(
    caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Fail the test during which a logger of ours warned, unless it expects warnings."""
    caplog.set_level(logging.INFO)
    yield
    if "expected_warnings" in request.fixturenames:
        return
    ours = ("app", "core", "ui", "cluster_sync", "songkin")
    records = caplog.get_records("setup") + caplog.get_records("call")
    warned = [
        r.getMessage() for r in records if r.levelno >= logging.WARNING and r.name.startswith(ours)
    ]
    assert not warned, f"logged during the test: {warned}"


@pytest.fixture
def expected_warnings() -> None:
    """Ask for this fixture where a warning in the log is part of what is tested."""
